package wire

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/recall"
)

// frameOf reads a frame of the viewer's. The decoders are tested also with frames that lack an action.
func frameOf(viewer recall.UserID, raw string) Frame {
	frame, _ := Read([]byte(raw))
	frame.Viewer = viewer
	return frame
}

func TestDecodeSendReadsEveryField(t *testing.T) {
	frame := `{"action":"send","conversation":"c2c_bob","messageId":"` + string(second) + `","replyTo":"` +
		string(first) + `","unlessRevoked":"` + string(third) +
		`","attachments":[{"attachmentId":"01HF7YAY8G00000000000000AV"},{"attachmentId":"` + string(picture().ID) +
		`","from":{"conversation":"c2c_bob","messageId":"` + string(second) + `"}}]` +
		`,"body":{ "text" : "a  b\u0041<" ,"n":[1.0, 2e1]}}`
	got, err := Decode[Send](frameOf(alice, frame))
	if err != nil {
		t.Fatal(err)
	}
	want := Send{
		Conversation: direct(), MessageID: second, ReplyTo: first, UnlessRevoked: third,
		Body: `{"text":"a  b\u0041<","n":[1.0,2e1]}`,
		Attachments: []SendAttachment{
			{ID: "01HF7YAY8G00000000000000AV"},
			{ID: picture().ID, From: MessageReference{direct(), second}},
		},
	}
	if difference := cmp.Diff(want, got, cmp.AllowUnexported(recall.Conversation{})); difference != "" {
		t.Error(difference)
	}
	request := recall.SendRequest{
		Conversation: direct(), MessageID: second, ReplyTo: first, UnlessRevoked: third, Body: want.Body,
		Attachments: []recall.SendAttachment{
			{ID: "01HF7YAY8G00000000000000AV"},
			{ID: picture().ID, From: recall.MessageReference{Conversation: direct(), MessageID: second}},
		},
	}
	if difference := cmp.Diff(request, got.Request(), cmp.AllowUnexported(recall.Conversation{})); difference != "" {
		t.Error(difference)
	}
}

func TestBodyIsMeasuredAsItStandsInTheFrame(t *testing.T) {
	bodyOf := func(size int, body string) string {
		return strings.Replace(body, "@", strings.Repeat("x", size-len(body)+1), 1)
	}
	spaced := `{"text":"hi"` + strings.Repeat(" ", recall.MaximumBodyBytes) + `}`
	tests := []struct {
		name string
		body string
		err  recall.Name
	}{
		{"12,288 bytes", bodyOf(recall.MaximumBodyBytes, `{"text":"@"}`), ""},
		{"12,289 bytes", bodyOf(recall.MaximumBodyBytes+1, `{"text":"@"}`), recall.BodyTooLarge},
		{"12,288 bytes of which some are escapes", bodyOf(recall.MaximumBodyBytes, `{"text":"\u00e9@"}`), ""},
		{"12,288 bytes in fewer characters", `{"text":"` + strings.Repeat("é", (recall.MaximumBodyBytes-11)/2) + `"}`, ""},
		{"space counts", spaced, recall.BodyTooLarge},
		{
			"a long string is no object, whatever its size", `"` + strings.Repeat("x", recall.MaximumBodyBytes) + `"`,
			recall.InvalidRequest,
		},
		{"100 levels", `{"a":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `}`, ""},
		{"101 levels", `{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, recall.InvalidRequest},
		{"many arrays side by side", `{"a":[` + strings.Repeat("[],", 200) + `[]]}`, ""},
		{"the largest double", `{"n":-1.7976931348623157e308}`, ""},
		{"beyond the largest double", `{"n":1.8e308}`, recall.InvalidRequest},
		{"a small number that is rounded to nothing", `{"n":1e-400}`, ""},
		{"400 digits", `{"n":` + strings.Repeat("9", 400) + `}`, recall.InvalidRequest},
		{"a long fraction", `{"n":0.` + strings.Repeat("3", 400) + `}`, ""},
		{"a name in two objects", `{"a":{"x":1},"b":{"x":1},"x":[{"x":1},{"x":2}]}`, ""},
		{"a name and a string that equals it", `{"x":"x","y":"x"}`, ""},
		{"a name twice", `{"x":1,"y":{},"x":2}`, recall.InvalidRequest},
		{"an escaped backslash before what looks like a surrogate", `{"x":"\\ud800"}`, ""},
		{"a surrogate pair", `{"x":"\uD83D\uDE00"}`, ""},
		{"half a pair", `{"x":"\ud83dx"}`, recall.InvalidRequest},
		{"half a pair before another escape", `{"x":"\ud83d\n\u0041"}`, recall.InvalidRequest},
		{"two high halves", `{"x":"\ud83d\ud83d\ude00"}`, recall.InvalidRequest},
		{"halves the wrong way round", `{"x":"\ude00\ud83d"}`, recall.InvalidRequest},
		{"half a pair in a name", `{"\ud800":1}`, recall.InvalidRequest},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Decode[Send](frameOf(alice, `{"action":"send","conversation":"c2c_bob","body":`+test.body+`}`))
			checkRefusal(t, err, test.err, "body")
		})
	}
}

// TestARefusalSaysWhatIsWrong looks at the texts of values that are JSON and are not good for every reader.
func TestARefusalSaysWhatIsWrong(t *testing.T) {
	tests := []struct {
		name, fields string
		decode       func(Frame) (any, error)
		want         string
	}{
		{"a name twice in a body", `"conversation":"c2c_bob","body":{"x":1,"x":2}`, decoderOf[Send](),
			"body: must not hold a name twice in one object"},
		{"half a pair in a body", `"conversation":"c2c_bob","body":{"x":"\ud800"}`, decoderOf[Send](),
			"body: must not hold an unpaired surrogate"},
		{
			"a body that is no object", `"conversation":"c2c_bob","body":["\ud800"]`, decoderOf[Send](),
			"body: must be a JSON object",
		},
		{"half a pair in a text", `"conversation":"c2c_bob","messageId":"\ud800"`, decoderOf[Revoke](),
			"messageId: must not hold an unpaired surrogate"},
		{"half a pair in a conversation", `"conversation":"\ud800"`, decoderOf[Revoke](),
			"conversation: must not hold an unpaired surrogate"},
		{"a name twice in an item", `"conversations":[{"conversation":"c2c_bob"},{"conversation":"c2c_carol","x":1,"x":2}]`,
			decoderOf[Sync](),
			"conversations[1]: must not hold a name twice in one object"},
		{
			"an item that is no object", `"conversations":["c2c_bob"]`, decoderOf[Sync](),
			"conversations[0]: must be an object",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := test.decode(frameOf(alice, `{"action":"any",`+test.fields+`}`))
			checkRefusal(t, err, recall.InvalidRequest, test.want)
		})
	}
	_, err := Decode[AdminAudit](frameOf("", `{"conversation":{"group":"eng","x":1,"x":2}}`))
	checkRefusal(t, err, recall.InvalidRequest, "conversation: must not hold a name twice in one object")
}

func TestDecodeRevokeTellsOneFromSeveral(t *testing.T) {
	tests := []struct {
		name   string
		fields string
		want   recall.RevokeRequest
		single bool
	}{
		{"one", `"messageId":"` + string(first) + `"`, recall.RevokeRequest{MessageIDs: []recall.MessageID{first}}, true},
		{
			"several", `"messageIds":["` + string(first) + `","` + string(second) + `"]`,
			recall.RevokeRequest{MessageIDs: []recall.MessageID{first, second}}, false,
		},
		{
			"a list of one", `"messageIds":["` + string(first) + `"],"messageId":null`,
			recall.RevokeRequest{MessageIDs: []recall.MessageID{first}}, false,
		},
		{
			"reason and unsent", `"messageId":"` + string(first) + `","reason":"é\n","unsent":true`,
			recall.RevokeRequest{MessageIDs: []recall.MessageID{first}, Reason: "é\n", Unsent: true}, true,
		},
		{
			"256 bytes of reason", `"messageId":"` + string(first) + `","reason":"` + strings.Repeat("é", 128) + `"`,
			recall.RevokeRequest{MessageIDs: []recall.MessageID{first}, Reason: recall.Reason(strings.Repeat("é", 128))}, true,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Decode[Revoke](frameOf(bob, `{"action":"revoke","conversation":"c2c_alice",`+test.fields+`}`))
			test.want.Conversation = direct()
			if err != nil || got.Single() != test.single || !reflect.DeepEqual(got.Request(), test.want) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestDecodeSyncReadsEveryItem(t *testing.T) {
	request, err := Decode[Sync](frameOf(alice,
		`{"conversations":[{"conversation":"c2c_bob"},{"conversation":"group_eng","cursor":"c","limit":100,`+
			`"before":null}]}`))
	want := recall.SyncRequest{Conversations: []recall.SyncItem{
		{Conversation: direct(), Limit: recall.DefaultSyncLimit},
		{Conversation: group(), Cursor: "c", Limit: 100},
	}}
	if got := request.Request(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	request, err = Decode[Sync](frameOf(alice,
		`{"conversations":[{"conversation":"c2c_bob","before":"`+string(first)+`","limit":1}]}`))
	want = recall.SyncRequest{Conversations: []recall.SyncItem{{Conversation: direct(), Before: first, Limit: 1}}}
	if got := request.Request(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("paging back: got %+v, %v", got, err)
	}
}

func TestDecodeReadAndConversations(t *testing.T) {
	read, err := Decode[MarkRead](frameOf(bob, `{"conversation":"c2c_alice","messageId":"`+string(first)+`"}`))
	if want := (MarkRead{Conversation: direct(), MessageID: first}); err != nil || read != want {
		t.Errorf("read: %+v, %v", read, err)
	}
	request, err := Decode[Conversations](frameOf(alice, `{"after":"x"}`))
	if err != nil || request.After != "x" {
		t.Errorf("conversations: %q, %v", request.After, err)
	}
}

func TestAdminRequestsAreReadInFull(t *testing.T) {
	hour := recall.Window(3600)
	decoders := map[string]func(Frame) (any, error){
		"revoke":         decoderOf[AdminRevoke](),
		"revokeBySender": decoderOf[AdminRevokeBySender](),
		"putGroup":       decoderOf[AdminPutGroup](),
		"getGroup":       decoderOf[AdminGroup](),
		"putMember":      decoderOf[AdminPutMember](),
		"deleteMember":   decoderOf[AdminMember](),
		"disconnect":     decoderOf[AdminUser](),
		"putSettings":    decoderOf[AdminSettings](),
		"audit":          decoderOf[AdminAudit](),
	}
	tests := []struct {
		action, fields string
		want           any
	}{
		{"revoke",
			`"conversation":{"users":["bob","alice"]},"messageIds":["` + string(first) + `"],"reason":"r","operator":"o"`,
			AdminRevoke{Conversation: direct(), MessageIDs: []recall.MessageID{first}, Reason: "r", Operator: "o"}},
		{"revokeBySender", `"conversation":{"group":"eng"},"sender":"bob","since":5,"reason":"r","operator":"o","next":"n"`,
			AdminRevokeBySender{Conversation: group(), Sender: bob, Since: 5, Reason: "r", Operator: "o", Next: "n"}},
		{
			"putGroup", `"group":"eng","name":"Engineering","recallWindowSeconds":3600`,
			AdminPutGroup{Group: "eng", Name: "Engineering", Window: &hour},
		},
		{"putGroup", `"group":"eng","recallWindowSeconds":null`, AdminPutGroup{Group: "eng"}},
		{"getGroup", `"group":"eng"`, AdminGroup{"eng"}},
		{
			"putMember", `"group":"eng","user":"bob","role":"owner"`,
			AdminPutMember{Group: "eng", User: bob, Role: recall.MemberOwner},
		},
		{"deleteMember", `"group":"eng","user":"bob"`, AdminMember{"eng", bob}},
		{"disconnect", `"user":"bob"`, AdminUser{bob}},
		{"putSettings", `"recallWindowSeconds":0`, AdminSettings{recall.WindowOff}},
		{"audit", `"operator":"bob","since":7,"next":"n"`, AdminAudit{Operator: bob, Since: 7, Next: "n"}},
		{"audit", `"conversation":{"group":"eng"}`, AdminAudit{Conversation: group()}},
	}
	for _, test := range tests {
		t.Run(test.action, func(t *testing.T) {
			got, err := decoders[test.action](frameOf("", `{"action":"`+test.action+`",`+test.fields+`}`))
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
		})
	}
}

func decoderOf[Request any]() func(Frame) (any, error) {
	return func(frame Frame) (any, error) { return Decode[Request](frame) }
}

func TestAdminRevokesAtMostAHundred(t *testing.T) {
	request := func(count int) Frame {
		ids := make([]string, count)
		for i := range ids {
			ids[i] = fmt.Sprintf(`"01HF7YAT00%016d"`, i)
		}
		return frameOf("", `{"action":"revoke","conversation":{"group":"eng"},"messageIds":[`+strings.Join(ids, ",")+`]}`)
	}
	if _, err := Decode[AdminRevoke](request(100)); err != nil {
		t.Error(err)
	}
	_, err := Decode[AdminRevoke](request(101))
	checkRefusal(t, err, recall.InvalidRequest, "messageIds")
}

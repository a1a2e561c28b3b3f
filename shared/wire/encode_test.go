package wire

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/recall/shared/recall"
)

func TestTextIsEscapedSoThatItComesOutAsItWentIn(t *testing.T) {
	for text, want := range map[string]string{
		"":                            `""`,
		"plain <b>&é😀\u2028":          `"plain <b>&é😀` + "\u2028" + `"`,
		"\"\\/":                       `"\"\\/"`,
		"\n\t\x00\x1f\x7f":            `"\n\t\u0000\u001f` + "\x7f" + `"`,
		"not \xff UTF-8 \xed\xa0\x80": "\"not \ufffd UTF-8 \ufffd\ufffd\ufffd\"",
		"a real \ufffd":               "\"a real \ufffd\"",
	} {
		got := string(must(encode(text)))
		if got != want {
			t.Errorf("%q became %s, want %s", text, got, want)
		}
		var back string
		err := json.Unmarshal([]byte(got), &back)
		if err != nil || back != strings.ToValidUTF8(text, "\ufffd") && !strings.Contains(text, "\xed") {
			t.Errorf("%q came back as %q, %v", text, back, err)
		}
	}
}

func TestEnvelopeIsEchoedWithItsEscapes(t *testing.T) {
	reply := must(DoneReply(Envelope{Action: "a\"\n", ID: "é\\"}))
	if want := `{"type":"reply","action":"a\"\n","id":"é\\","ok":true}`; string(reply) != want {
		t.Errorf("%s, want %s", reply, want)
	}
}

func TestEachOfTwoSeesTheOtherInTheName(t *testing.T) {
	message := fromBob()
	notice := recall.Notice{Conversation: direct(), Message: &message}
	for viewer, want := range map[recall.UserID]string{
		alice: `"conversation":"c2c_bob"`,
		bob:   `"conversation":"c2c_alice"`,
	} {
		event, err := Event(viewer, notice)
		if err != nil || !strings.Contains(string(event), want) {
			t.Errorf("%s sees %s, %v", viewer, event, err)
		}
	}
	if SameForAll(notice) {
		t.Error("one encoding cannot serve both")
	}
}

// TestSameForAllIsTrueOfEveryEvent compares what two viewers see of each notice of the vectors.
func TestSameForAllIsTrueOfEveryEvent(t *testing.T) {
	for _, each := range notices() {
		forAlice, err := Event(alice, each.notice)
		if err != nil {
			t.Fatal(err)
		}
		forBob, err := Event(bob, each.notice)
		if err != nil {
			t.Fatal(err)
		}
		if same := string(forAlice) == string(forBob); same != SameForAll(each.notice) {
			t.Errorf("%s: SameForAll is %t\n%s\n%s", each.name, !same, forAlice, forBob)
		}
	}
}

func TestANoticeHasExactlyOnePart(t *testing.T) {
	message := fromBob()
	none := recall.Notice{Conversation: direct()}
	two := recall.Notice{Conversation: direct(), Message: &message, Read: &recall.ReadMark{}}
	for _, notice := range []recall.Notice{none, two} {
		if frame, err := Event(alice, notice); err == nil {
			t.Errorf("encoded as %s", frame)
		}
	}
	if !Empty(none) || Empty(two) {
		t.Error("only the notice without parts is empty")
	}
}

// TestEveryPartOfANoticeIsAnEvent sets each part of a notice by itself. A part without an event would be told to
// nobody.
func TestEveryPartOfANoticeIsAnEvent(t *testing.T) {
	noParts := []string{"Conversation", "CommittedAt", "Renew"}
	notice := reflect.TypeFor[recall.Notice]()
	for i := range notice.NumField() {
		field := notice.Field(i)
		if slices.Contains(noParts, field.Name) {
			continue
		}
		value := reflect.New(notice).Elem()
		value.Field(i).Set(something(t, field.Type))
		frame, err := Event(alice, value.Interface().(recall.Notice))
		if err != nil {
			t.Errorf("recall.Notice has the part %s, and events() in shared/wire/event.go has no event for it", field.Name)
		}
		var read struct{ Type string }
		if json.Unmarshal(frame, &read) != nil || read.Type == "" {
			t.Errorf("%s is encoded as %s", field.Name, frame)
		}
	}
}

// something is a value that is not zero.
func something(t *testing.T, of reflect.Type) reflect.Value {
	t.Helper()
	switch of.Kind() {
	case reflect.Pointer:
		return reflect.New(of.Elem())
	case reflect.Slice:
		return reflect.MakeSlice(of, 1, 1)
	case reflect.String:
		return reflect.ValueOf("something").Convert(of)
	}
	t.Fatalf("no value of the type %s is known here", of)
	return reflect.Value{}
}

func TestEveryEventIsInTheTextOfTheProtocol(t *testing.T) {
	text, err := os.ReadFile("../../protocol/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\n## Events\n")
	table, _, _ = strings.Cut(table, "\n## ")
	for _, event := range events() {
		if !strings.Contains(table, "\n| `"+event.name+"` |") {
			t.Errorf("the table of events in protocol/README.md has no row for %s", event.name)
		}
	}
}

// The service keeps replies under 100 KB by counting 640 bytes for what a message or a recall has beside its body and
// six for each byte of its reason (shared/recall, sync.go). This holds it to that.
func TestAMessageIsNoLargerThanTheServiceCounts(t *testing.T) {
	const counted, escape = 640, 6
	long := recall.UserID(strings.Repeat("u", 64))
	revocation := recall.Revocation{
		At:     now,
		By:     long,
		Role:   recall.RoleModerator,
		Reason: recall.Reason(strings.Repeat("\x01", recall.MaximumReasonBytes)),
	}
	conversation := recall.InGroup(recall.GroupID(strings.Repeat("g", 64)))
	message := recall.Message{
		ID:              first,
		Conversation:    conversation,
		Sender:          long,
		SentAt:          now,
		RecallableUntil: now,
		ReplyTo:         second,
		Revoked:         &revocation,
	}
	if size := len(must(encode(messageOf(message, alice)))) + 1; size > counted+escape*recall.MaximumReasonBytes {
		t.Errorf("a tombstone takes %d bytes", size)
	}
	message.Revoked, message.Body = nil, `{"text":"hi"}`
	if size := len(must(encode(messageOf(message, alice)))) + 1; size > counted+len(message.Body) {
		t.Errorf("a message takes %d bytes", size)
	}
	message.Attachments = largestAttachments()
	const countedOfAttachment = 120 + 2*recall.MaximumAttachmentNameBytes + recall.MaximumMediaTypeBytes
	size := len(must(encode(messageOf(message, alice)))) + 1
	if size > counted+len(message.Body)+recall.MaximumAttachments*countedOfAttachment {
		t.Errorf("a message with attachments takes %d bytes", size)
	}
	recalled := recall.RevokedMessage{MessageID: first, Sender: long, SentAt: now, Revocation: revocation}
	size = len(must(encode(revocationsOf([]recall.RevokedMessage{recalled})[0]))) + 1
	if size > counted+escape*recall.MaximumReasonBytes {
		t.Errorf("a revocation takes %d bytes", size)
	}
}

// largestAttachments have names of which each byte is escaped.
func largestAttachments() []recall.Attachment {
	attachments := make([]recall.Attachment, recall.MaximumAttachments)
	for i := range attachments {
		attachments[i] = recall.Attachment{
			ID:   picture().ID,
			Name: recall.AttachmentName(strings.Repeat(`"`, recall.MaximumAttachmentNameBytes)),
			Type: recall.MediaType("x/" + strings.Repeat("x", recall.MaximumMediaTypeBytes-2)),
			Size: recall.MaximumAttachmentSize,
		}
	}
	return attachments
}

// API Gateway's limit of a frame to a client is 32 KB before it is split.
func TestTheLargestMessageEventFitsAFrame(t *testing.T) {
	message := fromBob()
	message.Body = recall.Body(`{"text":"` + strings.Repeat("x", recall.MaximumBodyBytes-11) + `"}`)
	message.Attachments = largestAttachments()
	event, err := Event(alice, recall.Notice{Conversation: direct(), Message: &message})
	if err != nil || len(event) > 32*1024 {
		t.Errorf("%d bytes, %v", len(event), err)
	}
}

func TestHTTPStatusFollowsTheName(t *testing.T) {
	want := map[recall.Name]int{
		recall.InvalidRequest:       http.StatusBadRequest,
		recall.UnknownAction:        http.StatusBadRequest,
		recall.BodyTooLarge:         http.StatusBadRequest,
		recall.StaleMessageID:       http.StatusBadRequest,
		recall.NotAllowed:           http.StatusForbidden,
		recall.RecallDenied:         http.StatusForbidden,
		recall.TokenExpired:         http.StatusForbidden,
		recall.MessageNotFound:      http.StatusNotFound,
		recall.ConversationNotFound: http.StatusNotFound,
		recall.AlreadyRecalled:      http.StatusConflict,
		recall.RecallWindowExpired:  http.StatusConflict,
		recall.MessageIDTaken:       http.StatusConflict,
		recall.GroupDeleted:         http.StatusConflict,
		recall.ConversationFull:     http.StatusConflict,
		recall.OtherMessageRecalled: http.StatusConflict,
		recall.AttachmentsOff:       http.StatusConflict,
		recall.AttachmentNotFound:   http.StatusNotFound,
		recall.AttachmentTooLarge:   http.StatusBadRequest,
		recall.PushOff:              http.StatusConflict,
		recall.TooManyRequests:      http.StatusTooManyRequests,
		recall.Unavailable:          http.StatusInternalServerError,
		recall.Internal:             http.StatusInternalServerError,
	}
	for _, failure := range everyFailure() {
		if got := HTTPStatus(failure); got != want[failure.Name] {
			t.Errorf("%s: %d, want %d", failure.Name, got, want[failure.Name])
		}
	}
	if HTTPStatus(nil) != http.StatusOK || HTTPStatus(errors.New("a bug")) != http.StatusInternalServerError {
		t.Error("no error is 200, an unknown one 500")
	}
}

package wire

import (
	"strings"
	"testing"

	"example.com/recall/shared/recall"
)

func TestReadReadsWhatTheReplyMustEcho(t *testing.T) {
	sixtyFour := strings.Repeat("ü", 64)
	tests := []struct {
		name   string
		frame  string
		want   Envelope
		err    recall.Name
		naming string
	}{
		{"action and id", `{"action":"send","id":"7"}`, Envelope{"send", "7"}, "", ""},
		{"without id", `{"action":"hello"}`, Envelope{"hello", ""}, "", ""},
		{"a null id counts as absent", `{"action":"hello","id":null}`, Envelope{"hello", ""}, "", ""},
		{"an escaped name is the name", "{\"\\u0061ction\":\"hello\"}", Envelope{"hello", ""}, "", ""},
		{
			"unknown fields are not looked at", `{"x":{"action":"a"},"action":"hello","y":["\ud800",1e999]}`,
			Envelope{"hello", ""}, "", "",
		},
		{"unknown fields may repeat", `{"x":1,"action":"hello","x":2}`, Envelope{"hello", ""}, "", ""},
		{"space anywhere", " {\n\t\"action\" : \"hello\" , \"id\" : \"1\" }\r\n", Envelope{"hello", "1"}, "", ""},
		{"64 characters of id", `{"action":"hello","id":"` + sixtyFour + `"}`, Envelope{"hello", sixtyFour}, "", ""},
		{"an unknown action is the caller's matter", `{"action":"dance","id":"1"}`, Envelope{"dance", "1"}, "", ""},

		{
			"65 characters of id", `{"action":"hello","id":"` + sixtyFour + `x"}`, Envelope{"hello", ""}, recall.InvalidRequest,
			"id",
		},
		{"a number as id", `{"action":"hello","id":7}`, Envelope{"hello", ""}, recall.InvalidRequest, "id"},
		{
			"half a character in the id", `{"action":"hello","id":"\udfff"}`, Envelope{"hello", ""}, recall.InvalidRequest,
			"id",
		},
		{"two ids", `{"action":"hello","id":"1","id":"2"}`, Envelope{"hello", ""}, recall.InvalidRequest, "id"},
		{"no action", `{"id":"7"}`, Envelope{"", "7"}, recall.UnknownAction, "action"},
		{"an action in another case", `{"Action":"hello","id":"7"}`, Envelope{"", "7"}, recall.UnknownAction, "action"},
		{"a number as action", `{"action":7,"id":"7"}`, Envelope{"", "7"}, recall.UnknownAction, "action"},
		{"two actions", `{"action":"hello","action":"send","id":"7"}`, Envelope{"", "7"}, recall.UnknownAction, "action"},
		{
			"an endless action", `{"action":"` + strings.Repeat("a", 65) + `","id":"7"}`, Envelope{"", "7"},
			recall.UnknownAction, "action",
		},
		{"nothing", ``, Envelope{}, recall.UnknownAction, "JSON"},
		{"no JSON", `hello`, Envelope{}, recall.UnknownAction, "JSON"},
		{"two values", `{"action":"hello"}{}`, Envelope{}, recall.UnknownAction, "JSON"},
		{"an array", `["action","hello"]`, Envelope{}, recall.UnknownAction, "object"},
		{"null", `null`, Envelope{}, recall.UnknownAction, "object"},
		{"a byte order mark", "\xef\xbb\xbf{\"action\":\"hello\"}", Envelope{}, recall.UnknownAction, "JSON"},
		{"no UTF-8", "{\"action\":\"hello\",\"id\":\"\xff\"}", Envelope{}, recall.UnknownAction, "UTF-8"},
		{"a depth bomb", strings.Repeat("[", 100_000), Envelope{}, recall.UnknownAction, "JSON"},
		{
			"a closed depth bomb", `{"action":"hello","x":` + strings.Repeat("[", 60_000) + strings.Repeat("]", 60_000) + `}`,
			Envelope{}, recall.UnknownAction, "JSON",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			frame, err := Read([]byte(test.frame))
			got := frame.Envelope
			if got != test.want {
				t.Errorf("envelope = %q, want %q", got, test.want)
			}
			checkRefusal(t, err, test.err, test.naming)
		})
	}
}

// checkRefusal holds an error against its name and against what its text must name.
func checkRefusal(t *testing.T, err error, name recall.Name, naming string) {
	t.Helper()
	if name == "" {
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		return
	}
	if err == nil {
		t.Fatalf("accepted, want %s", name)
	}
	if got := recall.NameOf(err); got != name {
		t.Errorf("error %v, want %s", err, name)
	}
	if !strings.Contains(err.Error(), naming) {
		t.Errorf("error %q does not name %q", err, naming)
	}
}

package wire

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/recall/shared/recall"
)

const secret = "s3cr3t-w0rds"

// G10: no message text, reason or token ever stands in an error text.
func TestG10NoRefusalRepeatsWhatWasWritten(t *testing.T) {
	fields := []string{"action", "id", "conversation", "messageId", "messageIds", "replyTo", "body", "reason", "unsent", "conversations",
		"cursor", "before", "limit", "after", "group", "user", "users", "role", "sender", "operator", "since", "next", "name", "recallWindowSeconds"}
	values := []string{
		`"%s"`, `["%s"]`, `{"%s":"%s"}`, `[{"conversation":"%s"}]`, `[{"conversation":"c2c_bob","cursor":["%s"]}]`,
		`{"users":["%s!","%s"]}`, `{"group":"%s!"}`, `{"x":"%s","x":"%s"}`, `{"%s":"\ud800"}`, `"%s\ud800"`,
		`{"x":"%s` + strings.Repeat("x", recall.MaximumBodyBytes) + `"}`, `"%s` + strings.Repeat("x", 300) + `"`,
	}
	refused := 0
	for _, action := range []string{"send", "revoke", "sync", "read", "conversations", "revokeBySender", "putGroup", "putMember", "putSettings", "audit", "getGroup"} {
		for _, field := range fields {
			for _, value := range values {
				frame := fmt.Sprintf(`{"action":"%s","%s":%s}`, action, field, strings.ReplaceAll(value, "%s", secret))
				for _, complete := range []string{frame, strings.TrimSuffix(frame, "}") + `,"conversation":"c2c_bob","messageId":"` + string(first) + `"}`, frame[:len(frame)-1]} {
					for _, err := range []error{decode([]byte(complete)), decodeAdmin([]byte(complete))} {
						if err == nil {
							continue
						}
						refused++
						if strings.Contains(err.Error(), secret) || strings.Contains(string(ErrorReply(Envelope{}, err, reference)), secret) {
							t.Fatalf("%s of %s: %v", field, action, err)
						}
					}
				}
			}
		}
	}
	if refused == 0 {
		t.Fatal("nothing was refused")
	}
}

func TestErrorsThatAreNotOfTheRulesNeverReachTheCaller(t *testing.T) {
	unknown := fmt.Errorf("table Messages: %s", secret)
	wrapped := fmt.Errorf("reading: %w", recall.Unreachable("the store", errors.New(secret)))
	replies := map[string][]byte{
		"a reply's error":       ErrorReply(Envelope{"send", "1"}, unknown, reference),
		"internal of the rules": ErrorReply(Envelope{"send", "1"}, recall.Fail(recall.Internal, secret), reference),
		"a cause":               ErrorReply(Envelope{"send", "1"}, wrapped, reference),
		"a result's error":      RevokeReply(Envelope{"revoke", "1"}, []recall.RevokeResult{{MessageID: first, Err: unknown}}, true, reference),
		"an item's error":       SyncReply(Envelope{"sync", "1"}, alice, []recall.SyncResult{{Conversation: direct(), Err: unknown}}, reference),
		"an admin result":       AdminRevokeReply(Envelope{"revoke", "1"}, recall.AdminRevokePage{Results: []recall.RevokeResult{{MessageID: first, Err: unknown}}}, reference),
	}
	for name, reply := range replies {
		if strings.Contains(string(reply), secret) {
			t.Errorf("%s tells: %s", name, reply)
		}
		if name != "a cause" && !strings.Contains(string(reply), "internal error; reference "+reference) {
			t.Errorf("%s has no reference: %s", name, reply)
		}
	}
	if !strings.Contains(string(replies["a cause"]), `"name":"unavailable"`) {
		t.Errorf("a wrapped error of the rules is not known: %s", replies["a cause"])
	}
}

func TestATombstoneIsNeverEncodedWithABody(t *testing.T) {
	message := tombstone()
	message.Body = `{"text":"` + secret + `"}`
	event, err := Event(alice, recall.Notice{Conversation: direct(), Message: &message})
	if err != nil {
		t.Fatal(err)
	}
	reply := SyncReply(Envelope{"sync", "1"}, alice, []recall.SyncResult{{Conversation: direct(), Messages: []recall.Message{message}}}, reference)
	for _, frame := range [][]byte{event, reply, SendReply(Envelope{"send", "1"}, alice, recall.SendResult{Message: message})} {
		if strings.Contains(string(frame), secret) {
			t.Errorf("%s", frame)
		}
	}
}

func TestTheReplyToSendLeavesTheBodyOut(t *testing.T) {
	if reply := SendReply(Envelope{"send", "1"}, alice, recall.SendResult{Message: fromAlice()}); strings.Contains(string(reply), "body") {
		t.Errorf("%s", reply)
	}
}

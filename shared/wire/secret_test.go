package wire

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/recall/shared/recall"
)

const secret = "s3cr3t-w0rds"

func TestErrorsThatAreNotOfTheRulesNeverReachTheCaller(t *testing.T) {
	unknown := fmt.Errorf("table Messages: %s", secret)
	wrapped := fmt.Errorf("reading: %w", recall.Unreachable("the store", errors.New(secret)))
	replies := map[string][]byte{
		"a reply's error":       ErrorReply(Envelope{"send", "1"}, unknown, reference),
		"internal of the rules": ErrorReply(Envelope{"send", "1"}, recall.Fail(recall.Internal, secret), reference),
		"a cause":               ErrorReply(Envelope{"send", "1"}, wrapped, reference),
		"a result's error": must(RevokeReply(Envelope{"revoke", "1"},
			[]recall.RevokeResult{{MessageID: first, Err: unknown}}, true, reference)),
		"an item's error": must(SyncReply(Envelope{"sync", "1"}, alice,
			[]recall.SyncResult{{Conversation: direct(), Err: unknown}}, reference)),
		"an admin result": must(AdminRevokeReply(Envelope{"revoke", "1"},
			recall.AdminRevokePage{Results: []recall.RevokeResult{{MessageID: first, Err: unknown}}}, reference)),
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

func TestATombstoneIsNeverEncodedWithABodyOrAnAttachment(t *testing.T) {
	message := tombstone()
	message.Body = `{"text":"` + secret + `"}`
	message.Attachments = []recall.Attachment{{Name: secret}}
	event, err := Event(alice, recall.Notice{Conversation: direct(), Message: &message})
	if err != nil {
		t.Fatal(err)
	}
	reply := must(SyncReply(Envelope{"sync", "1"}, alice,
		[]recall.SyncResult{{Conversation: direct(), Messages: []recall.Message{message}}}, reference))
	for _, frame := range [][]byte{
		event, reply, must(SendReply(Envelope{"send", "1"}, alice, recall.SendResult{Message: message})),
	} {
		if strings.Contains(string(frame), secret) {
			t.Errorf("%s", frame)
		}
	}
}

func TestTheReplyToSendLeavesTheBodyOut(t *testing.T) {
	reply := must(SendReply(Envelope{"send", "1"}, alice, recall.SendResult{Message: fromAlice()}))
	if strings.Contains(string(reply), "body") {
		t.Errorf("%s", reply)
	}
}

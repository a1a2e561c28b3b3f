package recalltest

import (
	"fmt"
	"testing"

	"example.com/recall/shared/recall"
)

// People, places and the instant of the suites.
const (
	alice, bob, carol recall.UserID  = "alice", "bob", "carol"
	engineers         recall.GroupID = "engineers"
	// noon is a whole second, since a store may keep retention in seconds.
	noon recall.Instant = 1_790_000_000_000
)

// sentence is one test of a suite: its name is what is promised.
type sentence struct {
	name string
	test func(t *testing.T, store recall.Store)
}

// RunStore holds a recall.Store against everything that its interfaces promise. open makes an empty store.
func RunStore(t *testing.T, open func(t *testing.T) recall.Store) {
	for _, part := range []struct {
		name      string
		sentences []sentence
	}{
		{"create", createSentences()},
		{"create unless revoked", createUnlessRevokedSentences()},
		{"revoke", revokeSentences()},
		{"window", windowSentences()},
		{"unsent", unsentSentences()},
		{"settle", settleSentences()},
		{"attachments", attachmentSentences()},
		{"messages", pageSentences()},
		{"recalls", recallsSentences()},
		{"unread", unreadSentences()},
		{"conversations", conversationSentences()},
		{"groups", groupSentences()},
	} {
		t.Run(part.name, func(t *testing.T) {
			for _, each := range part.sentences {
				t.Run(each.name, func(t *testing.T) {
					t.Parallel()
					each.test(t, open(t))
				})
			}
		})
	}
}

// messageAt is an ID whose time is that many milliseconds behind noon; serial tells several of one millisecond apart.
func messageAt(milliseconds int64, serial int) recall.MessageID {
	earliest := recall.EarliestID(noon + recall.Instant(milliseconds))
	return recall.MessageID(fmt.Sprintf("%s%06d", earliest[:20], serial))
}

// recallAt is a recall's ID like messageAt.
func recallAt(milliseconds int64, serial int) recall.RevocationID {
	return recall.RevocationID(messageAt(milliseconds, serial))
}

// text is alice's message to bob, sent at noon and recallable for two minutes.
func text(id recall.MessageID) recall.Message {
	return recall.Message{
		ID: id, Conversation: recall.Between(alice, bob), Sender: alice, SentAt: noon,
		RecallableUntil: noon + 120_000, Body: `{"text":"hi"}`, Due: recall.DueSent,
	}
}

// takeBack is alice's own recall of a message at that many milliseconds behind noon.
func takeBack(message recall.Message, milliseconds int64) recall.RevokeCommand {
	return recall.RevokeCommand{
		Conversation: message.Conversation, MessageID: message.ID, SenderOnly: true,
		Revocation: recall.Revocation{
			ID: recall.NewRevocationID(noon + recall.Instant(milliseconds)), At: noon + recall.Instant(milliseconds),
			By: alice, Role: recall.RoleSender, Reason: "typo",
		},
	}
}

func create(t *testing.T, store recall.Store, message recall.Message) recall.Message {
	t.Helper()
	outcome, err := store.CreateMessage(t.Context(), message)
	if err != nil || !outcome.Created {
		t.Fatalf("create %s: created=%t, error %v", message.ID, outcome.Created, err)
	}
	return outcome.Message
}

func revoke(t *testing.T, store recall.Store, command recall.RevokeCommand) recall.RevokeOutcome {
	t.Helper()
	outcome, err := store.RevokeMessage(t.Context(), command)
	if err != nil {
		t.Fatalf("revoke %s: %v", command.MessageID, err)
	}
	return outcome
}

func applied(t *testing.T, store recall.Store, command recall.RevokeCommand) recall.RevokeOutcome {
	t.Helper()
	outcome := revoke(t, store, command)
	if !outcome.Applied || !outcome.Found {
		t.Fatalf("revoke %s: applied=%t found=%t", command.MessageID, outcome.Applied, outcome.Found)
	}
	return outcome
}

func read(t *testing.T, store recall.Store, message recall.Message) recall.Message {
	t.Helper()
	stored, found, err := store.Message(t.Context(), message.Conversation, message.ID)
	if err != nil || !found {
		t.Fatalf("read %s: found=%t, error %v", message.ID, found, err)
	}
	return stored
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

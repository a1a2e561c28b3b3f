package recalltest

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/recall"
)

// answerTo is bob's answer to alice's message. It is sent later by that many milliseconds.
func answerTo(question recall.Message, milliseconds int64) recall.Message {
	answer := text(messageAt(milliseconds, 2))
	answer.Sender, answer.SentAt, answer.ReplyTo = bob, noon+recall.Instant(milliseconds), question.ID
	return answer
}

// createUnlessRevoked stores a message unless the other one is revoked, and checks that the outcome is what is stored.
func createUnlessRevoked(
	t *testing.T, store recall.Store, message recall.Message, other recall.MessageID,
) recall.CreateOutcome {
	t.Helper()
	outcome, err := store.CreateMessageUnlessRevoked(t.Context(), message, other)
	must(t, err)
	_, found, err := store.Message(t.Context(), message.Conversation, message.ID)
	must(t, err)
	if found != (outcome.Message.ID != "") || found != (outcome.Other == recall.OtherIsNoObstacle) {
		t.Fatalf("the outcome is %+v, and found=%t", outcome, found)
	}
	return outcome
}

func createUnlessRevokedSentences() []sentence {
	return []sentence{
		{"an answer to a message that is not revoked is stored as it was written", func(t *testing.T, store recall.Store) {
			question := create(t, store, text(messageAt(0, 1)))
			answer := answerTo(question, 1_000)
			outcome := createUnlessRevoked(t, store, answer, question.ID)
			if difference := cmp.Diff(answer, read(t, store, answer), cmpConversation()); !outcome.Created || difference != "" {
				t.Errorf("created=%t %s", outcome.Created, difference)
			}
			if difference := cmp.Diff(question, read(t, store, question), cmpConversation()); difference != "" {
				t.Errorf("the question changed: %s", difference)
			}
		}},
		{"an answer to a revoked message is not stored", func(t *testing.T, store recall.Store) {
			question := create(t, store, text(messageAt(0, 1)))
			applied(t, store, takeBack(question, 1_000))
			outcome := createUnlessRevoked(t, store, answerTo(question, 2_000), question.ID)
			if outcome.Created || outcome.Other != recall.OtherIsRevoked {
				t.Errorf("%+v", outcome)
			}
		}},
		{"an answer to a message that was revoked before it came is not stored", func(t *testing.T, store recall.Store) {
			question := text(messageAt(0, 1))
			command := takeBack(question, 1_000)
			command.Unsent = true
			applied(t, store, command)
			outcome := createUnlessRevoked(t, store, answerTo(question, 2_000), question.ID)
			if outcome.Created || outcome.Other != recall.OtherIsRevoked {
				t.Errorf("%+v", outcome)
			}
		}},
		{"an answer to a message that is not there, or is in another conversation, is not stored",
			func(t *testing.T, store recall.Store) {
				elsewhere := text(messageAt(0, 1))
				elsewhere.Conversation = recall.Between(alice, carol)
				create(t, store, elsewhere)
				outcome := createUnlessRevoked(t, store, answerTo(elsewhere, 1_000), elsewhere.ID)
				if outcome.Created || outcome.Other != recall.OtherIsMissing {
					t.Errorf("%+v", outcome)
				}
			}},
		{"an answer to a message that has expired, revoked or not, is not stored", func(t *testing.T, store recall.Store) {
			question := text(messageAt(0, 1))
			question.ExpiresAt = noon + 60_000
			create(t, store, question)
			if outcome := createUnlessRevoked(t, store, answerTo(question, 59_999), question.ID); !outcome.Created {
				t.Errorf("right before the end: %+v", outcome)
			}
			late := answerTo(question, 60_000)
			if outcome := createUnlessRevoked(t, store, late, question.ID); outcome.Other != recall.OtherIsMissing {
				t.Errorf("at the end: %+v", outcome)
			}
			applied(t, store, takeBack(question, 1_000))
			if outcome := createUnlessRevoked(t, store, late, question.ID); outcome.Other != recall.OtherIsMissing {
				t.Errorf("at the end, and revoked: %+v", outcome)
			}
		}},
		{"a stored answer is not stored again, whatever became of its question", func(t *testing.T, store recall.Store) {
			question := create(t, store, text(messageAt(0, 1)))
			answer := answerTo(question, 1_000)
			createUnlessRevoked(t, store, answer, question.ID)
			again := answer
			again.SentAt++ // else it is the same call's retry
			for _, change := range []func(){func() {}, func() { applied(t, store, takeBack(question, 2_000)) }} {
				change()
				outcome := createUnlessRevoked(t, store, again, question.ID)
				if outcome.Created || outcome.Message.Body != answer.Body || outcome.Message.SentAt != answer.SentAt {
					t.Errorf("%+v", outcome)
				}
			}
			command := takeBack(answer, 3_000)
			command.Revocation.By = bob
			applied(t, store, command)
			outcome := createUnlessRevoked(t, store, again, question.ID)
			if outcome.Created || outcome.Message.Revoked == nil || outcome.Message.Body != "" {
				t.Errorf("after the recall of the answer: %+v", outcome)
			}
		}},
		{"a recall succeeds beside an answer at the same time, and no answer to it is stored later",
			func(t *testing.T, store recall.Store) {
				for i := range 8 {
					question := create(t, store, text(messageAt(int64(i), 1)))
					answer := answerTo(question, int64(100+i))
					var group sync.WaitGroup
					var outcome recall.CreateOutcome
					var err error
					group.Go(func() { outcome, err = store.CreateMessageUnlessRevoked(t.Context(), answer, question.ID) })
					applied(t, store, takeBack(question, 1_000))
					late := answerTo(question, int64(200+i))
					if after := createUnlessRevoked(t, store, late, question.ID); after.Other != recall.OtherIsRevoked {
						t.Errorf("after the recall: %+v", after)
					}
					group.Wait()
					if err != nil || !outcome.Created && outcome.Other != recall.OtherIsRevoked {
						t.Errorf("at the same time: %+v, error %v", outcome, err)
					}
				}
			}},
	}
}

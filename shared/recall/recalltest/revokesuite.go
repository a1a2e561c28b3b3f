package recalltest

import (
	"sync"
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

func revokeSentences() []sentence {
	return []sentence{
		{"a recall removes the body and stores who recalled, when, in which role and why",
			func(t *testing.T, store recall.Store) {
				message := create(t, store, text(messageAt(0, 1)))
				command := takeBack(message, 1_000)
				outcome := applied(t, store, command)
				for _, tombstone := range []recall.Message{outcome.Message, read(t, store, message)} {
					if tombstone.Body != "" || tombstone.Revoked == nil || *tombstone.Revoked != command.Revocation ||
						tombstone.Due != recall.DueRevoked {
						t.Errorf("the tombstone is %+v", tombstone)
					}
					if tombstone.Sender != alice || tombstone.SentAt != noon || tombstone.RecallableUntil != message.RecallableUntil {
						t.Errorf("the tombstone lost what the message was: %+v", tombstone)
					}
				}
			}},
		{"a recall without a reason has none", func(t *testing.T, store recall.Store) {
			message := create(t, store, text(messageAt(0, 1)))
			command := takeBack(message, 1_000)
			command.Revocation.Reason = ""
			if got := applied(t, store, command).Message.Revoked.Reason; got != "" {
				t.Errorf("the reason has %d bytes", len(got))
			}
		}},
		{"only the sender recalls as the sender", func(t *testing.T, store recall.Store) {
			message := create(t, store, text(messageAt(0, 1)))
			command := takeBack(message, 1_000)
			command.Revocation.By = bob
			outcome := revoke(t, store, command)
			if outcome.Applied || !outcome.Found || outcome.Message.Sender != alice || outcome.Message.Body != "" {
				t.Errorf("the outcome is %+v", outcome)
			}
			if read(t, store, message).Body == "" {
				t.Error("the body is gone")
			}
		}},
		{"a moderator or an admin recalls a message of any sender and any age", func(t *testing.T, store recall.Store) {
			message := create(t, store, text(messageAt(0, 1)))
			command := takeBack(message, 7*24*3_600_000)
			command.SenderOnly, command.Revocation.By, command.Revocation.Role = false, carol, recall.RoleModerator
			if got := applied(t, store, command).Message.Revoked; got.By != carol || got.Role != recall.RoleModerator {
				t.Errorf("revoked %+v", got)
			}
		}},
		{"a recall of a missing message finds none and stores none", func(t *testing.T, store recall.Store) {
			for _, senderOnly := range []bool{true, false} {
				command := takeBack(text(messageAt(0, 1)), 1_000)
				command.SenderOnly = senderOnly
				if outcome := revoke(t, store, command); outcome.Applied || outcome.Found {
					t.Errorf("the outcome is %+v", outcome)
				}
			}
			if _, found, err := store.Message(t.Context(), recall.Between(alice, bob), messageAt(0, 1)); err != nil || found {
				t.Errorf("found=%t, error %v", found, err)
			}
		}},
		{"the first recall stands for ever", func(t *testing.T, store recall.Store) {
			message := create(t, store, text(messageAt(0, 1)))
			first := applied(t, store, takeBack(message, 1_000)).Message.Revoked
			second := takeBack(message, 2_000)
			second.SenderOnly, second.Revocation.By, second.Revocation.Reason = false, carol, "later"
			outcome := revoke(t, store, second)
			if outcome.Applied || !outcome.Found || outcome.Message.Revoked == nil || *outcome.Message.Revoked != *first {
				t.Errorf("the outcome is %+v", outcome)
			}
			if got := read(t, store, message).Revoked; *got != *first {
				t.Errorf("it was changed to %+v", got)
			}
		}},
		{"a repeat of the very same command counts as applied", func(t *testing.T, store recall.Store) {
			message := create(t, store, text(messageAt(0, 1)))
			command := takeBack(message, 1_000)
			applied(t, store, command)
			applied(t, store, command)
		}},
		{"an expired message is not found", func(t *testing.T, store recall.Store) {
			message := text(messageAt(0, 1))
			message.ExpiresAt, message.RecallableUntil = noon+60_000, recall.AlwaysRecallable
			create(t, store, message)
			for _, unsent := range []bool{false, true} {
				command := takeBack(message, 60_000)
				command.Unsent = unsent
				if outcome := revoke(t, store, command); outcome.Applied || outcome.Found {
					t.Errorf("unsent=%t: the outcome is %+v", unsent, outcome)
				}
			}
			applied(t, store, takeBack(message, 59_999))
		}},
		{"one of 32 recalls at the same time is the first, and 31 see its result", concurrentRecalls},
	}
}

func concurrentRecalls(t *testing.T, store recall.Store) {
	message := create(t, store, text(messageAt(0, 1)))
	outcomes := make([]recall.RevokeOutcome, 32)
	start := make(chan struct{})
	var group sync.WaitGroup
	for i := range outcomes {
		group.Go(func() {
			<-start
			command := takeBack(message, 1_000+int64(i))
			outcome, err := store.RevokeMessage(t.Context(), command)
			if err != nil {
				t.Error(err)
			}
			outcomes[i] = outcome
		})
	}
	close(start)
	group.Wait()
	first := 0
	for _, outcome := range outcomes {
		if outcome.Applied {
			first++
		}
		if outcome.Message.Revoked == nil || *outcome.Message.Revoked != *outcomes[0].Message.Revoked {
			t.Fatalf("two results: %+v and %+v", outcome.Message.Revoked, outcomes[0].Message.Revoked)
		}
	}
	if first != 1 {
		t.Errorf("%d of 32 were first", first)
	}
}

func windowSentences() []sentence {
	var sentences []sentence
	for _, each := range []struct {
		name    string
		until   recall.Instant
		at      time.Duration
		applied bool
	}{
		{"119.999 s after the sending a window of 120 s is open", noon + 120_000, 119_999 * time.Millisecond, true},
		{"120.000 s after the sending a window of 120 s is open", noon + 120_000, 120_000 * time.Millisecond, true},
		{"120.001 s after the sending a window of 120 s is over", noon + 120_000, 120_001 * time.Millisecond, false},
		{"a window of -1 is open after a year", recall.AlwaysRecallable, 365 * 24 * time.Hour, true},
		{"a window of 0 was never open", recall.NeverRecallable, 0, false},
	} {
		sentences = append(sentences, sentence{each.name, func(t *testing.T, store recall.Store) {
			message := text(messageAt(0, 1))
			message.RecallableUntil = each.until
			create(t, store, message)
			outcome := revoke(t, store, takeBack(message, each.at.Milliseconds()))
			if outcome.Applied != each.applied || !outcome.Found {
				t.Errorf("applied=%t found=%t", outcome.Applied, outcome.Found)
			}
			if gone := read(t, store, message).Body == ""; gone != each.applied {
				t.Errorf("the body is gone: %t", gone)
			}
		}})
	}
	return sentences
}

func unsentSentences() []sentence {
	cancel := func(message recall.Message) recall.RevokeCommand {
		command := takeBack(message, 1_000)
		command.Unsent, command.ExpiresAt = true, noon+3_600_000
		return command
	}
	return []sentence{
		{"an unsent recall of a missing message stores a tombstone, and the late message is refused",
			func(t *testing.T, store recall.Store) {
				message := text(messageAt(0, 1))
				command := cancel(message)
				tombstone := applied(t, store, command).Message
				if tombstone.Sender != alice || tombstone.SentAt != noon+1_000 || *tombstone.Revoked != command.Revocation ||
					tombstone.Due != recall.DueRevoked || tombstone.ExpiresAt != noon+3_600_000 {
					t.Errorf("the tombstone is %+v", tombstone)
				}
				outcome, err := store.CreateMessage(t.Context(), message)
				if err != nil || outcome.Created || outcome.Message.Revoked == nil {
					t.Errorf("%+v, error %v", outcome, err)
				}
			}},
		{"an unsent recall of a stored message is an ordinary one", func(t *testing.T, store recall.Store) {
			message := create(t, store, text(messageAt(0, 1)))
			tombstone := applied(t, store, cancel(message)).Message
			if tombstone.SentAt != noon || tombstone.Body != "" || tombstone.ExpiresAt != noon+3_600_000 {
				t.Errorf("the tombstone is %+v", tombstone)
			}
			kept := text(messageAt(0, 2))
			kept.ExpiresAt = noon + 7_200_000
			create(t, store, kept)
			if tombstone := applied(t, store, cancel(kept)).Message; tombstone.ExpiresAt != kept.ExpiresAt {
				t.Errorf("its retention changed to %d", tombstone.ExpiresAt)
			}
		}},
		{"an unsent recall does not recall the message of another sender", func(t *testing.T, store recall.Store) {
			message := text(messageAt(0, 1))
			message.Sender = bob
			create(t, store, message)
			outcome := revoke(t, store, cancel(message))
			if outcome.Applied || !outcome.Found || outcome.Message.Sender != bob {
				t.Errorf("the outcome is %+v", outcome)
			}
		}},
		{"an unsent recall after the window is refused", func(t *testing.T, store recall.Store) {
			message := text(messageAt(0, 1))
			message.RecallableUntil = noon + 999
			create(t, store, message)
			if outcome := revoke(t, store, cancel(message)); outcome.Applied || !outcome.Found {
				t.Errorf("the outcome is %+v", outcome)
			}
		}},
		{"the body is gone at the end, whether the message or its unsent recall comes first",
			func(t *testing.T, store recall.Store) {
				for serial := range 20 {
					message := text(messageAt(0, serial))
					var group sync.WaitGroup
					group.Go(func() {
						if _, err := store.CreateMessage(t.Context(), message); err != nil {
							t.Error(err)
						}
					})
					group.Go(func() {
						if outcome, err := store.RevokeMessage(t.Context(), cancel(message)); err != nil || !outcome.Applied {
							t.Errorf("applied=%t, error %v", outcome.Applied, err)
						}
					})
					group.Wait()
					if stored := read(t, store, message); stored.Body != "" || stored.Revoked == nil {
						t.Errorf("stored %+v", stored)
					}
				}
			}},
	}
}

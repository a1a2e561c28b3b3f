package recalltest

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/recall"
)

func createSentences() []sentence {
	return []sentence{
		{"a created message is read as it was written", func(t *testing.T, store recall.Store) {
			message := text(messageAt(0, 1))
			message.ReplyTo, message.ExpiresAt = messageAt(-5, 1), noon+3_600_000
			create(t, store, message)
			if difference := cmp.Diff(message, read(t, store, message), cmpConversation()); difference != "" {
				t.Error(difference)
			}
		}},
		{"a message that was never created is not found", func(t *testing.T, store recall.Store) {
			_, found, err := store.Message(t.Context(), recall.Between(alice, bob), messageAt(0, 1))
			if err != nil || found {
				t.Errorf("found=%t, error %v", found, err)
			}
		}},
		{"a message whose ID is taken is not overwritten, and the outcome has the stored message",
			func(t *testing.T, store recall.Store) {
				first := create(t, store, text(messageAt(0, 1)))
				second := first
				second.Sender, second.Body, second.SentAt = bob, `{"text":"other"}`, noon+1
				outcome, err := store.CreateMessage(t.Context(), second)
				if err != nil || outcome.Created || outcome.Message.Sender != alice || outcome.Message.Body != first.Body {
					t.Errorf("%+v, error %v", outcome, err)
				}
				if read(t, store, first).Sender != alice {
					t.Error("the first message was written over")
				}
			}},
		{"one ID in two conversations is two messages", func(t *testing.T, store recall.Store) {
			first := text(messageAt(0, 1))
			second := first
			second.Conversation = recall.Between(alice, carol)
			create(t, store, first)
			create(t, store, second)
		}},
		{"a recalled message's ID stays taken", func(t *testing.T, store recall.Store) {
			message := create(t, store, text(messageAt(0, 1)))
			applied(t, store, takeBack(message, 1_000))
			outcome, err := store.CreateMessage(t.Context(), message)
			if err != nil || outcome.Created || outcome.Message.Revoked == nil || outcome.Message.Body != "" {
				t.Errorf("%+v, error %v", outcome, err)
			}
		}},
		{"one of 32 creations of the same ID at the same time succeeds", func(t *testing.T, store recall.Store) {
			created := make([]bool, 32)
			var group sync.WaitGroup
			for i := range created {
				group.Go(func() {
					message := text(messageAt(0, 1))
					message.SentAt += recall.Instant(i) // else they are one call's retries
					outcome, err := store.CreateMessage(t.Context(), message)
					if err != nil {
						t.Error(err)
					}
					created[i] = outcome.Created
				})
			}
			group.Wait()
			count := 0
			for _, each := range created {
				if each {
					count++
				}
			}
			if count != 1 {
				t.Errorf("%d of 32 were created", count)
			}
		}},
	}
}

// cmpConversation compares conversations by their keys.
func cmpConversation() cmp.Option {
	return cmp.Comparer(func(a, b recall.Conversation) bool { return a.Key() == b.Key() })
}

func settleSentences() []sentence {
	return []sentence{
		{"settling ends what the message owes", func(t *testing.T, store recall.Store) {
			message := create(t, store, text(messageAt(0, 1)))
			must(t, store.Settle(t.Context(), message))
			if due := read(t, store, message).Due; due != recall.DueNothing {
				t.Errorf("it still owes %q", due)
			}
		}},
		{"settling a send leaves what a later recall owes", func(t *testing.T, store recall.Store) {
			message := create(t, store, text(messageAt(0, 1)))
			tombstone := applied(t, store, takeBack(message, 1_000)).Message
			must(t, store.Settle(t.Context(), message))
			if due := read(t, store, message).Due; due != recall.DueRevoked {
				t.Errorf("it owes %q", due)
			}
			must(t, store.Settle(t.Context(), tombstone))
			if due := read(t, store, message).Due; due != recall.DueNothing {
				t.Errorf("it still owes %q", due)
			}
		}},
		{"settling twice, or a missing message, is no error and stores nothing", func(t *testing.T, store recall.Store) {
			message := create(t, store, text(messageAt(0, 1)))
			must(t, store.Settle(t.Context(), message))
			must(t, store.Settle(t.Context(), message))
			absent := text(messageAt(0, 2))
			must(t, store.Settle(t.Context(), absent))
			if _, found, err := store.Message(t.Context(), absent.Conversation, absent.ID); err != nil || found {
				t.Errorf("found=%t, error %v", found, err)
			}
		}},
		{"settling leaves everything else of the message", func(t *testing.T, store recall.Store) {
			message := create(t, store, text(messageAt(0, 1)))
			must(t, store.Settle(t.Context(), message))
			message.Due = recall.DueNothing
			if difference := cmp.Diff(message, read(t, store, message), cmpConversation()); difference != "" {
				t.Error(difference)
			}
		}},
	}
}

package recalltest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/recall"
)

// withFiles is alice's message with two attachments.
func withFiles(id recall.MessageID) recall.Message {
	message := text(id)
	message.Attachments = []recall.Attachment{
		{ID: "01HF7YAY8G00000000000000AT", Name: "猫 \"1\".png", Type: "image/png", Size: 7, Key: copyOfIt},
		{ID: "01HF7YAY8G00000000000000AV", Name: "b", Type: "x/y", Size: recall.MaximumAttachmentSize, Key: otherCopy},
	}
	message.Objects = []recall.ObjectKey{copyOfIt, otherCopy, uploadOfAlice}
	return message
}

func attachmentSentences() []sentence {
	return []sentence{
		{"attachments and objects are read as they were written", func(t *testing.T, store recall.Store) {
			message := create(t, store, withFiles(messageAt(0, 1)))
			if difference := cmp.Diff(message, read(t, store, message), cmpConversation()); difference != "" {
				t.Error(difference)
			}
			page, err := store.Messages(t.Context(), message.Conversation, recall.MessageRange{Limit: 1, Now: noon})
			must(t, err)
			if difference := cmp.Diff([]recall.Message{message}, page.Items, cmpConversation()); difference != "" {
				t.Error(difference)
			}
		}},
		{"a recall takes the attachments at once, and leaves the objects until it is settled",
			func(t *testing.T, store recall.Store) {
				message := create(t, store, withFiles(messageAt(0, 1)))
				tombstone := applied(t, store, takeBack(message, 1_000)).Message
				for _, each := range []recall.Message{tombstone, read(t, store, message)} {
					if each.Attachments != nil || !slices.Equal(each.Objects, message.Objects) {
						t.Errorf("the tombstone is %+v", each)
					}
				}
				must(t, store.Settle(t.Context(), message)) // of the send, which owes nothing any more
				if objects := read(t, store, message).Objects; !slices.Equal(objects, message.Objects) {
					t.Errorf("settling the send left the objects %v", objects)
				}
				must(t, store.Settle(t.Context(), tombstone))
				if settled := read(t, store, message); settled.Objects != nil || settled.Due != recall.DueNothing {
					t.Errorf("the settled tombstone is %+v", settled)
				}
			}},
		{"settling a send leaves the attachments and the objects", func(t *testing.T, store recall.Store) {
			message := create(t, store, withFiles(messageAt(0, 1)))
			must(t, store.Settle(t.Context(), message))
			message.Due = recall.DueNothing
			if difference := cmp.Diff(message, read(t, store, message), cmpConversation()); difference != "" {
				t.Error(difference)
			}
		}},
		{"a recall that is refused tells no attachments, and takes none", func(t *testing.T, store recall.Store) {
			message := create(t, store, withFiles(messageAt(0, 1)))
			command := takeBack(message, 1_000)
			command.Revocation.By = bob
			if outcome := revoke(t, store, command); outcome.Applied || outcome.Message.Attachments != nil {
				t.Errorf("%+v", outcome)
			}
			if stored := read(t, store, message); len(stored.Attachments) != 2 {
				t.Errorf("stored %+v", stored)
			}
		}},
		{"objects are removed before their messages when a group is deleted", func(t *testing.T, store recall.Store) {
			filledGroup(t, store, 1)
			message := withFiles(messageAt(10, 10))
			message.Conversation = recall.InGroup(engineers)
			create(t, store, message)
			failure := errors.New("the storage of files is away")
			fails := func(context.Context, []recall.ObjectKey) error { return failure }
			_, err := store.DeleteGroup(t.Context(), engineers, fails)
			if !errors.Is(err, failure) || !slices.Equal(read(t, store, message).Objects, message.Objects) {
				t.Errorf("error %v", err)
			}
			removed := removedBy(t, store)
			if !slices.Equal(removed, message.Objects) {
				t.Errorf("removed %v", removed)
			}
			if _, found, err := store.Message(t.Context(), message.Conversation, message.ID); err != nil || found {
				t.Errorf("found=%t, error %v", found, err)
			}
		}},
	}
}

// removedBy deletes the group and returns the objects that this removes.
func removedBy(t *testing.T, store recall.Store) []recall.ObjectKey {
	t.Helper()
	var removed []recall.ObjectKey
	for range 10 {
		done, err := store.DeleteGroup(t.Context(), engineers, func(_ context.Context, objects []recall.ObjectKey) error {
			removed = append(removed, objects...)
			return nil
		})
		must(t, err)
		if done {
			return removed
		}
	}
	t.Fatal("the deletion does not end")
	return nil
}

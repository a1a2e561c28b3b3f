package wire

import (
	"errors"
	"testing"

	"example.com/recall/shared/recall"
)

const reference = "5a1f"

// webPushKey is the public key of the example in RFC 8291, 5.
const webPushKey = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"

func TestRepliesAreThoseOfTheVectors(t *testing.T) {
	replies := append(singleReplies(), revokeReplies()...)
	replies = append(replies, syncReplies()...)
	replies = append(replies, listReplies()...)
	replies = append(replies, errorReplies()...)
	golden(t, "replies.json", append(replies, attachmentReplies()...))
}

func singleReplies() []vector {
	fromAliceInGroup := inGroup()
	fromAliceInGroup.Sender = alice
	plain := fromAlice()
	plain.ReplyTo = ""
	return []vector{
		{
			"hello",
			must(HelloReply(Envelope{"hello", "1"}, recall.Hello{
				ServerTime:     now,
				User:           alice,
				RecallWindow:   120,
				MaxBodyBytes:   recall.MaximumBodyBytes,
				TokenExpiresAt: now + 3_600_000,
			})),
		},
		{
			"hello of a deployment with web push",
			must(HelloReply(Envelope{"hello", "1"}, recall.Hello{
				ServerTime:     now,
				User:           alice,
				RecallWindow:   120,
				MaxBodyBytes:   recall.MaximumBodyBytes,
				TokenExpiresAt: now + 3_600_000,
				WebPushKey:     webPushKey,
			})),
		},
		{"push", must(PushReply(Envelope{"push", "9"}, true))},
		{"push, removed", must(PushReply(Envelope{"push", "9"}, false))},
		{
			"hello without id, no limit",
			must(HelloReply(Envelope{"hello", ""}, recall.Hello{
				ServerTime:     now,
				User:           alice,
				RecallWindow:   recall.Unlimited,
				MaxBodyBytes:   recall.MaximumBodyBytes,
				TokenExpiresAt: now + 3_600_000,
			})),
		},
		{
			"hello, recall off",
			must(HelloReply(Envelope{"hello", "1"}, recall.Hello{
				ServerTime:     now,
				User:           alice,
				RecallWindow:   recall.WindowOff,
				MaxBodyBytes:   recall.MaximumBodyBytes,
				TokenExpiresAt: now + 3_600_000,
			})),
		},
		{"send", must(SendReply(Envelope{"send", "2"}, alice, recall.SendResult{Message: plain}))},
		{"send of a reply", must(SendReply(Envelope{"send", "2"}, alice, recall.SendResult{Message: fromAlice()}))},
		{
			"send, stored before",
			must(SendReply(Envelope{"send", "2"}, alice, recall.SendResult{Message: fromAlice(), Duplicate: true})),
		},
		{
			"send to a group without recall",
			must(SendReply(Envelope{"send", "3"}, alice, recall.SendResult{Message: fromAliceInGroup})),
		},
		{"read", must(ReadReply(Envelope{"read", "6"}, recall.ReadMark{ReadUpTo: third, Unread: 0}))},
		{
			"read, more than is counted",
			must(ReadReply(Envelope{"read", "6"}, recall.ReadMark{ReadUpTo: first, Unread: 1_000})),
		},
		{
			"read, more than 99 unread",
			must(ReadReply(Envelope{"read", "6"}, recall.ReadMark{ReadUpTo: first, Unread: recall.MaximumUnread})),
		},
	}
}

func attachmentReplies() []vector {
	forwarded := withPicture()
	forwarded.ID, forwarded.Conversation, forwarded.SentAt = "01HF7YAZQ8000000000000A1C6", group(), now+6_000
	forwarded.RecallableUntil = now + 126_000
	forwarded.Attachments = []recall.Attachment{
		{ID: "01HF7YAY8G00000000000000AV", Name: `猫 "1".svg`, Type: "image/svg+xml", Size: 26_214_400}, picture(),
	}
	return []vector{
		{
			"hello of a deployment with attachments",
			must(HelloReply(Envelope{"hello", "1"}, recall.Hello{
				ServerTime:         now,
				User:               alice,
				RecallWindow:       120,
				MaxBodyBytes:       recall.MaximumBodyBytes,
				TokenExpiresAt:     now + 3_600_000,
				MaxAttachmentBytes: 26_214_400,
			})),
		},
		{
			"attach",
			must(AttachReply(Envelope{"attach", "8"}, recall.Upload{
				ID:     picture().ID,
				Method: "PUT",
				URL: "https://files.example.com/uploads/alice/" + string(picture().ID) +
					"?X-Amz-Expires=300&X-Amz-Signature=5a1f",
				Headers: map[string]string{
					"content-type":    "image/png",
					"x-amz-meta-name": "cat.png",
				},
				Until: now + 304_500,
			})),
		},
		{
			"send with an attachment",
			must(SendReply(Envelope{"send", "2"}, alice, recall.SendResult{Message: withPicture()})),
		},
		{
			"send with an upload and a forwarded attachment",
			must(SendReply(Envelope{"send", "2"}, alice, recall.SendResult{Message: forwarded})),
		},
		{
			"download",
			must(DownloadReply(Envelope{"download", "9"}, recall.Download{
				URL:   "https://files.example.com/messages/6XJ2?X-Amz-Expires=300&X-Amz-Signature=5a1f",
				Until: now + 305_000,
			})),
		},
		{"sync of messages with attachments", must(SyncReply(Envelope{"sync", "5"}, alice, []recall.SyncResult{{
			Conversation: direct(),
			Messages:     []recall.Message{withPicture(), tombstone()},
			Cursor:       "MToxNzAwMDAwMDA1MDAw",
		}}, reference))},
	}
}

func revokeReplies() []vector {
	one := Envelope{"revoke", "4"}
	expired := recall.Fail(recall.RecallWindowExpired, "the time in which the message could be recalled is over")
	return []vector{
		{"revoke", must(RevokeReply(one, []recall.RevokeResult{{MessageID: second, Revoked: bySender()}}, true, reference))},
		{
			"revoke, repeated by the same operator",
			must(RevokeReply(one, []recall.RevokeResult{{MessageID: second, Revoked: bySender(), Repeated: true}}, true,
				reference)),
		},
		{
			"revoke by a moderator with a reason",
			must(RevokeReply(one, []recall.RevokeResult{{MessageID: fourth, Revoked: byModerator()}}, true, reference)),
		},
		{
			"revoke after the window",
			must(RevokeReply(one, []recall.RevokeResult{{MessageID: second, Err: expired.In(direct())}}, true, reference)),
		},
		{"revoke of several, one of which fails", must(RevokeReply(one, []recall.RevokeResult{
			{MessageID: second, Revoked: bySender()},
			{MessageID: fourth, Err: recall.Fail(recall.MessageNotFound, "no such message in that conversation")},
		}, false, reference))},
		{"revoke of several, one of which meets a bug", must(RevokeReply(one, []recall.RevokeResult{
			{MessageID: second, Revoked: bySender()},
			{MessageID: third, Err: errors.New("something that only the log may hold")},
		}, false, reference))},
		{"revoke of several", must(RevokeReply(one, []recall.RevokeResult{
			{MessageID: second, Revoked: bySender()},
			{MessageID: fourth, Revoked: bySender(), Repeated: true},
		}, false, reference))},
	}
}

func syncReplies() []vector {
	sync := Envelope{"sync", "5"}
	revocations := []recall.RevokedMessage{
		{Conversation: direct(), MessageID: third, Sender: bob, SentAt: now + 2_000, Revocation: *tombstone().Revoked},
	}
	return []vector{
		{"sync of the newest, older ones exist", must(SyncReply(sync, alice, []recall.SyncResult{{
			Conversation: direct(),
			Messages:     []recall.Message{fromBob(), fromAlice(), tombstone()},
			Cursor:       "MToxNzAwMDAwMDA1MDAw",
			Older:        true,
			Unread:       1,
		}}, reference))},
		{"sync since a cursor, more to come", must(SyncReply(sync, alice, []recall.SyncResult{
			{
				Conversation: direct(),
				Messages:     []recall.Message{fromBob()},
				Revocations:  revocations,
				Cursor:       "MToxNzAwMDAwMDA1MDAwOjAxOjAx",
				More:         true,
				Unread:       2,
			},
			{
				Conversation: group(),
				Messages:     []recall.Message{inGroup()},
				Cursor:       "MToxNzAwMDAwMDA1MDAw",
				Older:        true,
				Unread:       1,
			},
		}, reference))},
		{
			"sync without news",
			must(SyncReply(sync, alice,
				[]recall.SyncResult{{Conversation: direct(), Cursor: "MToxNzAwMDAwMDA1MDAw", ReadUpTo: second}}, reference)),
		},
		{
			"sync, paging back, the beginning is reached",
			must(SyncReply(sync, alice,
				[]recall.SyncResult{{Conversation: direct(), Messages: []recall.Message{fromBob()}, ReadUpTo: second}},
				reference)),
		},
		{
			"sync, paging back, older ones exist",
			must(SyncReply(sync, alice,
				[]recall.SyncResult{
					{Conversation: direct(), Messages: []recall.Message{fromAlice()}, More: true, ReadUpTo: second},
				},
				reference)),
		},
		{"sync of several: one fails, one did not fit", must(SyncReply(sync, alice, []recall.SyncResult{
			{Conversation: group(), Messages: []recall.Message{inGroup()}, Cursor: "MToxNzAwMDAwMDA1MDAw", Unread: 1},
			{Conversation: recall.InGroup("secret"), Err: recall.Fail(recall.ConversationNotFound, "no such conversation")},
			{Conversation: direct(), More: true, Unread: 2, ReadUpTo: first},
		}, reference))},
	}
}

func listReplies() []vector {
	list := Envelope{"conversations", "7"}
	return []vector{
		{"conversations, more to come", must(ConversationsReply(list, alice, recall.ConversationsResult{
			Conversations: []recall.ListEntry{
				{
					Conversation:  group(),
					LastChangeAt:  now + 6_000,
					LastMessageID: fourth,
					Unread:        1,
					Role:          recall.MemberOwner,
					Name:          "Engineering",
				},
				{Conversation: direct(), LastChangeAt: now + 5_000, LastMessageID: third},
			},
			Next: "MTcwMDAwMDAwNTAwMDpjMmMjYWxpY2UjYm9i",
		}))},
		{"conversations, a group without messages", must(ConversationsReply(list, alice, recall.ConversationsResult{
			Conversations: []recall.ListEntry{
				{Conversation: recall.InGroup("new"), LastChangeAt: now, Role: recall.MemberMember},
			},
		}))},
		{"conversations of a new user", must(ConversationsReply(list, alice, recall.ConversationsResult{}))},
	}
}

// everyFailure has each name of the error table once, in the table's order.
func everyFailure() []*recall.Error {
	stale := recall.Fail(recall.StaleMessageID,
		"the messageId's time is more than 30 s off the server's; set the clock by serverTime")
	stale.ServerTime = now
	return []*recall.Error{
		recall.Invalid("conversation", "is missing"),
		recall.Fail(recall.UnknownAction, "action: no such action"),
		recall.Fail(recall.BodyTooLarge, "body: more than 12288 bytes as encoded"),
		recall.Fail(recall.RecallWindowExpired, "the time in which the message could be recalled is over"),
		recall.Fail(recall.MessageNotFound, "no such message in that conversation"),
		recall.Fail(recall.AlreadyRecalled, "the message was recalled before by somebody else"),
		recall.Fail(recall.RecallDenied, "only the sender or a moderator may recall the message"),
		recall.Fail(recall.ConversationNotFound, "no such conversation"),
		recall.Fail(recall.NotAllowed, "the action needs another role"),
		stale,
		recall.Fail(recall.MessageIDTaken, "the messageId is taken"),
		recall.Fail(recall.TokenExpired, "the token has expired; connect again with a new one"),
		recall.Fail(recall.TooManyRequests, "too many requests; wait and retry"),
		recall.Fail(recall.Unavailable, "the store could not be reached; retry"),
		recall.Fail(recall.Internal, "this text is never sent"),
		recall.Fail(recall.GroupDeleted, "the group was deleted; choose another ID"),
		recall.Full(errors.New("this text is never sent")),
		recall.Fail(recall.OtherMessageRecalled, "unlessRevoked: message "+string(first)+" was recalled"),
		recall.Fail(recall.AttachmentsOff, "this deployment has no attachments"),
		recall.Fail(recall.AttachmentNotFound, "attachments[0]: no such attachment, or it is not uploaded completely"),
		recall.Fail(recall.AttachmentTooLarge, "size: more than 26214400 bytes"),
		recall.Fail(recall.PushOff, "this deployment sends no notifications of this kind"),
	}
}

func errorReplies() []vector {
	var replies []vector
	for _, failure := range everyFailure() {
		replies = append(replies, vector{
			"error " + string(failure.Name), ErrorReply(Envelope{"send", "8"}, failure, reference),
		})
	}
	return append(replies,
		vector{
			"error in a group",
			ErrorReply(Envelope{"revoke", "8"},
				recall.Fail(recall.RecallWindowExpired, "the time in which the message could be recalled is over").In(group()),
				reference),
		},
		vector{
			"error of a frame that could not be read",
			ErrorReply(Envelope{},
				recall.Fail(recall.UnknownAction, "the frame is not JSON; send a JSON object with an action"), reference),
		},
	)
}

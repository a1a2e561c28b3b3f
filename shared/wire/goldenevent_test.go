package wire

import (
	"testing"

	"example.com/recall/shared/recall"
)

type namedNotice struct {
	name   string
	notice recall.Notice
}

// notices are those of the vectors.
func notices() []namedNotice {
	message, reply, ofGroup, pictured := fromBob(), fromAlice(), inGroup(), withPicture()
	recalled := recall.RevokedMessage{
		Conversation: direct(),
		MessageID:    third,
		Sender:       bob,
		SentAt:       now + 2_000,
		Revocation:   *tombstone().Revoked,
	}
	inGroupByModerator := recall.RevokedMessage{
		Conversation: group(),
		MessageID:    fourth,
		Sender:       carol,
		SentAt:       now + 3_000,
		Revocation:   byModerator(),
	}
	inGroupByAdmin := recall.RevokedMessage{
		Conversation: group(),
		MessageID:    first,
		Sender:       bob,
		SentAt:       now,
		Revocation:   byAdmin(recall.AdminOperator),
	}
	return []namedNotice{
		{"message", recall.Notice{Conversation: direct(), Message: &message}},
		{"message from another device of mine, a reply", recall.Notice{Conversation: direct(), Message: &reply}},
		{"message in a group without recall", recall.Notice{Conversation: group(), Message: &ofGroup}},
		{"revoked", recall.Notice{Conversation: direct(), Revocations: []recall.RevokedMessage{recalled}}},
		{
			"revoked by a moderator and by an admin",
			recall.Notice{Conversation: group(), Revocations: []recall.RevokedMessage{inGroupByModerator, inGroupByAdmin}},
		},
		{
			"read on another device", recall.Notice{Conversation: direct(), Read: &recall.ReadMark{ReadUpTo: third, Unread: 0}},
		},
		{
			"conversation: somebody joined",
			recall.Notice{
				Conversation: group(),
				Change:       &recall.Change{What: recall.ChangeJoined, User: bob, Role: recall.MemberMember},
			},
		},
		{
			"conversation: somebody left",
			recall.Notice{Conversation: group(), Change: &recall.Change{What: recall.ChangeLeft, User: bob}},
		},
		{
			"conversation: another role",
			recall.Notice{
				Conversation: group(),
				Change:       &recall.Change{What: recall.ChangeRole, User: bob, Role: recall.MemberAdmin},
			},
		},
		{
			"conversation: other settings",
			recall.Notice{Conversation: group(), Change: &recall.Change{What: recall.ChangeSettings}},
		},
		{"kicked by a newer connection", recall.Notice{Kicked: recall.KickConnectionLimit}},
		{"kicked by an administrator", recall.Notice{Kicked: recall.KickAdministrator}},
		{"message with an attachment, from another device of mine",
			recall.Notice{Conversation: direct(), Message: &pictured}},
	}
}

func TestEventsAreThoseOfTheVectors(t *testing.T) {
	var produced []vector
	for _, entry := range notices() {
		frame, err := Event(alice, entry.notice)
		if err != nil {
			t.Fatalf("%s: %v", entry.name, err)
		}
		produced = append(produced, vector{entry.name, frame})
	}
	golden(t, "events.json", produced)
}

func TestAdminRepliesAreThoseOfTheVectors(t *testing.T) {
	hour := recall.Window(3600)
	golden(t, "adminreplies.json", []vector{
		{
			"revoke",
			must(AdminRevokeReply(Envelope{"revoke", "1"},
				recall.AdminRevokePage{Results: []recall.RevokeResult{{MessageID: first, Revoked: byAdmin("moderation")}}},
				reference)),
		},
		{"revoke, one of which fails", must(AdminRevokeReply(Envelope{"revoke", "1"},
			recall.AdminRevokePage{Results: []recall.RevokeResult{
				{MessageID: first, Revoked: byAdmin("moderation@example.org")},
				{MessageID: unknown, Err: recall.Fail(recall.MessageNotFound, "no such message in that conversation").In(group())},
			}}, reference))},
		{"revokeBySender, more to come", must(AdminRevokeReply(Envelope{"revokeBySender", "2"}, recall.AdminRevokePage{
			Results: []recall.RevokeResult{{MessageID: first, Revoked: byAdmin("moderation")}},
			Next:    "MDFIRjdZQVQwMDAwMDAwMDAwMDAwMEIwQjE",
		}, reference))},
		{
			"revokeBySender, nothing found",
			must(AdminRevokeReply(Envelope{"revokeBySender", "2"}, recall.AdminRevokePage{}, reference)),
		},
		{"putGroup", must(DoneReply(Envelope{"putGroup", "3"}))},
		{"deleteGroup", must(DoneReply(Envelope{"deleteGroup", "4"}))},
		{"putMember", must(DoneReply(Envelope{"putMember", "5"}))},
		{"deleteMember", must(DoneReply(Envelope{"deleteMember", "6"}))},
		{"disconnect", must(AdminDisconnectReply(Envelope{"disconnect", "10"}, 2))},
		{"getSettings", must(AdminSettingsReply(Envelope{"getSettings", "7"}, recall.DefaultWindow))},
		{"putSettings", must(AdminSettingsReply(Envelope{"putSettings", "8"}, recall.Unlimited))},
		{"audit", must(AdminAuditReply(Envelope{"audit", "9"}, recall.AuditPage{
			Recalls: []recall.RevokedMessage{
				{Conversation: direct(), MessageID: second, Sender: alice, SentAt: now + 1_000, Revocation: bySender()},
				{Conversation: group(), MessageID: fourth, Sender: carol, SentAt: now + 3_000, Revocation: byModerator()},
			},
			Next: "MDFIRjdZQVhYUjAwMDAwMDAwMDAwMDAwMDA",
		}))},
		{"getGroup", must(AdminGroupReply(Envelope{"getGroup", "10"}, recall.GroupDescription{
			Name: "Engineering", Window: &hour,
			Roster: recall.Roster{
				Users: []recall.UserID{alice, bob},
				Roles: []recall.MemberRole{recall.MemberOwner, recall.MemberMember},
			},
		}))},
		{
			"getGroup without name, window and members",
			must(AdminGroupReply(Envelope{"getGroup", "10"}, recall.GroupDescription{})),
		},
		{"audit without recalls", must(AdminAuditReply(Envelope{"audit", "9"}, recall.AuditPage{}))},
		{
			"error",
			ErrorReply(Envelope{"putMember", "5"},
				recall.Fail(recall.ConversationNotFound, "no such group; putGroup creates it"), reference),
		},
	})
}

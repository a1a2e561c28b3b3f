package reliability

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"example.com/recall/reliability/simulation"
	"example.com/recall/shared/recall"
)

// action is one request. act is what a client sends, and sends again until it is answered; the same IDs each time.
type action struct {
	name string
	// row is the row of the table "Calls and units" (docs/performance.md) whose calls the action makes at least.
	row        string
	group, big bool
	// aged means that the devices have been connected for longer than a handshake may last.
	aged bool
	// sent is how many messages there are before. With files, each of them has one, and so has the actor an upload.
	sent  int
	files bool
	act   func(ctx context.Context, process *recall.Service, s *scene) error
	// byBystander means that the bystander makes the request, and not the actor.
	byBystander bool
	// commit is the call after which the rest is deliver's, where there is one; nth counts its label from 1.
	commit string
	nth    int
	// then is done by a healthy process after the retry, to see that all still works.
	then  func(ctx context.Context, process *recall.Service, s *scene) error
	check func(t *testing.T, s *scene)
	// ends means that the conversation does not exist afterwards.
	ends bool
}

// actions are all requests of all functions that have outside calls.
func actions() []action {
	return slices.Concat(recalls(), withFiles(), devices(), administration())
}

func sendLast(ctx context.Context, p *recall.Service, s *scene) error {
	return send(ctx, p, s, s.actor, s.ids[len(s.ids)-1])
}

// answerFirst sends the last message as an answer to the first one. It is stored only if that one is not revoked.
func answerFirst(ctx context.Context, p *recall.Service, s *scene) error {
	return sendUnlessRevoked(ctx, p, s, s.actor, s.ids[len(s.ids)-1], s.ids[0])
}

// revokeAndAnswerFirst is a recall, and an answer that comes too late for it.
func revokeAndAnswerFirst(ctx context.Context, p *recall.Service, s *scene) error {
	if err := revokeFirst(1)(ctx, p, s); err != nil {
		return err
	}
	switch err := answerFirst(ctx, p, s); {
	case err == nil:
		return errors.New("an answer to a recalled message was stored")
	case recall.NameOf(err) != recall.OtherMessageRecalled:
		return err
	}
	return nil
}

func revokeFirst(count int) func(context.Context, *recall.Service, *scene) error {
	return func(ctx context.Context, p *recall.Service, s *scene) error {
		return revoke(ctx, p, s, s.actor, false, s.ids[:count]...)
	}
}

func revokeUnsent(ctx context.Context, p *recall.Service, s *scene) error {
	return revoke(ctx, p, s, s.actor, true, s.ids[len(s.ids)-1])
}

func moderate(ctx context.Context, p *recall.Service, s *scene) error {
	return revoke(ctx, p, s, s.bystander, false, s.ids[0])
}

func adminRevoke(ctx context.Context, p *recall.Service, s *scene) error {
	for _, result := range p.AdminRevoke(ctx, recall.AdminRevoke{
		Conversation: s.conversation,
		MessageIDs:   s.ids[:2],
		Reason:       theReason,
	}) {
		if result.Err != nil {
			return result.Err
		}
	}
	return nil
}

func recalls() []action {
	const put, update = "PutItem msg", "UpdateItem msg"
	return []action{
		{name: "the first message between two", row: "send 1:1, the first between two", act: sendLast, commit: put, nth: 1},
		{name: "a later message", row: "send 1:1", sent: 2, act: sendLast, commit: put, nth: 1},
		{
			name:   "an answer, unless its question is revoked",
			row:    "send 1:1, `unlessRevoked`",
			sent:   2,
			act:    answerFirst,
			commit: "TransactWriteItems",
			nth:    1,
		},
		{
			name:   "a recall, and an answer after it",
			row:    "send 1:1, `unlessRevoked` and it is revoked",
			sent:   2,
			act:    revokeAndAnswerFirst,
			commit: update,
			nth:    1,
			check: func(t *testing.T, s *scene) {
				if s.isStored(t, s.ids[len(s.ids)-1]) {
					t.Error("an answer to a recalled message is stored")
				}
			},
		},
		{name: "a recall", row: "**revoke 1:1**", sent: 2, act: revokeFirst(1), commit: update, nth: 1},
		{name: "a recall of three messages", row: "**revoke 1:1**", sent: 3, act: revokeFirst(3), commit: update, nth: 1},
		{name: "an unsent recall", row: "revoke 1:1, `unsent` and not stored", act: revokeUnsent, commit: update, nth: 1},
		{name: "an admin's recall", row: "admin revoke 1:1", sent: 2, act: adminRevoke, commit: update, nth: 1},
		{name: "a message to a group", row: "send, group of 2", group: true, sent: 1, act: sendLast, commit: put, nth: 1},
		{
			name:   "a recall in a group",
			row:    "revoke by the sender, group of 2",
			group:  true,
			sent:   1,
			act:    revokeFirst(1),
			commit: update,
			nth:    1,
		},
		// The first try, as the sender, is refused.
		{
			name:        "a moderator's recall",
			row:         "revoke by a moderator, group of 50",
			group:       true,
			sent:        1,
			act:         moderate,
			byBystander: true,
			commit:      update,
			nth:         2,
		},
		{
			name:   "an unsent recall in a group",
			row:    "revoke by the sender, group of 2",
			group:  true,
			act:    revokeUnsent,
			commit: update,
			nth:    1,
		},
		{
			name:   "a message to a big group",
			row:    "send, group of 1200",
			group:  true,
			big:    true,
			act:    sendLast,
			commit: put,
			nth:    1,
		},
		{
			name:   "a recall in a big group",
			row:    "revoke by the sender, group of 1200",
			group:  true,
			big:    true,
			sent:   1,
			act:    revokeFirst(1),
			commit: update,
			nth:    1,
		},
	}
}

func sendFileLast(ctx context.Context, p *recall.Service, s *scene) error {
	return sendFile(ctx, p, s, s.ids[len(s.ids)-1], recall.SendAttachment{ID: s.file})
}

// forwardLast sends the file of the first message again.
func forwardLast(ctx context.Context, p *recall.Service, s *scene) error {
	first, _, err := s.world.Process(simulation.Healthy{}).Store.Message(ctx, s.conversation, s.ids[0])
	if err != nil {
		return err
	}
	return sendFile(ctx, p, s, s.ids[len(s.ids)-1], recall.SendAttachment{
		ID:   first.Attachments[0].ID,
		From: recall.MessageReference{Conversation: s.conversation, MessageID: first.ID},
	})
}

// sendFileAndRevoke sends a message with a file and takes it back. It may have been taken back by an earlier attempt.
func sendFileAndRevoke(ctx context.Context, p *recall.Service, s *scene) error {
	if err := sendFileLast(ctx, p, s); err != nil && recall.NameOf(err) != recall.AlreadyRecalled {
		return err
	}
	return revokeUnsent(ctx, p, s)
}

// revokeUnsentAndSendFile is an unsent recall, and the message that comes too late for it.
func revokeUnsentAndSendFile(ctx context.Context, p *recall.Service, s *scene) error {
	if err := revokeUnsent(ctx, p, s); err != nil {
		return err
	}
	switch err := sendFileLast(ctx, p, s); {
	case err == nil:
		return errors.New("a message was stored after its recall")
	case recall.NameOf(err) != recall.AlreadyRecalled:
		return err
	}
	return nil
}

// withFiles are the actions on messages with attachments.
func withFiles() []action {
	const put, update = "PutItem msg", "UpdateItem msg"
	return []action{
		{
			name: "a message with a file", row: "send 1:1, 1 attachment", sent: 1, files: true, act: sendFileLast,
			commit: put, nth: 1,
		},
		{name: "a forwarded file", row: "send 1:1", sent: 1, files: true, act: forwardLast, commit: put, nth: 1},
		{
			name: "a recall of a file", row: "revoke 1:1, 1 attachment", sent: 2, files: true, act: revokeFirst(1),
			commit: update, nth: 1,
		},
		{
			name: "a recall of three files", row: "revoke 1:1, 1 attachment", sent: 3, files: true, act: revokeFirst(3),
			commit: update, nth: 1,
		},
		{
			name: "an admin's recall of files", row: "admin revoke 1:1", sent: 2, files: true, act: adminRevoke,
			commit: update, nth: 1,
		},
		{
			name: "a message with a file and its recall", row: "send 1:1, 1 attachment", sent: 1, files: true,
			act: sendFileAndRevoke,
		},
		{
			name: "an unsent recall and its message with a file", row: "revoke 1:1, `unsent` and not stored", sent: 1,
			files: true, act: revokeUnsentAndSendFile, commit: update, nth: 1,
		},
		{
			name: "a recall of a file in a group", row: "revoke by the sender, group of 2", group: true, sent: 1, files: true,
			act: revokeFirst(1), commit: update, nth: 1,
		},
		{
			name: "the end of a group with files", row: "admin deleteGroup, 3 members and 1 message, the first of two steps",
			group: true, sent: 2, files: true, ends: true, check: wantNothing, act: deleteGroup,
		},
	}
}

func deleteGroup(ctx context.Context, p *recall.Service, s *scene) error {
	for {
		if done, err := p.DeleteGroup(ctx, s.conversation.Group()); done || err != nil {
			return err
		}
	}
}

// later lets a young connection grow old after a failure: until then nobody can tell one that is gone from one that
// is just being opened, so it is not closed.
func (s *scene) later(err error) error {
	if err != nil {
		s.world.Clock.Advance(simulation.YoungFor + simulation.ClockRange + time.Second)
		s.ids[len(s.ids)-1] = s.world.NewMessageID() // the one made before would be too old to be sent
	}
	return err
}

// devices are the requests of $connect, $disconnect, hello, sync, read and conversations.
func devices() []action {
	return []action{
		{
			name: "a connect",
			row:  "connect",
			sent: 1,
			then: sendLast,
			act: func(ctx context.Context, p *recall.Service, s *scene) error {
				device := s.world.Arrive(s.members[1], s.bystander)
				if err := s.world.Register(ctx, p, device); err != nil {
					return err
				}
				s.world.Accept(device)
				return device.Sync(ctx, s.world.Process(simulation.Healthy{}), s.conversation)
			},
		},
		{
			name: "a connect that takes the place of another device",
			row:  "connect, of a user who has all 20 connections",
			sent: 1,
			then: sendLast,
			act: func(ctx context.Context, p *recall.Service, s *scene) error {
				p.ConnectionsPerUser = 1
				device := s.world.Arrive(s.members[1], s.bystander)
				if err := s.world.Register(ctx, p, device); err != nil {
					return s.later(err)
				}
				s.world.Accept(device)
				return device.Sync(ctx, s.world.Process(simulation.Healthy{}), s.conversation)
			},
		},
		{
			name: "a disconnect",
			row:  "disconnect",
			sent: 1,
			then: sendLast,
			act: func(ctx context.Context, p *recall.Service, s *scene) error {
				return s.world.Close(ctx, p, s.bystander, true)
			},
		},
		{
			name: "a sync",
			row:  "sync 1:1, no cursor, 100 messages",
			sent: 2,
			act: func(ctx context.Context, p *recall.Service, s *scene) error {
				return s.bystander.Sync(ctx, p, s.conversation)
			},
		},
		{
			name:  "a sync in a group",
			row:   "sync, group of 50, a cursor and nothing new",
			group: true,
			sent:  2,
			act: func(ctx context.Context, p *recall.Service, s *scene) error {
				return s.bystander.Sync(ctx, p, s.conversation)
			},
		},
		{name: "a read", row: "read 1:1", sent: 2, act: func(ctx context.Context, p *recall.Service, s *scene) error {
			_, err := p.Read(ctx, s.bystander.Caller(), recall.ReadRequest{Conversation: s.conversation, MessageID: s.ids[0]})
			return err
		}},
		{
			name:  "a list",
			row:   "conversations, 20 of them",
			group: true,
			sent:  1,
			act: func(ctx context.Context, p *recall.Service, s *scene) error {
				_, err := p.Conversations(ctx, s.bystander.Caller(), "")
				return err
			},
		},
		{
			name: "a hello",
			row:  "hello, settings to be read",
			sent: 1,
			act: func(ctx context.Context, p *recall.Service, s *scene) error {
				_, err := p.Hello(ctx, s.bystander.Caller())
				return err
			},
		},
	}
}

func administration() []action {
	put := func(member func(*scene) recall.UserID,
		role recall.MemberRole) func(context.Context, *recall.Service, *scene) error {
		return func(ctx context.Context, p *recall.Service, s *scene) error {
			return p.PutMember(ctx, recall.AdminPutMember{Group: s.conversation.Group(), User: member(s), Role: role})
		}
	}
	actor := func(s *scene) recall.UserID { return s.members[0] }
	newcomer := func(s *scene) recall.UserID { return s.newcomer }
	return []action{
		{
			name: "a recall of all of a sender's",
			row:  "admin revokeBySender, a page of 100",
			sent: 2,
			act: func(ctx context.Context, p *recall.Service, s *scene) error {
				page, err := p.AdminRevokeBySender(ctx, recall.AdminRevokeBySender{
					Conversation: s.conversation,
					Sender:       s.members[0],
					Reason:       theReason,
				})
				for _, result := range page.Results {
					if result.Err != nil {
						return result.Err
					}
				}
				return err
			},
		},
		{
			name: "a disconnect by an admin",
			row:  "admin disconnect, 1 connection",
			sent: 1,
			then: sendLast,
			act: func(ctx context.Context, p *recall.Service, s *scene) error {
				_, err := p.AdminDisconnect(ctx, s.members[1])
				return s.later(err)
			},
		},
		{
			name:  "a change of a group",
			row:   "admin putGroup, group of 3",
			group: true,
			sent:  1,
			then:  sendLast,
			act: func(ctx context.Context, p *recall.Service, s *scene) error {
				return p.PutGroup(ctx, recall.AdminPutGroup{Group: s.conversation.Group(), Name: "renamed"})
			},
		},
		{
			name:  "a new member",
			row:   "admin putMember, group of 3",
			group: true,
			sent:  1,
			then:  sendLast,
			act:   put(newcomer, recall.MemberMember),
			check: wantRole(newcomer, recall.MemberMember),
		},
		{
			name:  "another role",
			row:   "admin putMember, group of 3",
			group: true,
			sent:  1,
			then:  sendLast,
			act:   put(actor, recall.MemberAdmin),
			check: wantRole(actor, recall.MemberAdmin),
		},
		{
			name:  "a member who goes",
			row:   "admin deleteMember, group of 3",
			group: true,
			sent:  1,
			check: wantRole(newcomer, ""),
			act: func(ctx context.Context, p *recall.Service, s *scene) error {
				if err := put(newcomer, recall.MemberMember)(ctx, s.world.Process(simulation.Healthy{}), s); err != nil {
					return err
				}
				return p.DeleteMember(ctx, s.conversation.Group(), s.newcomer)
			},
		},
		{
			name:  "the end of a group",
			row:   "admin deleteGroup, 3 members and 1 message, the first of two steps",
			group: true,
			sent:  2,
			ends:  true,
			check: wantNothing,
			act:   deleteGroup,
		},
		{
			name: "a change of the settings",
			row:  "admin putSettings",
			sent: 1,
			then: sendLast,
			act: func(ctx context.Context, p *recall.Service, _ *scene) error {
				return p.PutSettings(ctx, simulation.Window)
			},
		},
		{
			name: "an audit",
			row:  "admin audit of a conversation, 1 recall",
			sent: 1,
			act: func(ctx context.Context, p *recall.Service, s *scene) error {
				_, err := p.Audit(ctx, recall.AdminAudit{Conversation: s.conversation})
				return err
			},
		},
	}
}

// wantRole checks the role in the roster and in the list of the user. An empty role means that there is none.
func wantRole(of func(*scene) recall.UserID, role recall.MemberRole) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		t.Helper()
		store := s.world.Process(simulation.Healthy{}).Store
		roster, err := store.RosterPage(t.Context(), s.conversation.Group(), "")
		must(t, err)
		membership, listed, err := store.Membership(t.Context(), of(s), s.conversation)
		must(t, err)
		inRoster := slices.Contains(roster.Users, of(s))
		if inRoster != (role != "") || membership.Role != role || listed != (role != "") {
			t.Errorf("in the roster: %t; their list says %q (%t), wanted %q", inRoster, membership.Role, listed, role)
		}
	}
}

// wantNothing checks that nothing of the group is left.
func wantNothing(t *testing.T, s *scene) {
	t.Helper()
	items, err := s.world.RawMessages(t.Context(), s.conversation)
	must(t, err)
	memberships, err := s.world.Process(simulation.Healthy{}).Store.Memberships(t.Context(), s.members[0])
	must(t, err)
	if len(items) != 0 || len(memberships) != 0 {
		t.Errorf("%d messages and %d list rows are left of a deleted group", len(items), len(memberships))
	}
	for _, violation := range s.world.CheckFiles(t.Context(), s.conversation, nil) {
		t.Error(violation)
	}
}

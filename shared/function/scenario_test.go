package function_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

// scenario is one row of the table.
type scenario struct {
	name    string
	prepare func(w *measuredWorld)
	act     func(t *testing.T, w *measuredWorld)
	// cold leaves the settings unread.
	cold bool
}

func scenarios() []scenario {
	all := append(connectionScenarios(), pushScenarios()...)
	all = append(all, messageScenarios()...)
	for _, members := range []int{2, 50, 500, 1_200} {
		all = append(all, groupScenarios(members)...)
	}
	all = append(all, historyScenarios()...)
	all = append(all, attachmentScenarios()...)
	all = append(all, deliverScenarios()...)
	return append(all, adminScenarios()...)
}

func connectionScenarios() []scenario {
	connection := recall.Connection{User: alice, ID: "another device"}
	return []scenario{
		{name: "connect", act: func(t *testing.T, w *measuredWorld) {
			connection.ConnectedAt = w.clock.Instant()
			want(t, w.service.Connect(t.Context(), connection))
		}},
		{name: "connect, of a user who has all 20 connections", prepare: func(w *measuredWorld) {
			for i := range recall.DefaultConnectionsPerUser {
				held := recall.Connection{
					User:        alice,
					ID:          recall.ConnectionID(fmt.Sprint("device ", i)),
					ConnectedAt: w.clock.Instant(),
				}
				_, err := w.presence.Register(w.t.Context(), held, recall.DefaultConnectionsPerUser)
				w.must(err)
			}
			w.clock.Advance(time.Minute)
		}, act: func(t *testing.T, w *measuredWorld) {
			connection.ConnectedAt = w.clock.Instant()
			want(t, w.service.Connect(t.Context(), connection))
		}},
		{name: "disconnect", prepare: func(w *measuredWorld) { w.online(alice) }, act: func(t *testing.T, w *measuredWorld) {
			want(t, w.service.ForgetConnection(t.Context(), recall.Connection{
				User:        alice,
				ID:          caller(alice).Connection,
				ConnectedAt: w.clock.Instant(),
			}))
		}},
		{name: "hello, settings read within 5 s", act: hello},
		{name: "hello, settings to be read", cold: true, act: hello},
	}
}

func hello(t *testing.T, w *measuredWorld) {
	_, err := w.service.Hello(t.Context(), caller(alice))
	want(t, err)
}

func messageScenarios() []scenario {
	oneStored := func(w *measuredWorld) { w.twoPeople(); w.stored(direct, 1) }
	return []scenario{
		{
			name:    "send 1:1, the first between two",
			prepare: func(w *measuredWorld) { w.online(alice, bob) },
			act:     sends(direct),
		},
		{name: "send 1:1", prepare: (*measuredWorld).twoPeople, act: sends(direct)},
		{name: "send 1:1, a body of 4 KB", prepare: (*measuredWorld).twoPeople, act: sendsLong(4 << 10)},
		{name: "send 1:1, a body of 12 KB", prepare: (*measuredWorld).twoPeople, act: sendsLong(recall.MaximumBodyBytes)},
		{name: "send 1:1, a retry of a stored message", prepare: oneStored, act: func(t *testing.T, w *measuredWorld) {
			_, err := w.service.Send(t.Context(), caller(alice), recall.SendRequest{
				Conversation: direct,
				Body:         body,
				MessageID:    w.messages[0],
			})
			want(t, err)
		}},
		{name: "send 1:1, `unlessRevoked`", prepare: oneStored, act: answers("")},
		{
			name:    "send 1:1, `unlessRevoked` and it is revoked",
			prepare: func(w *measuredWorld) { oneStored(w); w.recalled(direct, w.messages[0]) },
			act:     answers(recall.OtherMessageRecalled),
		},
		{name: "**revoke 1:1**", prepare: oneStored, act: revokes(alice, direct, "")},
		{
			name:    "revoke 1:1, a repeat",
			prepare: func(w *measuredWorld) { oneStored(w); w.recalled(direct, w.messages[0]) },
			act:     revokes(alice, direct, ""),
		},
		{
			name:    "revoke 1:1, after the window",
			prepare: func(w *measuredWorld) { oneStored(w); w.clock.Advance(121_000_000_000) },
			act:     revokes(alice, direct, recall.RecallWindowExpired),
		},
		{
			name:    "revoke 1:1, no such message",
			prepare: (*measuredWorld).twoPeople,
			act: func(t *testing.T, w *measuredWorld) {
				w.messages = []recall.MessageID{recall.NewMessageID(w.clock.Instant())}
				revokes(alice, direct, recall.MessageNotFound)(t, w)
			},
		},
		{
			name:    "revoke 1:1, 10 messages",
			prepare: func(w *measuredWorld) { w.twoPeople(); w.stored(direct, 10) },
			act:     revokes(alice, direct, ""),
		},
		{
			name:    "revoke 1:1, `unsent` and not stored",
			prepare: (*measuredWorld).twoPeople,
			act: func(t *testing.T, w *measuredWorld) {
				id := recall.NewMessageID(w.clock.Instant())
				for _, result := range w.service.Revoke(t.Context(), caller(alice), recall.RevokeRequest{
					Conversation: direct,
					MessageIDs:   []recall.MessageID{id},
					Unsent:       true,
				}) {
					want(t, result.Err)
				}
			},
		},
	}
}

func groupScenarios(members int) []scenario {
	in := fmt.Sprintf("group of %d", members)
	oneStored := func(w *measuredWorld) { w.members(members); w.stored(group, 1) }
	rows := []scenario{
		{name: "send, " + in, prepare: func(w *measuredWorld) { w.members(members) }, act: sends(group)},
		{name: "revoke by the sender, " + in, prepare: oneStored, act: revokes(alice, group, "")},
	}
	if members == 50 {
		rows = append(rows,
			scenario{name: "revoke by a moderator, " + in, prepare: func(w *measuredWorld) {
				oneStored(w)
				_, err := w.store.PutMember(w.t.Context(), engineers, bob, recall.MemberAdmin, w.clock.Instant())
				w.must(err)
			}, act: revokes(bob, group, "")},
			scenario{
				name:    "revoke denied to a member, " + in,
				prepare: oneStored,
				act:     revokes(bob, group, recall.RecallDenied),
			},
			scenario{
				name:    "revoke by a stranger, " + in,
				prepare: oneStored,
				act:     revokes("mallory", group, recall.MessageNotFound),
			},
		)
	}
	return rows
}

func historyScenarios() []scenario {
	hundred := func(w *measuredWorld) { w.twoPeople(); w.stored(direct, 100) }
	return []scenario{
		{name: "sync 1:1, no cursor, 100 messages", prepare: hundred, act: func(t *testing.T, w *measuredWorld) {
			syncs(t, w, recall.SyncItem{Conversation: direct, Limit: recall.DefaultSyncLimit})
		}},
		{
			name:    "sync 1:1, a cursor and nothing new",
			prepare: func(w *measuredWorld) { hundred(w); w.takeCursor(direct) },
			act:     fromCursor(direct),
		},
		{name: "sync 1:1, 50 messages and 10 recalls since", prepare: func(w *measuredWorld) {
			w.twoPeople()
			w.stored(direct, 50)
			w.takeCursor(direct)
			w.clock.Advance(3_600_000_000_000)
			w.stored(direct, 50)
			for _, id := range w.messages[90:] {
				w.recalled(direct, id)
			}
		}, act: fromCursor(direct)},
		{
			name:    "sync, 20 conversations without news",
			prepare: func(w *measuredWorld) { w.manyConversations(20) },
			act: func(t *testing.T, w *measuredWorld) {
				var items []recall.SyncItem
				for i := range 20 {
					items = append(items, recall.SyncItem{Conversation: peer(i), Cursor: w.cursor, Limit: recall.DefaultSyncLimit})
				}
				syncs(t, w, items...)
			},
		},
		{
			name:    "sync, group of 50, a cursor and nothing new",
			prepare: func(w *measuredWorld) { w.members(50); w.stored(group, 1); w.takeCursor(group) },
			act:     fromCursor(group),
		},
		{
			name:    "read 1:1",
			prepare: func(w *measuredWorld) { w.twoPeople(); w.stored(direct, 1) },
			act: func(t *testing.T, w *measuredWorld) {
				_, err := w.service.Read(t.Context(), caller(bob), recall.ReadRequest{
					Conversation: direct,
					MessageID:    w.messages[0],
				})
				want(t, err)
			},
		},
		{
			name:    "conversations, 20 of them",
			prepare: func(w *measuredWorld) { w.manyConversations(20) },
			act: func(t *testing.T, w *measuredWorld) {
				_, err := w.service.Conversations(t.Context(), caller(alice), "")
				want(t, err)
			},
		},
	}
}

func deliverScenarios() []scenario {
	return []scenario{
		{
			name:    "finish, nothing is due any more",
			prepare: func(w *measuredWorld) { w.twoPeople(); w.stored(direct, 1) },
			act:     finishesRecall,
		},
		{name: "finish, after a `revoke` 1:1 that died", prepare: func(w *measuredWorld) {
			w.twoPeople()
			w.stored(direct, 1)
			w.recalled(direct, w.messages[0])
			w.clock.Advance(recall.FinishAfter)
		}, act: finishesRecall},
		{
			name:    "deliver, a chunk of 500 users",
			prepare: func(w *measuredWorld) { w.members(500); w.stored(group, 1); w.recalled(group, w.messages[0]) },
			act: func(t *testing.T, w *measuredWorld) {
				chunk := recall.Chunk{
					Conversation: group,
					Due:          recall.DueRevoked,
					MessageIDs:   w.messages,
					Users:        w.users,
					Since:        w.clock.Instant(),
				}
				want(t, w.service.DeliverChunk(t.Context(), chunk))
			},
		},
	}
}

func adminScenarios() []scenario {
	oneStored := func(w *measuredWorld) { w.twoPeople(); w.stored(direct, 1) }
	hundred := func(w *measuredWorld) { w.twoPeople(); w.stored(direct, 100) }
	three := func(w *measuredWorld) { w.members(3) }
	return []scenario{
		{name: "admin revoke 1:1", prepare: oneStored, act: adminRevokes},
		{name: "admin revoke 1:1, 100 messages", prepare: hundred, act: adminRevokes},
		{name: "admin revokeBySender, a page of 100", prepare: hundred, act: func(t *testing.T, w *measuredWorld) {
			_, err := w.service.AdminRevokeBySender(t.Context(),
				recall.AdminRevokeBySender{Conversation: direct, Sender: alice})
			want(t, err)
		}},
		{name: "admin putGroup, group of 3", prepare: three, act: func(t *testing.T, w *measuredWorld) {
			want(t, w.service.PutGroup(t.Context(), recall.AdminPutGroup{Group: engineers, Name: "Engineers"}))
		}},
		{name: "admin putMember, group of 3", prepare: three, act: func(t *testing.T, w *measuredWorld) {
			want(t, w.service.PutMember(t.Context(), recall.AdminPutMember{
				Group: engineers,
				User:  "carol",
				Role:  recall.MemberMember,
			}))
		}},
		{name: "admin deleteMember, group of 3", prepare: three, act: func(t *testing.T, w *measuredWorld) {
			want(t, w.service.DeleteMember(t.Context(), engineers, bob))
		}},
		{
			name:    "admin deleteGroup, 3 members and 1 message, the first of two steps",
			prepare: func(w *measuredWorld) { three(w); w.stored(group, 1) },
			act: func(t *testing.T, w *measuredWorld) {
				_, err := w.service.DeleteGroup(t.Context(), engineers)
				want(t, err)
			},
		},
		{
			name:    "admin disconnect, 1 connection",
			prepare: func(w *measuredWorld) { w.online(alice) },
			act: func(t *testing.T, w *measuredWorld) {
				_, err := w.service.AdminDisconnect(t.Context(), alice)
				want(t, err)
			},
		},
		{name: "admin getGroup, group of 3", prepare: three, act: func(t *testing.T, w *measuredWorld) {
			_, err := w.service.Group(t.Context(), engineers)
			want(t, err)
		}},
		{name: "admin getSettings", act: func(t *testing.T, w *measuredWorld) {
			_, err := w.service.Settings(t.Context())
			want(t, err)
		}},
		{
			name: "admin putSettings",
			act:  func(t *testing.T, w *measuredWorld) { want(t, w.service.PutSettings(t.Context(), 60)) },
		},
		{
			name:    "admin audit of a conversation, 1 recall",
			prepare: func(w *measuredWorld) { oneStored(w); w.recalled(direct, w.messages[0]) },
			act:     audits(recall.AdminAudit{Conversation: direct}),
		},
		{
			name:    "admin audit of an operator, 1 recall",
			prepare: func(w *measuredWorld) { oneStored(w); w.recalledBy(bob, recall.RoleAdmin, direct, w.messages[0]) },
			act:     audits(recall.AdminAudit{Operator: bob}),
		},
	}
}

func want(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func sends(conversation recall.Conversation) func(*testing.T, *measuredWorld) {
	return func(t *testing.T, w *measuredWorld) {
		_, err := w.service.Send(t.Context(), caller(alice), recall.SendRequest{Conversation: conversation, Body: body})
		want(t, err)
	}
}

// sendsLong sends a body of so many bytes.
func sendsLong(bytes int) func(*testing.T, *measuredWorld) {
	const around = `{"text":""}`
	long := recall.Body(`{"text":"` + strings.Repeat("x", bytes-len(around)) + `"}`)
	return func(t *testing.T, w *measuredWorld) {
		_, err := w.service.Send(t.Context(), caller(alice), recall.SendRequest{Conversation: direct, Body: long})
		want(t, err)
	}
}

// answers sends bob's answer to the first stored message, unless that is revoked. refused is the error that it must
// meet, empty for none.
func answers(refused recall.Name) func(*testing.T, *measuredWorld) {
	return func(t *testing.T, w *measuredWorld) {
		_, err := w.service.Send(t.Context(), caller(bob), recall.SendRequest{
			Conversation:  direct,
			Body:          body,
			ReplyTo:       w.messages[0],
			UnlessRevoked: w.messages[0],
		})
		if refused != "" && recall.NameOf(err) == refused {
			return
		}
		want(t, err)
		if refused != "" {
			t.Errorf("it was not refused with %s", refused)
		}
	}
}

// revokes recalls all stored messages; refused is the error that each must meet, empty for none.
func revokes(user recall.UserID, conversation recall.Conversation,
	refused recall.Name) func(*testing.T, *measuredWorld) {
	return func(t *testing.T, w *measuredWorld) {
		request := recall.RevokeRequest{Conversation: conversation, MessageIDs: w.messages}
		for _, result := range w.service.Revoke(t.Context(), caller(user), request) {
			if refused != "" && recall.NameOf(result.Err) == refused {
				continue
			}
			want(t, result.Err)
		}
	}
}

func adminRevokes(t *testing.T, w *measuredWorld) {
	for _, result := range w.service.AdminRevoke(t.Context(), recall.AdminRevoke{
		Conversation: direct,
		MessageIDs:   w.messages,
	}) {
		want(t, result.Err)
	}
}

func audits(request recall.AdminAudit) func(*testing.T, *measuredWorld) {
	return func(t *testing.T, w *measuredWorld) {
		page, err := w.service.Audit(t.Context(), request)
		want(t, err)
		if len(page.Recalls) != 1 {
			t.Errorf("the audit tells of %d recalls", len(page.Recalls))
		}
	}
}

func syncs(t testing.TB, w *measuredWorld, items ...recall.SyncItem) []recall.SyncResult {
	results := w.service.Sync(t.Context(), caller(bob), recall.SyncRequest{Conversations: items})
	for _, result := range results {
		want(t, result.Err)
	}
	return results
}

func fromCursor(conversation recall.Conversation) func(*testing.T, *measuredWorld) {
	return func(t *testing.T, w *measuredWorld) {
		syncs(t, w, recall.SyncItem{Conversation: conversation, Cursor: w.cursor, Limit: recall.DefaultSyncLimit})
	}
}

// takeCursor syncs to the end.
func (w *measuredWorld) takeCursor(conversation recall.Conversation) {
	w.clock.Advance(3_600_000_000_000) // beyond the overlap
	w.cursor = syncs(w.t, w, recall.SyncItem{Conversation: conversation, Limit: 1})[0].Cursor
}

// recalled takes a message back and leaves the event owed.
func (w *measuredWorld) recalled(conversation recall.Conversation, id recall.MessageID) {
	w.recalledBy(alice, recall.RoleSender, conversation, id)
}

func (w *measuredWorld) recalledBy(
	user recall.UserID, role recall.Role, conversation recall.Conversation, id recall.MessageID,
) {
	now := w.clock.Instant()
	_, err := w.store.RevokeMessage(w.t.Context(), recall.RevokeCommand{
		Conversation: conversation, MessageID: id,
		Revocation: recall.Revocation{ID: recall.NewRevocationID(now), At: now, By: user, Role: role},
	})
	w.must(err)
}

func peer(i int) recall.Conversation {
	return recall.Between(alice, recall.UserID(fmt.Sprintf("peer%02d", i)))
}

func (w *measuredWorld) manyConversations(count int) {
	for i := range count {
		for _, user := range peer(i).Users() {
			w.must(w.store.Join(w.t.Context(), user, peer(i), w.clock.Instant()))
		}
		w.stored(peer(i), 1)
	}
	w.takeCursor(peer(0))
}

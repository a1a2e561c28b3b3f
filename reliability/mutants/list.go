package main

import "slices"

// Where the bugs are planted.
const (
	message  = "shared/dynamo/message.go"
	presence = "shared/dynamo/presence.go"
	poster   = "shared/gateway/gateway.go"
	revoke   = "shared/recall/revoke.go"
	send     = "shared/recall/send.go"
	outbox   = "shared/recall/outbox.go"
	finish   = "shared/recall/finish.go"
	records  = "shared/function/stream.go"
	retry    = "shared/recall/retry.go"
	service  = "shared/recall/service.go"
	notice   = "shared/recall/notice.go"
	queue    = "shared/queue/queue.go"
	synced   = "shared/recall/sync.go"
	listed   = "shared/dynamo/conversation.go"
	requests = "clients/go/messages.go"
	function = "functions/"
)

func mutants() []mutant {
	return slices.Concat(decisions(), order(), secrets(), forRandomSearches(), inFunctions(), inLocalStack(),
		inClients(), inListeners(), inNotifications(), inAttachments())
}

// decisions are bugs in who may do what, and in what is stored.
func decisions() []mutant {
	return []mutant{
		{
			"the condition on the sender is dropped", "G1",
			[]change{{message, `" AND sender=:by AND (recallableUntil`, `" AND (recallableUntil`}}, storage,
		},
		{"the condition on the window is dropped", "G1", []change{
			{message, ` AND (recallableUntil=:always OR recallableUntil>=:at)"`, `"`},
			{message, `		values[":always"] = number(int64(recall.AlwaysRecallable))` + "\n", ""},
		}, storage},
		{"the window is the default, not the message's", "G1", []change{
			{message, `(recallableUntil=:always OR recallableUntil>=:at)`, `sentAt>=:always`},
			{message, `number(int64(recall.AlwaysRecallable))`, `number(int64(revocation.At) - 120_000)`},
		}, storage},
		{
			"the second recall replaces the first", "G2",
			[]change{
				{message, `"attribute_exists(pk) AND attribute_not_exists(revocationId) AND (`, `"attribute_exists(pk) AND (`},
			},
			storage,
		},
		{
			"two recalls at once both succeed", "G2",
			[]change{
				{message, `"attribute_exists(pk) AND attribute_not_exists(revocationId) AND (`, `"attribute_exists(pk) AND (`},
			},
			histories,
		},
		{"a repeat gets a new result", "G2", []change{{revoke,
			"		return messageResult{id: id, message: message}\n",
			"		message.Revoked.At = now\n		return messageResult{id: id, message: message}\n",
		}}, rules},
		{"the SDK's retry does not know its own first recall", "G2", []change{{message,
			`own := message.Revoked != nil && message.Revoked.ID == command.Revocation.ID`,
			`own := message.Revoked != nil && message.Revoked.ID == ""`,
		}}, storage},
		{
			"the body is not removed", "G3",
			[]change{{message, `aws.String(set + " REMOVE body, attachments")`, `aws.String(set)`}},
			storage,
		},
		{
			"no tombstone for what was never sent", "G6",
			[]change{{revoke, `r.write(ctx, id, RoleSender, unsent)`, `r.write(ctx, id, RoleSender, unsent && false)`}}, rules,
		},
		{"a retry is another message", "G7", []change{{message,
			`idIsFree     = "attribute_not_exists(pk)"`, `idIsFree     = "attribute_not_exists(pk) OR attribute_exists(pk)"`,
		}}, storage},
		{
			"an answer to a revoked message is stored", "protocol",
			[]change{
				{
					message, `ConditionExpression:                 aws.String(isNotRevoked)`,
					`ConditionExpression:                 aws.String(isNotRevoked + " OR attribute_exists(pk)")`,
				},
			},
			storage,
		},
		{
			"an answer is stored without its condition", "protocol",
			[]change{{send, `if unlessRevoked == "" {`, `if unlessRevoked == unlessRevoked {`}}, rules,
		},
		{"an answer is checked before it is stored, and not at the same moment", "protocol", []change{{send,
			"	outcome, err := s.Store.CreateMessageUnlessRevoked(ctx, message, unlessRevoked)\n",
			"	other, _, _ := s.Store.Message(ctx, message.Conversation, unlessRevoked)\n	if other.Revoked != nil {\n" +
				"		return CreateOutcome{}, Fail(OtherMessageRecalled, \"\")\n	}\n" +
				"	outcome, err := s.Store.CreateMessage(ctx, message)\n",
		}}, answering},
		{
			"an outsider's answer tells that the message exists", "G8",
			[]change{{revoke, `case !outcome.Found || !inside:`, `case !outcome.Found:`}}, rules,
		},
		{
			"a member's role is not read", "G1", []change{{revoke, `return role.Moderates(), err`, `return role != "", err`}},
			rules,
		},
		{
			"unread counts what was recalled", "G11",
			[]change{{message, `if message.Revoked == nil && !message.Expired(now) {`, `if !message.Expired(now) {`}}, storage,
		},
		{
			"the window is judged by the client's clock", "G1", []change{{revoke, `at := r.service.now()`, `at := id.Time()`}},
			rules,
		},
		{
			"a sync overlaps by less than clocks may differ", "G4",
			[]change{{synced, `SyncOverlap = 60 * time.Second`, `SyncOverlap = 59 * time.Second`}}, clocks,
		},
		{
			"a sync does not overlap its cursor", "G4",
			[]change{{synced, `EarliestID(c.started.Add(-SyncOverlap))`, `EarliestID(c.started)`}}, rules,
		},
	}
}

// order are bugs in what is done before what, and in what is left to deliver.
func order() []mutant {
	return []mutant{
		{"a recall is not due", "G4", []change{
			{message, `owed=if_not_exists(due,:nothing), due=:due"`, `owed=if_not_exists(due,:nothing)"`},
			{message, `		":due":     text(string(recall.DueRevoked)),` + "\n", ""},
		}, crashes},
		{"a message is not due", "G4", []change{
			{send, `		Due:             DueSent,` + "\n", ""},
		}, crashes},
		{"settled before the posts", "G4", []change{{outbox,
			"	head := begin(func() (Head, error) { return o.touch(ctx) })\n",
			"	_ = o.settle(ctx, nil)\n	head := begin(func() (Head, error) { return o.touch(ctx) })\n",
		}}, crashes},
		{"presence is read before the commit", "G4", []change{
			{
				revoke, "	attempt := &revokeAttempt{",
				"	users, _ := roster()\n	early, _ := s.Presence.Connections(ctx, users.Users)\n	attempt := &revokeAttempt{",
			},
			{
				revoke, "outcomes, roster, caller.Connection, started)\n	return",
				"outcomes, func() (Roster, error) { users.early = early; return users, nil }, caller.Connection, started)\n" +
					"	return",
			},
			{
				"shared/recall/group.go", "	More bool\n}\n\n// RosterReader reads",
				"	More bool\n	early []Connection\n}\n\n// RosterReader reads",
			},
			{outbox, "told, failed, err := o.tellRoster(ctx, roster)", "told, failed, err := o.tellEarly(ctx, roster)"},
			{
				outbox, "// post is step 3.",
				"func (o *outbox) tellEarly(ctx context.Context, roster Roster) ([]UserID, []Connection, error) {\n" +
					"	if roster.early == nil {\n		return o.tellRoster(ctx, roster)\n	}\n" +
					"	return roster.Users, o.post(ctx, without(roster.early, o.except)), nil\n}\n\n// post is step 3.",
			},
		}, crossings},
		{
			"a send settles its recall", "G4",
			[]change{{message, `condition, values := "due=:due"`, `condition, values := "due=:due OR attribute_exists(due)"`}},
			crossings,
		},
		{"a first message is not listed", "G4", []change{
			{outbox, "	if err := o.list(ctx); err != nil {\n		return nil, err\n	}\n	roster, err", "	roster, err"},
		}, crashes},
		{"a recall drops what the send of its message left", "G4", []change{{revoke, `(r.owed == DueSent || `, `(`}}, rules},
		{
			"finish does nothing", "G4",
			[]change{{finish, `found && message.Due != DueNothing &&`, `found && message.Due == DueNothing &&`}}, delivering,
		},
		{
			"a bus that fails loses the recall", "events",
			[]change{
				{
					notice, "	return s.Publisher.PublishRevoked(ctx, revokedMessageOf(changed))\n",
					"	_ = s.Publisher.PublishRevoked(ctx, revokedMessageOf(changed))\n	return nil\n",
				},
			},
			functions,
		},
		{"who could not be reached is forgotten", "G4", []change{{outbox,
			"	if err := o.service.tellLater(ctx, o.chunk(), failed); err != nil {\n		return err\n	}\n", "",
		}}, framing},
		{
			"a device is closed at the first failure", "G9",
			[]change{{retry, `if chunk.Attempt >= Retries || tooLate {`, `if chunk.Attempt >= 0 || tooLate {`}}, framing,
		},
		{
			"a device that cannot be reached stays open", "G4",
			[]change{{retry, `return s.disconnect(ctx, failed)`, `return nil`}}, framing,
		},
		{
			"who joins while the roster is read is forgotten", "G4",
			[]change{{outbox, `current.RosterVersion == roster.Version`, `current.RosterVersion >= roster.Version`}}, rules,
		},
		{
			"a 410 drops a young entry", "G4",
			[]change{{"shared/recall/service.go", `YoungConnection = 30 * time.Second`, `YoungConnection = -time.Second`}},
			handshakes,
		},
		{
			"a 410 drops a young entry that lives", "G4",
			[]change{{"shared/recall/service.go", `YoungConnection = 30 * time.Second`, `YoungConnection = -time.Second`}},
			crashes,
		},
		{"a 410 drops all of a user's entries", "G9", []change{{presence,
			`	return p.remove(ctx, user, entries)`,
			`	_, err := p.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &p.Table, Key: userKey(user)})` +
				"\n	return err",
		}}, storage},
		{"a connection that gives its place away is forgotten and stays open", "G4", []change{{"shared/gateway/kick.go",
			`	return err == nil
}`, `	return true
}`,
		}}, posting},
		{
			"a connection waits for the one before it", "G9", []change{{poster, `ParallelPosts = 128`, `ParallelPosts = 1`}},
			posting,
		},
	}
}

// secrets are bugs in what leaves the service too late or at all.
func secrets() []mutant {
	return []mutant{
		{
			"a body is posted late without reading it again", "G5",
			[]change{{notice, `now.Sub(n.CommittedAt) > FreshFor`, `now.Sub(n.CommittedAt) > 30*FreshFor`}}, late,
		},
		{"a text is posted after the end of the token", "protocol", []change{
			{"shared/recall/connection.go", `now >= c.TokenExpiresAt`, `now < 0`}}, rules},
		{"a good token is refused because the issuer is down", "protocol", []change{
			{"shared/token/token.go", `	case errors.Is(err, ErrUnavailable):`, `	case false:`}}, tokens},
		{"a secret that was changed is used on", "protocol", []change{
			{"shared/token/source.go", `>= s.freshFor`, `>= 100*s.freshFor`}}, tokens},
		{
			"the token's end is not held against a frame", "protocol",
			[]change{{service, `now >= caller.TokenExpiresAt`, `now < 0`}}, framing,
		},
		{"a chunk in the queue holds the text", "G10", []change{
			{"shared/recall/deliver.go", "type Chunk struct {\n", "type Chunk struct {\n	Body Body\n"},
			{outbox, "return Chunk{Conversation:", "return Chunk{Body: o.messages[0].Body, Conversation:"},
			{queue, "type chunk struct {\n", "type chunk struct {\n	Body string `json:\"body\"`\n"},
			{queue, "		Due:          from.Due,\n", "		Due:          from.Due,\n		Body:         string(from.Body),\n"},
		}, queueing},
		{
			"a text is logged", "G10",
			[]change{
				{
					send, "	if !outcome.Created {\n",
					"	if s.Log != nil {\n		s.Log.Info(\"stored\", \"body\", string(outcome.Message.Body))\n	}\n" +
						"	if !outcome.Created {\n",
				},
			},
			crashes,
		},
	}
}

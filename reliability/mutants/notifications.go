package main

// Where the bugs of notifications are planted.
const (
	push    = "shared/recall/push.go"
	device  = "shared/recall/device.go"
	devices = "shared/dynamo/device.go"
)

// inNotifications are bugs in who gets a notification, by which one is lost, and in what a recall does with it.
func inNotifications() []mutant {
	return []mutant{
		{"a notification that is sent while its message is recalled stays", "G4", []change{{push,
			"	if found && message.Revoked != nil {\n		return s.withdraw(ctx, job, devices)\n	}\n", "",
		}}, rules},
		{"it is not stored where notifications go", "G4", []change{{push,
			`if job.Attempt == 0 {`, `if job.Attempt < 0 {`,
		}}, rules},
		{"a member who has read the message gets a notification", "protocol", []change{{push,
			`!outside && row.ReadUpTo < message.ID`, `!outside && row.ReadUpTo <= row.ReadUpTo`,
		}}, rules},
		{"a member who left gets a notification", "G8", []change{{push,
			`!outside && row.ReadUpTo < message.ID`, `(outside || row.ReadUpTo < message.ID)`,
		}}, rules},
		{"an endpoint may lead anywhere", "G8", []change{{device,
			`		return host == known || strings.HasSuffix(host, "."+known)`,
			`		return host == known || strings.HasSuffix(host, known)`,
		}}, rules},
		{"a shared phone shows the messages of its former user", "G8", []change{{devices,
			`return !slices.Contains(users, each.User)`, `return each.User == ""`,
		}}, storage},
		{"a user removes the device of another user", "G8", []change{{devices,
			`aws.String("#user=:user")`, `aws.String("#user=:user OR attribute_exists(pk)")`,
		}}, storage},
		{"a notification that the queue did not take is not made", "delivery", []change{{finish,
			"	return cmp.Or(s.finish(ctx, changed), queued)\n",
			"	_ = cmp.Or(queued)\n	return s.finish(ctx, changed)\n",
		}}, notifying},
		{"a device that was not reached gets no further attempt", "delivery", []change{{push,
			"	if len(failed) == 0 {\n		return nil\n	}\n	if s.now()",
			"	if len(failed) >= 0 {\n		return nil\n	}\n	if s.now()",
		}}, notifying},
		{"a notification goes where the recall will not find it", "G4", []change{{push,
			`now.Add(PushedFor)); err != nil {`, `now.Add(PushedFor)); err != nil && now < 0 {`,
		}}, notifying},
		{"a recall during a notification is forgotten if the last read fails", "G4", []change{{push,
			"	message, found, err = s.Store.Message(ctx, job.Conversation, job.MessageID)\n	if err != nil {\n",
			"	message, found, err = s.Store.Message(ctx, job.Conversation, job.MessageID)\n	if err != nil && now < 0 {\n",
		}}, withdrawing},
	}
}

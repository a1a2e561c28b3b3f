package main

// Where the bugs of notifications are planted.
const (
	push    = "shared/recall/push.go"
	device  = "shared/recall/device.go"
	devices = "shared/dynamo/device.go"
)

// inNotifications are bugs in who gets a notification, and in what a recall does with it.
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
	}
}

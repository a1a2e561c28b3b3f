package main

// Where the bugs in attachments are planted.
const (
	attach  = "shared/recall/attach.go"
	objects = "shared/recall/object.go"
	bucket  = "shared/objects/objects.go"
)

// inAttachments are bugs by which a file outlives the recall of its message, or is gone before it.
func inAttachments() []mutant {
	return []mutant{
		{
			"files are deleted after the recall counts as done", "G3",
			[]change{{
				outbox, "	err = errors.Join(err, removed())\n	if err == nil {\n		err = o.settle(ctx, failed)\n	}\n",
				"	if err == nil {\n		err = o.settle(ctx, failed)\n	}\n	err = errors.Join(err, removed())\n",
			}},
			crashes,
		},
		{
			"finish settles a recall and leaves its files", "G3",
			[]change{{
				outbox, "	removed := o.removeObjects(ctx)\n	err := o.queueNotices(ctx)\n",
				"	removed := func() error { return nil }\n	err := o.queueNotices(ctx)\n",
			}},
			delivering,
		},
		{
			"uploads are where nothing expires", "retention",
			[]change{{objects, `uploadsPrefix  = "uploads/"`, `uploadsPrefix  = "upload/"`}}, sequences,
		},
		{
			"a recall removes the keys together with the text", "G3",
			[]change{{message, `" REMOVE body, attachments"`, `" REMOVE body, attachments, objects"`}}, storage,
		},
		{
			"a recall keeps the names of the files", "G3",
			[]change{{message, `" REMOVE body, attachments"`, `" REMOVE body"`}}, crashes,
		},
		{
			"all attempts of a send copy to the same key", "G3",
			[]change{{attach, `copies[i].Key = newObjectKey()`, `copies[i].Key = messagesPrefix + ObjectKey(each.ID)`}}, rules,
		},
		{
			"a forward shares the file", "protocol",
			[]change{{
				attach, "	copied, err := s.Objects.Copy(ctx, from, source, made.Key)\n",
				"	if (wanted.From != MessageReference{}) {\n		made.Key = from\n	}\n" +
					"	copied, err := s.Objects.Copy(ctx, from, source, made.Key)\n",
			}},
			rules,
		},
		{
			"a send without an answer deletes the files of what it stored", "protocol",
			[]change{{attach, "	if err != nil {\n		return nil\n	}\n	return slices.DeleteFunc",
				"	if err != nil {\n		return keysOf(copies)\n	}\n	return slices.DeleteFunc"}},
			rules,
		},
		{
			"an upload is named by whoever knows its ID", "G8",
			[]change{{objects, `string(id) + "-" + string(user))`, `string(id) + "-" + string(user[:0]))`}}, rules,
		},
		{
			"a stranger gets the address of a file", "G8",
			[]change{{attach, `NameOf(err) == ConversationNotFound {`, `NameOf(err) == ConversationNotFound && user == "" {`},
				{attach, `} else if err != nil {`, `} else if err != nil && user == "" {`}},
			rules,
		},
		{
			"the group is deleted before its files", "G3",
			[]change{{"shared/dynamo/group.go", "	if len(objects) > 0 {", "	if len(objects) > 1_000_000 {"}}, storage,
		},
		{
			"the size of an upload is not signed", "protocol",
			[]change{{bucket, "		ContentLength: aws.Int64(int64(object.Size)),\n", ""}}, stored,
		},
		{
			"a file that was written again is copied", "protocol",
			[]change{{bucket, `if object.Version != "" {`, `if object.Version == "none" {`}}, stored,
		},
	}
}

package main

// forRandomSearches are bugs that the random sequences, the histories and the load on the local stack must find by
// themselves.
func forRandomSearches() []mutant {
	return []mutant{
		{
			"every member may recall what others sent", "G1",
			[]change{{revoke, `return role.Moderates(), err`, `return role != "", err`}}, sequences,
		},
		{"an outsider may cancel in a group", "G8", []change{{revoke, `	role, err := r.memberRole(ctx)
	return role != "", err`, `	_, err := r.memberRole(ctx)
	return true, err`}}, sequences},
		{
			"unread counts what was recalled, in sequences", "G11",
			[]change{{message, `if message.Revoked == nil && !message.Expired(now) {`, `if !message.Expired(now) {`}},
			sequences,
		},
		{
			"the body is not removed, in sequences", "G3",
			[]change{{message, `aws.String(set + " REMOVE body, attachments")`, `aws.String(set)`}}, sequences,
		},
		{"a sync from a cursor brings no recalls", "G4", []change{{synced, `	result.Revocations = recalled.Items
`, ""}}, clocks},
		{"a post that failed counts as done", "G4", lostPost(), rules},
		{"a post that failed counts as done, under load", "G4", lostPost(), load},
		{
			"two recalls at once both tell their time", "G2",
			[]change{
				{message, `"attribute_exists(pk) AND attribute_not_exists(revocationId) AND (`, `"attribute_exists(pk) AND (`},
			},
			sequences,
		},
		{"a client whose request had no answer does not synchronise", "protocol", []change{{requests,
			`	s.want(conversation, fromUnknown)
}

// wantAbandoned`, `}

// wantAbandoned`}}, scenarios},
		{"an answer forgets its condition over a kill", "protocol", []change{{"clients/go/outbox.go",
			"		u.UnlessRevoked,\n", "		\"\",\n"}}, scenarios},
		{"the work on a recalled message goes on", "protocol", []change{{"clients/go/conversation.go",
			"		c.recalled(r.MessageID)\n", ""}}, scenarios},
	}
}

// lostPost lets nobody try a failed post again.
func lostPost() []change {
	return []change{{
		outbox, "	if err := o.service.tellLater(ctx, o.chunk(), failed); err != nil {\n		return err\n	}\n", "",
	}}
}

// inFunctions are bugs in the functions themselves, which the tests of the functions must see.
func inFunctions() []mutant {
	return []mutant{
		{"a stream record that failed does not come again", "G4", []change{{records, `			return record.Change.SequenceNumber
`, `			return ""
`}}, functions},
		{"a queue message that failed does not come again", "G4", []change{{"shared/function/batch.go",
			`			return message.MessageId
`, `			return ""
`}}, functions},
		{
			"a chunk's unreachable connections are never given up", "G9",
			[]change{{retry, `return s.disconnect(ctx, failed)`, `return nil`}}, functions,
		},
		{
			"a recall is not published", "events",
			[]change{{notice, `changed.Revoked == nil {`, `changed.Revoked == nil || changed.Revoked.Role == RoleSender {`}},
			functions,
		},
		{
			"a token in the query string is taken for none", "G10",
			[]change{
				{
					function + "authorize/handler.go", `return token.Claims{}, errors.New("the token is in the query string")`,
					`continue`,
				},
			},
			functions,
		},
		{
			"every page's origin is allowed", "protocol",
			[]change{
				{
					function + "authorize/handler.go", `len(h.origins) == 0 || origin == "" ||`,
					`len(h.origins) >= 0 || origin == "" ||`,
				},
			},
			functions,
		},
		{
			"a device that could not be registered is let in", "G4",
			[]change{
				{
					function + "connect/handler.go", `function.Answer{StatusCode: http.StatusServiceUnavailable}`,
					`function.Answer{StatusCode: http.StatusOK}`,
				},
			},
			functions,
		},
		{"a disconnect is forgotten", "G9", []change{{function + "connect/handler.go", `	case "DISCONNECT":
		return h.disconnect(ctx, event)
`, ""}}, functions},
		{
			"an admin's request is taken from a GET", "protocol",
			[]change{{function + "admin/handler.go", `method != http.MethodPost`, `method == http.MethodDelete`}}, functions,
		},
	}
}

// inLocalStack are bugs in the emulation of AWS, on which the other tests rely.
func inLocalStack() []mutant {
	return []mutant{
		{"a connection that closes can still be posted to", "local", []change{{"local/websocket/connection.go",
			`	c.gateway.registry.remove(c)
`, ""}}, sockets},
		{"a post resets nothing of the idle time", "local", []change{{"local/websocket/management.go", `	c.touch()
	return m.empty(http.StatusOK)`, `	return m.empty(http.StatusOK)`}}, sockets},
		{"a binary frame is handled like text", "local", []change{{"local/websocket/connection.go",
			`		if kind != coder.MessageText {
			return ending{code: closeUnsupported}
		}
`, `		_ = kind == coder.MessageText
`}}, sockets},
		{"a process that is killed fails nobody", "local", []change{{"local/lambda/instance.go", `	case <-i.process.Done():
		call.fail("Runtime.ExitError", exitMessage(i.process))
	case <-timer.C:
		i.kill()
		call.fail("Sandbox.Timedout", fmt.Sprintf("Task timed out after %.2f seconds", p.function.Timeout.Seconds()))`,
			`	case <-i.process.Done():
		call.finish(outcome{payload: []byte("null")})
	case <-timer.C:
		i.kill()
		call.fail("Sandbox.Timedout", fmt.Sprintf("Task timed out after %.2f seconds", p.function.Timeout.Seconds()))`,
		}}, processes},
		{
			"a process that waits runs on", "local",
			[]change{
				{
					"local/lambda/pool.go", `	if !i.frozen && slices.Contains(p.idle, i) {`,
					`	if !i.frozen && !slices.Contains(p.idle, i) {`,
				},
			},
			processes,
		},
		{
			"an identifier of another batch is ignored", "local",
			[]change{
				{
					"local/eventsource/queue.go", `		return nil // an identifier of no message of the batch fails the whole batch`,
					`		return done`,
				},
			},
			sources,
		},
		{"a batch of the stream that failed is not tried again", "local", []change{{"local/eventsource/lane.go",
			`	return l.again(ctx, batch{tried.records, tried.attempts + 1}, answer)
}`, `	return nil
}`}}, sources},
		{
			"records are tried again from the last that failed", "local",
			[]change{{"local/eventsource/lane.go", `		lowest = min(lowest, place)`, `		lowest = place`}}, sources,
		},
		{"an Allow outweighs a Deny", "local", []change{{"local/policy/policy.go", `		if !s.allow {
			return false, nil
		}
`, `		if !s.allow {
			continue
		}
`}}, policies},
	}
}

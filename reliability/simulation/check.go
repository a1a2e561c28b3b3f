package simulation

import (
	"context"
	"fmt"
	"slices"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/recall"
)

// Check checks the guarantees for the open devices in one conversation, after all work that was due is done.
// members are the users who are in it, since is the first message that the devices must know. It returns every
// violation as a sentence that names the guarantee.
func (w *World) Check(ctx context.Context, conversation recall.Conversation, members []recall.UserID,
	since recall.MessageID) ([]string, error) {
	items, err := w.RawMessages(ctx, conversation)
	if err != nil {
		return nil, err
	}
	var violations []string
	var messages []recall.Message
	for _, item := range items {
		message, _ := dynamo.MessageOf(item)
		messages = append(messages, message)
		if _, hasFiles := item["attachments"]; hasFiles && message.Revoked != nil {
			violations = append(violations, fmt.Sprintf("G3: the stored item of the recalled %s names files", message.ID))
		}
		if _, hasBody := item["body"]; hasBody && message.Revoked != nil {
			violations = append(violations, fmt.Sprintf("G3: the stored item of the recalled %s has a body", message.ID))
		}
		if message.Due != recall.DueNothing {
			violations = append(violations, fmt.Sprintf("G4: %s is still due (%s)", message.ID, message.Due))
		}
	}
	violations = append(violations, w.checkOutside(messages)...)
	violations = append(violations, w.CheckFiles(ctx, conversation, messages)...)
	first := slices.IndexFunc(messages, func(message recall.Message) bool { return message.ID >= since })
	if first < 0 {
		first = len(messages)
	}
	inside := make(map[recall.UserID]bool)
	for _, member := range members {
		inside[member] = true
	}
	for _, device := range w.Open() {
		if inside[device.User()] {
			violations = append(violations, device.check(conversation, messages[first:])...)
		} else {
			violations = append(violations, device.knowsNothing(conversation)...)
		}
	}
	unread, err := w.checkUnread(ctx, conversation, messages, members)
	return append(violations, unread...), err
}

// checkOutside checks the events for other systems and the log lines.
func (w *World) checkOutside(messages []recall.Message) []string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	var violations []string
	for _, message := range messages {
		if message.Revoked != nil && !w.published[message.Conversation.Key()+" "+string(message.ID)] {
			violations = append(violations, fmt.Sprintf("events: the bus was not told of the recall of %s", message.ID))
		}
	}
	for _, line := range w.leaks {
		violations = append(violations, "G10: a log line holds a text or a reason: "+line)
	}
	return violations
}

func (d *Device) check(conversation recall.Conversation, messages []recall.Message) []string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	var violations []string
	for _, message := range messages {
		name := conversation.SeenBy(d.User()) + " " + string(message.ID)
		at, knows := d.recalled[name]
		body, holds := d.bodies[name]
		excused := d.deaf || d.missed[name]
		switch {
		case excused && (message.Revoked == nil && !holds || message.Revoked != nil && !knows):
		case message.Revoked == nil && knows:
			violations = append(violations, fmt.Sprintf("G2: %s believes that %s was recalled", d.User(), message.ID))
		case message.Revoked == nil && !holds:
			violations = append(violations, fmt.Sprintf("delivery: %s does not have %s", d.User(), message.ID))
		case message.Revoked == nil && body != string(message.Body):
			violations = append(violations, fmt.Sprintf("delivery: %s has another body of %s", d.User(), message.ID))
		case message.Revoked != nil && !knows:
			violations = append(violations, fmt.Sprintf("G4: %s does not know that %s was recalled", d.User(), message.ID))
		case message.Revoked != nil && holds:
			violations = append(violations, fmt.Sprintf("G5: %s still shows the recalled %s", d.User(), message.ID))
		case message.Revoked != nil && at != message.Revoked.At:
			violations = append(violations,
				fmt.Sprintf("G2: %s was told another instant of the recall of %s", d.User(), message.ID))
		}
		if d.shown[name] > 1 {
			violations = append(violations, fmt.Sprintf("G7: %s was shown %s %d times", d.User(), message.ID, d.shown[name]))
		}
	}
	return violations
}

func (d *Device) knowsNothing(conversation recall.Conversation) []string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if !conversation.IsGroup() {
		return nil // a name of a direct conversation depends on its viewer: others' names are others' conversations
	}
	for name := range d.bodies {
		if prefix := conversation.SeenBy(d.User()) + " "; len(name) > len(prefix) && name[:len(prefix)] == prefix {
			return []string{fmt.Sprintf("G8: %s is not in the group and holds %s", d.User(), name)}
		}
	}
	return nil
}

// checkUnread compares the unread count of every member with the stored messages.
func (w *World) checkUnread(ctx context.Context, conversation recall.Conversation, messages []recall.Message,
	members []recall.UserID) ([]string, error) {
	process := w.Process(Healthy{})
	var violations []string
	for _, member := range members {
		membership, listed, err := process.Store.Membership(ctx, member, conversation)
		if err != nil {
			return nil, err
		}
		if !listed && len(messages) > 0 {
			violations = append(violations,
				fmt.Sprintf("G4: %s's list lacks the conversation, so that a new device would not sync it", member))
		}
		result := process.Sync(ctx, recall.Caller{User: member}, recall.SyncRequest{
			Conversations: []recall.SyncItem{{Conversation: conversation, Limit: 1}},
		})[0]
		if result.Err != nil {
			return nil, result.Err
		}
		after := membership.ReadUpTo
		if after == "" && conversation.IsGroup() {
			after = recall.MessageID(recall.EarliestID(membership.JoinedAt))
		}
		recount := 0
		for _, message := range messages {
			if message.Sender == member {
				after = max(after, message.ID) // A sender has read all earlier messages.
			}
		}
		for _, message := range messages {
			if message.ID > after && message.Sender != member && message.Revoked == nil {
				recount++
			}
		}
		if min(recount, recall.MaximumUnread) != result.Unread {
			violations = append(violations,
				fmt.Sprintf("G11: %s has %d unread, a recount gives %d", member, result.Unread, recount))
		}
	}
	return violations, nil
}

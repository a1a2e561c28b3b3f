package conformance

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Participant is a client, wrapped in a driver, that takes part in a Meeting.
type Participant struct {
	User   string
	Driver []string // the driver's command and its arguments
	Token  string
}

// Meeting brings several clients into one conversation of a real server. Each sends a message and recalls it.
type Meeting struct {
	URL          string // of the WebSocket API
	Conversation string // a group whose members the participants are
	Participants []Participant
	// Deadline is how long each step may take; 0: 60 s.
	Deadline time.Duration
	// Progress is called with a text about each step. It may be nil.
	Progress func(string)
	Trace    func(user, direction, text string) // is called with every line; may be nil
}

// guest is a participant whose driver runs.
type guest struct {
	Participant
	*driver
	calls int
}

// Run lets every participant send, then recall, and returns what each holds at the end. An error means that a client
// did not come that far: a call failed, or a message or a recall was not called back in time.
func (m Meeting) Run(ctx context.Context) (Matrix, error) {
	if m.Deadline == 0 {
		m.Deadline = time.Minute
	}
	if m.Progress == nil {
		m.Progress = func(string) {}
	}
	if m.Trace == nil {
		m.Trace = func(string, string, string) {}
	}
	var guests []*guest
	defer func() {
		for _, g := range guests {
			g.kill() // after quit there is nothing left to end
		}
	}()
	for _, participant := range m.Participants {
		m.Progress(participant.User + " logs in")
		g, err := m.welcome(ctx, participant)
		if g != nil {
			guests = append(guests, g)
		}
		if err != nil {
			return Matrix{}, err
		}
	}
	matrix, err := m.converse(ctx, guests)
	if err != nil {
		return Matrix{}, err
	}
	for _, g := range guests {
		if err := g.quit(m.Deadline); err != nil {
			return Matrix{}, fmt.Errorf("%s: %w", g.User, err)
		}
	}
	return matrix, nil
}

func (m Meeting) welcome(ctx context.Context, participant Participant) (*guest, error) {
	trace := func(direction, text string) { m.Trace(participant.User, direction, text) }
	started, err := startDriver(ctx, participant.Driver, "", newInbox(), trace)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", participant.User, err)
	}
	g := &guest{Participant: participant, driver: started}
	_, err = m.call(ctx, g, map[string]any{
		"do": "login", "url": m.URL, "user": g.User, "token": g.Token,
		"options": map[string]any{
			"requestTimeoutMilliseconds":   10_000,
			"reconnectMinimumMilliseconds": 100,
			"reconnectMaximumMilliseconds": 5_000,
		},
	})
	return g, err
}

// converse has everybody send before anybody recalls, and waits until everybody was called back for all of it, so that
// each tombstone was a message on each screen.
func (m Meeting) converse(ctx context.Context, guests []*guest) (Matrix, error) {
	matrix := Matrix{}
	for _, g := range guests {
		m.Progress(g.User + " sends")
		text := "by mistake, from " + g.User
		send := map[string]any{"do": "send", "conversation": m.Conversation, "body": map[string]any{"text": text}}
		sent, err := m.call(ctx, g, send)
		if err != nil {
			return matrix, err
		}
		messageID, _ := sent["messageId"].(string)
		// Marks that JSON escapes, and a letter beyond the basic plane, must survive every language.
		reason := fmt.Sprintf(`wrong "chat" <%s> 😀`, g.User)
		matrix.Expected = append(matrix.Expected, Tombstone{
			MessageID: messageID, Sender: g.User, By: g.User, Role: "sender", Reason: reason,
		})
		err = m.others(ctx, guests, g, map[string]any{"event": "onRecvNewMessage", "message": map[string]any{
			"messageId": messageID, "conversation": m.Conversation, "sender": g.User, "body": map[string]any{"text": text},
		}})
		if err != nil {
			return matrix, err
		}
	}
	for place, g := range guests {
		m.Progress(g.User + " recalls")
		tombstone := matrix.Expected[place]
		_, err := m.call(ctx, g, map[string]any{
			"do": "revoke", "conversation": m.Conversation, "messageId": tombstone.MessageID, "reason": tombstone.Reason,
		})
		if err != nil {
			return matrix, err
		}
		err = m.others(ctx, guests, g, map[string]any{
			"event": "onRecvMessageRevoked", "messageId": tombstone.MessageID, "conversation": m.Conversation,
			"operator": g.User, "reason": tombstone.Reason,
		})
		if err != nil {
			return matrix, err
		}
	}
	for _, g := range guests {
		row := Row{User: g.User}
		var err error
		if row.View, err = m.read(ctx, g, "view"); err != nil {
			return matrix, err
		}
		if row.History, err = m.read(ctx, g, "history"); err != nil {
			return matrix, err
		}
		matrix.Rows = append(matrix.Rows, row)
	}
	return matrix, nil
}

// others waits until every guest but one was called back.
func (m Meeting) others(ctx context.Context, guests []*guest, but *guest, event map[string]any) error {
	for _, g := range guests {
		if g == but {
			continue
		}
		if _, err := m.await(ctx, g, event); err != nil {
			return fmt.Errorf("%s was not called back as it should be for the message of %s (%v): %w",
				g.User, but.User, event["event"], err)
		}
	}
	return nil
}

func (m Meeting) read(ctx context.Context, g *guest, do string) ([]Seen, error) {
	result, err := m.call(ctx, g, map[string]any{"do": do, "conversation": m.Conversation})
	if err != nil {
		return nil, err
	}
	messages, ok := result["messages"].([]any)
	if !ok {
		return nil, fmt.Errorf("%s: the result of %s has no messages", g.User, do)
	}
	return seen(messages), nil
}

// call gives a command and waits for its result.
func (m Meeting) call(ctx context.Context, g *guest, command map[string]any) (map[string]any, error) {
	g.calls++
	call := fmt.Sprintf("call-%d", g.calls)
	command["call"] = call
	if err := g.do(command); err != nil {
		return nil, fmt.Errorf("%s: %v: %w", g.User, command["do"], err)
	}
	result, err := m.await(ctx, g, map[string]any{"event": "result", "call": call})
	if err != nil {
		return nil, fmt.Errorf("%s: %v: %w\n%s", g.User, command["do"], err, g.stderr)
	}
	if result["ok"] != true {
		return nil, fmt.Errorf("%s: %v failed with %v: %v", g.User, command["do"], result["code"], result["desc"])
	}
	return result, nil
}

func (m Meeting) await(ctx context.Context, g *guest, wanted map[string]any) (map[string]any, error) {
	ctx, cancel := context.WithTimeout(ctx, m.Deadline)
	defer cancel()
	line, err := g.lines.take(ctx, func(line map[string]any) bool { return matches(wanted, line, 0) })
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("nothing came within %s", m.Deadline)
	}
	return line, err
}

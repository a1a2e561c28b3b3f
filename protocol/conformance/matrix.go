package conformance

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Tombstone is what remains of a recalled message.
type Tombstone struct {
	MessageID, Sender, By, Role, Reason string
}

// String shows all of it in one line.
func (t Tombstone) String() string {
	return fmt.Sprintf("%s of %s, by %s as %s, %q", t.MessageID, t.Sender, t.By, t.Role, t.Reason)
}

// Seen is one entry of what a client holds.
type Seen struct {
	Tombstone
	Live bool // not recalled, or its body is still there
}

// Row is what one client holds at the end.
type Row struct {
	User string
	// View is the state from the events that the client has received. History is the state from the server's answer to
	// history.
	View, History []Seen
}

// Matrix is what all clients of a Meeting hold at its end.
type Matrix struct {
	Expected []Tombstone // in the order of their messages
	Rows     []Row
}

// seen reads the messages of a driver's result.
func seen(messages []any) []Seen {
	var all []Seen
	for _, entry := range messages {
		message, _ := entry.(map[string]any)
		revoked, recalled := message["revoked"].(map[string]any)
		text := func(of map[string]any, field string) string {
			value, _ := of[field].(string)
			return value
		}
		all = append(all, Seen{
			Tombstone: Tombstone{
				MessageID: text(message, "messageId"), Sender: text(message, "sender"),
				By: text(revoked, "by"), Role: text(revoked, "role"), Reason: text(revoked, "reason"),
			},
			Live: !recalled || message["body"] != nil,
		})
	}
	return all
}

// Differences returns a text for each difference from the expected tombstones. None means that all clients are equal.
func (m Matrix) Differences() []string {
	var differences []string
	for _, row := range m.Rows {
		for _, source := range []struct {
			name string
			held []Seen
		}{{"view", row.View}, {"history", row.History}} {
			for _, difference := range differ(m.Expected, source.held) {
				differences = append(differences, fmt.Sprintf("%s, %s: %s", row.User, source.name, difference))
			}
		}
	}
	return differences
}

func differ(expected []Tombstone, held []Seen) []string {
	var differences []string
	for _, tombstone := range expected {
		place := slices.IndexFunc(held, func(s Seen) bool { return s.MessageID == tombstone.MessageID })
		switch {
		case place < 0:
			differences = append(differences, fmt.Sprintf("nothing of %s", tombstone))
		case held[place].Live:
			differences = append(differences, fmt.Sprintf("the message itself instead of %s", tombstone))
		case held[place].Tombstone != tombstone:
			differences = append(differences, fmt.Sprintf("%s instead of %s", held[place].Tombstone, tombstone))
		}
	}
	if len(held) > len(expected) {
		differences = append(differences, fmt.Sprintf("%d entries instead of %d", len(held), len(expected)))
	}
	return differences
}

// Print writes a row for each client and a column for each tombstone. A cell has what the client's view says: by whom
// the message was recalled, as what, and why.
func (m Matrix) Print(to io.Writer) error {
	for place, tombstone := range m.Expected {
		if _, err := fmt.Fprintf(to, "%d  message %s of %s\n", place+1, tombstone.MessageID, tombstone.Sender); err != nil {
			return err
		}
	}
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	header := "\nclient"
	for place := range m.Expected {
		header += fmt.Sprintf("\t%d", place+1)
	}
	lines := []string{header}
	for _, row := range m.Rows {
		line := row.User
		for _, tombstone := range m.Expected {
			line += "\t" + row.cell(tombstone.MessageID)
		}
		lines = append(lines, line)
	}
	if _, err := fmt.Fprintln(table, strings.Join(lines, "\n")); err != nil {
		return err
	}
	return table.Flush()
}

func (r Row) cell(messageID string) string {
	for _, s := range r.View {
		switch {
		case s.MessageID != messageID:
		case s.Live:
			return "not recalled"
		default:
			return fmt.Sprintf("%s, %s, %s", s.By, s.Role, s.Reason)
		}
	}
	return "missing"
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"
)

// errSome means that the table contains failures. It makes the exit code 1 for scripts.
var errSome = errors.New("some messages were not recalled; see the table")

type adminRevoke struct {
	where    `embed:""`
	Messages []string `arg:"" name:"message-id" help:"IDs of the messages (1 to 100)."`
	Reason   string   `help:"The reason, which the members can read (up to 256 bytes)." placeholder:"TEXT"`
	Operator string   `help:"The operator whom the recall names. The default is admin." placeholder:"USER"`
}

// Run recalls the messages and prints a line for each.
func (r *adminRevoke) Run(ctx context.Context, admin *adminCommand) error {
	conversation, err := r.conversation()
	if err != nil {
		return err
	}
	reply, err := admin.call(ctx, request("revoke", map[string]any{
		"conversation": conversation, "messageIds": r.Messages, "reason": r.Reason, "operator": r.Operator,
	}))
	if err != nil {
		return err
	}
	if admin.printResults(reply) > 0 {
		return errSome
	}
	return nil
}

// printResults prints a table and returns how many failed.
func (c *adminCommand) printResults(reply adminReply) (failed int) {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, result := range reply.Results {
		outcome := ""
		switch {
		case !result.OK && result.Error != nil:
			failed++
			outcome = "failed\t" + result.Error.Error()
		case result.Revoked != nil && result.Repeated:
			outcome = fmt.Sprintf("recalled before\t%s by %s as %s", clock(result.Revoked.At), result.Revoked.By,
				result.Revoked.Role)
		case result.Revoked != nil:
			outcome = fmt.Sprintf("recalled\t%s by %s as %s", clock(result.Revoked.At), result.Revoked.By, result.Revoked.Role)
		}
		if !c.JSON {
			_, _ = fmt.Fprintf(table, "%s\t%s\n", result.MessageID, outcome)
		}
	}
	_ = table.Flush()
	return failed
}

type adminRevokeBySender struct {
	where    `embed:""`
	Sender   string        `arg:"" help:"The user who sent the messages."`
	Since    time.Duration `help:"Only those of this last time, e.g. 24h. The default is all." placeholder:"DURATION"`
	Reason   string        `help:"The reason, which the members can read (up to 256 bytes)." placeholder:"TEXT"`
	Operator string        `help:"The operator whom the recall names. The default is admin." placeholder:"USER"`
}

// Run goes through the conversation page by page, says how far it is, and goes on after failures.
func (r *adminRevokeBySender) Run(ctx context.Context, admin *adminCommand) error {
	conversation, err := r.conversation()
	if err != nil {
		return err
	}
	since := int64(0)
	if r.Since > 0 {
		since = time.Now().Add(-r.Since).UnixMilli()
	}
	recalled, failed, next := 0, 0, ""
	for page := 1; ; page++ {
		reply, err := admin.call(ctx, request("revokeBySender", map[string]any{
			"conversation": conversation,
			"sender":       r.Sender,
			"since":        since,
			"reason":       r.Reason,
			"operator":     r.Operator,
			"next":         next,
		}))
		if err != nil {
			return fmt.Errorf("page %d, after %d recalls: %w", page, recalled, err)
		}
		for _, result := range reply.Results {
			if result.OK {
				recalled++
				continue
			}
			failed++
			if result.Error != nil {
				admin.say("%s  failed  %v", result.MessageID, result.Error)
			}
		}
		next = reply.Next
		progress(next == "", "page %d: %d recalled, %d failed", page, recalled, failed)
		if next == "" {
			break
		}
	}
	admin.say("%d messages of %s recalled, %d failed", recalled, r.Sender, failed)
	if failed > 0 {
		return errSome
	}
	return nil
}

// progress says on standard error how far a long action is: on a terminal always on one line, elsewhere a line each
// time.
func progress(last bool, format string, values ...any) {
	text := fmt.Sprintf(format, values...)
	switch {
	case !term.IsTerminal(int(os.Stderr.Fd())):
		text += "\n"
	case last:
		text = "\r" + text + "\n"
	default:
		text = "\r" + text
	}
	fmt.Fprint(os.Stderr, text)
}

type adminAudit struct {
	where    `embed:""`
	Operator string        `help:"Show what this user recalled in all conversations." xor:"where" placeholder:"USER"`
	Since    time.Duration `help:"Only those of this last time, e.g. 24h. The default is all." placeholder:"DURATION"`
}

// Run prints all pages as one table, oldest first.
func (a *adminAudit) Run(ctx context.Context, admin *adminCommand) error {
	fields := map[string]any{"operator": a.Operator}
	if a.Operator == "" {
		conversation, err := a.conversation()
		if err != nil {
			return fmt.Errorf("%w, or --operator alice", err)
		}
		fields["conversation"] = conversation
	}
	if a.Since > 0 {
		fields["since"] = time.Now().Add(-a.Since).UnixMilli()
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	if !admin.JSON {
		_, _ = fmt.Fprintln(table, "RECALLED\tBY\tAS\tCONVERSATION\tMESSAGE\tOF\tSENT\tREASON")
	}
	revocations := 0
	for {
		reply, err := admin.call(ctx, request("audit", fields))
		if err != nil {
			return err
		}
		revocations += len(reply.Revocations)
		for _, each := range reply.Revocations {
			conversation := "group " + each.Conversation.Group
			if each.Conversation.Group == "" {
				conversation = strings.Join(each.Conversation.Users, ", ")
			}
			if !admin.JSON {
				_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%q\n", clock(each.Revoked.At), each.Revoked.By,
					each.Revoked.Role,
					conversation, each.MessageID, each.Sender, clock(each.SentAt), each.Revoked.Reason)
			}
		}
		if reply.Next == "" {
			if revocations == 0 && a.Group != "" {
				// The recalls of a group that was deleted may still be there, so only an empty list says that a name may be wrong.
				quiet := *admin
				quiet.JSON = false
				if _, err := quiet.call(ctx, request("getGroup", map[string]any{"group": a.Group})); err != nil {
					return err
				}
			}
			return table.Flush()
		}
		fields["next"] = reply.Next
	}
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"example.com/recall/local/logstream"
	"example.com/recall/local/state"
)

// tailCommand is `recall tail`.
type tailCommand struct {
	Input string `arg:"" optional:"" help:"- for standard input. The default is the local stack."`
	State string `help:"State file of the local stack." placeholder:"FILE"`
	JSON  bool   `help:"Print the log entries as JSON, one on each line, for programs." name:"json"`
}

// Help is shown by recall tail --help.
func (tailCommand) Help() string {
	return `Shows recalls as they happen, with a line for each request and outcome. A line says when the recall happened,
who recalled and by what right (sender, moderator, admin), the outcome, the number of messages, how many devices were
told, how long the last of them took, how many devices were gone, and how many could not be reached (they are told
later). Members of large groups are told through the queue, after the line. A line never has a text or a reason.

Follow a deployed stack through its log groups (with LogLevel info, the default):

  aws logs tail /aws/lambda/STACK-revoke --follow --format short | recall tail -

Recalls by the admin function are in /aws/lambda/STACK-admin.`
}

// Run shows recalls until it is interrupted or the input ends.
func (c *tailCommand) Run(ctx context.Context) error {
	show := &tailView{output: os.Stdout, asJSON: c.JSON}
	switch c.Input {
	case "":
		return c.local(ctx, show)
	case "-":
		return tailLines(os.Stdin, show)
	}
	return fmt.Errorf("%s is nothing to read recalls from; use - for standard input, or nothing for the local stack",
		c.Input)
}

func (c *tailCommand) local(ctx context.Context, show *tailView) error {
	running, err := state.Find(c.State)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, running.Addresses.Logs, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("the local stack does not answer (%w); start one with: recall local", err)
	}
	defer func() { _ = answer.Body.Close() }()
	fmt.Fprintf(os.Stderr, "following %s; Ctrl-C ends\n", running)
	lines := json.NewDecoder(answer.Body)
	for {
		var entry logstream.Entry
		if err := lines.Decode(&entry); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return errors.New("the local stack has ended")
		}
		if entry.Missed > 0 {
			fmt.Fprintf(os.Stderr, "(%d log lines were missed)\n", entry.Missed)
		}
		if err := show.line(entry.Line); err != nil {
			return err
		}
	}
}

// maximumLogEntry is CloudWatch's limit of a log event (CloudWatch Logs quotas: 1 MB).
const maximumLogEntry = 1 << 20

// tailLines reads the output of `aws logs tail`. A time and a name may precede an entry. It joins an entry that is
// printed over several lines (--format json).
func tailLines(input io.Reader, show *tailView) error {
	scanner := bufio.NewScanner(input)
	scanner.Buffer(make([]byte, 64<<10), maximumLogEntry)
	pending := ""
	for scanner.Scan() {
		text := scanner.Text()
		if pending == "" {
			start := strings.IndexByte(text, '{')
			if start < 0 {
				continue
			}
			text = text[start:]
		}
		entry := pending + text
		if unfinished(entry) && len(entry) < maximumLogEntry {
			pending = entry + "\n"
			continue
		}
		if pending != "" && !json.Valid([]byte(entry)) {
			entry = text // what came before was none
		}
		pending = ""
		if err := show.line(entry); err != nil {
			return err
		}
	}
	if err := scanner.Err(); err != nil {
		return fmt.Errorf("read log lines: %w", err)
	}
	return nil
}

// unfinished reports whether text is the beginning of a JSON value.
func unfinished(text string) bool {
	var value json.RawMessage
	return errors.Is(json.NewDecoder(strings.NewReader(text)).Decode(&value), io.ErrUnexpectedEOF)
}

// tailEntry is the log entry that the functions write for a recall (shared/function.LogRecalls).
type tailEntry struct {
	Time               time.Time `json:"time"`
	Message            string    `json:"msg"`
	Function           string    `json:"function"`
	RequestID          string    `json:"requestId"`
	Operator           string    `json:"operator"`
	Role               string    `json:"role"`
	Outcome            string    `json:"outcome"`
	Messages           int       `json:"messages"`
	Notices            int       `json:"notices"`
	Gone               int       `json:"gone"`
	Failed             int       `json:"failed"`
	NoticeMilliseconds float64   `json:"noticeMilliseconds"`
}

// tailView prints the entries of recalls and skips all others.
type tailView struct {
	output io.Writer
	asJSON bool
	headed bool
}

func (v *tailView) line(text string) error {
	var entry tailEntry
	if json.Unmarshal([]byte(text), &entry) != nil || entry.Message != "recall" || entry.Operator == "" {
		return nil
	}
	if v.asJSON {
		var line bytes.Buffer
		if err := json.Compact(&line, []byte(text)); err != nil {
			return nil // it was read just now
		}
		_, err := fmt.Fprintln(v.output, line.String())
		return err
	}
	if !v.headed {
		v.headed = true
		_, err := fmt.Fprintf(v.output, tailFormat, "TIME", "OPERATOR", "AS", "OUTCOME", "MESSAGES", "NOTICES", "LAST AFTER",
			"GONE", "FAILED")
		if err != nil {
			return err
		}
	}
	_, err := io.WriteString(v.output, entry.String())
	return err
}

const tailFormat = "%-12s  %-20s  %-9s  %-22s  %8v  %7v  %10s  %4v  %6v\n"

// String returns the entry as one line for people.
func (e tailEntry) String() string {
	outcome, role := e.Outcome, e.Role
	switch outcome {
	case "ok":
		outcome = "recalled"
	case "repeated":
		outcome = "recalled before"
	}
	if role == "" {
		role = "-"
	}
	notices, last, gone, failed := any("-"), "-", any("-"), any("-")
	if e.Outcome == "ok" {
		notices, last, gone, failed = e.Notices, "queued", e.Gone, e.Failed
		// What was looked for at all took a call of DynamoDB, so it took time.
		if e.NoticeMilliseconds > 0 {
			last = fmt.Sprintf("%.0f ms", e.NoticeMilliseconds)
		}
	}
	return fmt.Sprintf(tailFormat, e.Time.Local().Format("15:04:05.000"), printable(e.Operator), printable(role),
		printable(outcome), e.Messages, notices, last, gone, failed)
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/recall/local/lambda"
	"example.com/recall/local/stack"
	"example.com/recall/local/websocket"
)

// localLines prints what the local stack reports, a line each.
type localLines struct {
	output             io.Writer
	quiet, logs, calls bool
	mutex              sync.Mutex
}

func (l *localLines) print(format string, arguments ...any) {
	l.write(time.Now(), fmt.Sprintf(format, arguments...))
}

func (l *localLines) write(at time.Time, text string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	// A terminal that is gone must not stop the stack.
	_, _ = fmt.Fprintf(l.output, "%s  %s\n", at.Local().Format("15:04:05.000"), text)
}

// entry prints one entry. It prints nothing if another entry says the same.
func (l *localLines) entry(e stack.Entry) {
	if e.Kind == stack.KindNotice {
		l.write(e.At, e.Text)
		return
	}
	if l.quiet {
		return
	}
	switch e.Kind {
	case stack.KindGateway:
		if text := gatewayLine(e); text != "" {
			l.write(e.At, text)
		}
	case stack.KindInvocation:
		// The line of the handshake reports the refusal already.
		failed := e.Outcome != "ok" && e.Outcome != lambda.Unauthorized
		if e.Source != "" || failed || e.Initialization > 0 {
			l.write(e.At, invocationLine(e))
		}
	case stack.KindLog:
		if text := logLine(e.Text, l.logs); text != "" {
			l.write(e.At, fmt.Sprintf("%-18s| %s", e.Function, printable(text)))
		}
	case stack.KindEvent:
		l.write(e.At, fmt.Sprintf("%-18s  event %q on bus %s", e.Event.Source, e.Event.DetailType, e.Event.Bus))
	case stack.KindCall:
		if l.calls {
			l.write(e.At,
				fmt.Sprintf("%-18s> %s %-20s %6s  %s", e.Function, e.Call.Service, e.Call.Operation, milliseconds(e.Duration),
					status(e.Call.Status)))
		}
	}
}

// gatewayLine describes what happened at the WebSocket API: connection, user, route, function, time and outcome.
func gatewayLine(e stack.Entry) string {
	r := e.Record
	what, detail := "", r.Outcome
	switch r.Kind {
	case websocket.KindHandshake:
		if r.Status == http.StatusUpgradeRequired {
			return "" // a plain request, such as functions make to open a connection early
		}
		what, detail = "handshake", status(r.Status)+" "+r.Outcome
	case websocket.KindInvocation:
		what = r.RouteKey
	case websocket.KindPost:
		what, detail = strings.ToLower(r.Method)+" @connections", status(r.Status)
	case websocket.KindClose:
		what, detail = "closed", strconv.Itoa(r.Status)+" "+r.Outcome
	case websocket.KindFrame:
		if r.Outcome == "ok" {
			return "" // Its invocation, post or reply reports this.
		}
		what = "frame " + r.Direction
	default:
		return ""
	}
	return fmt.Sprintf("%-17s %-8s %-18s %-18s %7s  %s", printable(r.ConnectionID), printable(cut(e.User, 8)), what,
		r.Function, milliseconds(r.Duration), printable(detail))
}

// logLine is what a function logged, readable: level, message and fields of an entry that is JSON. Metrics and entries
// below a warning are left out unless all is wanted.
func logLine(text string, all bool) string {
	if all {
		return text
	}
	_, returned, found := strings.Cut(text, `{"errorMessage":"Unauthorized",`)
	if found && strings.HasSuffix(returned, "}") {
		return "" // the runtime's line for a refused token, which is no error of the function
	}
	var entry map[string]any
	if json.Unmarshal([]byte(text), &entry) != nil {
		return text
	}
	level, _ := entry["level"].(string)
	if _, metrics := entry["_aws"]; metrics || level == "INFO" || level == "DEBUG" {
		return ""
	}
	if level == "" {
		return text
	}
	line := fmt.Sprintf("%s %v", level, entry["msg"])
	for _, name := range slices.Sorted(maps.Keys(entry)) {
		if name != "level" && name != "msg" && name != "time" && name != "function" {
			line += fmt.Sprintf(" %s=%v", name, entry[name])
		}
	}
	return line
}

func invocationLine(e stack.Entry) string {
	detail := e.Outcome
	if e.Initialization > 0 {
		detail += fmt.Sprintf(" (new process, %s)", milliseconds(e.Initialization))
	}
	return fmt.Sprintf("%-17s %-8s %-18s %-18s %7s  %s", "", "", cut(e.Source, 18), cut(e.Function, 18),
		milliseconds(e.Duration), printable(detail))
}

func milliseconds(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

func status(code int) string {
	if code == 0 {
		return "broken off"
	}
	return strconv.Itoa(code)
}

func cut(text string, length int) string {
	if runes := []rune(text); len(runes) > length {
		return string(runes[:length-1]) + "…"
	}
	return text
}

// printable keeps control characters off the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return '·'
		}
		return r
	}, text)
}

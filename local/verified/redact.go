package verified

import (
	"regexp"
	"strings"
)

// redaction is what is taken out of a text, and what stands there instead.
type redaction struct {
	pattern *regexp.Regexp
	instead string
}

func redactions() []redaction {
	list := []struct{ pattern, instead string }{
		{`"(connectionId|requestId|extendedRequestId|messageId)": ?"[^"]*"`, `"$1":"…"`},
		{`eyJ[\w-]+\.[\w-]+\.[\w-]*`, "TOKEN"},
		{`\b(AKIA|ASIA)[A-Z0-9]{12,}\b`, "KEY"},
		{`\barn:aws[\w-]*:[^\s"',;]+`, "ARN"},
		{`\b(wss?|https?)://[^\s"',;]+`, "ADDRESS"},
		{`\b[\w.-]+\.(amazonaws\.com(\.cn)?|on\.aws|cloudfront\.net)(:\d+)?\b`, "ADDRESS"},
		{`\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b`, "ADDRESS"},
		{`\[?([0-9a-fA-F]{0,4}:){3,}[0-9a-fA-F]{0,4}\]?(:\d+)?`, "ADDRESS"},
		{`\b\d{12,13}\b`, "NUMBER"},
		// The IDs of connections and requests are base64url and end in =.
		{`[\w-]{11,15}=`, "ID"},
		// This is longer than any word: a secret, a signature, or the ID of a session.
		{`[\w+/=-]{40,}`, "SECRET"},
	}
	made := make([]redaction, len(list))
	for i, each := range list {
		made[i] = redaction{regexp.MustCompile(each.pattern), each.instead}
	}
	return made
}

// Redact takes out of a text what belongs to one account or run: addresses, account numbers, ARNs, IDs, tokens and
// keys. The rest is the same in every run, so two answers can be compared. The text becomes one line.
func Redact(text string) string {
	for _, each := range redactions() {
		text = each.pattern.ReplaceAllString(text, each.instead)
	}
	return strings.Join(strings.Fields(text), " ")
}

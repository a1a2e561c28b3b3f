package action_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/recall/shared/action"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

const secret = "s3cr3t-w0rds"

// G10: no message text, reason or token ever stands in an error text.
func TestG10NoRefusalRepeatsWhatWasWritten(t *testing.T) {
	fields := []string{
		"action", "id", "conversation", "messageId", "messageIds", "replyTo", "body", "reason", "unsent",
		"conversations", "cursor", "before", "limit", "after", "group", "user", "users", "role", "sender", "operator",
		"since", "next", "name", "recallWindowSeconds",
	}
	values := []string{
		`"%s"`, `["%s"]`, `{"%s":"%s"}`, `[{"conversation":"%s"}]`, `[{"conversation":"c2c_bob","cursor":["%s"]}]`,
		`{"users":["%s!","%s"]}`, `{"group":"%s!"}`, `{"x":"%s","x":"%s"}`, `{"%s":"\ud800"}`, `"%s\ud800"`,
		`{"x":"%s` + strings.Repeat("x", recall.MaximumBodyBytes) + `"}`, `"%s` + strings.Repeat("x", 300) + `"`,
	}
	var actions []string
	for _, each := range action.All() {
		actions = append(actions, each.Name)
	}
	slices.Sort(actions)
	refused := 0
	for _, name := range slices.Compact(actions) {
		for _, field := range fields {
			for _, value := range values {
				frame := fmt.Sprintf(`{"action":"%s","%s":%s}`, name, field, strings.ReplaceAll(value, "%s", secret))
				complete := strings.TrimSuffix(frame, "}") + `,"conversation":"c2c_bob","messageId":"01HF7YAT00000000000000B0B1"}`
				for _, raw := range []string{frame, complete, frame[:len(frame)-1]} {
					refused += countRefusals(t, raw)
				}
			}
		}
	}
	if refused == 0 {
		t.Fatal("nothing was refused")
	}
}

// countRefusals fails for a refusal that repeats the secret.
func countRefusals(t *testing.T, raw string) (count int) {
	t.Helper()
	for _, fromAdmin := range []bool{false, true} {
		_, err := decode([]byte(raw), fromAdmin)
		if err == nil {
			continue
		}
		count++
		if strings.Contains(err.Error(), secret) ||
			strings.Contains(string(wire.ErrorReply(wire.Envelope{}, err, "5a1f")), secret) {
			t.Fatalf("%.200s: %v", raw, err)
		}
	}
	return count
}

package endtoend

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

func TestAChangedTokenSecretIsInForceWithinAMinuteWithoutADeployment(t *testing.T) {
	running, err := start(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		running.Close()
		_ = os.RemoveAll(running.temporary) // A file that stays in the temporary directory does no harm.
	})
	url := running.Addresses().WebSocket
	made := func() string {
		token, err := running.Token("alice", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	before := made()
	if status := handshake(t, url, before); status != http.StatusSwitchingProtocols {
		t.Fatalf("status %d", status)
	}
	running.RotateTokenSecret(strings.Repeat("rotated ", 4))
	after := made()
	until(t, "a token of the new secret is accepted", func() bool {
		return handshake(t, url, after) == http.StatusSwitchingProtocols
	})
	if status := handshake(t, url, before); status != http.StatusUnauthorized {
		t.Errorf("a token of the old secret: status %d", status)
	}
	for _, right := range running.Uses() {
		if right.Action == "secretsmanager:GetSecretValue" && right.Times == 0 {
			t.Error("the secret was read without the right to it")
		}
	}
	for denial := range running.Denials() {
		t.Errorf("%s may not %s", denial.Function, denial.Action)
	}
}

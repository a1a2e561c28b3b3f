package reliability

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/coder/websocket"

	"example.com/recall/local/stack"
)

// TestAFloodOfFramesIsBoundedForItsUserAloneAndCostsNoCall sends more frames than a user may, on the local stack.
func TestAFloodOfFramesIsBoundedForItsUserAloneAndCostsNoCall(t *testing.T) {
	const perMinute, frames = 20, 60
	running, err := stack.Start(t.Context(), stack.Options{
		Strict:     true,
		Parameters: map[string]string{"RequestsPerMinute": fmt.Sprint(perMinute)},
		// Each environment counts its own frames. With one environment the limit is exact.
		MaximumConcurrency: 1,
	})
	if err != nil {
		t.Fatalf("the local stack does not start (%v); run: scripts/require.sh java dynamodb-local elasticmq", err)
	}
	defer running.Close()
	flooding, quiet := dial(t, running, "flooding"), dial(t, running, "quiet")
	allowed, refused := 0, 0
	read := `{"action":"sync","conversations":[{"conversation":"c2c_other"}]}`
	for i := range frames {
		before := callsOfSync(running)
		name := ask(t, flooding, read)
		after := callsOfSync(running)
		switch {
		case name == "":
			allowed++
		case name == "too_many_requests" && after == before:
			refused++
		default:
			t.Errorf("frame %d was answered %q, with %d calls", i, name, after-before)
		}
	}
	// A slow machine refills the bucket meanwhile; a frame takes far less than the 3 s that one more needs.
	if allowed < perMinute || refused == 0 {
		t.Errorf("of %d frames %d were allowed and %d refused", frames, allowed, refused)
	}
	if name := ask(t, quiet, read); name != "" {
		t.Errorf("the other user is answered %s", name)
	}
}

func callsOfSync(running *stack.Stack) int {
	calls := 0
	for counter, count := range running.DynamoDB().Counts() {
		if counter.AccessKey == "SyncFunction" {
			calls += count
		}
	}
	return calls
}

func dial(t *testing.T, running *stack.Stack, user string) *websocket.Conn {
	t.Helper()
	token, err := running.Token(user, time.Hour)
	must(t, err)
	return dialWith(t, running, token)
}

// ask sends a frame and returns the name of the error that answers it, empty for none.
func ask(t *testing.T, socket *websocket.Conn, frame string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	must(t, socket.Write(ctx, websocket.MessageText, []byte(frame)))
	_, data, err := socket.Read(ctx)
	must(t, err)
	var reply struct {
		OK    bool
		Error struct{ Name string }
	}
	must(t, json.Unmarshal(data, &reply))
	if !reply.OK && reply.Error.Name == "" {
		t.Fatalf("answered %s", data)
	}
	return reply.Error.Name
}

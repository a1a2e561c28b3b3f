package endtoend

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"example.com/recall/local/awsproxy"
	"example.com/recall/local/eventbus"
)

func TestWhoIsConnectedLearnsOfARecallWhoseFunctionDiedRightAfterItsCommit(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	id := alice.send("c2c_"+bob.user, "taken back")
	bob.event("message")

	// RevokeFunction first commits and then looks who is connected. There it dies.
	dieDuring(t, alice, "RevokeFunction", "BatchGetItem", frame{
		"action":       "revoke",
		"conversation": "c2c_" + bob.user,
		"messageId":    id,
	})
	if event := bob.event("revoked"); messageID(event) != id {
		t.Errorf("bob was told %v", event)
	}
	// The sender tries again, as after any answer of API Gateway's own, and gets the recall that was committed.
	reply := alice.must("revoke", frame{"conversation": "c2c_" + bob.user, "messageId": id})
	if repeated := reply["results"].([]any)[0].(frame)["repeated"]; repeated != true {
		t.Errorf("the second try was answered %v", reply)
	}
}

// TestABusThatIsAwayDelaysNoNoticeAndLosesNoRecall lets publish fail, so that it gets its record again and again. The
// function finish does not wait for it.
func TestABusThatIsAwayDelaysNoNoticeAndLosesNoRecall(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	shared.EventBus().SetAway(true)
	defer shared.EventBus().SetAway(false)
	ids := make([]string, 3)
	for i := range ids {
		ids[i] = alice.send("c2c_"+bob.user, "taken back")
		bob.event("message")
		dieDuring(t, alice, "RevokeFunction", "BatchGetItem", frame{
			"action":       "revoke",
			"conversation": "c2c_" + bob.user,
			"messageId":    ids[i],
		})
		if event := bob.event("revoked"); messageID(event) != ids[i] {
			t.Errorf("bob was told %v", event)
		}
	}
	for _, id := range ids {
		if isPublished(id) {
			t.Errorf("the bus was away and took the recall of %s", id)
		}
	}
	shared.EventBus().SetAway(false)
	for _, id := range ids {
		until(t, "the recall of "+id+" is published", func() bool { return isPublished(id) })
	}
}

// isPublished reports whether the bus has received the recall of a message.
func isPublished(messageID string) bool {
	return slices.ContainsFunc(shared.Events(), func(event eventbus.Event) bool {
		var detail frame
		return json.Unmarshal(event.Detail, &detail) == nil && detail["messageId"] == messageID
	})
}

// dieDuring sends a request whose function dies at its first call of a DynamoDB operation. API Gateway itself then
// answers the request.
func dieDuring(t *testing.T, from *device, function, operation string, request frame) {
	t.Helper()
	var once sync.Once
	shared.DynamoDB().SetHook(func(_ context.Context, call awsproxy.Request) (action awsproxy.Action) {
		if call.AccessKey == function && call.Operation == operation {
			once.Do(func() {
				shared.Lambda().Kill(function)
				action.Drop = true
			})
		}
		return action
	})
	defer shared.DynamoDB().SetHook(nil)
	data, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	from.write(websocket.MessageText, data)
	from.take("Internal server error", func(f frame) bool { return f["message"] == "Internal server error" })
}

package endtoend

import (
	"context"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"example.com/recall/local/awsproxy"
)

func TestWhoIsConnectedLearnsOfARecallWhoseFunctionDiedRightAfterItsCommit(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	id := alice.send("c2c_"+bob.user, "taken back")
	bob.event("message")

	// RevokeFunction first commits and then looks who is connected. There it dies, once.
	var once sync.Once
	shared.DynamoDB().SetHook(func(_ context.Context, request awsproxy.Request) awsproxy.Action {
		var action awsproxy.Action
		if request.AccessKey == "RevokeFunction" && request.Operation == "BatchGetItem" {
			once.Do(func() {
				shared.Lambda().Kill("RevokeFunction")
				action.Drop = true
			})
		}
		return action
	})
	defer shared.DynamoDB().SetHook(nil)
	alice.write(websocket.MessageText, []byte(`{"action":"revoke","id":"lost","conversation":"c2c_`+bob.user+`","messageId":"`+id+`"}`))
	alice.take("Internal server error", func(f frame) bool { return f["message"] == "Internal server error" })

	if event := bob.event("revoked"); messageID(event) != id {
		t.Errorf("bob was told %v", event)
	}
	// The sender tries again, as after any answer of API Gateway's own, and gets the recall that was committed.
	reply := alice.must("revoke", frame{"conversation": "c2c_" + bob.user, "messageId": id})
	if repeated := reply["results"].([]any)[0].(frame)["repeated"]; repeated != true {
		t.Errorf("the second try was answered %v", reply)
	}
}

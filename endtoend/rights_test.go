package endtoend

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/local/policy"
	"example.com/recall/local/websocket"
)

// usedByLambda are rights that Lambda itself uses with the function's role: here its log is printed and nothing is
// traced.
var usedByLambda = map[string]string{
	"logs:CreateLogStream":      "for what the function prints",
	"logs:PutLogEvents":         "for what the function prints",
	"xray:PutTraceSegments":     "for the trace of each invocation",
	"xray:PutTelemetryRecords":  "for the counts of those traces",
	"dynamodb:ListStreams":      "checked as the event source's, read by the local stack itself",
	"dynamodb:DescribeStream":   "the same",
	"dynamodb:GetShardIterator": "the same",
	"dynamodb:GetRecords":       "the same",
}

// unused returns the rights that no function has used so far.
func unused() []policy.Use {
	var found []policy.Use
	for _, right := range shared.Uses() {
		if right.Times == 0 && usedByLambda[right.Action] == "" {
			found = append(found, right)
		}
	}
	return found
}

// TestEveryRightOfEveryRoleIsUsed does everything for which functions need rights at least once. No function needs a
// right that stays unused: remove it from template.yaml, or add here an action that needs it. TestMain finds rights
// that functions need but do not have.
func TestEveryRightOfEveryRoleIsUsed(t *testing.T) {
	people := users(t, "alice", "bob", "gone")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	alice.must("hello", nil)
	talkWithSomebodyWhoIsGone(t, alice, bob, people[2])
	useAGroup(t, alice, bob)
	useALargeGroup(t, alice, bob)
	useNotifications(t, alice)
	useFiles(t, alice, bob)
	moderate(t, alice, bob)
	unfinishedThenGone(t, alice, bob)
	closeWhatCannotBeReached(t, alice, bob)
	connectTooOften(t, users(t, "often")[0])
	admin(t, frame{"action": "disconnect", "user": alice.user})
	if _, failure := runCanary(t); failure != "" {
		t.Error(failure)
	}

	deadline := time.Now().Add(2 * patience)
	for len(unused()) > 0 && time.Now().Before(deadline) {
		time.Sleep(50 * time.Millisecond)
	}
	for _, right := range unused() {
		t.Errorf("no test uses the right of %s to %s on %s", right.Function, right.Action, right.Resource)
	}
}

// leaveBehind makes entries of two connections that ended without a $disconnect a while ago. The token of one has
// ended too, so that it is to be closed, and nothing posted to it.
func leaveBehind(t *testing.T, user string) {
	t.Helper()
	now := time.Now()
	before := strconv.FormatInt(now.Add(-time.Minute).UnixMilli(), 10)
	expired := before + "-" + strconv.FormatInt(now.UnixMilli(), 10)
	_, err := storage().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName:        aws.String("ConnectionsTable"),
		Key:              map[string]types.AttributeValue{"user": &types.AttributeValueMemberS{Value: user}},
		UpdateExpression: aws.String("SET expiresAt=:at ADD conns :conns"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":at": &types.AttributeValueMemberN{Value: strconv.FormatInt(now.Add(time.Hour).Unix(), 10)},
			":conns": &types.AttributeValueMemberSS{
				Value: []string{before + ":BFaT_fALIAMCKug=", expired + ":BFaT_fALIAMCKuh="},
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// talkWithSomebodyWhoIsGone lets each function that posts find entries of connections that are gone and delete them.
func talkWithSomebodyWhoIsGone(t *testing.T, alice, bob *device, gone string) {
	leaveBehind(t, gone)
	id := alice.send("c2c_"+gone, "are you there?")
	leaveBehind(t, gone)
	alice.must("revoke", frame{"conversation": "c2c_" + gone, "messageId": id})
	read := bob.send("c2c_"+alice.user, "hello")
	leaveBehind(t, alice.user)
	alice.must("read", frame{"conversation": "c2c_" + bob.user, "messageId": read})
	alice.must("send", frame{"conversation": "c2c_" + bob.user, "unlessRevoked": read, "body": frame{"text": "hi"}})
	removed := alice.send("c2c_"+gone, "anybody?")
	leaveBehind(t, gone)
	admin(t, frame{
		"action":       "revoke",
		"conversation": frame{"users": []string{alice.user, gone}},
		"messageIds":   []string{removed},
		"operator":     "moderator-" + gone,
	})
	admin(t, frame{"action": "audit", "operator": "moderator-" + gone})
	admin(t, frame{"action": "audit", "conversation": frame{"users": []string{alice.user, gone}}})
	// This recalls a message that is not stored yet, in a conversation that does not exist.
	alice.must("revoke", frame{"conversation": "c2c_new-" + gone, "messageId": newULID(t), "unsent": true})
}

func useAGroup(t *testing.T, alice, bob *device) {
	group := newGroup(t, alice.user, bob.user)
	id := bob.send("group_"+group, "off topic")
	alice.must("revoke", frame{"conversation": "group_" + group, "messageId": id})
	alice.must("sync", frame{"conversations": []frame{{"conversation": "group_" + group}}})
	reply := alice.must("sync", frame{"conversations": []frame{{"conversation": "group_" + group}}})
	alice.must("sync", frame{
		"conversations": []frame{
			{"conversation": "group_" + group, "cursor": reply["conversations"].([]any)[0].(frame)["cursor"]},
		},
	})
	alice.must("conversations", nil)
	admin(t, frame{"action": "deleteMember", "group": group, "user": bob.user})
}

// useALargeGroup sends to more than 500 members, so the notices go through the queue. Once SendFunction dies before
// that.
func useALargeGroup(t *testing.T, alice, bob *device) {
	group := newGroup(t, alice.user, bob.user)
	client := storage()
	for first := 0; first < 500; first += 25 {
		var writes []types.WriteRequest
		for i := first; i < first+25; i++ {
			writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: map[string]types.AttributeValue{
				"pk":       &types.AttributeValueMemberS{Value: "group#" + group},
				"sk":       &types.AttributeValueMemberS{Value: fmt.Sprintf("member#m%d", i)},
				"role":     &types.AttributeValueMemberS{Value: "member"},
				"joinedAt": &types.AttributeValueMemberN{Value: "1700000000000"},
			}}})
		}
		_, err := client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{"MessagesTable": writes},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	conversation := "group_" + group
	id := alice.send(conversation, "to all")
	alice.must("revoke", frame{"conversation": conversation, "messageId": id})
	second := alice.send(conversation, "to all again")
	admin(t, frame{"action": "revoke", "conversation": frame{"group": group}, "messageIds": []string{second}})
	dieDuring(t, alice, "SendFunction", "UpdateItem", frame{
		"action":       "send",
		"conversation": conversation,
		"body":         frame{"text": "unfinished"},
	})
}

func moderate(t *testing.T, alice, bob *device) {
	window := admin(t, frame{"action": "getSettings"})["recallWindowSeconds"]
	admin(t, frame{"action": "putSettings", "recallWindowSeconds": window})
	alice.send("c2c_"+bob.user, "spam")
	admin(t, frame{
		"action":       "revokeBySender",
		"conversation": frame{"users": []string{alice.user, bob.user}},
		"sender":       alice.user,
	})
}

// unfinishedThenGone leaves a recall to FinishFunction, and an entry of a gone connection to DeliverFunction.
func unfinishedThenGone(t *testing.T, alice, bob *device) {
	id := alice.send("c2c_"+bob.user, "taken back")
	dieDuring(t, alice, "RevokeFunction", "BatchGetItem", frame{
		"action":       "revoke",
		"conversation": "c2c_" + bob.user,
		"messageId":    id,
	})
	leaveBehind(t, bob.user)
}

// connectionID is the ID of a user's only connection.
func connectionID(t *testing.T, user string) string {
	t.Helper()
	read, err := storage().GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String("ConnectionsTable"),
		Key:       map[string]types.AttributeValue{"user": &types.AttributeValueMemberS{Value: user}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, id, _ := strings.Cut(read.Item["conns"].(*types.AttributeValueMemberSS).Value[0], ":")
	return id
}

// closeWhatCannotBeReached tells a part of a group, which queues a retry for the connection that it cannot reach, and
// then does the last retry, which closes the connection.
func closeWhatCannotBeReached(t *testing.T, alice, bob *device) {
	id := alice.send("c2c_"+bob.user, "cannot be told")
	lost := connect(t, users(t, "lost")[0])
	lostID := connectionID(t, lost.user)
	defer shared.Gateway().Faults().Add(websocket.PostFault{
		ConnectionID: lostID,
		Status:       http.StatusInternalServerError,
	})()
	chunk := frame{
		"conversation": directKey(alice.user, bob.user),
		"due":          "sent",
		"messageIds":   []string{id},
		"since":        time.Now().UnixMilli(),
	}
	chunk["users"] = []string{lost.user}
	deliver(t, chunk)
	delete(chunk, "users")
	chunk["attempt"], chunk["connections"] = 4,
		[]frame{{"user": lost.user, "id": lostID, "connectedAt": time.Now().UnixMilli()}}
	deliver(t, chunk)
}

// deliver invokes DeliverFunction with a message of the queue.
func deliver(t *testing.T, chunk frame) {
	t.Helper()
	body, err := json.Marshal(chunk)
	if err != nil {
		t.Fatal(err)
	}
	event, err := json.Marshal(frame{
		"Records": []frame{{"messageId": "1", "body": string(body), "eventSource": "aws:sqs"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	result, err := shared.Lambda().Invoke(t.Context(), "DeliverFunction", event)
	if err != nil || result.FunctionError != "" || !strings.Contains(string(result.Payload), `"batchItemFailures":[]`) {
		t.Fatalf("DeliverFunction answered %s %v", result.Payload, err)
	}
}

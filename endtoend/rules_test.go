package endtoend

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// results are the results of a recall, each with its message's ID.
func results(t *testing.T, reply frame) []frame {
	t.Helper()
	list, ok := reply["results"].([]any)
	if !ok {
		t.Fatalf("no results: %v", reply)
	}
	found := make([]frame, len(list))
	for i, each := range list {
		found[i] = each.(frame)
	}
	return found
}

// until waits until a condition holds.
func until(t *testing.T, what string, met func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !met(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

func TestOwnersAndAdminsRecallAfterTheWindowAndMembersDoNot(t *testing.T) {
	people := users(t, "owner", "admin", "member")
	group := newGroup(t, people[0], people[2])
	admin(t, frame{"action": "putMember", "group": group, "user": people[1], "role": "admin"})
	admin(t, frame{"action": "putGroup", "group": group, "recallWindowSeconds": 0})
	where := "group_" + group
	owner, moderator, member := connect(t, people[0]), connect(t, people[1]), connect(t, people[2])
	for _, by := range []*device{owner, moderator} {
		id := member.send(where, "a slip")
		if reply := member.ask("revoke", frame{"conversation": where, "messageId": id}); code(reply) != 10031 {
			t.Errorf("the sender, after the window: %v", reply)
		}
		reply := by.must("revoke", frame{"conversation": where, "messageId": id})
		if role := results(t, reply)[0]["revoked"].(frame)["role"]; role != "moderator" {
			t.Errorf("%s recalled as %v", by.user, role)
		}
		if event := member.event("revoked"); messageID(event) != id {
			t.Errorf("the member was told %v", event)
		}
	}
}

func TestG2InAGroupTheFirstRecallStandsWhoeverComesLater(t *testing.T) {
	people := users(t, "owner", "member", "other")
	group := newGroup(t, people[0], people[1], people[2])
	where := "group_" + group
	owner, member, other := connect(t, people[0]), connect(t, people[1]), connect(t, people[2])
	id := member.send(where, "a slip")
	first := results(t, owner.must("revoke", frame{
		"conversation": where,
		"messageId":    id,
		"reason":       "rules",
	}))[0]["revoked"].(frame)
	again := results(t, owner.must("revoke", frame{"conversation": where, "messageId": id, "reason": "another"}))[0]
	if again["repeated"] != true || again["revoked"].(frame)["at"] != first["at"] ||
		again["revoked"].(frame)["reason"] != "rules" {
		t.Errorf("first %v, again %v", first, again)
	}
	for _, later := range []*device{member, other} {
		if reply := later.ask("revoke", frame{"conversation": where, "messageId": id}); code(reply) != 20023 {
			t.Errorf("%s: %v", later.user, reply)
		}
	}
	late := adminReply(t, frame{"action": "revoke", "conversation": frame{"group": group}, "messageIds": []string{id}})
	if failure := results(t, late)[0]["error"].(frame); failure["name"] != "already_recalled" {
		t.Errorf("an admin: %v", late)
	}
}

func TestG6InAGroupAnUnsentMessageIsNeverStoredOrDelivered(t *testing.T) {
	people := users(t, "alice", "bob", "mallory")
	group := newGroup(t, people[0], people[1])
	where := "group_" + group
	alice, bob, mallory := connect(t, people[0]), connect(t, people[1]), connect(t, people[2])
	id := newULID(t)
	alice.must("revoke", frame{"conversation": where, "messageId": id, "unsent": true})
	if event := bob.event("revoked"); messageID(event) != id {
		t.Errorf("bob was told %v", event)
	}
	reply := alice.ask("send", frame{"conversation": where, "messageId": id, "body": frame{"text": "late"}})
	if code(reply) != 20023 {
		t.Errorf("the late send: %v", reply)
	}
	if item := storedItem(t, "group#"+group, id); item["body"] != nil || item["revocationId"] == nil {
		t.Errorf("stored %v", item)
	}
	// A stranger leaves nothing behind, and learns nothing.
	foreign := newULID(t)
	if reply := mallory.ask("revoke", frame{
		"conversation": where,
		"messageId":    foreign,
		"unsent":       true,
	}); code(reply) != 10030 {
		t.Errorf("a stranger: %v", reply)
	}
	if item := storedItem(t, "group#"+group, foreign); item != nil {
		t.Errorf("a stranger stored %v", item)
	}
	next := alice.send(where, "after it")
	if event := bob.event("message"); messageID(event) != next {
		t.Errorf("bob got %v", event)
	}
}

func TestAReplyToARecalledMessageIsAllowedAndHoldsNoCopy(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	quoted := alice.send("c2c_"+bob.user, "canary-quoted")
	bob.event("message")
	alice.must("revoke", frame{"conversation": "c2c_" + bob.user, "messageId": quoted})
	bob.event("revoked")
	bob.must("send", frame{"conversation": "c2c_" + alice.user, "replyTo": quoted, "body": frame{"text": "yes"}})
	event := alice.event("message")
	if told := event["message"].(frame); told["replyTo"] != quoted || strings.Contains(asText(t, event), "canary") {
		t.Errorf("alice got %v", event)
	}
	listed := bob.must("sync", frame{"conversations": []frame{{"conversation": "c2c_" + alice.user}}})
	if strings.Contains(asText(t, listed), "canary") {
		t.Errorf("the quoted text is still there: %v", listed)
	}
}

func TestAnAdminsBulkRecallGoesOnAfterAFailure(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	where := frame{"users": []string{alice.user, bob.user}}
	var ids []string
	for range 5 {
		ids = append(ids, alice.send("c2c_"+bob.user, "spam"))
	}
	alice.must("revoke", frame{"conversation": "c2c_" + bob.user, "messageId": ids[1]})
	asked := slices.Insert(slices.Clone(ids), 3, newULID(t))
	reply := adminReply(t, frame{"action": "revoke", "conversation": where, "messageIds": asked})
	if reply["ok"] != false {
		t.Errorf("all is said to be well: %v", reply)
	}
	for i, result := range results(t, reply) {
		want := map[int]string{1: "already_recalled", 3: "message_not_found"}[i]
		name := ""
		if failure, failed := result["error"].(frame); failed {
			name = failure["name"].(string)
		}
		if result["messageId"] != asked[i] || name != want || (result["ok"] == true) != (want == "") {
			t.Errorf("result %d: %v, want %q", i, result, want)
		}
	}
	if got := unreadOf(bob, "c2c_"+alice.user); got != 0 {
		t.Errorf("bob still has %d unread", got)
	}
}

func TestChangedSettingsAreInForceWithoutADeploymentAndChangeNoPromise(t *testing.T) {
	people := users(t, "alice", "bob")
	alice := connect(t, people[0])
	window := func() float64 { return alice.must("hello", nil)["recallWindowSeconds"].(float64) }
	if got := window(); got != 120 {
		t.Fatalf("the default is %v", got)
	}
	before := alice.must("send", frame{"conversation": "c2c_" + people[1], "body": frame{}})["message"].(frame)
	admin(t, frame{"action": "putSettings", "recallWindowSeconds": 300})
	defer func() {
		admin(t, frame{"action": "putSettings", "recallWindowSeconds": 120})
		until(t, "the default is back", func() bool { return window() == 120 })
	}()
	if settings := admin(t, frame{"action": "getSettings"}); settings["recallWindowSeconds"] != 300.0 {
		t.Errorf("settings %v", settings)
	}
	until(t, "hello tells the new window", func() bool { return window() == 300 })
	until(t, "a message is promised the new window", func() bool {
		message := alice.must("send", frame{"conversation": "c2c_" + people[1], "body": frame{}})["message"].(frame)
		return message["recallableUntil"].(float64)-message["sentAt"].(float64) == 300_000
	})
	stored := storedItem(t, directKey(alice.user, people[1]), before["messageId"].(string))
	promised, ok := stored["recallableUntil"].(*types.AttributeValueMemberN)
	if !ok || promised.Value != strconv.FormatInt(int64(before["recallableUntil"].(float64)), 10) {
		t.Errorf("the promise changed to %v", stored["recallableUntil"])
	}
}

func TestARetainedMessageEndsAtItsMomentWhetherOrNotItIsDeleted(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	id := alice.send("c2c_"+bob.user, "canary-expired")
	bob.event("message")
	_, err := storage().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String("MessagesTable"),
		Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: directKey(alice.user, bob.user)},
			"sk": &types.AttributeValueMemberS{Value: "msg#" + id},
		},
		UpdateExpression: aws.String("SET expiresAt=:seconds"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":seconds": &types.AttributeValueMemberN{Value: strconv.FormatInt(time.Now().Unix()-1, 10)},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	synced := bob.must("sync", frame{"conversations": []frame{{"conversation": "c2c_" + alice.user}}})
	if strings.Contains(asText(t, synced), id) || unreadOf(bob, "c2c_"+alice.user) != 0 {
		t.Errorf("bob still gets %v", synced)
	}
	if reply := alice.ask("revoke", frame{"conversation": "c2c_" + bob.user, "messageId": id}); code(reply) != 20022 {
		t.Errorf("the recall: %v", reply)
	}
	if reply := bob.ask("read", frame{"conversation": "c2c_" + alice.user, "messageId": id}); code(reply) != 20022 {
		t.Errorf("the reading: %v", reply)
	}
}

func TestEveryRecallIsPublishedAsAnEventWithoutTextAndReason(t *testing.T) {
	people := users(t, "alice", "bob")
	alice := connect(t, people[0])
	own := alice.send("c2c_"+people[1], "canary-text")
	admins := alice.send("c2c_"+people[1], "canary-text")
	alice.must("revoke", frame{"conversation": "c2c_" + people[1], "messageId": own, "reason": "canary-reason"})
	admin(t, frame{
		"action":       "revoke",
		"conversation": frame{"users": people},
		"messageIds":   []string{admins},
		"operator":     "support",
		"reason":       "canary-reason",
	})
	for id, operator := range map[string]string{own: alice.user, admins: "support"} {
		until(t, "the recall by "+operator+" is published", func() bool {
			for _, event := range shared.Events() {
				var detail frame
				if err := json.Unmarshal(event.Detail, &detail); err != nil || detail["messageId"] != id {
					continue
				}
				if strings.Contains(string(event.Detail), "canary") {
					t.Errorf("text or reason are published: %s", event.Detail)
				}
				if event.Source != "recall" || event.DetailType != "MessageRecalled" || event.Bus != "recalls" ||
					detail["operator"] != operator || detail["sender"] != alice.user || detail["at"] == nil || len(detail) != 6 {
					t.Errorf("event %+v", event)
				}
				return true
			}
			return false
		})
	}
}

func asText(t *testing.T, value frame) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

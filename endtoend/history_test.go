package endtoend

import (
	"fmt"
	"strings"
	"testing"
)

// most is the largest size of a reply (protocol/README.md, "sync").
const most = 100_000

func TestRepliesToSyncStayUnder100KBAndOmitNothing(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	start := bob.must("sync", frame{"conversations": []frame{{"conversation": "c2c_" + alice.user}}})
	cursor := start["conversations"].([]any)[0].(frame)["cursor"]
	missing := make(map[string]bool)
	for range 25 {
		missing[alice.send("c2c_"+bob.user, strings.Repeat("x", 12_000))] = true
	}
	for calls := 1; ; calls++ {
		reply := bob.must("sync", frame{
			"conversations": []frame{{"conversation": "c2c_" + alice.user, "cursor": cursor, "limit": 100}},
		})
		if size := len(asText(t, reply)); size > most {
			t.Errorf("a reply of %d bytes", size)
		}
		item := reply["conversations"].([]any)[0].(frame)
		for _, each := range item["messages"].([]any) {
			delete(missing, each.(frame)["messageId"].(string))
		}
		cursor = item["cursor"]
		if item["more"] != true {
			if calls < 3 {
				t.Errorf("300 KB came in %d replies", calls)
			}
			break
		}
	}
	if len(missing) != 0 {
		t.Errorf("%d messages are missing", len(missing))
	}
}

func TestTwentyConversationsAreSyncedInOneCallAndOneThatFailsFailsNoOther(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	id := bob.send("c2c_"+alice.user, "hi")
	items := []frame{{"conversation": "group_nowhere-" + alice.user}}
	for i := range 18 {
		items = append(items, frame{"conversation": fmt.Sprintf("c2c_peer%d-%s", i, alice.user)})
	}
	items = append(items, frame{"conversation": "c2c_" + bob.user})
	synced := alice.must("sync", frame{"conversations": items})["conversations"].([]any)
	if len(synced) != 20 {
		t.Fatalf("%d results", len(synced))
	}
	if failure, failed := synced[0].(frame)["error"].(frame); !failed || failure["name"] != "conversation_not_found" {
		t.Errorf("the group that is none: %v", synced[0])
	}
	messages, ok := synced[19].(frame)["messages"].([]any)
	if !ok || len(messages) != 1 || messages[0].(frame)["messageId"] != id {
		t.Errorf("bob's: %v", synced[19])
	}
	reply := alice.ask("sync", frame{"conversations": append(items, frame{"conversation": "c2c_one-more"})})
	if code(reply) != 6017 {
		t.Errorf("21 conversations: %v", reply)
	}
}

func TestADeletedGroupIsNotFoundByAnybody(t *testing.T) {
	people := users(t, "alice", "bob")
	group := newGroup(t, people[0], people[1])
	where := "group_" + group
	alice, bob := connect(t, people[0]), connect(t, people[1])
	id := bob.send(where, "hi")
	alice.event("message")
	admin(t, frame{"action": "deleteGroup", "group": group})
	if reply := bob.ask("send", frame{"conversation": where, "body": frame{}}); code(reply) != 10015 {
		t.Errorf("a send: %v", reply)
	}
	if reply := alice.ask("revoke", frame{"conversation": where, "messageId": id}); code(reply) != 10030 {
		t.Errorf("a recall: %v", reply)
	}
	if list := alice.must("conversations", nil)["conversations"].([]any); len(list) != 0 {
		t.Errorf("it is still listed: %v", list)
	}
	if item := storedItem(t, "group#"+group, id); item != nil {
		t.Errorf("its message is still stored: %v", item)
	}
}

func TestTheAuditOfAnOperatorSpansConversations(t *testing.T) {
	people := users(t, "alice", "bob", "carol")
	first, second := newGroup(t, people[0], people[1]), newGroup(t, people[0], people[2])
	alice, bob, carol := connect(t, people[0]), connect(t, people[1]), connect(t, people[2])
	own := alice.send("group_"+first, "canary-own")
	bobs, carols := bob.send("group_"+first, "canary-bob"), carol.send("group_"+second, "canary-carol")
	alice.must("revoke", frame{"conversation": "group_" + first, "messageId": own})
	alice.must("revoke", frame{"conversation": "group_" + first, "messageId": bobs, "reason": "rules"})
	alice.must("revoke", frame{"conversation": "group_" + second, "messageId": carols})
	bob.must("send", frame{"conversation": "group_" + first, "body": frame{"text": "not recalled"}})
	found := make(map[string]frame)
	until(t, "both recalls are in the audit, which may lag", func() bool {
		audit := admin(t, frame{"action": "audit", "operator": alice.user})
		if strings.Contains(asText(t, audit), "canary") {
			t.Fatalf("the audit holds a text: %v", audit)
		}
		for _, each := range audit["recalls"].([]any) {
			found[each.(frame)["messageId"].(string)] = each.(frame)
		}
		return found[bobs] != nil && found[carols] != nil
	})
	if len(found) != 2 {
		t.Errorf("the audit lists %v, which is more than what she recalled as a moderator", found)
	}
	moderated := found[bobs]
	if revoked := moderated["revoked"].(frame); revoked["role"] != "moderator" || revoked["reason"] != "rules" ||
		moderated["sender"] != bob.user ||
		moderated["conversation"].(frame)["group"] != first {
		t.Errorf("bob's was recalled as %v", moderated)
	}
}

package endtoend

import (
	"fmt"
	"testing"
)

func TestAnOwnerRecallsAMembersMessageAndEveryMemberIsTold(t *testing.T) {
	people := users(t, "alice", "bob", "carol")
	group := newGroup(t, people[0], people[1], people[2])
	alice, bob, carol := connect(t, people[0]), connect(t, people[1]), connect(t, people[2])
	id := bob.send("group_"+group, "off topic")
	for _, member := range []*device{alice, carol} {
		if event := member.event("message"); messageID(event) != id {
			t.Errorf("%s got %v", member.user, event)
		}
	}
	if reply := carol.ask("revoke", frame{"conversation": "group_" + group, "messageId": id}); code(reply) != 10032 {
		t.Errorf("a member recalls another's message: %v", reply)
	}
	alice.must("revoke", frame{"conversation": "group_" + group, "messageId": id, "reason": "off topic"})
	for _, member := range []*device{bob, carol} {
		event := member.event("revoked")
		revoked := event["revocations"].([]any)[0].(frame)["revoked"].(frame)
		if messageID(event) != id || revoked["by"] != alice.user || revoked["role"] != "moderator" {
			t.Errorf("%s was told %v", member.user, event)
		}
	}
	if reply := bob.ask("revoke", frame{"conversation": "group_" + group, "messageId": id}); code(reply) != 20023 {
		t.Errorf("the sender recalls what a moderator has recalled: %v", reply)
	}
}

func TestAMemberWhoLeftMayStillRecallTheirOwnMessage(t *testing.T) {
	people := users(t, "alice", "bob")
	group := newGroup(t, people[0], people[1])
	alice, bob := connect(t, people[0]), connect(t, people[1])
	id := bob.send("group_"+group, "goodbye")
	alice.event("message")
	admin(t, frame{"action": "deleteMember", "group": group, "user": bob.user})
	if event := bob.event("conversation"); event["change"] != "left" {
		t.Errorf("bob was told %v", event)
	}
	if reply := bob.ask("send", frame{"conversation": "group_" + group, "body": frame{}}); code(reply) != 10015 {
		t.Errorf("bob sends after they left: %v", reply)
	}
	bob.must("revoke", frame{"conversation": "group_" + group, "messageId": id})
	if event := alice.event("revoked"); messageID(event) != id {
		t.Errorf("alice was told %v", event)
	}
}

func TestAnAdminRecallsAnyMessageAndTheAuditKeepsWhoAndWhy(t *testing.T) {
	people := users(t, "alice", "bob", "moderation")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	id := alice.send("c2c_"+bob.user, "illegal")
	bob.event("message")
	where := frame{"users": []string{bob.user, alice.user}}
	reply := admin(t, frame{
		"action":       "revoke",
		"conversation": where,
		"messageIds":   []string{id},
		"operator":     people[2],
		"reason":       "legal",
	})
	if len(reply["results"].([]any)) != 1 {
		t.Fatalf("results: %v", reply)
	}
	for _, side := range []*device{alice, bob} {
		revoked := side.event("revoked")["revocations"].([]any)[0].(frame)["revoked"].(frame)
		if revoked["by"] != people[2] || revoked["role"] != "admin" || revoked["reason"] != "legal" {
			t.Errorf("%s was told %v", side.user, revoked)
		}
	}
	audit := admin(t, frame{"action": "audit", "conversation": where})
	kept := audit["recalls"].([]any)[0].(frame)
	if kept["messageId"] != id || kept["sender"] != alice.user || kept["revoked"].(frame)["by"] != people[2] {
		t.Errorf("the audit keeps %v", kept)
	}
	if _, has := kept["body"]; has {
		t.Error("the audit keeps the text")
	}
}

func TestARecallOfAllOfASendersMessagesGoesPageByPage(t *testing.T) {
	people := users(t, "spammer", "bob")
	spammer := connect(t, people[0])
	to := "c2c_" + people[1]
	for i := range 130 {
		spammer.send(to, fmt.Sprint("spam ", i))
	}
	where := frame{"users": people}
	recalled, pages, next := 0, 0, ""
	for {
		request := frame{"action": "revokeBySender", "conversation": where, "sender": spammer.user, "reason": "spam"}
		if next != "" {
			request["next"] = next
		}
		reply := admin(t, request)
		pages++
		recalled += len(reply["results"].([]any))
		given, more := reply["next"].(string)
		if !more {
			break
		}
		next = given
	}
	if recalled != 130 || pages < 2 {
		t.Errorf("%d messages recalled in %d pages, want 130 in several", recalled, pages)
	}
	bob := connect(t, people[1])
	if got := unreadOf(bob, "c2c_"+spammer.user); got != 0 {
		t.Errorf("bob still has %d unread", got)
	}
}

func TestAGroupsWindowAndItsPromise(t *testing.T) {
	people := users(t, "alice")
	group := newGroup(t, people[0])
	alice := connect(t, people[0])
	until := func() (sentAt, until float64) {
		reply := alice.must("send", frame{"conversation": "group_" + group, "body": frame{"text": "x"}})
		message := reply["message"].(frame)
		return message["sentAt"].(float64), message["recallableUntil"].(float64)
	}
	if sentAt, promised := until(); promised-sentAt != 120_000 {
		t.Errorf("the default promises %v ms", promised-sentAt)
	}
	for _, c := range []struct {
		window int
		want   func(sentAt float64) float64
	}{
		{0, func(float64) float64 { return 0 }},
		{-1, func(float64) float64 { return -1 }},
		{3600, func(sentAt float64) float64 { return sentAt + 3_600_000 }},
	} {
		admin(t, frame{"action": "putGroup", "group": group, "recallWindowSeconds": c.window})
		if sentAt, promised := until(); promised != c.want(sentAt) {
			t.Errorf("window %d promises %v, want %v", c.window, promised, c.want(sentAt))
		}
	}
}

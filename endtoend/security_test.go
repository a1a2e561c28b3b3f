package endtoend

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"example.com/recall/local/awsproxy"
)

// callsOf counts a function's calls of DynamoDB while do runs, by operation.
func callsOf(function string, do func()) map[string]int {
	before := shared.DynamoDB().Counts()
	do()
	made := make(map[string]int)
	for counter, count := range shared.DynamoDB().Counts() {
		if counter.AccessKey == function && count > before[counter] {
			made[counter.Operation] = count - before[counter]
		}
	}
	return made
}

// answerOf returns a reply without the fields that differ from request to request.
func answerOf(reply frame) string {
	without := maps.Clone(reply)
	delete(without, "id")
	text, err := json.Marshal(without)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestG8WhatExistsAndWhatDoesNotIsAnsweredAlikeAndByTheSameCalls(t *testing.T) {
	people := users(t, "alice", "bob", "eve")
	alice, eve := connect(t, people[0]), connect(t, people[2])
	group := newGroup(t, people[0], people[1])
	stored, unknown := alice.send("group_"+group, "private"), newULID(t)
	recalled := alice.send("group_"+group, "private too")
	alice.must("revoke", frame{"conversation": "group_" + group, "messageId": recalled})
	betweenTwo := alice.send("c2c_"+people[1], "private")
	noGroup := "group_" + users(t, "none")[0]
	eve.must("hello", nil)

	for _, action := range []struct {
		name, function string
		exists, not    func() frame
	}{
		{"a recall in a group", "RevokeFunction",
			func() frame {
				return eve.ask("revoke", frame{"conversation": "group_" + group, "messageId": stored})
			},
			func() frame {
				return eve.ask("revoke", frame{"conversation": "group_" + group, "messageId": unknown})
			}},
		{"a recall of a recalled message", "RevokeFunction",
			func() frame {
				return eve.ask("revoke", frame{"conversation": "group_" + group, "messageId": recalled})
			},
			func() frame { return eve.ask("revoke", frame{"conversation": noGroup, "messageId": recalled}) }},
		{"an unsent recall in a group", "RevokeFunction",
			func() frame {
				return eve.ask("revoke", frame{"conversation": "group_" + group, "messageId": stored, "unsent": true})
			},
			func() frame {
				return eve.ask("revoke", frame{"conversation": noGroup, "messageId": stored, "unsent": true})
			}},
		{"a recall between two", "RevokeFunction",
			func() frame {
				return eve.ask("revoke", frame{"conversation": "c2c_" + people[1], "messageId": betweenTwo})
			},
			func() frame {
				return eve.ask("revoke", frame{"conversation": "c2c_" + people[1], "messageId": unknown})
			}},
		{"a send to a group", "SendFunction",
			func() frame { return eve.ask("send", frame{"conversation": "group_" + group, "body": frame{}}) },
			func() frame { return eve.ask("send", frame{"conversation": noGroup, "body": frame{}}) }},
		{"a read in a group", "SyncFunction",
			func() frame { return eve.ask("read", frame{"conversation": "group_" + group, "messageId": stored}) },
			func() frame { return eve.ask("read", frame{"conversation": noGroup, "messageId": stored}) }},
		{"a read between two", "SyncFunction",
			func() frame {
				return eve.ask("read", frame{"conversation": "c2c_" + people[1], "messageId": betweenTwo})
			},
			func() frame { return eve.ask("read", frame{"conversation": "c2c_" + people[1], "messageId": unknown}) }},
	} {
		t.Run(action.name, func(t *testing.T) {
			var exists, not frame
			existing := callsOf(action.function, func() { exists = action.exists() })
			missing := callsOf(action.function, func() { not = action.not() })
			if code(exists) == 0 {
				t.Errorf("eve is answered %v", exists)
			}
			neutral := strings.NewReplacer(stored, "ID", unknown, "ID", recalled, "ID", betweenTwo, "ID", noGroup, "GROUP",
				"group_"+group, "GROUP")
			if a, b := neutral.Replace(answerOf(exists)), neutral.Replace(answerOf(not)); a != b {
				t.Errorf("what exists is answered %s,\nwhat does not %s", a, b)
			}
			if fmt.Sprint(existing) != fmt.Sprint(missing) || len(existing) == 0 {
				t.Errorf("what exists takes the calls %v, what does not %v", existing, missing)
			}
		})
	}
}

func TestIDsThatLookLikeKeysOrCodeAreRefusedBeforeAnyCall(t *testing.T) {
	alice := connect(t, users(t, "alice")[0])
	alice.must("hello", nil)
	for _, id := range []string{
		"", "#", "bob#msg", "a#b#c", "head",
		"bob\u0000", "bob\n", "bob ", "böb", "b\u202eob", "😀", `bob"}`, `'; DROP TABLE`,
		"${bob}", "{{bob}}", "../bob",
		"bob%23", strings.Repeat("b", 65), "$ne", "bob OR 1=1", ":pk", "~", "msg#01HF7YATZ8000000000000A1C2",
	} {
		for _, prefix := range []string{"c2c_", "group_"} {
			if prefix+id == "group_head" || prefix+id == "c2c_head" {
				continue // no key begins with it, so it is an ordinary name
			}
			for function, ask := range map[string]func() frame{
				"SendFunction": func() frame { return alice.ask("send", frame{"conversation": prefix + id, "body": frame{}}) },
				"RevokeFunction": func() frame {
					return alice.ask("revoke", frame{"conversation": prefix + id, "messageId": newULID(t), "unsent": true})
				},
				"SyncFunction": func() frame {
					return alice.ask("sync", frame{"conversations": []frame{{"conversation": prefix + id}}})
				},
			} {
				made := callsOf(function, func() {
					if reply := ask(); code(reply) != 6017 {
						t.Errorf("%s of %q: %v", function, prefix+id, reply)
					}
				})
				if len(made) > 0 {
					t.Errorf("%s of %q made the calls %v", function, prefix+id, made)
				}
			}
		}
	}
	for _, id := range []string{
		"#", "01HF7YATZ8000000000000A1C2#", "01hf7yatz8000000000000a1c2", "01HF7YATZ8000000000000A1C",
		"8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "01HF7YATZ8000000000000A1Ü2", "msg#", "\u0000",
	} {
		reply := alice.ask("revoke", frame{"conversation": "c2c_bob", "messageId": id, "unsent": true})
		if code(reply) != 6017 {
			t.Errorf("revoke of the messageId %q: %v", id, reply)
		}
	}
}

// TestG10TheCanaryIsSilentOnEveryPathAlsoOfFailures puts a word into texts, reasons and tokens. Then it looks for the
// word in all logs, published events and errors.
func TestG10TheCanaryIsSilentOnEveryPathAlsoOfFailures(t *testing.T) {
	const canary = "kanarienvogel"
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	to := "c2c_" + bob.user
	body, reason := frame{"text": canary}, canary
	group := newGroup(t, alice.user, bob.user)

	answers := []frame{}
	note := func(reply frame) { answers = append(answers, reply) }
	first := alice.send(to, canary)
	alice.must("revoke", frame{"conversation": to, "messageId": first, "reason": reason})
	alice.must("revoke", frame{"conversation": to, "messageId": newULID(t), "reason": reason, "unsent": true})
	inGroup := bob.send("group_"+group, canary)
	alice.must("revoke", frame{"conversation": "group_" + group, "messageId": inGroup, "reason": reason})
	second := alice.send(to, canary)
	admin(t, frame{
		"action":       "revoke",
		"conversation": frame{"users": people},
		"messageIds":   []string{second},
		"reason":       reason,
		"operator":     "moderation",
	})
	note(adminReply(t, frame{
		"action":       "revoke",
		"conversation": canary,
		"messageIds":   []string{second},
		"reason":       reason,
	}))
	note(alice.ask("send", frame{"conversation": to, "messageId": second, "body": body}))
	note(alice.ask("send", frame{"conversation": "c2c_#", "body": body}))
	note(alice.ask("send", frame{"conversation": to, "body": canary}))
	note(alice.ask("send", frame{"conversation": to, "body": frame{"text": canary + strings.Repeat("x", 13_000)}}))
	note(alice.ask("revoke", frame{"conversation": to, "messageId": first, "reason": canary + strings.Repeat("x", 300)}))
	note(alice.ask("revoke", frame{"conversation": to, "messageId": canary, "reason": reason}))
	note(alice.ask("sync", frame{"conversations": []frame{{"conversation": to, "cursor": canary}}}))
	note(alice.ask("conversations", frame{"after": canary}))
	refuseAll(t, http.StatusInternalServerError, "InternalServerError", func() {
		note(alice.ask("send", frame{"conversation": to, "body": body}))
		note(alice.ask("revoke", frame{"conversation": to, "messageId": second, "reason": reason}))
	})
	refuseAll(t, http.StatusBadRequest, "ValidationException", func() {
		note(alice.ask("send", frame{"conversation": to, "body": body}))
	})
	alice.write(websocket.MessageText, []byte(`{"action":"send","body":{"text":"`+canary)) // not JSON
	dieDuring(t, alice, "SendFunction", "PutItem", frame{"action": "send", "conversation": to, "body": body})
	refusedHandshakes(t, canary)
	alice.must("hello", nil)

	for _, reply := range answers {
		if text := answerOf(reply); strings.Contains(text, canary) {
			t.Errorf("an error says what was sent: %s", text)
		}
	}
	lines := shared.logged()
	for _, event := range shared.Events() {
		lines = append(lines, fmt.Sprintf("event on the bus: %+v", event))
	}
	for _, line := range lines {
		if strings.Contains(line, canary) {
			t.Errorf("it stands in: %s", line)
		}
	}
}

// refuseAll makes DynamoDB refuse every call while do runs.
func refuseAll(t *testing.T, status int, name string, do func()) {
	t.Helper()
	shared.DynamoDB().SetHook(func(context.Context, awsproxy.Request) awsproxy.Action {
		return awsproxy.Action{Refusal: &awsproxy.Refusal{Status: status, Name: name, Message: "injected"}}
	})
	defer shared.DynamoDB().SetHook(nil)
	do()
}

// refusedHandshakes tries handshakes with tokens that contain the canary.
func refusedHandshakes(t *testing.T, canary string) {
	t.Helper()
	good, err := shared.Token("alice", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	url := shared.Addresses().WebSocket
	for _, attempt := range []struct {
		url    string
		header http.Header
	}{
		{url, http.Header{"Authorization": {"Bearer " + good + canary}}},
		{url, http.Header{"Authorization": {canary}}},
		{url, http.Header{"Sec-Websocket-Protocol": {"recall.v1, bearer." + canary}}},
		{url + "?token=" + canary, nil},
	} {
		socket, answer, err := websocket.Dial(t.Context(), attempt.url, &websocket.DialOptions{HTTPHeader: attempt.header})
		if err == nil {
			_ = socket.CloseNow() // the test has failed already
			t.Errorf("a handshake with %v is accepted", attempt)
			continue
		}
		if answer == nil || answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("a handshake with %v: %v", attempt, err)
		}
	}
}

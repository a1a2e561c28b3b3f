package endtoend

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/coder/websocket"
)

func TestARecalledMessageIsTakenFromTheOtherSide(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	id := alice.send("c2c_"+bob.user, "hello")
	message := bob.event("message")["message"].(frame)
	if message["messageId"] != id || message["conversation"] != "c2c_"+alice.user ||
		message["body"].(frame)["text"] != "hello" {
		t.Fatalf("bob got %v", message)
	}
	reply := alice.must("revoke", frame{"conversation": "c2c_" + bob.user, "messageId": id, "reason": "typo"})
	notice := bob.event("revoked")
	recalled := notice["revocations"].([]any)[0].(frame)
	if notice["conversation"] != "c2c_"+alice.user || recalled["messageId"] != id || recalled["sender"] != alice.user {
		t.Errorf("bob was told %v", notice)
	}
	revoked := recalled["revoked"].(frame)
	if revoked["by"] != alice.user || revoked["role"] != "sender" || revoked["reason"] != "typo" {
		t.Errorf("bob was told %v", revoked)
	}
	first := reply["results"].([]any)[0].(frame)
	if first["messageId"] != id || first["revoked"].(frame)["at"] != recalled["revoked"].(frame)["at"] {
		t.Errorf("alice was told %v, bob %v", first, recalled)
	}
	alice.none("revoked")
	item := storedItem(t, directKey(alice.user, bob.user), id)
	if _, has := item["body"]; has || item["revocationId"] == nil {
		t.Error("G3: the stored item still has a body, or no recall")
	}
}

func TestNobodyAnswersARecalledMessage(t *testing.T) {
	people := users(t, "alice", "bot")
	alice, bot := connect(t, people[0]), connect(t, people[1])
	answer := func(question string) frame {
		return frame{"conversation": "c2c_" + alice.user, "unlessRevoked": question, "body": frame{"text": "42"}}
	}
	first := alice.send("c2c_"+bot.user, "what is six times seven?")
	id := bot.must("send", answer(first))["message"].(frame)["messageId"]
	if event := alice.event("message"); messageID(event) != id {
		t.Errorf("alice got %v", event)
	}
	second := alice.send("c2c_"+bot.user, "a slip")
	alice.must("revoke", frame{"conversation": "c2c_" + bot.user, "messageId": second})
	reply := bot.ask("send", answer(second))
	if code(reply) != 76004 || !strings.Contains(reply["error"].(frame)["desc"].(string), second) {
		t.Errorf("the answer to a recalled message: %v", reply)
	}
	if reply := bot.ask("send", answer(newULID(t))); code(reply) != 20022 {
		t.Errorf("the answer to no message: %v", reply)
	}
	alice.none("message")
}

func TestTheSendersOtherDevicesAreToldToo(t *testing.T) {
	people := users(t, "alice", "bob")
	phone, laptop := connect(t, people[0]), connect(t, people[0])
	id := phone.send("c2c_"+people[1], "hello")
	if event := laptop.event("message"); messageID(event) != id {
		t.Errorf("the laptop got %v", event)
	}
	laptop.must("revoke", frame{"conversation": "c2c_" + people[1], "messageId": id})
	if event := phone.event("revoked"); messageID(event) != id {
		t.Errorf("the phone got %v", event)
	}
	phone.none("message")
}

func TestG1ARecallAfterTheWindowIsRefusedWith20016(t *testing.T) {
	people := users(t, "alice", "bob")
	group := newGroup(t, people[0], people[1])
	admin(t, frame{"action": "putGroup", "group": group, "recallWindowSeconds": 1})
	alice, bob := connect(t, people[0]), connect(t, people[1])
	id := bob.send("group_"+group, "too late")
	alice.event("message")
	until := time.Now().Add(1100 * time.Millisecond)
	waitUntil(t, until)
	reply := bob.ask("revoke", frame{"conversation": "group_" + group, "messageId": id})
	if code(reply) != 10031 {
		t.Errorf("bob's late recall in a group: %v", reply)
	}
	if reply := alice.must("revoke", frame{
		"conversation": "group_" + group,
		"messageId":    id,
	}); reply["results"].([]any)[0].(frame)["revoked"].(frame)["role"] != "moderator" {
		t.Errorf("the owner's recall: %v", reply)
	}
}

// waitUntil waits for a moment that the server's clock must pass.
func waitUntil(t *testing.T, moment time.Time) {
	t.Helper()
	timer := time.NewTimer(time.Until(moment))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
		t.Fatal("the test ended while it waited")
	}
}

func TestG2Of32RecallsAtOnceOneIsFirstAndTheOthersRepeatIt(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	id := alice.send("c2c_"+bob.user, "once")
	bob.event("message")
	replies := make([]frame, 32)
	var group sync.WaitGroup
	for i := range replies {
		group.Go(func() {
			replies[i] = alice.ask("revoke", frame{"conversation": "c2c_" + bob.user, "messageId": id})
		})
	}
	group.Wait()
	first := 0
	var at any
	for _, reply := range replies {
		if reply["ok"] != true {
			t.Fatalf("a recall failed: %v", reply)
		}
		result := reply["results"].([]any)[0].(frame)
		if result["repeated"] != true {
			first++
		}
		if at == nil {
			at = result["revoked"].(frame)["at"]
		}
		if result["revoked"].(frame)["at"] != at {
			t.Errorf("two results differ: %v and %v", at, result["revoked"])
		}
	}
	if first != 1 {
		t.Errorf("%d recalls were the first, want 1", first)
	}
	bob.event("revoked")
}

func TestG6AMessageRecalledBeforeItsSendIsNeverStored(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	id := newULID(t)
	alice.must("revoke", frame{"conversation": "c2c_" + bob.user, "messageId": id, "unsent": true})
	late := alice.ask("send", frame{"conversation": "c2c_" + bob.user, "messageId": id, "body": frame{"text": "late"}})
	if code(late) != 20023 {
		t.Errorf("the late send: %v", late)
	}
	alice.send("c2c_"+bob.user, "after")
	if event := bob.event("message"); messageID(event) == id {
		t.Errorf("the recalled message was delivered: %v", event)
	}
}

func TestG7TheSameMessageIsStoredAndDeliveredOnce(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	request := frame{"conversation": "c2c_" + bob.user, "messageId": newULID(t), "body": frame{"text": "again"}}
	if reply := alice.must("send", request); reply["duplicate"] != false {
		t.Errorf("the first send: %v", reply)
	}
	if reply := alice.must("send", request); reply["duplicate"] != true {
		t.Errorf("the second send: %v", reply)
	}
	request["body"] = frame{"text": "another"}
	if reply := alice.ask("send", request); code(reply) != 76002 {
		t.Errorf("the same ID for another body: %v", reply)
	}
	alice.send("c2c_"+bob.user, "last")
	bob.event("message")
	if event := bob.event("message"); messageID(event) == request["messageId"] {
		t.Errorf("the message was delivered twice")
	}
}

func TestG8WhoIsNotInAConversationLearnsNothing(t *testing.T) {
	people := users(t, "alice", "bob", "eve")
	alice, eve := connect(t, people[0]), connect(t, people[2])
	id := alice.send("c2c_"+people[1], "private")
	group := newGroup(t, people[0], people[1])
	inGroup := alice.send("group_"+group, "private")
	for name, reply := range map[string]frame{
		"a message of others":         eve.ask("revoke", frame{"conversation": "c2c_" + people[0], "messageId": id}),
		"a message of a group":        eve.ask("revoke", frame{"conversation": "group_" + group, "messageId": inGroup}),
		"a message of no group":       eve.ask("revoke", frame{"conversation": "group_none", "messageId": inGroup}),
		"a message that is not there": eve.ask("revoke", frame{"conversation": "group_" + group, "messageId": newULID(t)}),
	} {
		if got := code(reply); got != 20022 && got != 10030 {
			t.Errorf("eve recalls %s: %v", name, reply)
		}
	}
	for _, conversation := range []string{"group_" + group, "group_none"} {
		if reply := eve.ask("send", frame{"conversation": conversation, "body": frame{}}); code(reply) != 10015 {
			t.Errorf("eve sends to %s: %v", conversation, reply)
		}
		sync := eve.must("sync", frame{"conversations": []frame{{"conversation": conversation}}})
		if item := sync["conversations"].([]any)[0].(frame); code(item) != 10015 {
			t.Errorf("eve syncs %s: %v", conversation, item)
		}
	}
}

func TestG10NoTextReasonOrTokenIsLogged(t *testing.T) {
	people := users(t, "alice", "bob")
	token, err := shared.Token(people[0], time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	alice := connectTo(t, shared.Addresses().WebSocket, people[0], token)
	bob := connect(t, people[1])
	id := alice.send("c2c_"+bob.user, "canary-text")
	bob.event("message")
	alice.must("revoke", frame{"conversation": "c2c_" + bob.user, "messageId": id, "reason": "canary-reason"})
	bob.event("revoked")
	alice.ask("send", frame{"conversation": "c2c_!", "body": frame{"text": "canary-text"}})
	alice.ask("send", frame{"conversation": "c2c_" + bob.user, "body": "canary-text"})
	alice.ask("revoke", frame{"conversation": "c2c_" + bob.user, "messageId": "canary-text", "reason": "canary-reason"})
	lines := shared.logged()
	if len(lines) == 0 {
		t.Fatal("nothing was logged at all")
	}
	for _, line := range lines {
		for _, secret := range []string{"canary-text", "canary-reason", token[len(token)-20:]} {
			if strings.Contains(line, secret) {
				t.Errorf("a log line holds %q: %s", secret, line)
			}
		}
	}
}

func TestHandshakesWithoutAGoodTokenAreRefused(t *testing.T) {
	good, err := shared.Token("alice", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	expired, err := shared.Token("alice", -time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	malformed, err := shared.Token("al#ice", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	url := shared.Addresses().WebSocket
	for name, c := range map[string]struct {
		url    string
		header http.Header
		status int
	}{
		"no token":                  {url, nil, 401},
		"not a token":               {url, http.Header{"Authorization": {"Bearer x"}}, 401},
		"a changed token":           {url, http.Header{"Authorization": {"Bearer " + good[:len(good)-2] + "AA"}}, 401},
		"an expired token":          {url, http.Header{"Authorization": {"Bearer " + expired}}, 401},
		"a token in the query":      {url + "?token=" + good, nil, 401},
		"a user ID with characters": {url, http.Header{"Authorization": {"Bearer " + malformed}}, 403},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		_, response, err := websocket.Dial(ctx, c.url, &websocket.DialOptions{HTTPHeader: c.header})
		cancel()
		if err == nil || response == nil || response.StatusCode != c.status {
			t.Errorf("%s: want status %d, got %v (%v)", name, c.status, response, err)
		}
	}
}

func TestABrowserPutsItsTokenIntoASubprotocol(t *testing.T) {
	token, err := shared.Token("alice", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	socket, _, err := websocket.Dial(ctx, shared.Addresses().WebSocket, &websocket.DialOptions{
		Subprotocols: []string{"recall.v1", "bearer." + token},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.CloseNow() }()
	if socket.Subprotocol() != "recall.v1" {
		t.Errorf("the server chose %q", socket.Subprotocol())
	}
}

func TestBadFramesGetAClearErrorStoreNothingAndTheConnectionLives(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	to := "c2c_" + bob.user
	for raw, want := range map[string]int{
		`not json`:                               7014,
		``:                                       7014,
		`[]`:                                     7014,
		`"send"`:                                 7014,
		`null`:                                   7014,
		`{"action":"send","action":"revoke"}`:    7014,
		`{"action":"fly"}`:                       7014,
		`{"action":"$connect"}`:                  7014,
		`{"action":"Send"}`:                      7014,
		`{"action":5}`:                           7014,
		`{"action":{"send":1}}`:                  7014,
		`{}`:                                     7014,
		`{"action":"send"}`:                      6017,
		`{"action":"send","id":7}`:               6017,
		`{"action":"send","conversation":"TO"}`:  6017,
		`{"action":"sync","conversations":"TO"}`: 6017,
		`{"action":"sync","conversations":[]}`:   6017,
		`{"action":"read","conversation":"TO"}`:  6017,
		`{"action":"conversations","after":true}`:                                                  6017,
		`{"action":"send","conversation":5,"body":{}}`:                                             6017,
		`{"action":"send","conversation":"TO","body":[]}`:                                          6017,
		`{"action":"send","conversation":"TO","body":"text"}`:                                      6017,
		`{"action":"send","conversation":"TO","body":{"a":1,"a":2}}`:                               6017,
		`{"action":"send","conversation":"TO","body":{"a":"\ud800"}}`:                              6017,
		`{"action":"send","conversation":"TO","body":{"text":"x"},"replyTo":1}`:                    6017,
		`{"action":"send","conversation":"c2c_a#b","body":{}}`:                                     6017,
		`{"action":"send","conversation":"c2c_ME","body":{}}`:                                      6017,
		`{"action":"revoke","conversation":"TO","messageId":"x"}`:                                  6017,
		`{"action":"revoke","conversation":"TO","messageIds":[]}`:                                  6017,
		`{"action":"revoke","conversation":"TO","messageIds":"x"}`:                                 6017,
		`{"action":"send","conversation":"TO","body":{"t":"` + strings.Repeat("x", 13_000) + `"}}`: 80002,
		`{"action":"send","conversation":"TO","messageId":"01ARZ3NDEKTSV4RRFFQ69G5FAV","body":{}}`: 76001,
	} {
		raw = strings.NewReplacer(`"TO"`, `"`+to+`"`, "c2c_ME", "c2c_"+alice.user).Replace(raw)
		alice.write(websocket.MessageText, []byte(raw))
		reply := alice.take("the error of "+raw[:min(60, len(raw))], func(f frame) bool { return f["type"] == "reply" })
		failure, _ := reply["error"].(frame)
		if code(reply) != want || failure["desc"] == "" || failure["retryable"] != false {
			t.Errorf("%.80s: %v", raw, reply)
		}
	}
	alice.inFrames(`{"action":"send","conversation":"` + to + `","body":{"t":"` + strings.Repeat("x", 100_000) + `"}}`)
	if reply := alice.take("the error of a body of 100 KB",
		func(f frame) bool { return f["type"] == "reply" }); code(reply) != 80002 {
		t.Errorf("a body of 100 KB: %v", reply)
	}
	if count := storedMessages(t, directKey(alice.user, bob.user)); count != 0 {
		t.Errorf("%d messages are stored", count)
	}
	reply := alice.must("send", frame{
		"conversation": to,
		"sub":          "eve",
		"sender":       "eve",
		"user":         "eve",
		"body":         frame{"text": "x"},
	})
	sender := bob.event("message")["message"].(frame)["sender"]
	if reply["message"].(frame)["sender"] != alice.user || sender != alice.user {
		t.Errorf("a sender could be forged: %v, %v", reply, sender)
	}
	if hello := alice.must("hello", frame{"user": "eve", "sub": "eve"}); hello["user"] != alice.user {
		t.Errorf("hello: %v", hello)
	}
}

// inFrames writes one message in several frames, each below API Gateway's 32 KB.
func (d *device) inFrames(text string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	writer, err := d.line.(library).socket.Writer(ctx, websocket.MessageText)
	if err != nil {
		d.t.Fatal(err)
	}
	for chunk := range slices.Chunk([]byte(text), 20_000) {
		if _, err := writer.Write(chunk); err != nil {
			d.t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		d.t.Fatal(err)
	}
}

// storedMessages counts a conversation's messages in DynamoDB.
func storedMessages(t *testing.T, conversationKey string) int {
	t.Helper()
	read, err := storage().Query(t.Context(), &dynamodb.QueryInput{
		TableName: aws.String("MessagesTable"), ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("pk=:pk AND begins_with(sk,:message)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":pk":      &types.AttributeValueMemberS{Value: conversationKey},
			":message": &types.AttributeValueMemberS{Value: "msg#"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return int(read.Count)
}

func TestFramesThatAPIGatewayRefusesCloseTheConnection(t *testing.T) {
	people := users(t, "alice")
	for name, c := range map[string]struct {
		kind websocket.MessageType
		data []byte
		code websocket.StatusCode
	}{
		"binary": {websocket.MessageBinary, []byte("{}"), websocket.StatusUnsupportedData},
		"not UTF-8": {
			websocket.MessageText, []byte("{\"action\":\"hello\",\"id\":\"\xff\xfe\"}"),
			websocket.StatusInvalidFramePayloadData,
		},
		"oversized": {
			websocket.MessageText, []byte(`{"action":"send","body":"` + strings.Repeat("x", 100_000) + `"}`),
			websocket.StatusMessageTooBig,
		},
	} {
		device := connect(t, people[0])
		device.write(c.kind, c.data)
		closed := device.ends()
		if websocket.CloseStatus(closed) != c.code {
			t.Errorf("%s: closed with %v, want %d", name, closed, c.code)
		}
	}
}

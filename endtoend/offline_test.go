package endtoend

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// view is the state of one conversation in a plain client. It follows the rules of the protocol for clients: it drops
// repeats by ID, sorts by ID, and a recall always wins over a message.
type view struct {
	texts    map[string]string
	recalled map[string]string // by whom
}

func newView() *view { return &view{texts: make(map[string]string), recalled: make(map[string]string)} }

func (v *view) message(m frame) {
	id := m["messageId"].(string)
	if revoked, ok := m["revoked"].(frame); ok {
		v.recall(id, revoked)
		return
	}
	if _, gone := v.recalled[id]; !gone {
		v.texts[id] = m["body"].(frame)["text"].(string)
	}
}

func (v *view) recall(id string, revoked frame) {
	v.recalled[id] = fmt.Sprint(revoked["by"], " as ", revoked["role"])
	delete(v.texts, id)
}

// events applies all events that a device has received so far.
func (v *view) events(d *device) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for _, read := range d.frames {
		switch read["type"] {
		case "message":
			v.message(read["message"].(frame))
		case "revoked":
			for _, each := range read["revocations"].([]any) {
				recalled := each.(frame)
				v.recall(recalled["messageId"].(string), recalled["revoked"].(frame))
			}
		}
	}
}

// sync reads everything since a cursor and returns the next one and the unread count.
func (v *view) sync(d *device, conversation, cursor string) (next string, unread int) {
	d.t.Helper()
	for {
		item := frame{"conversation": conversation}
		if cursor != "" {
			item["cursor"] = cursor
		}
		reply := d.must("sync", frame{"conversations": []frame{item}})
		read := reply["conversations"].([]any)[0].(frame)
		for _, m := range read["messages"].([]any) {
			v.message(m.(frame))
		}
		for _, each := range read["revocations"].([]any) {
			recalled := each.(frame)
			v.recall(recalled["messageId"].(string), recalled["revoked"].(frame))
		}
		if given, ok := read["cursor"].(string); ok {
			cursor = given
		}
		if read["more"] != true {
			return cursor, int(read["unread"].(float64))
		}
	}
}

func TestADeviceThatWasOfflineEndsWithTheStateOfOneThatWasOnline(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, online := connect(t, people[0]), connect(t, people[1])
	to, from := "c2c_"+people[1], "c2c_"+people[0]
	offline := connectPython(t, people[1])
	var ids []string
	for i := range 40 {
		ids = append(ids, alice.send(to, fmt.Sprint("seen ", i)))
	}
	offlineView := newView()
	cursor, _ := offlineView.sync(offline, from, "")
	offline.leave()
	for i := range 200 {
		ids = append(ids, alice.send(to, fmt.Sprint("missed ", i, strings.Repeat(".", i*10))))
	}
	for i, batch := range slices.Collect(slices.Chunk(recallable(ids), 10)) {
		reply := alice.must("revoke", frame{"conversation": to, "messageIds": batch, "reason": fmt.Sprint("batch ", i)})
		if len(reply["results"].([]any)) != len(batch) {
			t.Fatalf("results: %v", reply)
		}
	}
	last := alice.send(to, "last")
	online.take("the last message", func(f frame) bool { return f["type"] == "message" && messageID(f) == last })

	onlineView := newView()
	onlineView.events(online)
	again := connectPython(t, people[1])
	_, unread := offlineView.sync(again, from, cursor)
	if diff := cmp.Diff(onlineView.texts, offlineView.texts); diff != "" {
		t.Errorf("messages differ (-online +offline):\n%s", diff)
	}
	if diff := cmp.Diff(onlineView.recalled, offlineView.recalled); diff != "" {
		t.Errorf("recalls differ (-online +offline):\n%s", diff)
	}
	recount := min(len(offlineView.texts), 100) // 100 says "more than 99"
	if len(offlineView.recalled) != 50 || unread != recount {
		t.Errorf("G11: %d recalls, %d unread, a recount gives %d", len(offlineView.recalled), unread, recount)
	}
}

// recallable returns 50 of the IDs: 20 that the device has seen, and 30 that it has missed.
func recallable(ids []string) []string {
	return append(slices.Clone(ids[10:30]), ids[100:130]...)
}

func TestHistoryIsPagedBackToTheFirstMessage(t *testing.T) {
	people := users(t, "alice", "bob")
	alice := connect(t, people[0])
	to := "c2c_" + people[1]
	var sent []string
	for i := range 25 {
		sent = append(sent, alice.send(to, fmt.Sprint(i)))
	}
	var got []string
	reply := alice.must("sync", frame{"conversations": []frame{{"conversation": to, "limit": 10}}})
	page := reply["conversations"].([]any)[0].(frame)
	for {
		var ids []string
		for _, m := range page["messages"].([]any) {
			ids = append(ids, m.(frame)["messageId"].(string))
		}
		got = append(ids, got...)
		if page["more"] != true && page["older"] != true {
			break
		}
		reply = alice.must("sync", frame{"conversations": []frame{{"conversation": to, "before": got[0], "limit": 10}}})
		page = reply["conversations"].([]any)[0].(frame)
	}
	if diff := cmp.Diff(sent, got); diff != "" {
		t.Errorf("the history differs (-sent +read):\n%s", diff)
	}
}

func TestG11UnreadCountsAgreeOnAllDevicesAndNeverCountARecall(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, phone, laptop := connect(t, people[0]), connect(t, people[1]), connect(t, people[1])
	to, from := "c2c_"+people[1], "c2c_"+people[0]
	var ids []string
	for i := range 5 {
		ids = append(ids, alice.send(to, fmt.Sprint(i)))
	}
	alice.must("revoke", frame{"conversation": to, "messageId": ids[3]})
	if got := unreadOf(phone, from); got != 4 {
		t.Errorf("unread is %d after a counted message was recalled, want 4", got)
	}
	reply := phone.must("read", frame{"conversation": from, "messageId": ids[1]})
	if reply["unread"] != 2.0 || reply["readUpTo"] != ids[1] {
		t.Errorf("read: %v", reply)
	}
	if event := laptop.event("read"); event["unread"] != 2.0 || event["conversation"] != from {
		t.Errorf("the laptop was told %v", event)
	}
	if reply := laptop.must("read", frame{"conversation": from, "messageId": ids[0]}); reply["readUpTo"] != ids[1] {
		t.Errorf("the mark moved back: %v", reply)
	}
	if got := unreadOf(laptop, from); got != 2 {
		t.Errorf("unread on the laptop is %d, want 2", got)
	}
}

func unreadOf(d *device, conversation string) int {
	d.t.Helper()
	reply := d.must("conversations", nil)
	for _, each := range reply["conversations"].([]any) {
		if row := each.(frame); row["conversation"] == conversation {
			return int(row["unread"].(float64))
		}
	}
	d.t.Fatalf("%s does not list %s: %v", d.user, conversation, reply)
	return 0
}

package function_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// growth is something of which a deployment has more and more, and what is done meanwhile.
type growth struct {
	what string
	// fill brings it to a number, beside what every growth begins with.
	fill func(w *measuredWorld, count int)
	// conversation is where the actions take place.
	conversation recall.Conversation
	actions      []string
}

func growths() []growth {
	all := []string{"connect", "send", "revoke", "sync", "read"}
	return []growth{
		{"messages of the conversation", func(w *measuredWorld, count int) { w.manyMessages(direct, bob, count) },
			direct, all},
		{"other conversations of both users", (*measuredWorld).otherConversations, direct, all},
		{"other users who are connected", (*measuredWorld).otherConnections, direct, all},
		// A send and a recall tell each member, so they are left out. The queue has chunks of the same size.
		{"members of the group", func(w *measuredWorld, count int) { w.members(2); w.rosterOf(count) }, group,
			[]string{"sync", "read", "deliver"}},
	}
}

// grown is a world in which there is so much of something.
func grown(t testing.TB, work *outside, of growth, count int) *measuredWorld {
	w := newMeasured(t, work)
	w.twoPeople()
	of.fill(w, count)
	w.messages = nil
	w.stored(of.conversation, 1)
	w.takeCursor(of.conversation)
	w.messages = nil
	w.stored(of.conversation, 1)
	return w
}

// does makes an action happen once.
func (w *measuredWorld) does(service *recall.Service, action string, in recall.Conversation) error {
	ctx := w.t.Context()
	switch action {
	case "connect":
		return service.Connect(ctx, recall.Connection{User: bob, ID: "another device", ConnectedAt: w.clock.Instant()})
	case "send":
		_, err := service.Send(ctx, caller(alice), recall.SendRequest{Conversation: in, Body: body})
		return err
	case "revoke":
		request := recall.RevokeRequest{Conversation: in, MessageIDs: w.messages}
		return service.Revoke(ctx, caller(alice), request)[0].Err
	case "sync":
		item := recall.SyncItem{Conversation: in, Cursor: w.cursor, Limit: recall.DefaultSyncLimit}
		return service.Sync(ctx, caller(bob), recall.SyncRequest{Conversations: []recall.SyncItem{item}})[0].Err
	case "read":
		_, err := service.Read(ctx, caller(bob), recall.ReadRequest{Conversation: in, MessageID: w.messages[0]})
		return err
	default:
		users := make([]recall.UserID, recall.ChunkUsers)
		for i := range users {
			users[i] = recall.UserID(fmt.Sprintf("user%04d", i))
		}
		return service.DeliverChunk(ctx, recall.Chunk{
			Conversation: in, Due: recall.DueSent, MessageIDs: w.messages, Users: users, Since: w.clock.Instant(),
		})
	}
}

// TestAnActionCostsTheSameHoweverMuchThereIs holds the calls and units of each action over powers of ten.
func TestAnActionCostsTheSameHoweverMuchThereIs(t *testing.T) {
	work := newOutside(16)
	defer work.close()
	for _, of := range growths() {
		t.Run(of.what, func(t *testing.T) {
			few := make(map[string]bill)
			for _, count := range []int{10, 100, 1_000} {
				w := grown(t, work, of, count)
				for _, action := range of.actions {
					cost := w.bill(t, func(t *testing.T) { want(t, w.does(w.service, action, of.conversation)) })
					if count == 10 {
						few[action] = cost
					} else if cost != few[action] {
						t.Errorf("%s with %d: %+v, with 10: %+v", action, count, cost, few[action])
					}
				}
			}
		})
	}
}

// BenchmarkGrowth is the time and the memory of the same actions on DynamoDB Local, with up to 10,000.
func BenchmarkGrowth(b *testing.B) {
	for _, of := range growths() {
		for _, count := range []int{10, 100, 1_000, 10_000} {
			work := newOutside(16)
			w := grown(b, work, of, count)
			service := &recall.Service{
				Store: w.store, Presence: w.presence, Notifier: &recalltest.Notifier{}, Queue: &recalltest.Queue{},
				Clock: w.clock, Window: recall.DefaultWindow,
			}
			for _, action := range of.actions {
				b.Run(fmt.Sprintf("%s/%d/%s", of.what, count, action), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						b.StopTimer()
						if action == "revoke" { // each recall needs a message
							w.messages = nil
							w.stored(of.conversation, 1)
						}
						b.StartTimer()
						if err := w.does(service, action, of.conversation); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			work.close()
		}
	}
}

// otherConversations puts rows into the lists of both users.
func (w *measuredWorld) otherConversations(count int) {
	var rows []types.WriteRequest
	for i := range count {
		for _, user := range []recall.UserID{alice, bob} {
			other := recall.Between(user, recall.UserID(fmt.Sprintf("peer%05d", i)))
			row := put(map[string]string{"pk": "user#" + string(user), "sk": "conv#" + other.Key()})
			row.PutRequest.Item["joinedAt"] = &types.AttributeValueMemberN{Value: fmt.Sprint(w.clock.Instant())}
			rows = append(rows, row)
		}
	}
	w.write(w.store.Table, rows)
}

// otherConnections puts the connections of other users there.
func (w *measuredWorld) otherConnections(count int) {
	var devices []types.WriteRequest
	for i := range count {
		user := recall.UserID(fmt.Sprintf("other%05d", i))
		row := put(map[string]string{"user": string(user)})
		device := deviceOf(user, w.clock.Instant())
		row.PutRequest.Item["conns"] = &types.AttributeValueMemberSS{
			Value: []string{fmt.Sprintf("%d:%s", device.ConnectedAt, device.ID)}}
		devices = append(devices, row)
	}
	w.write(w.presence.Table, devices)
	w.clock.Advance(time.Second)
}

// write puts items into a table, 25 a call.
func (w *measuredWorld) write(table string, requests []types.WriteRequest) {
	for some := range slices.Chunk(requests, 25) {
		_, err := w.meter.tables.BatchWriteItem(w.t.Context(), &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{table: some}})
		w.must(err)
	}
}

package function_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/dynamo/dynamotest"
	"example.com/recall/shared/gateway"
	"example.com/recall/shared/objects"
	"example.com/recall/shared/queue"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// database is one DynamoDB Local for all tests here.
var database dynamotest.Database

func TestMain(m *testing.M) { os.Exit(database.Run(m)) }

var update = flag.Bool("update", false, "write the measured table into docs/performance.md")

// page is where the golden table stands, between two marks.
const (
	page      = "../../docs/performance.md"
	beginMark = "<!-- calls: measured by shared/function -->\n"
	endMark   = "<!-- end of calls -->"
)

// TestCallsAndUnitsAreThoseOfTheDocs holds every AWS call of every action, its depth and its capacity units, so that
// an added one is seen in review. go test ./shared/function -run CallsAndUnits -update writes the table anew.
func TestCallsAndUnitsAreThoseOfTheDocs(t *testing.T) {
	measured := measureAll(t)
	written, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, foundBegin := strings.Cut(string(written), beginMark)
	table, after, foundEnd := strings.Cut(rest, endMark)
	if !foundBegin || !foundEnd {
		t.Fatalf("%s lacks the marks %q and %q", page, beginMark, endMark)
	}
	if table == measured {
		return
	}
	if *update {
		if err := os.WriteFile(page, []byte(before+beginMark+measured+endMark+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old := strings.Split(table, "\n")
	for i, line := range strings.Split(measured, "\n") {
		if i >= len(old) || old[i] != line {
			t.Errorf("measured %s", line)
			if i < len(old) {
				t.Errorf("    docs %s", old[i])
			}
		}
	}
	t.Errorf("calls or units differ from %s; if that is meant: go test ./shared/function -run CallsAndUnits -update",
		page)
}

func measureAll(t *testing.T) string {
	table := &strings.Builder{}
	fmt.Fprintln(table,
		"| action | calls: → one after the other, + side by side | depth | read units | write units | posts |")
	fmt.Fprintln(table, "|---|---|---:|---:|---:|---:|")
	work := newOutside(16)
	defer work.close()
	for _, scenario := range scenarios() {
		t.Run(scenario.name, func(t *testing.T) {
			w := newMeasured(t, work)
			if scenario.prepare != nil {
				scenario.prepare(w)
			}
			var cost bill
			synctest.Test(t, func(t *testing.T) {
				// Settings are read once in 5 s for all sends of an environment; the row on hello shows that read.
				if !scenario.cold {
					if _, err := w.service.Hello(t.Context(), caller(alice)); err != nil {
						t.Fatal(err)
					}
				}
				w.meter.begin()
				scenario.act(t, w)
				synctest.Wait()
				cost = w.meter.bill()
			})
			fmt.Fprintf(table, "| %s | %s | %d | %g | %g | %d |\n", scenario.name, cost.calls, cost.depth, cost.reads,
				cost.writes, cost.posts)
		})
	}
	return table.String()
}

// measured is the rules on DynamoDB Local, with the meter between.
type measuredWorld struct {
	t       testing.TB
	meter   *meter
	clock   *recalltest.Clock
	service *recall.Service
	// store and presence go by the meter.
	store    *dynamo.Store
	presence *dynamo.Presence
	devices  *dynamo.Devices
	messages []recall.MessageID
	users    []recall.UserID
	cursor   string
}

const (
	alice, bob recall.UserID  = "alice", "bob"
	engineers  recall.GroupID = "engineers"
)

var direct, group = recall.Between(alice, bob), recall.InGroup(engineers)

func newMeasured(t testing.TB, work *outside) *measuredWorld {
	tables := database.Tables(t)
	clock := recalltest.NewClock()
	m := &meter{outside: work, tables: tables.Client}
	presence := &dynamo.Presence{Client: m, Table: tables.Connections, Clock: clock}
	return &measuredWorld{
		t: t, meter: m, clock: clock,
		store:    &dynamo.Store{Client: tables.Client, Table: tables.Messages},
		presence: &dynamo.Presence{Client: tables.Client, Table: tables.Connections, Clock: clock},
		devices:  &dynamo.Devices{Client: tables.Client, Table: tables.Push},
		service: &recall.Service{
			Store:    &dynamo.Store{Client: m, Table: tables.Messages},
			Presence: presence,
			Notifier: &gateway.Poster{Client: m, Presence: presence, Clock: clock},
			Queue:    &queue.Queue{Client: m, URL: "queue"},
			Push: &recall.Push{
				Devices: &dynamo.Devices{Client: m, Table: tables.Push},
				Kinds:   []recall.PushKind{recall.PushFCM},
				Pusher:  pushes{m},
			},
			Objects:            &objects.Bucket{Client: m, Signer: signer(), Name: "files"},
			MaxAttachmentBytes: 1_000,
			Clock:              clock,
			Window:             recall.DefaultWindow,
			Sleep:              func(context.Context, time.Duration) error { return nil },
		},
	}
}

// pushes counts notifications as calls.
type pushes struct{ meter *meter }

func (p pushes) Push(context.Context, recall.Device, recall.Notification) error {
	p.meter.note("notification", 0, 0)()
	return nil
}

func caller(user recall.UserID) recall.Caller {
	return recall.Caller{User: user, Connection: recall.ConnectionID("device of " + user)}
}

func (w *measuredWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// online connects one device of each.
func (w *measuredWorld) online(users ...recall.UserID) {
	for _, user := range users {
		_, err := w.presence.Register(w.t.Context(), deviceOf(user, w.clock.Instant()), recall.DefaultConnectionsPerUser)
		w.must(err)
	}
}

func deviceOf(user recall.UserID, at recall.Instant) recall.Connection {
	return recall.Connection{User: user, ID: caller(user).Connection, ConnectedAt: at}
}

// signer signs addresses of files. It calls nobody.
func signer() *s3.PresignClient {
	return s3.NewPresignClient(s3.New(s3.Options{
		Region: "eu-central-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "secret"}, nil
		}),
	}))
}

// twoPeople have one device each and have written to each other before.
func (w *measuredWorld) twoPeople() {
	w.online(alice, bob)
	w.must(w.store.Join(w.t.Context(), alice, direct, w.clock.Instant()))
	w.must(w.store.Join(w.t.Context(), bob, direct, w.clock.Instant()))
	_, err := w.store.Touch(w.t.Context(), direct, w.clock.Instant(), "")
	w.must(err)
}

// members makes the group of that many, all of them online: alice owns it.
func (w *measuredWorld) members(count int) {
	w.must(w.store.PutGroup(w.t.Context(), engineers, "", nil, w.clock.Instant()))
	w.users = nil
	for i := range count {
		user, role := recall.UserID(fmt.Sprintf("user%04d", i)), recall.MemberMember
		switch i {
		case 0:
			user, role = alice, recall.MemberOwner
		case 1:
			user = bob
		}
		w.users = append(w.users, user)
		if i < 2 {
			_, err := w.store.PutMember(w.t.Context(), engineers, user, role, w.clock.Instant())
			w.must(err)
			w.online(user)
		}
	}
	w.copyTo(w.users[2:])
}

// rosterOf adds members who are offline until the group has that many.
func (w *measuredWorld) rosterOf(count int) {
	var members []types.WriteRequest
	for i := 2; i < count; i++ {
		members = append(members, put(map[string]string{
			"pk": group.Key(), "sk": fmt.Sprintf("member#user%04d", i), "role": string(recall.MemberMember)}))
	}
	w.write(w.store.Table, members)
}

// copyTo makes further members like bob, 25 items a call: 1,200 transactions would take a minute.
func (w *measuredWorld) copyTo(users []recall.UserID) {
	for some := range slices.Chunk(users, 25) {
		var members, devices []types.WriteRequest
		for _, user := range some {
			member := put(map[string]string{
				"pk":   group.Key(),
				"sk":   "member#" + string(user),
				"role": string(recall.MemberMember),
			})
			member.PutRequest.Item["joinedAt"] = &types.AttributeValueMemberN{Value: fmt.Sprint(w.clock.Instant())}
			members = append(members, member)
			devices = append(devices, put(map[string]string{"user": string(user)}))
			device := deviceOf(user, w.clock.Instant())
			devices[len(devices)-1].PutRequest.Item["conns"] = &types.AttributeValueMemberSS{
				Value: []string{fmt.Sprintf("%d:%s", device.ConnectedAt, device.ID)}}
		}
		for table, requests := range map[string][]types.WriteRequest{w.store.Table: members, w.presence.Table: devices} {
			_, err := w.meter.tables.BatchWriteItem(w.t.Context(), &dynamodb.BatchWriteItemInput{
				RequestItems: map[string][]types.WriteRequest{table: requests}})
			w.must(err)
		}
	}
}

func put(attributes map[string]string) types.WriteRequest {
	item := make(map[string]types.AttributeValue)
	for name, value := range attributes {
		item[name] = &types.AttributeValueMemberS{Value: value}
	}
	return types.WriteRequest{PutRequest: &types.PutRequest{Item: item}}
}

// storedFile puts a message of alice's with one attachment there.
func (w *measuredWorld) storedFile() {
	w.twoPeople()
	now := w.clock.Instant()
	const key = "messages/AAAAAAAAAAAAAAAAAAAAAAAAAA"
	message := recall.Message{
		ID: recall.NewMessageID(now), Conversation: direct, Sender: alice, SentAt: now,
		RecallableUntil: recall.DefaultWindow.Until(now), Body: body,
		Attachments: []recall.Attachment{{ID: file, Name: "cat.png", Type: "image/png", Size: 1, Key: key}},
		Objects:     []recall.ObjectKey{key, "uploads/" + recall.ObjectKey(file) + "-alice"},
	}
	_, err := w.store.CreateMessage(w.t.Context(), message)
	w.must(err)
	w.messages = append(w.messages, message.ID)
	w.clock.Advance(time.Second)
}

const file recall.AttachmentID = "01HF7YAY8G00000000000000AT"

// stored puts settled messages of alice's there.
func (w *measuredWorld) stored(conversation recall.Conversation, count int) {
	for range count {
		w.clock.Advance(time.Millisecond)
		now := w.clock.Instant()
		message := recall.Message{
			ID: recall.NewMessageID(now), Conversation: conversation, Sender: alice, SentAt: now,
			RecallableUntil: recall.DefaultWindow.Until(now), Body: body,
		}
		_, err := w.store.CreateMessage(w.t.Context(), message)
		w.must(err)
		w.messages = append(w.messages, message.ID)
	}
	_, err := w.store.Touch(w.t.Context(), conversation, w.clock.Instant(), w.messages[len(w.messages)-1])
	w.must(err)
	w.clock.Advance(time.Second)
}

const body = `{"text":"See you at the station at nine"}`

package simulation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// World is everything outside the functions.
type World struct {
	Database                        dynamo.API
	MessagesTable, ConnectionsTable string
	// PushTable is empty in a world without phones, whose deployment has no notifications.
	PushTable string
	Clock     *recalltest.Clock
	// Files is the storage of files of all processes.
	Files *recalltest.Objects

	mutex   sync.Mutex
	devices map[recall.ConnectionID]*Device
	all     []*Device
	queue   []queuedChunk
	// jobs is the queue of notifications, and pastJobs is what was taken from it.
	jobs, pastJobs []queuedJob
	// screens are whether a phone shows the notification of a message: by the token of the phone and the messageId.
	screens map[string]bool
	next    int
	// records are what the table's stream holds for finish; past is what was taken from it.
	records, past []recall.Message
	// objects are the keys that a message was ever stored with, or to which an address of it was given out.
	objects map[string][]recall.ObjectKey
	// uploads are when files were uploaded, and seen is since when at the latest there has been an object.
	uploads, seen map[recall.ObjectKey]recall.Instant
	// published are the recalls that were published on the bus.
	published map[string]bool
	// leaks are log lines that hold a secret.
	leaks []string
}

// Canary is in every text and reason; no log line may hold it.
const Canary = "canary"

// Write takes a log line of any process.
func (w *World) Write(line []byte) (int, error) {
	if strings.Contains(string(line), Canary) {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		w.leaks = append(w.leaks, string(line))
	}
	return len(line), nil
}

func (w *World) publish(recalled recall.RevokedMessage) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.published[recalled.Conversation.Key()+" "+string(recalled.MessageID)] = true
}

// New makes an empty world on two tables.
func New(database dynamo.API, messagesTable, connectionsTable string) *World {
	clock := recalltest.NewClock()
	return &World{
		Database: database, MessagesTable: messagesTable, ConnectionsTable: connectionsTable,
		Clock:     clock,
		Files:     recalltest.NewObjects(clock),
		objects:   make(map[string][]recall.ObjectKey),
		uploads:   make(map[recall.ObjectKey]recall.Instant),
		seen:      make(map[recall.ObjectKey]recall.Instant),
		devices:   make(map[recall.ConnectionID]*Device),
		published: make(map[string]bool),
		screens:   make(map[string]bool),
	}
}

// Now returns the time of the world.
func (w *World) Now() recall.Instant { return w.Clock.Instant() }

// NewMessageID returns the ID that a client with a correct clock makes.
func (w *World) NewMessageID() recall.MessageID { return recall.NewMessageID(w.Now()) }

// Arrive makes a device of the user's that is not connected yet; it goes on from what before held.
func (w *World) Arrive(user recall.UserID, before *Device) *Device {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.next++
	return newDevice(w, user, recall.ConnectionID(fmt.Sprintf("connection%d=", w.next)), w.Now(), before)
}

// Register is the handshake's first part, $connect: the device is registered, but a post to it still gets 410.
func (w *World) Register(ctx context.Context, process *recall.Service, device *Device) error {
	return process.Connect(ctx, device.connection)
}

// Accept ends the handshake: from now on posts reach the device.
func (w *World) Accept(device *Device) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.devices[device.connection.ID] = device
	w.all = append(w.all, device)
}

// Connect does both parts of the handshake.
func (w *World) Connect(ctx context.Context, process *recall.Service, user recall.UserID,
	before *Device) (*Device, error) {
	device := w.Arrive(user, before)
	if err := w.Register(ctx, process, device); err != nil {
		return nil, err
	}
	w.Accept(device)
	return device, nil
}

// Close ends the connection of a device. delivered says whether $disconnect reaches the functions.
func (w *World) Close(ctx context.Context, process *recall.Service, device *Device, delivered bool) error {
	w.mutex.Lock()
	delete(w.devices, device.connection.ID)
	w.mutex.Unlock()
	if !delivered {
		return nil
	}
	return process.ForgetConnection(ctx, device.connection)
}

// Open returns the devices that are connected now.
func (w *World) Open() []*Device {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	var open []*Device
	for _, device := range w.all {
		if w.devices[device.connection.ID] == device {
			open = append(open, device)
		}
	}
	return open
}

func (w *World) device(id recall.ConnectionID) *Device {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.devices[id]
}

// queuedChunk is a chunk and when the queue brings it.
type queuedChunk struct {
	chunk   recall.Chunk
	readyAt recall.Instant
}

// Enqueue is recall.Queue.
func (w *World) Enqueue(_ context.Context, chunks []recall.Chunk) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, chunk := range chunks {
		w.queue = append(w.queue, queuedChunk{chunk, w.Now().Add(chunk.Delay)})
	}
	return nil
}

// changed is the table's stream with the filter of the template: items that owe something.
func (w *World) changed(item map[string]types.AttributeValue) {
	message, ok := dynamo.MessageOf(item)
	if !ok || message.Due == recall.DueNothing {
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.records = append(w.records, message)
	name := message.Conversation.Key() + " " + string(message.ID)
	w.objects[name] = append(w.objects[name], message.Objects...)
}

// maximumRounds bounds how often finish and deliver are called for the same records: more than every retry that an
// event source would make, so that what is still due then is due for ever.
const maximumRounds = 50

// Deliver does what the event sources would: it brings every record of the stream, and every chunk, until all are
// taken. process makes the environment for each; it may be one that fails.
func (w *World) Deliver(ctx context.Context, process func() *recall.Service) error {
	for range maximumRounds {
		if w.DeliverOnce(ctx, process) {
			return nil
		}
	}
	return fmt.Errorf("records are left after %d rounds", maximumRounds)
}

// DeliverOnce brings what there is once; what fails comes again the next time. It tells whether nothing is left.
func (w *World) DeliverOnce(ctx context.Context, process func() *recall.Service) bool {
	w.mutex.Lock()
	records, chunks, jobs := w.records, w.queue, w.jobs
	w.records, w.queue, w.jobs = nil, nil, nil
	w.mutex.Unlock()
	if len(records) > 0 {
		w.Clock.Advance(recall.FinishAfter)
	}
	for _, message := range records {
		if err := w.bring(ctx, process, message); err != nil {
			w.Clock.Advance(10 * time.Second) // the event source's pause
			w.mutex.Lock()
			w.records = append(w.records, message)
			w.mutex.Unlock()
		}
	}
	slices.SortStableFunc(chunks, func(a, b queuedChunk) int { return cmp.Compare(a.readyAt, b.readyAt) })
	for _, each := range chunks {
		w.Clock.Advance(max(0, each.readyAt.Sub(w.Now())))
		if err := process().DeliverChunk(ctx, each.chunk); err != nil {
			w.mutex.Lock()
			w.queue = append(w.queue, each)
			w.mutex.Unlock()
		}
	}
	w.sendJobs(ctx, process, jobs)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.past = append(w.past, records...)
	return len(w.records) == 0 && len(w.queue) == 0 && len(w.jobs) == 0
}

// bring gives a record to the two functions that read the stream, each of which has a process of its own. If one of
// them fails, both get the record again: that is more than the stream would do, and harmless.
func (w *World) bring(ctx context.Context, process func() *recall.Service, message recall.Message) error {
	published := process().Publish(ctx, message)
	return errors.Join(published, process().Finish(ctx, message))
}

// Redeliver brings old records and jobs again, the latest first, as a stream and a queue may after a failure.
func (w *World) Redeliver(ctx context.Context, process *recall.Service) {
	w.mutex.Lock()
	past, jobs := w.past, w.pastJobs
	w.past, w.pastJobs = nil, nil
	w.mutex.Unlock()
	for _, each := range slices.Backward(jobs) {
		_ = process.SendPush(ctx, each.job) // It was done before, so its error does not matter.
	}
	for _, message := range slices.Backward(past) {
		_ = process.Publish(ctx, message) // It was published before, so its error does not matter.
		_ = process.Finish(ctx, message)
	}
}

// RawMessages reads a conversation's items as they are stored.
func (w *World) RawMessages(ctx context.Context,
	conversation recall.Conversation) ([]map[string]types.AttributeValue, error) {
	var items []map[string]types.AttributeValue
	query := &dynamodb.QueryInput{
		TableName:              &w.MessagesTable,
		ConsistentRead:         aws.Bool(true),
		KeyConditionExpression: aws.String("pk=:pk AND begins_with(sk,:prefix)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":pk":     &types.AttributeValueMemberS{Value: conversation.Key()},
			":prefix": &types.AttributeValueMemberS{Value: "msg#"},
		},
	}
	for {
		read, err := w.Database.Query(ctx, query)
		if err != nil {
			return nil, fmt.Errorf("read the items: %w", err)
		}
		items = append(items, read.Items...)
		if len(read.LastEvaluatedKey) == 0 {
			return items, nil
		}
		query.ExclusiveStartKey = read.LastEvaluatedKey
	}
}

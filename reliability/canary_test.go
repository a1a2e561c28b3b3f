package reliability

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/coder/websocket"

	"example.com/recall/local/awsproxy"
	"example.com/recall/local/elasticmq"
	"example.com/recall/local/stack"
	"example.com/recall/reliability/simulation"
	"example.com/recall/shared/dynamo/dynamotest"
	"example.com/recall/shared/recall"
)

// The members of the group that the canary is sent to: two chunks for each event.
const (
	canaryMembers = recall.ChunkUsers + 2
	canaryChunks  = 2
)

// TestG10NoQueueEverHoldsATextAReasonOrAToken sends and recalls in a big group while finish and deliver fail, so that
// all that is queued ends where it can be read: chunks in the dead-letter queue, the stream's records in the
// on-failure queue.
func TestG10NoQueueEverHoldsATextAReasonOrAToken(t *testing.T) {
	running := startHasty(t)
	fillBigGroup(t, running)
	queued := failDeliver(running)
	token, err := running.Token("owner", time.Hour)
	must(t, err)
	socket := dialWith(t, running, token)
	group := "group_" + string(crowd)
	id, second := recall.NewMessageID(recall.At(time.Now())),
		recall.NewMessageID(recall.At(time.Now().Add(time.Millisecond)))
	for _, each := range []map[string]any{
		{"action": "send", "conversation": group, "messageId": id, "body": json.RawMessage(theBody)},
		{"action": "revoke", "conversation": group, "messageId": id, "reason": theReason},
		{"action": "send", "conversation": group, "messageId": second, "body": json.RawMessage(theBody)},
	} {
		asked, err := json.Marshal(each)
		must(t, err)
		if name := ask(t, socket, string(asked)); name != "" {
			t.Fatalf("%s is answered %s", each["action"], name)
		}
	}
	// An admin recalls, too, because then another function puts the chunks into the queue.
	recallAsAdmin(t, running, second)
	const events = 4
	put := queued(t, events*canaryChunks)
	dead := drain(t, running, "ChunksDeadLetterQueue", func(read []string) bool {
		return !slices.ContainsFunc(put, func(chunk string) bool { return !slices.Contains(read, chunk) })
	})
	failed := drain(t, running, "FinishFailureQueue", func(read []string) bool { return recordsIn(t, read) >= events })
	for _, each := range append(slices.Concat(put, dead), failed...) {
		for _, secret := range []string{simulation.Canary, token} {
			if strings.Contains(each, secret) {
				t.Errorf("%q stands in the queued %s", secret, each)
			}
		}
	}
}

// startHasty starts the stack with a stream that gives up after two tries, and a queue that brings a message again
// soon. On AWS its visibility time-out may not be shorter than the function's, which is why it is set afterwards.
func startHasty(t *testing.T) *stack.Stack {
	t.Helper()
	original, err := os.ReadFile("../template.yaml")
	must(t, err)
	const attempts = "MaximumRetryAttempts: "
	if strings.Count(string(original), attempts+"10\n") != 1 {
		t.Fatalf("the template does not have %q once", attempts)
	}
	path := filepath.Join(t.TempDir(), "template.yaml")
	must(t, os.WriteFile(path, []byte(strings.Replace(string(original), attempts+"10\n", attempts+"1\n", 1)), 0o600))
	running, err := stack.Start(t.Context(), stack.Options{
		Project:            "..",
		Template:           path,
		Strict:             true,
		MaximumConcurrency: 4,
	})
	if err != nil {
		t.Fatalf("the local stack does not start (%v); run: scripts/require.sh java dynamodb-local elasticmq", err)
	}
	t.Cleanup(running.Close)
	_, err = queues(running).SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{
		QueueUrl: aws.String(running.QueueURL("ChunksQueue")), Attributes: map[string]string{"VisibilityTimeout": "1"},
	})
	must(t, err)
	return running
}

func queues(running *stack.Stack) *sqs.Client {
	return elasticmq.Client(running.Addresses().Queues, running.Template().Region)
}

// fillBigGroup writes the roster as putMember would, in fewer calls.
func fillBigGroup(t *testing.T, running *stack.Stack) {
	t.Helper()
	for _, request := range []map[string]any{
		{"action": "putGroup", "group": crowd, "name": "Crowd"},
		{"action": "putMember", "group": crowd, "user": "owner", "role": "owner"},
	} {
		reply, err := running.Admin(t.Context(), request)
		must(t, err)
		if !strings.Contains(string(reply), `"ok":true`) {
			t.Fatalf("%v is answered %s", request, reply)
		}
	}
	database, table := dynamotest.Client(running.Addresses().DynamoDB), tableOf(running, "MessagesTable")
	var rows []types.WriteRequest
	for i := range canaryMembers - 1 {
		rows = append(rows, types.WriteRequest{PutRequest: &types.PutRequest{Item: memberRow(fmt.Sprint("member", i))}})
	}
	for some := range slices.Chunk(rows, 25) {
		_, err := database.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{table: some},
		})
		must(t, err)
	}
}

// failDeliver lets every call of finish and deliver to DynamoDB fail, and keeps what functions put into the queue.
// The function that it returns waits for as many messages and gives them.
func failDeliver(running *stack.Stack) func(t *testing.T, count int) []string {
	running.DynamoDB().SetHook(func(_ context.Context, request awsproxy.Request) (action awsproxy.Action) {
		if request.AccessKey == "FinishFunction" || request.AccessKey == "DeliverFunction" {
			action.Refusal = &awsproxy.Refusal{Status: http.StatusBadRequest, Name: "ValidationException", Message: "injected"}
		}
		return action
	})
	var mutex sync.Mutex
	var bodies []string
	running.Queues().SetHook(func(_ context.Context, request awsproxy.Request) awsproxy.Action {
		var batch struct {
			Entries []struct{ MessageBody string }
		}
		if request.Operation == "SendMessageBatch" && json.Unmarshal(request.Body, &batch) == nil {
			mutex.Lock()
			defer mutex.Unlock()
			for _, entry := range batch.Entries {
				bodies = append(bodies, entry.MessageBody)
			}
		}
		return awsproxy.Action{}
	})
	return func(t *testing.T, count int) []string {
		t.Helper()
		for deadline := time.Now().Add(patience); ; pause(t.Context(), 50*time.Millisecond) {
			mutex.Lock()
			put := slices.Clone(bodies)
			mutex.Unlock()
			if len(put) >= count {
				return put
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d messages were queued, wanted %d", len(put), count)
			}
		}
	}
}

func recallAsAdmin(t *testing.T, running *stack.Stack, id recall.MessageID) {
	t.Helper()
	reply, err := running.Admin(t.Context(), map[string]any{
		"action":       "revoke",
		"conversation": map[string]any{"group": crowd},
		"messageIds":   []recall.MessageID{id},
		"reason":       theReason,
	})
	must(t, err)
	if !strings.Contains(string(reply), `"ok":true`) {
		t.Fatalf("the admin's recall is answered %s", reply)
	}
}

// drain receives and deletes the messages of a queue until there are enough.
func drain(t *testing.T, running *stack.Stack, logicalID string, enough func(read []string) bool) []string {
	t.Helper()
	client, url := queues(running), running.QueueURL(logicalID)
	read := make(map[string]string) // by the message's ID: a queue may bring one twice
	for deadline := time.Now().Add(patience); ; {
		bodies := slices.Collect(maps.Values(read))
		if enough(bodies) {
			return bodies
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s has no more than %d messages: %v", logicalID, len(bodies), bodies)
		}
		output, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl:            &url,
			WaitTimeSeconds:     1,
			MaxNumberOfMessages: 10,
		})
		must(t, err)
		for _, message := range output.Messages {
			read[*message.MessageId] = *message.Body
			_, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{
				QueueUrl:      &url,
				ReceiptHandle: message.ReceiptHandle,
			})
			must(t, err)
		}
	}
}

// recordsIn counts the stream's records that the failures are of.
func recordsIn(t *testing.T, failures []string) int {
	t.Helper()
	records := 0
	for _, each := range failures {
		var failure struct {
			Info struct{ BatchSize int } `json:"DDBStreamBatchInfo"`
		}
		must(t, json.Unmarshal([]byte(each), &failure))
		records += failure.Info.BatchSize
	}
	return records
}

func memberRow(user string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"pk":   &types.AttributeValueMemberS{Value: recall.InGroup(crowd).Key()},
		"sk":   &types.AttributeValueMemberS{Value: "member#" + user},
		"role": &types.AttributeValueMemberS{Value: "member"},
	}
}

func tableOf(running *stack.Stack, logicalID string) string {
	for _, table := range running.Template().Tables {
		if table.LogicalID == logicalID {
			return table.Name
		}
	}
	return ""
}

func dialWith(t *testing.T, running *stack.Stack, token string) *websocket.Conn {
	t.Helper()
	socket, _, err := websocket.Dial(t.Context(), running.Addresses().WebSocket, &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	must(t, err)
	t.Cleanup(func() { _ = socket.CloseNow() }) // the test is over
	return socket
}

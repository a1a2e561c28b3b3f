package endtoend

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/local/stack"
)

// patience is the longest time that a test waits for something. A wait ends as soon as its condition holds.
const patience = time.Minute

// backend is the one stack that the tests of this package share. Each test has users of its own.
type backend struct {
	*stack.Stack
	temporary   string // a folder that is removed at the end
	commandLine commandLine

	mutex sync.Mutex
	lines []string
}

// logged returns all lines that the functions have logged so far.
func (b *backend) logged() []string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return slices.Clone(b.lines)
}

var shared *backend // set once by TestMain, before any test runs

func TestMain(m *testing.M) {
	parameters := pushParameters()
	parameters["EventBusName"], parameters["CanarySchedule"] = "recalls", "rate(5 minutes)"
	parameters["Attachments"] = "on"
	started, err := start(context.Background(), parameters)
	if err != nil {
		fmt.Fprintf(os.Stderr,
			"the local stack does not start (%v); run: scripts/require.sh java dynamodb-local elasticmq versitygw foreign\n",
			err)
		os.Exit(1)
	}
	shared = started
	code := m.Run()
	for denial, times := range started.Denials() {
		fmt.Fprintf(os.Stderr, "%s may not %s on %s, but tried %d times: template.yaml does not grant it\n", denial.Function,
			denial.Action, denial.Resource, times)
		code = 1
	}
	started.Close()
	_ = os.RemoveAll(started.temporary) // A file that stays in the temporary directory does no harm.
	os.Exit(code)
}

func start(ctx context.Context, parameters map[string]string) (*backend, error) {
	temporary, err := os.MkdirTemp("", "recall-endtoend-")
	if err != nil {
		return nil, err
	}
	b := &backend{temporary: temporary}
	running, err := stack.Start(ctx, stack.Options{
		Parameters: parameters, Strict: true,
		NoSchedules: true, // the tests run the canary when they need it
		Report: func(entry stack.Entry) {
			b.mutex.Lock()
			defer b.mutex.Unlock()
			b.lines = append(b.lines, fmt.Sprintf("%+v", entry))
		},
	})
	b.Stack = running
	return b, err
}

// users returns user IDs that no other test uses.
func users(t *testing.T, names ...string) []string {
	t.Helper()
	named := make([]string, len(names))
	for i, name := range names {
		named[i] = fmt.Sprintf("%s-%x", name, time.Now().UnixNano())
	}
	return named
}

// admin sends an admin request by direct invocation and wants it to be answered ok.
func admin(t *testing.T, request frame) frame {
	t.Helper()
	reply := adminReply(t, request)
	if reply["ok"] != true {
		t.Fatalf("admin %s: %v", request["action"], reply["error"])
	}
	return reply
}

func adminReply(t *testing.T, request frame) frame {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	raw, err := shared.Admin(ctx, request)
	if err != nil {
		t.Fatalf("admin %s: %v", request["action"], err)
	}
	var reply frame
	if err := json.Unmarshal(raw, &reply); err != nil {
		t.Fatalf("admin %s: not JSON: %v", request["action"], err)
	}
	return reply
}

// newGroup makes a group with an owner and members, and returns its ID.
func newGroup(t *testing.T, owner string, members ...string) string {
	t.Helper()
	group := users(t, "group")[0]
	admin(t, frame{"action": "putGroup", "group": group, "name": "Engineering"})
	admin(t, frame{"action": "putMember", "group": group, "user": owner, "role": "owner"})
	for _, member := range members {
		admin(t, frame{"action": "putMember", "group": group, "user": member, "role": "member"})
	}
	return group
}

// storage returns a client that reaches DynamoDB directly and not through the functions.
func storage() *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(shared.Addresses().DynamoDB),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	})
}

// storedItem reads the item of a message from DynamoDB.
func storedItem(t *testing.T, conversationKey, messageID string) map[string]types.AttributeValue {
	t.Helper()
	read, err := storage().GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName:      aws.String("MessagesTable"),
		ConsistentRead: aws.Bool(true),
		Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: conversationKey},
			"sk": &types.AttributeValueMemberS{Value: "msg#" + messageID},
		},
	})
	if err != nil {
		t.Fatalf("read the item: %v", err)
	}
	return read.Item
}

func directKey(a, b string) string {
	if b < a {
		a, b = b, a
	}
	return "c2c#" + a + "#" + b
}

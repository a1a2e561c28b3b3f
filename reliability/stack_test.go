package reliability

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	client "example.com/recall/clients/go"
	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/dynamo/dynamotest"
	"example.com/recall/shared/recall"
)

// TestRealProcessesThatAreKilledAtRandomLoseNothing uses the local stack while its processes are killed by signal.
func TestRealProcessesThatAreKilledAtRandomLoseNothing(t *testing.T) {
	seed := rand.Uint64N(1 << 32)
	if *soakSeed != 0 {
		seed = *soakSeed
	}
	counted := newTally()
	l := startLoad(t, seed, counted)
	const duration = 20 * time.Second
	ctx, cancel := context.WithTimeout(t.Context(), duration)
	defer cancel()
	l.run(ctx, seed)
	l.converges(t)
	counted.run(seed)
	t.Logf("seed %d: %s", seed, counted.line())
	for _, violation := range counted.violations {
		t.Error(violation)
	}
	counted.wantEnough(t, leastLoad(duration))
}

// leastLoad is what the load must have done in a time: about a fifth of what it did on a machine with 2 cores that
// was very busy with other work.
func leastLoad(duration time.Duration) least {
	seconds := int(duration / time.Second)
	return least{
		operations: 2 * seconds, faults: 3 * seconds, kills: seconds / 2,
		confirmed: map[string]int{"send": seconds, "recall": seconds / 4, "read": seconds / 10},
	}
}

// patience is the longest wait for work that is due: retries of the event source and the back-off of the clients.
const patience = 3 * time.Minute

// converges waits until no work is due and every device shows the stored messages.
func (l *load) converges(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		differences := l.differences(t)
		if len(differences) == 0 {
			return
		}
		if time.Now().After(deadline) {
			for _, difference := range differences {
				l.tally.violated(difference)
			}
			return
		}
		pause(t.Context(), 200*time.Millisecond)
	}
}

// differences compares the table with what was confirmed and with every device.
func (l *load) differences(t *testing.T) []string {
	t.Helper()
	var differences []string
	stored := make(map[string]recall.Message)
	byConversation := make(map[recall.Conversation][]recall.Message)
	for _, item := range l.items(t) {
		message, ok := dynamo.MessageOf(item)
		if !ok {
			continue
		}
		stored[string(message.ID)] = message
		byConversation[message.Conversation] = append(byConversation[message.Conversation], message)
		if _, hasBody := item["body"]; hasBody && message.Revoked != nil {
			differences = append(differences, fmt.Sprintf("G3: the recalled %s has a body", message.ID))
		}
		if message.Due != recall.DueNothing {
			differences = append(differences, fmt.Sprintf("G4: %s is still due", message.ID))
		}
	}
	l.mutex.Lock()
	for id := range l.sent {
		if _, found := stored[id]; !found {
			differences = append(differences, fmt.Sprintf("loss: %s was confirmed and is not stored", id))
		}
	}
	for id := range l.recalled {
		if stored[id].Revoked == nil {
			differences = append(differences, fmt.Sprintf("loss: the recall of %s was confirmed and is not stored", id))
		}
	}
	l.mutex.Unlock()
	for _, device := range l.devices {
		for conversation, messages := range byConversation {
			if conversation.IsGroup() || strings.Contains(conversation.Key(), device.name) {
				differences = append(differences, device.differs(conversation, messages)...)
			}
		}
	}
	return differences
}

// differs compares a device's view of a conversation with what is stored.
func (p *person) differs(conversation recall.Conversation, messages []recall.Message) []string {
	held := make(map[string]client.Message)
	for _, message := range p.client.Messages(conversation.SeenBy(recall.UserID(p.name))) {
		held[message.MessageID] = message
	}
	var differences []string
	for _, message := range messages {
		shown, found := held[string(message.ID)]
		switch {
		case !found:
			differences = append(differences,
				fmt.Sprintf("delivery: %s does not have %s of %s", p.name, message.ID, message.Sender))
		case message.Revoked != nil && (shown.Revoked == nil || len(shown.Body) > 0):
			differences = append(differences, fmt.Sprintf("G4: %s shows the recalled %s", p.name, message.ID))
		case message.Revoked == nil && shown.Revoked != nil:
			differences = append(differences, fmt.Sprintf("G2: %s shows %s as recalled", p.name, message.ID))
		case message.Revoked != nil && shown.Revoked.At != int64(message.Revoked.At):
			differences = append(differences,
				fmt.Sprintf("G2: %s was told another instant of the recall of %s", p.name, message.ID))
		}
	}
	return differences
}

// items returns the whole table of messages.
func (l *load) items(t *testing.T) []map[string]types.AttributeValue {
	t.Helper()
	database, name := dynamotest.Client(l.stack.Addresses().DynamoDB), tableOf(l.stack, "MessagesTable")
	var items []map[string]types.AttributeValue
	pages := dynamodb.NewScanPaginator(database, &dynamodb.ScanInput{TableName: &name, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		must(t, err)
		items = append(items, page.Items...)
	}
	return items
}

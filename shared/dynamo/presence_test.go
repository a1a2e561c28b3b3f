package dynamo_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// left is what an earlier version, which knew no limit, wrote for a user.
func left(t *testing.T, client *dynamodb.Client, table string, entries []string) {
	t.Helper()
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: map[string]types.AttributeValue{
		"user": &types.AttributeValueMemberS{Value: string(alice)}, "conns": &types.AttributeValueMemberSS{Value: entries},
	}})
	must(t, err)
}

func TestAConnectionThatAnEarlierVersionRegisteredIsFoundAndForgotten(t *testing.T) {
	tables := database.Tables(t)
	clock := recalltest.NewClock()
	presence := &dynamo.Presence{Client: tables.Client, Table: tables.Connections, Clock: clock}
	left(t, tables.Client, tables.Connections, []string{
		fmt.Sprintf("%d:phone=", noon), fmt.Sprintf("%d:laptop=", noon), "not an entry",
	})
	found, err := presence.Connections(t.Context(), []recall.UserID{alice})
	if err != nil || len(found) != 2 || found[0].ConnectedAt != noon || found[0].TokenExpiresAt != 0 {
		t.Errorf("found %v, error %v", found, err)
	}
	must(t, presence.Forget(t.Context(), alice, found[0]))
	// The event of the disconnect tells when the token ends, which the entry does not.
	found[1].TokenExpiresAt = noon + 1
	must(t, presence.Forget(t.Context(), alice, found[1]))
	if found, err := presence.Connections(t.Context(), []recall.UserID{alice}); err != nil || len(found) != 0 {
		t.Errorf("found %v, error %v", found, err)
	}
}

// An item of DynamoDB's largest size must not lock its user out, and must cost its size only until it is repaired.
func TestAnItemOfThousandsOfConnectionsIsRepairedByOneHandshake(t *testing.T) {
	const most = 13_652 // one more entry of this length is over 400 KB
	const places = recall.DefaultConnectionsPerUser
	for _, each := range []struct {
		name         string
		age          time.Duration
		stay, closed int
	}{
		{"that are open", time.Hour, places, most - places + 1},
		{"that are long gone", recall.MaximumConnectionAge + time.Millisecond, 1, 0},
	} {
		t.Run(each.name, func(t *testing.T) {
			tables := database.Tables(t)
			clock := recalltest.NewClock()
			notifier := &recalltest.Notifier{}
			service := recall.Service{
				Presence: &dynamo.Presence{Client: tables.Client, Table: tables.Connections, Clock: clock},
				Notifier: notifier,
				Clock:    clock,
			}
			notifier.Presence = service.Presence
			entries := make([]string, most)
			for i := range entries {
				entries[i] = fmt.Sprintf("%d:L0SM9cOFv%07d", clock.Instant().Add(-each.age), i)
			}
			left(t, tables.Client, tables.Connections, entries)
			must(t, service.Connect(t.Context(), recall.Connection{User: alice, ID: "phone=", ConnectedAt: clock.Instant()}))
			found, err := service.Presence.Connections(t.Context(), []recall.UserID{alice})
			if err != nil || len(found) != each.stay || len(notifier.Disconnected()) != each.closed {
				t.Errorf("%d stay and %d were closed, error %v", len(found), len(notifier.Disconnected()), err)
			}
			read, err := tables.Client.GetItem(t.Context(), &dynamodb.GetItemInput{
				TableName: &tables.Connections,
				Key: map[string]types.AttributeValue{
					"user": &types.AttributeValueMemberS{Value: string(alice)},
				},
				ConsistentRead:         aws.Bool(true),
				ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
			})
			if err != nil || aws.ToFloat64(read.ConsumedCapacity.CapacityUnits) != 1 {
				t.Errorf("the item costs %v to read, error %v", read.ConsumedCapacity, err)
			}
		})
	}
}

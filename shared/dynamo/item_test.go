package dynamo_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/recall"
)

// TestG3TheStoredItemOfARecalledMessageHasNoBody reads past the package, which would not show a body in any case.
func TestG3TheStoredItemOfARecalledMessageHasNoBody(t *testing.T) {
	for name, change := range map[string]func(*recall.RevokeCommand){
		"by the sender": func(*recall.RevokeCommand) {},
		"by an admin":   func(c *recall.RevokeCommand) { c.SenderOnly, c.Revocation.Role = false, recall.RoleAdmin },
		"unsent":        func(c *recall.RevokeCommand) { c.Unsent = true },
	} {
		t.Run(name, func(t *testing.T) {
			tables := database.Tables(t)
			store := &dynamo.Store{Client: tables.Client, Table: tables.Messages}
			m := message()
			_, err := store.CreateMessage(t.Context(), m)
			must(t, err)
			command := takeBack(m)
			command.Revocation.Reason = ""
			change(&command)
			if outcome, err := store.RevokeMessage(t.Context(), command); err != nil || !outcome.Applied {
				t.Fatalf("outcome %+v, error %v", outcome, err)
			}
			read, err := tables.Client.GetItem(t.Context(), &dynamodb.GetItemInput{
				TableName: &tables.Messages, ConsistentRead: aws.Bool(true),
				Key: map[string]types.AttributeValue{
					"pk": &types.AttributeValueMemberS{Value: direct.Key()},
					"sk": &types.AttributeValueMemberS{Value: "msg#" + string(m.ID)},
				},
			})
			must(t, err)
			if len(read.Item) == 0 {
				t.Fatal("there is no item")
			}
			for attribute, value := range read.Item {
				held, ok := value.(*types.AttributeValueMemberS)
				if ok && (attribute == "body" || strings.Contains(held.Value, "secret")) {
					t.Errorf("the item still has %s", attribute)
				}
			}
		})
	}
}

package rig

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/local/tables"
)

type item = map[string]types.AttributeValue

func text(value string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: value} }
func number(value string) types.AttributeValue { return &types.AttributeValueMemberN{Value: value} }

// batchItems is BatchWriteItem's limit.
const batchItems = 25

// PutGroup makes a group with members. It writes the rows of docs/design.md, "Tables", by itself: through the admin
// function, 10,000 members are 10,000 transactions on one item, which take longer than everything that is measured.
func (r *Rig) PutGroup(ctx context.Context, group string, members []string) error {
	table := ""
	for _, each := range r.Template().Tables {
		if each.LogicalID == "MessagesTable" {
			table = each.Name
		}
	}
	key := "group#" + group
	joined := number("1700000000000")
	rows := []item{
		{"pk": text(key), "sk": text("head"), "createdAt": joined, "lastChangeAt": joined, "rosterVersion": number("1")},
	}
	for _, user := range members {
		rows = append(rows,
			item{"pk": text(key), "sk": text("member#" + user), "role": text("member"), "joinedAt": joined},
			item{"pk": text("user#" + user), "sk": text("conv#" + key), "role": text("member"), "joinedAt": joined})
	}
	client := tables.Client(r.Addresses().DynamoDB, r.Template().Region)
	for len(rows) > 0 {
		var requests []types.WriteRequest
		for _, row := range rows[:min(batchItems, len(rows))] {
			requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: row}})
		}
		rows = rows[len(requests):]
		_, err := client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{table: requests},
		})
		if err != nil {
			return fmt.Errorf("put the group: %w", err)
		}
	}
	return nil
}

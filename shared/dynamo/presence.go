package dynamo

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/recall"
)

// keptAfterLimit is how long a user's item outlives his last connection's limit before TTL takes it.
const keptAfterLimit = time.Hour

// entry is a connection in its user's set: <connectedAt>:<connection ID>.
func entry(connection recall.Connection) string {
	return strconv.FormatInt(int64(connection.ConnectedAt), 10) + ":" + string(connection.ID)
}

func connectionOf(user recall.UserID, text string) (recall.Connection, bool) {
	at, id, found := strings.Cut(text, ":")
	connectedAt, err := strconv.ParseInt(at, 10, 64)
	return recall.Connection{User: user, ID: recall.ConnectionID(id), ConnectedAt: recall.Instant(connectedAt)}, found && err == nil
}

// Register adds the connection to the user's set and drops the dead ones that it sees there.
func (p *Presence) Register(ctx context.Context, connection recall.Connection) error {
	expires := connection.ConnectedAt.Add(recall.MaximumConnectionAge + keptAfterLimit)
	written, err := p.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:        &p.Table,
		Key:              userKey(connection.User),
		UpdateExpression: aws.String("SET expiresAt=:expires ADD conns :conns"),
		ExpressionAttributeValues: item{
			":expires": number(expirySeconds(expires)),
			":conns":   &types.AttributeValueMemberSS{Value: []string{entry(connection)}},
		},
		ReturnValues: types.ReturnValueAllNew,
	})
	if err != nil {
		return fault("register connection", err)
	}
	var dead []string
	now := recall.At(p.Clock.Now())
	for _, text := range entriesOf(written.Attributes) {
		if old, ok := connectionOf(connection.User, text); !ok || now.Sub(old.ConnectedAt) > recall.MaximumConnectionAge {
			dead = append(dead, text)
		}
	}
	if len(dead) == 0 {
		return nil
	}
	return p.remove(ctx, connection.User, dead)
}

// Forget takes that one connection out of its user's set.
func (p *Presence) Forget(ctx context.Context, connection recall.Connection) error {
	return p.remove(ctx, connection.User, []string{entry(connection)})
}

func (p *Presence) remove(ctx context.Context, user recall.UserID, entries []string) error {
	_, err := p.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &p.Table,
		Key:                       userKey(user),
		UpdateExpression:          aws.String("DELETE conns :conns"),
		ConditionExpression:       aws.String("attribute_exists(#user)"), // else an empty item would come to be
		ExpressionAttributeNames:  map[string]string{"#user": "user"},
		ExpressionAttributeValues: item{":conns": &types.AttributeValueMemberSS{Value: entries}},
	})
	if _, failed := failedCondition(err); failed || err == nil {
		return nil
	}
	return fault("forget connection", err)
}

// Connections reads the users' items, 100 a call, consistently.
func (p *Presence) Connections(ctx context.Context, users []recall.UserID) ([]recall.Connection, error) {
	seen := make(map[recall.UserID]bool, len(users))
	var keys []item
	for _, user := range users {
		if !seen[user] {
			seen[user] = true
			keys = append(keys, userKey(user))
		}
	}
	items, err := batchGet(ctx, p.Client, p.Table, keys, "look up connections")
	if err != nil {
		return nil, err
	}
	now := recall.At(p.Clock.Now())
	var connections []recall.Connection
	for _, from := range items {
		user := recall.UserID(textOf(from, "user"))
		for _, text := range entriesOf(from) {
			connection, ok := connectionOf(user, text)
			if ok && now.Sub(connection.ConnectedAt) <= recall.MaximumConnectionAge {
				connections = append(connections, connection)
			}
		}
	}
	return connections, nil
}

func userKey(user recall.UserID) item { return item{"user": text(string(user))} }

func entriesOf(from item) []string {
	if set, ok := from["conns"].(*types.AttributeValueMemberSS); ok {
		return set.Value
	}
	return nil
}

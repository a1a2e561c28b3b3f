package dynamo

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/recall"
)

// keptAfterLimit is how long a user's item outlives the limit of their last connection before TTL takes it.
const keptAfterLimit = time.Hour

// entry is a connection in its user's set: <connectedAt>-<tokenExpiresAt>:<connection ID>. An earlier version wrote
// <connectedAt>:<connection ID>, which is read and forgotten as well. The earlier version takes no notice of the new
// form.
func entry(connection recall.Connection) string {
	at := strconv.FormatInt(int64(connection.ConnectedAt), 10)
	if connection.TokenExpiresAt != 0 {
		at += "-" + strconv.FormatInt(int64(connection.TokenExpiresAt), 10)
	}
	return at + ":" + string(connection.ID)
}

func connectionOf(user recall.UserID, text string) (recall.Connection, bool) {
	times, id, found := strings.Cut(text, ":")
	at, until, known := strings.Cut(times, "-")
	if !known {
		until = "0"
	}
	connectedAt, notConnected := strconv.ParseInt(at, 10, 64)
	expiresAt, notExpiring := strconv.ParseInt(until, 10, 64)
	connection := recall.Connection{
		User: user, ID: recall.ConnectionID(id),
		ConnectedAt: recall.Instant(connectedAt), TokenExpiresAt: recall.Instant(expiresAt),
	}
	return connection, found && notConnected == nil && notExpiring == nil
}

// Register adds the connection to the user's set, if there is room, in one conditional write, and drops the dead ones
// that it sees there. The set never holds more than limit, so the item stays below 1 KB and costs one write unit.
func (p *Presence) Register(
	ctx context.Context, connection recall.Connection, limit int,
) ([]recall.Connection, error) {
	for range maximumAttempts {
		entries, added, err := p.add(ctx, connection, limit)
		if err != nil {
			return nil, err
		}
		alive, dead := p.sort(connection.User, entries)
		if len(dead) > 0 {
			if err := p.remove(ctx, connection.User, dead); err != nil {
				return nil, err
			}
		}
		switch {
		case added:
			return nil, nil
		case len(alive) >= limit:
			return alive, nil
		}
	}
	return nil, recall.Unreachable("storage", errContended)
}

// errContended is an item that others kept changing.
var errContended = errors.New("the user's connections changed at each attempt")

// add adds the entry if fewer than limit are there, or it is there itself, and returns the entries as they are then.
// Also an item that is nearly as large as DynamoDB allows, as an earlier version could leave it, fails by the
// condition first.
func (p *Presence) add(
	ctx context.Context, connection recall.Connection, limit int,
) (entries []string, added bool, err error) {
	expires := connection.ConnectedAt.Add(recall.MaximumConnectionAge + keptAfterLimit)
	written, err := p.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:           &p.Table,
		Key:                 userKey(connection.User),
		UpdateExpression:    aws.String("SET expiresAt=:expires ADD conns :conns"),
		ConditionExpression: aws.String("attribute_not_exists(conns) OR size(conns)<:limit OR contains(conns, :entry)"),
		ExpressionAttributeValues: item{
			":expires": number(expirySeconds(expires)),
			":conns":   &types.AttributeValueMemberSS{Value: []string{entry(connection)}},
			":entry":   text(entry(connection)),
			":limit":   number(int64(limit)),
		},
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if full, failed := failedCondition(err); failed {
		return entriesOf(full), false, nil
	}
	if err != nil {
		return nil, false, fault("register connection", err)
	}
	return entriesOf(written.Attributes), true, nil
}

// sort parts the entries of connections that may still be open from those that cannot.
func (p *Presence) sort(user recall.UserID, entries []string) (alive []recall.Connection, dead []string) {
	now := recall.At(p.Clock.Now())
	for _, text := range entries {
		connection, ok := connectionOf(user, text)
		if ok && now.Sub(connection.ConnectedAt) <= recall.MaximumConnectionAge {
			alive = append(alive, connection)
		} else {
			dead = append(dead, text)
		}
	}
	return alive, dead
}

// Forget takes those connections out of their user's set, in one write.
func (p *Presence) Forget(ctx context.Context, user recall.UserID, connections ...recall.Connection) error {
	if len(connections) == 0 {
		return nil
	}
	entries := make([]string, 0, 2*len(connections))
	for _, connection := range connections {
		entries = append(entries, entry(connection))
		if connection.TokenExpiresAt != 0 { // an earlier version may have registered it
			connection.TokenExpiresAt = 0
			entries = append(entries, entry(connection))
		}
	}
	return p.remove(ctx, user, entries)
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
	var connections []recall.Connection
	for _, from := range items {
		alive, _ := p.sort(recall.UserID(textOf(from, "user")), entriesOf(from))
		connections = append(connections, alive...)
	}
	return connections, nil
}

func userKey(user recall.UserID) item { return item{"user": text(string(user))} }

func entriesOf(from item) []string { return setOf(from, "conns") }

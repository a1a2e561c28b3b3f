package baseline

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"
)

type item = map[string]types.AttributeValue

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func key(name, value string) item { return item{name: text(value)} }

func textOf(from item, name string) string {
	if value, ok := from[name].(*types.AttributeValueMemberS); ok {
		return value.Value
	}
	return ""
}

// Connected notes a connection: under its user, or, as the sample does, by itself.
func (t Tables) Connected(ctx context.Context, user, connection string) error {
	input := &dynamodb.PutItemInput{TableName: &t.Connections, Item: key(KeyConnection, connection)}
	if user != "" {
		input = &dynamodb.PutItemInput{TableName: &t.Users, Item: item{KeyUser: text(user), KeyConnection: text(connection)}}
	}
	_, err := t.Client.PutItem(ctx, input)
	return err
}

// Disconnected forgets a connection of the sample.
func (t Tables) Disconnected(ctx context.Context, connection string) error {
	_, err := t.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &t.Connections,
		Key:       key(KeyConnection, connection),
	})
	return err
}

// Of reads the users' connections, 100 a call, all calls at once.
func (t Tables) Of(ctx context.Context, users []string) ([]string, error) {
	parts := make([][]string, (len(users)+BatchKeys-1)/BatchKeys)
	group, ctx := errgroup.WithContext(ctx)
	for n := range parts {
		group.Go(func() error {
			var keys []item
			for _, user := range users[n*BatchKeys : min(len(users), (n+1)*BatchKeys)] {
				keys = append(keys, key(KeyUser, user))
			}
			read, err := t.Client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
				RequestItems: map[string]types.KeysAndAttributes{t.Users: {Keys: keys, ConsistentRead: aws.Bool(true)}},
			})
			if err != nil {
				return err
			}
			for _, found := range read.Responses[t.Users] {
				parts[n] = append(parts[n], textOf(found, KeyConnection))
			}
			return nil
		})
	}
	err := group.Wait()
	var connections []string
	for _, part := range parts {
		connections = append(connections, part...)
	}
	return connections, err
}

// All scans the whole table, as the sample does for every message.
func (t Tables) All(ctx context.Context) ([]string, error) {
	var connections []string
	scan := &dynamodb.ScanInput{TableName: &t.Connections, ProjectionExpression: aws.String(KeyConnection)}
	for {
		read, err := t.Client.Scan(ctx, scan)
		if err != nil {
			return nil, err
		}
		for _, found := range read.Items {
			connections = append(connections, textOf(found, KeyConnection))
		}
		if len(read.LastEvaluatedKey) == 0 {
			return connections, nil
		}
		scan.ExclusiveStartKey = read.LastEvaluatedKey
	}
}

// Each runs work for every connection, ParallelPosts at once.
func Each(connections []string, work func(connection string) error) error {
	var group errgroup.Group
	group.SetLimit(ParallelPosts)
	for _, connection := range connections {
		group.Go(func() error { return work(connection) })
	}
	return group.Wait()
}

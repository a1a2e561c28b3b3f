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

// Connected notes a connection.
func (t Tables) Connected(ctx context.Context, connection string) error {
	_, err := t.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &t.Connections,
		Item:      key(KeyConnection, connection),
	})
	return err
}

// Disconnected forgets a connection.
func (t Tables) Disconnected(ctx context.Context, connection string) error {
	_, err := t.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &t.Connections,
		Key:       key(KeyConnection, connection),
	})
	return err
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

// Package tables creates a template's DynamoDB tables at any endpoint.
package tables

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/local/template"
)

// creationTime is how long to wait until one table is active.
const creationTime = time.Minute

// Client returns a DynamoDB client for a local endpoint. Such an endpoint accepts any credentials.
func Client(endpoint, region string) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: region, BaseEndpoint: aws.String(endpoint),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
}

// Create creates all tables of a template, with their keys, indexes, streams and time to live. It waits until they
// are active. It leaves a table that already exists as it is.
func Create(ctx context.Context, client *dynamodb.Client, from *template.Template) error {
	for _, table := range from.Tables {
		if err := create(ctx, client, table); err != nil {
			return fmt.Errorf("create the table %s: %w", table.Name, err)
		}
	}
	return nil
}

func create(ctx context.Context, client *dynamodb.Client, table template.Table) error {
	_, err := client.CreateTable(ctx, input(table))
	var exists *types.ResourceInUseException
	if errors.As(err, &exists) {
		return nil
	}
	if err != nil {
		return err
	}
	described := &dynamodb.DescribeTableInput{TableName: &table.Name}
	waiter := dynamodb.NewTableExistsWaiter(client, func(options *dynamodb.TableExistsWaiterOptions) {
		options.MinDelay, options.MaxDelay = 20*time.Millisecond, time.Second
	})
	if err := waiter.Wait(ctx, described, creationTime); err != nil {
		return err
	}
	if table.TimeToLive == "" {
		return nil
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName:               &table.Name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &table.TimeToLive, Enabled: aws.Bool(true)},
	})
	return err
}

func input(table template.Table) *dynamodb.CreateTableInput {
	result := &dynamodb.CreateTableInput{
		TableName:   &table.Name,
		BillingMode: types.BillingModePayPerRequest,
		KeySchema:   keySchema(table.Key),
	}
	for _, attribute := range table.Attributes {
		result.AttributeDefinitions = append(result.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(attribute.Name), AttributeType: types.ScalarAttributeType(attribute.Type),
		})
	}
	for _, index := range table.Local {
		result.LocalSecondaryIndexes = append(result.LocalSecondaryIndexes, types.LocalSecondaryIndex{
			IndexName: aws.String(index.Name), KeySchema: keySchema(index.Key), Projection: projection(index),
		})
	}
	for _, index := range table.Global {
		result.GlobalSecondaryIndexes = append(result.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(index.Name), KeySchema: keySchema(index.Key), Projection: projection(index),
		})
	}
	if table.StreamView != "" {
		result.StreamSpecification = &types.StreamSpecification{
			StreamEnabled:  aws.Bool(true),
			StreamViewType: types.StreamViewType(table.StreamView),
		}
	}
	return result
}

func keySchema(key template.Key) []types.KeySchemaElement {
	result := []types.KeySchemaElement{{AttributeName: aws.String(key.Hash), KeyType: types.KeyTypeHash}}
	if key.Range != "" {
		result = append(result, types.KeySchemaElement{AttributeName: aws.String(key.Range), KeyType: types.KeyTypeRange})
	}
	return result
}

func projection(index template.Index) *types.Projection {
	return &types.Projection{ProjectionType: types.ProjectionType(index.Projection), NonKeyAttributes: index.Include}
}

// Package baseline is what Recall is measured against: the sample chat of AWS, behind a template of the same shape as
// Recall's.
package baseline

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/function"
)

// Message is a message of the sample chat, which goes to every connection there is.
type Message struct {
	Action string `json:"action"` // sendmessage
	Data   string `json:"data"`
}

// KeyConnection is the key of an item, and ParallelPosts is how many posts run at once, as in Recall.
const (
	KeyConnection = "connectionId"
	ParallelPosts = 128
)

// Tables are where the functions keep connections.
type Tables struct {
	Client      *dynamodb.Client
	Connections string
}

// Environment builds what the functions need, as Recall's do: configuration by hand and one client with a large pool.
func Environment() (function.Environment, aws.Config, Tables, error) {
	environment, err := function.ReadEnvironment(os.Getenv)
	if err != nil {
		return environment, aws.Config{}, Tables{}, err
	}
	client := function.HTTPClient()
	config := environment.AWS(client)
	tables := Tables{
		Client:      dynamo.NewClient(config, environment.DynamoDBEndpoint),
		Connections: environment.ConnectionsTable,
	}
	address, err := dynamo.Address(context.Background(), tables.Client)
	if err != nil {
		return environment, config, tables, err
	}
	function.Warm(context.Background(), client, function.Pool{Address: address, Connections: 1},
		function.Pool{Address: environment.ManagementEndpoint, Connections: ParallelPosts})
	return environment, config, tables, nil
}

// Package baseline is what Recall is measured against: a function that echoes, one that does nothing but the calls
// that a recall cannot do without, and the sample chat of AWS, all behind one template of the same shape as Recall's.
package baseline

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/function"
)

// UserHeader names the user of a connection that the function calls is to find; without it the connection is a client
// of the sample chat.
const UserHeader = "X-User"

// Calls asks the function to write one item, to read the users' connections, and to post the notice to all of them.
type Calls struct {
	Action string   `json:"action"` // calls
	ID     string   `json:"id"`
	Users  []string `json:"users"`
	Notice string   `json:"notice"`
}

// Message is a message of the sample chat, which goes to every connection there is.
type Message struct {
	Action string `json:"action"` // sendmessage
	Data   string `json:"data"`
}

// Keys of the items, and how much is done at once, as in Recall.
const (
	KeyUser       = "user"
	KeyConnection = "connectionId"
	BatchKeys     = 100
	ParallelPosts = 128
)

// Tables are where the functions keep connections.
type Tables struct {
	Client                       *dynamodb.Client
	Connections, Users, Messages string
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
		Connections: os.Getenv("CONNECTIONS_TABLE"), Users: os.Getenv("USERS_TABLE"), Messages: environment.MessagesTable,
	}
	address, err := dynamo.Address(context.Background(), tables.Client)
	if err != nil {
		return environment, config, tables, err
	}
	function.Warm(context.Background(), client, function.Pool{Address: address, Connections: 1},
		function.Pool{Address: environment.ManagementEndpoint, Connections: ParallelPosts})
	return environment, config, tables, nil
}

// Commit writes a message's recall under a condition, as a recall does.
func (t Tables) Commit(ctx context.Context, id string) error {
	_, err := t.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &t.Messages,
		Key:       item{"pk": text("c2c#alice#bob"), "sk": text("msg#" + id)},
		UpdateExpression: aws.String("SET revocationId=:id, revokedAt=:id, revokedBy=:by, " +
			"revokedRole=:by, sender=:by, due=:by REMOVE body"),
		ConditionExpression:                 aws.String("attribute_not_exists(pk) OR sender=:by"),
		ExpressionAttributeValues:           item{":id": text(id), ":by": text("alice")},
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	return err
}

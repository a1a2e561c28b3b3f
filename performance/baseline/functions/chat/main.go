// Command chat is sendmessage of aws-samples/simple-websockets-chat-app, in Go: it scans the table of all connections
// and posts the message to each; connections that are gone are deleted. Unlike the sample, which is written in
// JavaScript, it has Recall's HTTP pool, client and parallelism, so that only the design differs.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"

	"example.com/recall/performance/baseline"
	"example.com/recall/shared/gateway"
)

func main() {
	environment, config, tables, err := baseline.Environment()
	if err != nil {
		panic(err)
	}
	connections := gateway.NewClient(config, environment.ManagementEndpoint)
	lambda.Start(func(ctx context.Context,
		event events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {
		answer := events.APIGatewayProxyResponse{StatusCode: http.StatusOK}
		var message baseline.Message
		if err := json.Unmarshal([]byte(event.Body), &message); err != nil {
			return answer, err
		}
		all, err := tables.All(ctx)
		if err != nil {
			return answer, err
		}
		return answer, baseline.Each(all, func(id string) error {
			_, err := connections.PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{
				ConnectionId: &id,
				Data:         []byte(message.Data),
			})
			if _, gone := errors.AsType[*types.GoneException](err); gone {
				return tables.Disconnected(ctx, id)
			}
			return err
		})
	})
}

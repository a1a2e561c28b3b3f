// Command connect notes connections.
package main

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"example.com/recall/performance/baseline"
)

func main() {
	_, _, tables, err := baseline.Environment()
	if err != nil {
		panic(err)
	}
	lambda.Start(func(ctx context.Context,
		event events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {
		id := event.RequestContext.ConnectionID
		if event.RequestContext.RouteKey == "$disconnect" {
			return events.APIGatewayProxyResponse{StatusCode: http.StatusOK}, tables.Disconnected(ctx, id)
		}
		return events.APIGatewayProxyResponse{StatusCode: http.StatusOK}, tables.Connected(ctx, id)
	})
}

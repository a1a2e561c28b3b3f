// Command proxy puts the messages of a client onto the event bus and confirms them. It uses the addresses that both
// services have on AWS.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

func main() { lambda.Start(handle) }

func handle(
	ctx context.Context, event events.APIGatewayWebsocketProxyRequest,
) (events.APIGatewayProxyResponse, error) {
	region := os.Getenv("AWS_REGION")
	credentials := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{
			AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
			SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
			SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
		}, nil
	})
	bus := eventbridge.New(eventbridge.Options{Region: region, Credentials: credentials})
	if _, err := bus.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		EventBusName: aws.String(os.Getenv("EVENT_BUS_NAME")),
		Source:       aws.String("api-gateway"),
		DetailType:   aws.String("Prompt"),
		Detail:       &event.Body,
	}}}); err != nil {
		return events.APIGatewayProxyResponse{}, err
	}
	host := event.RequestContext.APIID + ".execute-api." + region + ".amazonaws.com"
	connections := apigatewaymanagementapi.New(apigatewaymanagementapi.Options{
		Region:       region,
		Credentials:  credentials,
		BaseEndpoint: aws.String("https://" + host + "/" + event.RequestContext.Stage),
	})
	_, err := connections.PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{
		ConnectionId: &event.RequestContext.ConnectionID, Data: []byte("the event is on its way"),
	})
	return events.APIGatewayProxyResponse{StatusCode: 200}, err
}

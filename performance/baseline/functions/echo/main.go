// Command echo answers a frame with itself, or does nothing but the calls that a recall cannot do without: one write,
// the reads of who is connected, and the posts, unsigned and by plain HTTP. What it takes is the harness's time and
// not Recall's.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/recall/performance/baseline"
)

func main() {
	environment, config, tables, err := baseline.Environment()
	if err != nil {
		panic(err)
	}
	lambda.Start(func(ctx context.Context,
		event events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {
		answer := events.APIGatewayProxyResponse{StatusCode: http.StatusOK, Body: event.Body}
		if event.RequestContext.RouteKey == "echo" {
			return answer, nil
		}
		var calls baseline.Calls
		if err := json.Unmarshal([]byte(event.Body), &calls); err != nil {
			return answer, err
		}
		answer.Body = `{"type":"reply"}`
		return answer, do(ctx, calls, tables, config.HTTPClient, environment.ManagementEndpoint)
	})
}

func do(ctx context.Context, calls baseline.Calls, tables baseline.Tables, client aws.HTTPClient,
	endpoint string) error {
	if err := tables.Commit(ctx, calls.ID); err != nil {
		return err
	}
	connections, err := tables.Of(ctx, calls.Users)
	if err != nil {
		return err
	}
	notice := []byte(calls.Notice)
	return baseline.Each(connections, func(connection string) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost,
			endpoint+"/@connections/"+url.QueryEscape(connection), bytes.NewReader(notice))
		if err != nil {
			return err
		}
		answer, err := client.Do(request)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			return err
		}
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("post: status %d", answer.StatusCode)
		}
		return nil
	})
}

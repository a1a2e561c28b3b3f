package function

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// idleConnections is kept per host and in all: the fan-out posts as many at a time, and a connection that is not kept
// costs a TLS handshake (docs/performance.md).
const idleConnections = 256

// idleFor is below the time after which AWS's front ends close a connection; an environment that was frozen longer
// finds its connections closed by itself rather than half dead.
const idleFor = 50 * time.Second

// dialTimeout and answerTimeout bound one attempt; the SDK's retries and the function's deadline bound the whole.
const (
	dialTimeout   = time.Second
	answerTimeout = 3 * time.Second
)

// HTTPClient is one client for all AWS services of a function, so that its connections are shared.
func HTTPClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTransportOptions(func(transport *http.Transport) {
		transport.MaxIdleConns, transport.MaxIdleConnsPerHost = idleConnections, idleConnections
		transport.IdleConnTimeout = idleFor
		transport.TLSHandshakeTimeout = dialTimeout
		transport.ResponseHeaderTimeout = answerTimeout
	})
}

// AWS is the configuration made by hand: LoadDefaultConfig would look in files and metadata services that a function
// does not have, for 4 to 11 ms of every cold start.
func (e Environment) AWS(client aws.HTTPClient) aws.Config {
	return aws.Config{
		Region:     e.Region,
		HTTPClient: client,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: e.accessKeyID, SecretAccessKey: e.secretAccessKey, SessionToken: e.sessionToken, Source: "environment"}, nil
		}),
		RetryMaxAttempts: 4,
	}
}

// warmFor bounds the warming: a function that cannot reach a service at start must start all the same.
const warmFor = 2 * time.Second

// Warm opens a connection to each endpoint, side by side, during the init phase, where CPU is not throttled: the first
// invocation then pays no DNS, TCP and TLS. Its failure is no error, and no request needs a right.
func (e Environment) Warm(client aws.HTTPClient, endpoints ...string) {
	ctx, cancel := context.WithTimeout(context.Background(), warmFor)
	defer cancel()
	var group sync.WaitGroup
	for _, endpoint := range endpoints {
		if endpoint == "" {
			continue
		}
		group.Go(func() {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
			if err != nil {
				return
			}
			if answer, err := client.Do(request); err == nil {
				_ = answer.Body.Close()
			}
		})
	}
	group.Wait()
}

// DynamoDBAddress is where the function's DynamoDB answers.
func (e Environment) DynamoDBAddress() string {
	if e.DynamoDBEndpoint != "" {
		return e.DynamoDBEndpoint
	}
	return "https://dynamodb." + e.Region + ".amazonaws.com"
}

// SQSAddress is where the function's SQS answers.
func (e Environment) SQSAddress() string {
	if e.SQSEndpoint != "" {
		return e.SQSEndpoint
	}
	return "https://sqs." + e.Region + ".amazonaws.com"
}

// EventsAddress is where the function's EventBridge answers.
func (e Environment) EventsAddress() string {
	if e.EventsEndpoint != "" {
		return e.EventsEndpoint
	}
	return "https://events." + e.Region + ".amazonaws.com"
}

// Endpoint is a service's base endpoint for the SDK: nil for AWS's own.
func Endpoint(address string) *string {
	if address == "" {
		return nil
	}
	return &address
}

package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// NewClient makes the SDK's client. Without an endpoint it calls the endpoint of the configuration's region.
func NewClient(config aws.Config, endpoint *string) *dynamodb.Client {
	return dynamodb.NewFromConfig(config, func(options *dynamodb.Options) { options.BaseEndpoint = endpoint })
}

// Address returns the address that a client calls. The SDK derives it from the region, whose partition decides about
// the domain: amazonaws.com, or amazonaws.com.cn in China.
func Address(ctx context.Context, client *dynamodb.Client) (string, error) {
	options := client.Options()
	endpoint, err := options.EndpointResolverV2.ResolveEndpoint(ctx, dynamodb.EndpointParameters{
		Region: &options.Region, Endpoint: options.BaseEndpoint,
	})
	return endpoint.URI.String(), err
}

package gateway

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/smithy-go/middleware"
)

// NewClient makes the SDK's client for a stage's endpoint, such as
// https://{api}.execute-api.{region}.amazonaws.com/{stage}. It does not retry: the Poster tries again itself, within
// its time. A full client buffer (429) would otherwise hold up the fan-out.
func NewClient(config aws.Config, endpoint string) *apigatewaymanagementapi.Client {
	return apigatewaymanagementapi.NewFromConfig(config, func(options *apigatewaymanagementapi.Options) {
		options.BaseEndpoint = &endpoint
		options.APIOptions = append(options.APIOptions, withoutRetries)
	})
}

// withoutRetries takes the SDK's retries out of a call. A retryer that never retries would do the same, but every post
// would still pay for it: it is a tenth of a post's allocations (docs/performance.md, "Processor time and memory").
func withoutRetries(stack *middleware.Stack) error {
	_, err := stack.Finalize.Remove("Retry")
	return err
}

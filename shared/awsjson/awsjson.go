// Package awsjson calls an AWS service of which one operation is used, in the AWS JSON protocol, signed and tried again by the
// SDK's own signer and retryer. The SDK's client for such a service is 0.3 to 0.4 MB of every function's binary, whose start
// everybody pays for (docs/performance.md, "Cold start").
package awsjson

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	smithytime "github.com/aws/smithy-go/time"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"example.com/recall/shared/recall"
)

// Operation is an operation of a service, as its API reference names it.
type Operation struct {
	// Service is its name in the signature, such as sqs.
	Service string
	// Target is the X-Amz-Target, such as AmazonSQS.SendMessageBatch.
	Target string
	// Version is the protocol's: 1.0 or 1.1.
	Version string
}

// Caller calls one operation.
type Caller struct {
	operation Operation
	config    aws.Config
	clock     recall.Clock
	endpoint  string
	signer    *v4.Signer
	retryer   aws.Retryer
}

// Attempts of a call that found nobody, or a service that could not just then; the pause doubles.
const (
	attempts   = 3
	firstPause = 50 * time.Millisecond
)

// New makes a caller with a configuration's HTTP client, credentials and region. The endpoint is such as
// https://sqs.eu-central-1.amazonaws.com.
func New(config aws.Config, clock recall.Clock, endpoint string, operation Operation) *Caller {
	return &Caller{
		operation: operation, config: config, clock: clock, endpoint: endpoint, signer: v4.NewSigner(),
		retryer: retry.NewStandard(func(options *retry.StandardOptions) {
			options.MaxAttempts = attempts
			options.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) {
				return firstPause << (attempt - 1), nil
			})
			options.Retryables = append(options.Retryables, retry.RetryableHTTPStatusCode{Codes: map[int]struct{}{http.StatusTooManyRequests: {}}},
				retry.RetryableErrorCode{Codes: map[string]struct{}{"InternalException": {}, "InternalFailure": {}}})
		}),
	}
}

// Call sends a request and reads its answer. It tries again where that may help, and then returns the last attempt's error.
func (c *Caller) Call(ctx context.Context, request, answer any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("%s: %w", c.operation.Target, err)
	}
	for attempt := 1; ; attempt++ {
		err := c.once(ctx, body, answer)
		if err == nil {
			return nil
		}
		err = fmt.Errorf("%s: %w", c.operation.Target, err)
		if attempt == c.retryer.MaxAttempts() || ctx.Err() != nil || !c.retryer.IsErrorRetryable(err) {
			return err
		}
		pause, delayErr := c.retryer.RetryDelay(attempt, err)
		if delayErr != nil || smithytime.SleepWithContext(ctx, pause) != nil {
			return err
		}
	}
}

// MayHelp tells whether the same call may succeed later: the service was not reached, or could not just then.
func (c *Caller) MayHelp(err error) bool { return c.retryer.IsErrorRetryable(err) }

// maximumAnswer bounds what is read of an answer.
const maximumAnswer = 64 << 10

func (c *Caller) once(ctx context.Context, body []byte, answer any) error {
	request, err := c.signed(ctx, body)
	if err != nil {
		return err
	}
	response, err := c.config.HTTPClient.Do(request)
	if err != nil {
		return &smithyhttp.RequestSendError{Err: err}
	}
	defer func() { _ = response.Body.Close() }() // everything needed was read
	said, err := io.ReadAll(io.LimitReader(response.Body, maximumAnswer))
	if err != nil {
		return &smithyhttp.RequestSendError{Err: err}
	}
	if response.StatusCode != http.StatusOK {
		return refusalOf(response.StatusCode, said)
	}
	if json.Unmarshal(said, answer) != nil {
		return cutOff{}
	}
	return nil
}

func (c *Caller) signed(ctx context.Context, body []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint+"/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-amz-json-"+c.operation.Version)
	request.Header.Set("X-Amz-Target", c.operation.Target)
	credentials, err := c.config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(body)
	return request, c.signer.SignHTTP(ctx, credentials, request, hex.EncodeToString(hash[:]), c.operation.Service, c.config.Region, c.clock.Now())
}

// refusal is an answer that says no. Its methods are what the SDK's retryer asks for.
type refusal struct {
	status int
	code   string
}

// refusalOf reads the error's code, which some services prefix with a name space.
func refusalOf(status int, said []byte) refusal {
	var why struct {
		Type string `json:"__type"`
	}
	_ = json.Unmarshal(said, &why) // without it the status has to do
	return refusal{status, why.Type[strings.LastIndexByte(why.Type, '#')+1:]}
}

func (r refusal) Error() string       { return fmt.Sprintf("status %d %s", r.status, r.code) }
func (r refusal) HTTPStatusCode() int { return r.status }
func (r refusal) ErrorCode() string   { return r.code }

// cutOff is an answer that is not JSON.
type cutOff struct{}

func (cutOff) Error() string        { return "the answer is not JSON" }
func (cutOff) RetryableError() bool { return true }

package function

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
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
		HTTPClient: fromMemory{client},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID:     e.accessKeyID,
				SecretAccessKey: e.secretAccessKey,
				SessionToken:    e.sessionToken,
				Source:          "environment",
			}, nil
		}),
		RetryMaxAttempts: 4,
	}
}

// Pool is how many connections a function's first invocation needs to one address at the same time.
type Pool struct {
	Address     string
	Connections int
}

// Warm opens connections during the init phase, in which Lambda does not throttle the processor. The first invocation
// then waits for no DNS, TCP or TLS. The requests need no right, and a failure is no error.
func Warm(ctx context.Context, client aws.HTTPClient, pools ...Pool) {
	var group sync.WaitGroup
	for _, pool := range pools {
		group.Go(func() { pool.warm(ctx, client) })
	}
	group.Wait()
}

// warm opens one connection, which tells the protocol. HTTP/2 carries all calls on that one. HTTP/1.1 carries one call
// at a time, so the others are opened too. Without TLS, as on a local stack, opening one takes no time worth saving.
func (p Pool) warm(ctx context.Context, client aws.HTTPClient) {
	answer, err := get(ctx, client, p.Address)
	if err != nil || answer.TLS == nil || answer.ProtoMajor != 1 {
		return
	}
	// Every request keeps its connection until each of them has one or has failed. Otherwise the connection of a fast
	// answer would serve the next request, and fewer connections would be opened.
	var group, waiting sync.WaitGroup
	waiting.Add(p.Connections)
	opening := make(chan struct{}, handshakesAtOnce)
	for range p.Connections { // one of them finds the connection that is open already
		opening <- struct{}{}
		group.Go(func() {
			arrive := sync.OnceFunc(func() { <-opening; waiting.Done() })
			defer arrive()
			trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { arrive(); waiting.Wait() }}
			_, _ = get(httptrace.WithClientTrace(ctx, trace), client, p.Address)
		})
	}
	group.Wait()
}

// handshakesAtOnce is small, because handshakes share the function's processor: if all of them began at the same time,
// all of them would end late, and the last ones after dialTimeout.
const handshakesAtOnce = 8

// get reads an answer to its end, because the client keeps a connection only then.
func get(ctx context.Context, client aws.HTTPClient, address string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return answer, errors.Join(err, answer.Body.Close())
}

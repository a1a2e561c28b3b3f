package gateway

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"

	"example.com/recall/shared/recall"
)

// Connections is API by one signed request for each call. It sends what the SDK's client sends, signed by the SDK's
// signer, which keeps the derived key of the day, but without that client's stack of middleware: a notice to 500 devices
// is 500 posts, and their processor time is what it waits for (docs/performance.md, "Processor time and memory").
type Connections struct {
	client      aws.HTTPClient
	credentials aws.CredentialsProvider
	clock       recall.Clock
	region      string
	endpoint    string
	signer      *v4.Signer
}

var _ API = (*Connections)(nil)

// NewConnections makes a client for a stage's endpoint, such as https://{api}.execute-api.{region}.amazonaws.com/{stage}.
func NewConnections(config aws.Config, clock recall.Clock, endpoint string) *Connections {
	return &Connections{
		client: config.HTTPClient, credentials: config.Credentials, clock: clock, region: config.Region,
		endpoint: strings.TrimSuffix(endpoint, "/"), signer: v4.NewSigner(),
	}
}

// PostToConnection sends data to a connection. It returns types.GoneException (410), types.LimitExceededException (429: the
// client does not read, or the account's quota is used up), types.PayloadTooLargeException (413) or
// types.ForbiddenException (403); the options are not used.
func (c *Connections) PostToConnection(ctx context.Context, input *apigatewaymanagementapi.PostToConnectionInput, _ ...func(*apigatewaymanagementapi.Options)) (*apigatewaymanagementapi.PostToConnectionOutput, error) {
	if err := c.call(ctx, http.MethodPost, aws.ToString(input.ConnectionId), input.Data); err != nil {
		return nil, err
	}
	return &apigatewaymanagementapi.PostToConnectionOutput{}, nil
}

// DeleteConnection closes a connection. Its errors are those of PostToConnection.
func (c *Connections) DeleteConnection(ctx context.Context, input *apigatewaymanagementapi.DeleteConnectionInput, _ ...func(*apigatewaymanagementapi.Options)) (*apigatewaymanagementapi.DeleteConnectionOutput, error) {
	if err := c.call(ctx, http.MethodDelete, aws.ToString(input.ConnectionId), nil); err != nil {
		return nil, err
	}
	return &apigatewaymanagementapi.DeleteConnectionOutput{}, nil
}

func (c *Connections) call(ctx context.Context, method, connectionID string, body []byte) error {
	address := c.endpoint + "/@connections/" + escaped(connectionID)
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("@connections: %w", err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/octet-stream")
	}
	credentials, err := c.credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("@connections: %w", err)
	}
	hash := sha256.Sum256(body)
	if err := c.signer.SignHTTP(ctx, credentials, request, hex.EncodeToString(hash[:]), "execute-api", c.region, c.clock.Now()); err != nil {
		return fmt.Errorf("@connections: %w", err)
	}
	answer, err := c.client.Do(request)
	if err != nil {
		return fmt.Errorf("@connections: %w", err)
	}
	// Read to its end, the connection serves the next post. What is in it is of no use: the status says everything.
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maximumAnswer))
	_ = answer.Body.Close()
	return refusal(answer.StatusCode)
}

// maximumAnswer bounds what is read of an answer; a longer one costs its connection.
const maximumAnswer = 64 << 10

// escaped is a path's part as the SDK writes it: connection IDs end in '=', which the signature must see as %3D.
func escaped(part string) string { return strings.ReplaceAll(url.QueryEscape(part), "+", "%20") }

// refusal is the SDK's error for a status (API reference of the ApiGatewayManagementApi, "PostToConnection").
func refusal(status int) error {
	switch {
	case status/100 == 2:
		return nil
	case status == http.StatusGone:
		return &types.GoneException{}
	case status == http.StatusTooManyRequests:
		return &types.LimitExceededException{}
	case status == http.StatusRequestEntityTooLarge:
		return &types.PayloadTooLargeException{}
	case status == http.StatusForbidden:
		return &types.ForbiddenException{}
	}
	return fmt.Errorf("@connections: status %d", status)
}

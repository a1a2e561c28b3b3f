package gateway

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go/encoding/httpbinding"

	"example.com/recall/shared/recall"
)

// Client calls @connections (API Gateway guide, "Use @connections commands in your backend service") with requests that the
// SDK's signer signs. It does not retry: the poster tries again itself, within its time. The SDK's client takes twice the
// allocations for a post, and its tables a part of every cold start (docs/performance.md).
type Client struct {
	config   aws.Config
	clock    recall.Clock
	endpoint string
	signer   *v4.Signer
}

var _ API = (*Client)(nil)

// NewClient makes a client for a stage's endpoint, such as https://{api}.execute-api.{region}.amazonaws.com/{stage}, with a
// configuration's HTTP client, credentials and region.
func NewClient(config aws.Config, clock recall.Clock, endpoint string) *Client {
	return &Client{config: config, clock: clock, endpoint: endpoint, signer: v4.NewSigner()}
}

// Refusal is an answer of @connections that is no success. 410 is a connection that is gone, 429 one whose client does not read.
type Refusal struct {
	Status int
	// Kind is the answer's X-Amzn-Errortype, such as GoneException.
	Kind string
}

func (r Refusal) Error() string { return fmt.Sprintf("@connections: status %d %s", r.Status, r.Kind) }

// Post sends data to a device.
func (c *Client) Post(ctx context.Context, connection recall.ConnectionID, data []byte) error {
	return c.call(ctx, http.MethodPost, connection, data)
}

// Delete closes a connection.
func (c *Client) Delete(ctx context.Context, connection recall.ConnectionID) error {
	return c.call(ctx, http.MethodDelete, connection, nil)
}

// maximumAnswer is read of an answer, so that its connection serves the next call; longer ones there are not.
const maximumAnswer = 16 << 10

func (c *Client) call(ctx context.Context, method string, connection recall.ConnectionID, data []byte) error {
	request, err := c.signed(ctx, method, connection, data)
	if err != nil {
		return fmt.Errorf("@connections: %w", err)
	}
	answer, err := c.config.HTTPClient.Do(request)
	if err != nil {
		return fmt.Errorf("@connections: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // everything needed was read
	// The status has come, which is the answer.
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maximumAnswer))
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return Refusal{Status: answer.StatusCode, Kind: answer.Header.Get("X-Amzn-Errortype")}
	}
	return nil
}

func (c *Client) signed(ctx context.Context, method string, connection recall.ConnectionID, data []byte) (*http.Request, error) {
	var body io.Reader
	if data != nil {
		body = bytes.NewReader(data)
	}
	// The equals sign at the end of connection IDs is escaped, as the SDK does: the signature is over the path as it is sent.
	request, err := http.NewRequestWithContext(ctx, method, c.endpoint+"/@connections/"+httpbinding.EscapePath(string(connection), true), body)
	if err != nil {
		return nil, err
	}
	if data != nil {
		request.Header.Set("Content-Type", "application/octet-stream")
	}
	credentials, err := c.config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(data)
	return request, c.signer.SignHTTP(ctx, credentials, request, hex.EncodeToString(hash[:]), "execute-api", c.config.Region, c.clock.Now())
}

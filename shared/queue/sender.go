package queue

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"example.com/recall/shared/recall"
)

// Sender is API by one signed request. It sends what the SDK's client sends, signed by the SDK's signer; the client itself is
// 0.4 MB of every function's binary, whose start everybody pays for (docs/performance.md, "Cold start").
type Sender struct {
	client      aws.HTTPClient
	credentials aws.CredentialsProvider
	clock       recall.Clock
	region      string
	endpoint    string
	signer      *v4.Signer
}

var _ API = (*Sender)(nil)

// NewSender makes a client for an endpoint, such as https://sqs.eu-central-1.amazonaws.com.
func NewSender(config aws.Config, clock recall.Clock, endpoint string) *Sender {
	return &Sender{
		client: config.HTTPClient, credentials: config.Credentials, clock: clock, region: config.Region,
		endpoint: endpoint, signer: v4.NewSigner(),
	}
}

// Attempts of a request that found nobody, or a service that could not just then.
const (
	sendAttempts = 3
	firstPause   = 50 * time.Millisecond
)

// batch and result are SendMessageBatch's request and answer (SQS API Reference), of which only this is used.
type (
	batchRequest struct {
		QueueURL string `json:"QueueUrl"`
		Entries  []Entry
	}
	batchResult struct {
		Failed []struct{}
	}
)

// SendMessageBatch implements API. It tries again where that may help.
func (s *Sender) SendMessageBatch(ctx context.Context, queueURL string, entries []Entry) (int, error) {
	body, err := json.Marshal(batchRequest{QueueURL: queueURL, Entries: entries})
	if err != nil {
		return 0, err
	}
	var result batchResult
	for attempt := 1; ; attempt++ {
		again, err := s.call(ctx, body, &result)
		if err == nil {
			return len(result.Failed), nil
		}
		if !again || attempt == sendAttempts {
			return 0, err
		}
		if err := wait(ctx, firstPause<<(attempt-1)); err != nil {
			return 0, err
		}
	}
}

// maximumAnswer bounds what is read of an answer to ten messages.
const maximumAnswer = 64 << 10

// call makes one attempt in the AWS JSON 1.0 protocol. again tells whether another may do better.
func (s *Sender) call(ctx context.Context, body []byte, result *batchResult) (again bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint+"/", bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "AmazonSQS.SendMessageBatch")
	credentials, err := s.credentials.Retrieve(ctx)
	if err != nil {
		return false, err
	}
	hash := sha256.Sum256(body)
	if err := s.signer.SignHTTP(ctx, credentials, request, hex.EncodeToString(hash[:]), "sqs", s.region, s.clock.Now()); err != nil {
		return false, err
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return ctx.Err() == nil, err
	}
	defer func() { _ = answer.Body.Close() }() // everything needed was read
	said, err := io.ReadAll(io.LimitReader(answer.Body, maximumAnswer))
	switch {
	case err != nil:
		return ctx.Err() == nil, err
	case answer.StatusCode == http.StatusOK:
		if json.Unmarshal(said, result) != nil {
			return true, errors.New("SQS: the answer is not JSON")
		}
		return false, nil
	}
	var refusal struct {
		Type string `json:"__type"`
	}
	_ = json.Unmarshal(said, &refusal) // without it the status has to do
	again = answer.StatusCode >= http.StatusInternalServerError || answer.StatusCode == http.StatusTooManyRequests || throttled(refusal.Type)
	return again, fmt.Errorf("SQS: status %d %s", answer.StatusCode, refusal.Type)
}

// throttled tells a request that came too fast (SQS API Reference, "Common errors") from one that is wrong.
func throttled(name string) bool {
	return name == "com.amazonaws.sqs#RequestThrottled" || name == "ThrottlingException"
}

func wait(ctx context.Context, duration time.Duration) error {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

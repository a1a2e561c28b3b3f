package queue_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/queue"
	"example.com/recall/shared/recall/recalltest"
)

// service answers with one text and keeps what it was sent.
type service struct {
	answer string
	bodies []map[string]any
	header http.Header
	url    string
}

func (s *service) Do(request *http.Request) (*http.Response, error) {
	content, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	var body map[string]any
	if err := json.Unmarshal(content, &body); err != nil {
		return nil, err
	}
	s.bodies, s.header, s.url = append(s.bodies, body), request.Header, request.URL.String()
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(s.answer)), Request: request}, nil
}

func configured(client aws.HTTPClient) aws.Config {
	return aws.Config{
		Region: "eu-central-1", HTTPClient: client,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret", SessionToken: "session"}, nil
		}),
	}
}

const (
	endpoint = "https://sqs.eu-central-1.amazonaws.com"
	accepted = `{"Successful":[],"Failed":[]}`
)

var entries = []queue.Entry{{ID: "0", MessageBody: `{"users":["älice","<bob>"]}`}, {ID: "1", MessageBody: "b"}}

func send(ctx context.Context, client *service) (int, error) {
	return queue.NewSender(configured(client), recalltest.NewClock(), endpoint).SendMessageBatch(ctx, endpoint+"/1/chunks", entries)
}

func TestASenderSendsWhatTheSDKSends(t *testing.T) {
	ours, sdks := &service{answer: accepted}, &service{answer: accepted}
	if _, err := send(t.Context(), ours); err != nil {
		t.Fatal(err)
	}
	input := &sqs.SendMessageBatchInput{QueueUrl: aws.String(endpoint + "/1/chunks")}
	for _, entry := range entries {
		input.Entries = append(input.Entries, types.SendMessageBatchRequestEntry{Id: &entry.ID, MessageBody: &entry.MessageBody})
	}
	if _, err := sqs.NewFromConfig(configured(sdks)).SendMessageBatch(t.Context(), input); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Content-Type", "X-Amz-Target", "X-Amz-Security-Token"} {
		if ours.header.Get(name) != sdks.header.Get(name) {
			t.Errorf("%s is %q, the SDK's %q", name, ours.header.Get(name), sdks.header.Get(name))
		}
	}
	if difference := cmp.Diff(sdks.bodies, ours.bodies); difference != "" || ours.url != sdks.url {
		t.Errorf("to %s, the SDK to %s; -SDK +ours\n%s", ours.url, sdks.url, difference)
	}
	if scope := "/eu-central-1/sqs/aws4_request"; !strings.Contains(ours.header.Get("Authorization"), scope) {
		t.Errorf("it is signed %q", ours.header.Get("Authorization"))
	}
}

func TestASenderTellsHowManyTheQueueRefused(t *testing.T) {
	client := &service{answer: `{"Successful":[{"Id":"0"}],"Failed":[{"Id":"1","Code":"InternalError","SenderFault":false}]}`}
	if refused, err := send(t.Context(), client); err != nil || refused != 1 {
		t.Errorf("got %d, %v", refused, err)
	}
}

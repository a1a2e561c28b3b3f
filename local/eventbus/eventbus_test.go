package eventbus_test

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"example.com/recall/local/eventbus"
)

func TestEventsThatWerePutAreKeptAndBadOnesRefused(t *testing.T) {
	bus := &eventbus.Bus{}
	server := httptest.NewServer(bus)
	t.Cleanup(server.Close)
	client := eventbridge.New(eventbridge.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "x", SecretAccessKey: "x"}, nil
		}),
	})
	output, err := client.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{
		{
			EventBusName: aws.String("recalls"),
			Source:       aws.String("recall"),
			DetailType:   aws.String("Message recalled"),
			Detail:       aws.String(`{"a":1}`),
		},
		{Source: aws.String("recall"), DetailType: aws.String("Broken"), Detail: aws.String(`{`)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if output.FailedEntryCount != 1 || output.Entries[0].EventId == nil || output.Entries[1].ErrorCode == nil {
		t.Errorf("%+v", output)
	}
	kept := bus.Events()
	if len(kept) != 1 || kept[0].Bus != "recalls" || kept[0].DetailType != "Message recalled" ||
		string(kept[0].Detail) != `{"a":1}` {
		t.Errorf("%+v", kept)
	}
	if _, err := client.PutEvents(t.Context(), &eventbridge.PutEventsInput{
		Entries: make([]types.PutEventsRequestEntry, 11),
	}); err == nil {
		t.Error("11 entries were taken")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	bus := &eventbus.Bus{}
	server := httptest.NewServer(bus)
	t.Cleanup(server.Close)
	client := eventbridge.New(eventbridge.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(server.URL),
		Credentials:  aws.AnonymousCredentials{},
	})
	entry := types.PutEventsRequestEntry{Source: aws.String("s"), DetailType: aws.String("d"), Detail: aws.String(`{}`)}
	for range 110 {
		if _, err := client.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{
			entry, entry, entry, entry, entry, entry, entry, entry, entry, entry,
		}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(bus.Events()); got != 1000 {
		t.Errorf("%d events are kept", got)
	}
}

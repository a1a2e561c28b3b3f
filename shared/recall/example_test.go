package recall_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// Alice sends a message to Bob and takes it back a minute later. Bob's phone is told of both.
//
// A function makes the Service from its adapters to AWS. This example makes it from the fakes that tests use, and the
// calls are the same.
func Example() {
	ctx := context.Background()
	clock := recalltest.NewClock()
	presence := recalltest.NewPresence(clock)
	notifier := &recalltest.Notifier{}
	service := &recall.Service{
		Store:    recalltest.NewStore(),
		Presence: presence,
		Notifier: notifier,
		Queue:    &recalltest.Queue{},
		Clock:    clock,
		Window:   recall.DefaultWindow,
	}

	// Bob's phone is connected. Only devices that are connected are told at once; the others learn it when they
	// synchronise.
	phone := recall.Connection{User: "bob", ID: "phone of Bob", ConnectedAt: clock.Instant()}
	if err := service.Connect(ctx, phone); err != nil {
		log.Fatal(err)
	}

	// The caller comes from the token of Alice's connection, never from what her frame says.
	alice := recall.Caller{User: "alice", Connection: "phone of Alice"}
	conversation := recall.Between("alice", "bob")
	sent, err := service.Send(ctx, alice, recall.SendRequest{Conversation: conversation, Body: `{"text":"hi"}`})
	if err != nil {
		log.Fatal(err)
	}
	for _, told := range notifier.Take() {
		// A body prints as its size, so that no log can hold it. Whoever needs the text converts it.
		body := told.Notice.Message.Body
		fmt.Printf("%s gets a message of %v: %s\n", told.Connection.ID, body, string(body))
	}

	clock.Advance(time.Minute)
	results := service.Revoke(ctx, alice, recall.RevokeRequest{
		Conversation: conversation,
		MessageIDs:   []recall.MessageID{sent.Message.ID},
		Reason:       "wrong chat",
	})
	// Each message has a result of its own: one request may recall several.
	for _, result := range results {
		if result.Err != nil {
			log.Fatal(result.Err)
		}
		fmt.Printf("Alice recalled it as its %s\n", result.Revoked.Role)
	}
	for _, told := range notifier.Take() {
		for _, recalled := range told.Notice.Revocations {
			fmt.Printf("%s is told that %s recalled it: %s\n",
				told.Connection.ID, recalled.Revocation.By, string(recalled.Revocation.Reason))
		}
	}

	// Output:
	// phone of Bob gets a message of [13 bytes]: {"text":"hi"}
	// Alice recalled it as its sender
	// phone of Bob is told that alice recalled it: wrong chat
}

// A refusal is a *recall.Error with a name that programs act on. Here the window of two minutes is over for Alice, and
// Bob may not recall what somebody else has sent.
func ExampleService_Revoke() {
	ctx := context.Background()
	clock := recalltest.NewClock()
	service := &recall.Service{
		Store:    recalltest.NewStore(),
		Presence: recalltest.NewPresence(clock),
		Notifier: &recalltest.Notifier{},
		Queue:    &recalltest.Queue{},
		Clock:    clock,
		Window:   recall.DefaultWindow,
	}
	alice, bob := recall.Caller{User: "alice"}, recall.Caller{User: "bob"}
	conversation := recall.Between("alice", "bob")
	sent, err := service.Send(ctx, alice, recall.SendRequest{Conversation: conversation, Body: `{"text":"hi"}`})
	if err != nil {
		log.Fatal(err)
	}

	// The last instant at which a sender may recall is fixed when they send. A later change of the window does not
	// move it.
	fmt.Println("recallable for", sent.Message.RecallableUntil.Sub(sent.Message.SentAt))

	clock.Advance(2*time.Minute + time.Millisecond)
	request := recall.RevokeRequest{Conversation: conversation, MessageIDs: []recall.MessageID{sent.Message.ID}}
	for _, caller := range []recall.Caller{alice, bob} {
		for _, result := range service.Revoke(ctx, caller, request) {
			fmt.Printf("%s: %s\n", caller.User, recall.NameOf(result.Err))
		}
	}

	// Output:
	// recallable for 2m0s
	// alice: recall_window_expired
	// bob: recall_denied
}

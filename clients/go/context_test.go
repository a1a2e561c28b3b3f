package client_test

import (
	"context"
	"testing"
	"time"

	client "example.com/recall/clients/go"
	"example.com/recall/clients/go/clienttest"
)

// aliceAndBob are two clients on a server that runs in the test. bob is told of each message by the callback.
func aliceAndBob(t *testing.T, received func(bob *client.Client, message client.Message)) (alice, bob *client.Client) {
	t.Helper()
	server := clienttest.NewServer(clienttest.Options{})
	t.Cleanup(server.Close)
	both := make([]*client.Client, 2)
	for i, user := range []string{"alice", "bob"} {
		c, err := client.New(client.Options{
			URL: server.URL, ReconnectMinimum: time.Millisecond, ReconnectMaximum: 20 * time.Millisecond,
		})
		if err != nil {
			t.Fatal(err)
		}
		if user == "bob" {
			c.AddListener(client.Listener{OnRecvNewMessage: func(message client.Message) { received(c, message) }})
		}
		if err := c.Login(t.Context(), user, user); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Logout)
		both[i] = c
	}
	return both[0], both[1]
}

// TestWorkOnAMessageEndsWithItsRecallAlsoInACallback has a bot that does its work in the callback, which holds all
// later callbacks up.
func TestWorkOnAMessageEndsWithItsRecallAlsoInACallback(t *testing.T) {
	working, ended := make(chan struct{}), make(chan error, 1)
	alice, _ := aliceAndBob(t, func(bob *client.Client, question client.Message) {
		work, done := bob.MessageContext(context.Background(), question.Conversation, question.MessageID)
		defer done()
		close(working)
		<-work.Done()
		_, err := bob.SendMessage(context.Background(), question.Conversation, map[string]string{"text": "42"},
			client.UnlessRevoked(question.MessageID))
		if client.Code(context.Cause(work)) != client.CodeOtherMessageRecalled {
			t.Errorf("the work ended by %v", context.Cause(work))
		}
		ended <- err
	})
	question, err := alice.SendMessage(t.Context(), "c2c_bob", map[string]string{"text": "six times seven?"})
	if err != nil {
		t.Fatal(err)
	}
	<-working
	if err := alice.RevokeMessage(t.Context(), "c2c_bob", question.MessageID, ""); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; client.Code(err) != client.CodeOtherMessageRecalled {
		t.Errorf("the answer to a recalled message got %v", err)
	}
	if held := alice.Messages("c2c_bob"); len(held) != 1 || held[0].Revoked == nil {
		t.Errorf("alice holds %+v", held)
	}
}

func TestWorkOnARecalledMessageEndsBeforeItBegins(t *testing.T) {
	alice, _ := aliceAndBob(t, func(*client.Client, client.Message) {})
	question, err := alice.SendMessage(t.Context(), "c2c_bob", map[string]string{"text": "a slip"})
	if err != nil {
		t.Fatal(err)
	}
	if err := alice.RevokeMessage(t.Context(), "c2c_bob", question.MessageID, ""); err != nil {
		t.Fatal(err)
	}
	work, done := alice.MessageContext(t.Context(), "c2c_bob", question.MessageID)
	defer done()
	if work.Err() == nil || client.Code(context.Cause(work)) != client.CodeOtherMessageRecalled {
		t.Errorf("the cause is %v", context.Cause(work))
	}
}

func TestWorkOnOneMessageGoesOnWhenAnotherIsRecalled(t *testing.T) {
	alice, _ := aliceAndBob(t, func(*client.Client, client.Message) {})
	ids := make([]string, 2)
	for i := range ids {
		sent, err := alice.SendMessage(t.Context(), "c2c_bob", map[string]string{"text": "hi"})
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = sent.MessageID
	}
	work, done := alice.MessageContext(t.Context(), "c2c_bob", ids[0])
	elsewhere, doneElsewhere := alice.MessageContext(t.Context(), "c2c_carol", ids[1])
	defer doneElsewhere()
	if err := alice.RevokeMessage(t.Context(), "c2c_bob", ids[1], ""); err != nil {
		t.Fatal(err)
	}
	if work.Err() != nil || elsewhere.Err() != nil {
		t.Errorf("work on another message ended: %v, %v", context.Cause(work), context.Cause(elsewhere))
	}
	done()
	if context.Cause(work) != context.Canceled {
		t.Errorf("after its end the cause is %v", context.Cause(work))
	}
}

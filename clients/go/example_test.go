package client_test

import (
	"context"
	"fmt"
	"log"
	"sync/atomic"
	"time"

	client "example.com/recall/clients/go"
	"example.com/recall/clients/go/clienttest"
)

// Alice sends a message and takes it back. Bob's listener hears of both.
func Example() {
	ctx := context.Background()
	// This server runs in the test's memory. An app writes the address of its own backend as Options.URL.
	server := clienttest.NewServer(clienttest.Options{})
	defer server.Close()

	// A listener is added before the login, so that it misses nothing.
	bob, err := client.New(client.Options{URL: server.URL})
	if err != nil {
		log.Fatal(err)
	}
	heard := make(chan string, 2)
	bob.AddListener(client.Listener{
		OnRecvNewMessage: func(message client.Message) {
			heard <- fmt.Sprintf("%s wrote %s", message.Sender, message.Body)
		},
		OnRecvMessageRevoked: func(messageID, operator, reason string) {
			heard <- fmt.Sprintf("%s recalled it: %s", operator, reason)
		},
	})
	// Login returns as soon as the client knows everything that it missed. This server takes the user's name as the
	// token.
	if err := bob.Login(ctx, "bob", "bob"); err != nil {
		log.Fatal(err)
	}
	defer bob.Logout()

	alice, err := client.New(client.Options{URL: server.URL})
	if err != nil {
		log.Fatal(err)
	}
	if err := alice.Login(ctx, "alice", "alice"); err != nil {
		log.Fatal(err)
	}
	defer alice.Logout()

	message, err := alice.SendMessage(ctx, "c2c_bob", map[string]string{"text": "hi"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(<-heard)
	if err := alice.RevokeMessage(ctx, "c2c_bob", message.MessageID, "wrong chat"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(<-heard)

	// The message keeps its place in the conversation, without its text. An app shows "Message recalled" there.
	for _, held := range bob.Messages("c2c_alice") {
		fmt.Println("text:", held.Body != nil, "recalled by:", held.Revoked.By)
	}

	// Output:
	// alice wrote {"text":"hi"}
	// alice recalled it: wrong chat
	// text: false recalled by: alice
}

// When the window is over, the recall is refused and the message stays as it is. An app branches on the error's code.
func ExampleClient_RevokeMessage() {
	ctx := context.Background()
	// The server's clock is in the example's hands, so that nobody has to wait for two minutes.
	var later atomic.Int64
	server := clienttest.NewServer(clienttest.Options{
		Now: func() time.Time { return time.Now().Add(time.Duration(later.Load())) },
	})
	defer server.Close()
	alice, err := client.New(client.Options{URL: server.URL})
	if err != nil {
		log.Fatal(err)
	}
	if err := alice.Login(ctx, "alice", "alice"); err != nil {
		log.Fatal(err)
	}
	defer alice.Logout()
	message, err := alice.SendMessage(ctx, "c2c_bob", map[string]string{"text": "hi"})
	if err != nil {
		log.Fatal(err)
	}

	later.Store(int64(3 * time.Minute))
	err = alice.RevokeMessage(ctx, "c2c_bob", message.MessageID, "")
	switch client.Code(err) {
	case 0:
		fmt.Println("recalled")
	case client.CodeRecallWindowExpired, client.CodeGroupRecallWindowExpired, client.CodeClientWindowOver:
		// The last of these codes comes from the client, which does not ask the server if it knows the answer.
		fmt.Println("The time to recall this message is over.")
	default:
		log.Fatal(err)
	}

	// Output:
	// The time to recall this message is over.
}

// A bot is at work on an answer when its question is recalled. It stops, and if it had not looked, the server would
// refuse its answer.
func ExampleClient_MessageContext() {
	ctx := context.Background()
	server := clienttest.NewServer(clienttest.Options{})
	defer server.Close()
	bot, err := client.New(client.Options{URL: server.URL})
	if err != nil {
		log.Fatal(err)
	}
	said := make(chan string)
	bot.AddListener(client.Listener{OnRecvNewMessage: func(question client.Message) {
		work, done := bot.MessageContext(ctx, question.Conversation, question.MessageID)
		defer done()
		said <- "The bot thinks."
		// What takes its time, such as a call of a language model, gets work as its context. This bot thinks for ever.
		<-work.Done()
		said <- "It stops: " + client.CodeName(client.Code(context.Cause(work)))
		_, err := bot.SendMessage(ctx, question.Conversation, map[string]string{"text": "42"},
			client.WithReplyTo(question.MessageID), client.UnlessRevoked(question.MessageID))
		said <- "The server refuses an answer: " + client.CodeName(client.Code(err))
	}})
	if err := bot.Login(ctx, "bot", "bot"); err != nil {
		log.Fatal(err)
	}
	defer bot.Logout()
	alice, err := client.New(client.Options{URL: server.URL})
	if err != nil {
		log.Fatal(err)
	}
	if err := alice.Login(ctx, "alice", "alice"); err != nil {
		log.Fatal(err)
	}
	defer alice.Logout()

	question, err := alice.SendMessage(ctx, "c2c_bot", map[string]string{"text": "What is six times seven?"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(<-said)
	if err := alice.RevokeMessage(ctx, "c2c_bot", question.MessageID, "a slip"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(<-said)
	fmt.Println(<-said)

	// Output:
	// The bot thinks.
	// It stops: other_message_recalled
	// The server refuses an answer: other_message_recalled
}

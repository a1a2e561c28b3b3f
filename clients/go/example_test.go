package client_test

import (
	"context"
	"fmt"
	"log"

	client "example.com/recall/clients/go"
	"example.com/recall/clients/go/clienttest"
)

// The recall example of the README: Alice sends and recalls, Bob's listener hears of both.
func Example() {
	ctx := context.Background()
	server := clienttest.NewServer(clienttest.Options{})
	defer server.Close()
	bobHas := make(chan string, 2)

	bob, _ := client.New(client.Options{URL: server.URL})
	bob.AddListener(client.Listener{
		OnRecvNewMessage:     func(m client.Message) { bobHas <- string(m.Body) },
		OnRecvMessageRevoked: func(_, operator, reason string) { bobHas <- "recalled by " + operator + ": " + reason },
	})
	if err := bob.Login(ctx, "bob", "bob"); err != nil {
		log.Fatal(err)
	}
	defer bob.Logout()

	alice, _ := client.New(client.Options{URL: server.URL})
	if err := alice.Login(ctx, "alice", "alice"); err != nil {
		log.Fatal(err)
	}
	defer alice.Logout()
	message, err := alice.SendMessage(ctx, "c2c_bob", map[string]string{"text": "hi"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(<-bobHas)
	if err := alice.RevokeMessage(ctx, "c2c_bob", message.MessageID, "wrong chat"); err != nil {
		log.Fatal(client.Code(err), err)
	}
	fmt.Println(<-bobHas)
	fmt.Println(len(bob.Messages("c2c_alice")), bob.Messages("c2c_alice")[0].Revoked.By)

	// Output:
	// {"text":"hi"}
	// recalled by alice: wrong chat
	// 1 alice
}

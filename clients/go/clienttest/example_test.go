package clienttest_test

import (
	"context"
	"fmt"
	"log"

	client "example.com/recall/clients/go"
	"example.com/recall/clients/go/clienttest"
)

// A test of an app runs against this server, without a network and without AWS. Here the server sends each event
// twice, as a backend may do after a fault. The app is told of each message once.
func ExampleServer_SetFaults() {
	ctx := context.Background()
	server := clienttest.NewServer(clienttest.Options{})
	defer server.Close()
	server.SetFaults(clienttest.Faults{Duplicate: 1})

	alice, bob := loggedIn(ctx, server, "alice"), loggedIn(ctx, server, "bob")
	defer alice.Logout()
	defer bob.Logout()
	heard := make(chan string, 4)
	bob.AddListener(client.Listener{
		OnRecvNewMessage: func(message client.Message) { heard <- string(message.Body) },
	})
	for _, text := range []string{"hi", "are you there?"} {
		if _, err := alice.SendMessage(ctx, "c2c_bob", map[string]string{"text": text}); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(<-heard)
	fmt.Println(<-heard)
	// What the server keeps can be read, too.
	fmt.Println(len(server.Messages("bob", "c2c_alice")), "messages are stored")

	// Output:
	// {"text":"hi"}
	// {"text":"are you there?"}
	// 2 messages are stored
}

// loggedIn is the client of a user. The server takes the user's name as the token.
func loggedIn(ctx context.Context, server *clienttest.Server, user string) *client.Client {
	device, err := client.New(client.Options{URL: server.URL})
	if err != nil {
		log.Fatal(err)
	}
	if err := device.Login(ctx, user, user); err != nil {
		log.Fatal(err)
	}
	return device
}

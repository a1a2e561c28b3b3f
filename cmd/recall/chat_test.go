package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	client "example.com/recall/clients/go"
	"example.com/recall/clients/go/clienttest"
)

// typist is a chat whose lines a test types and whose screen it reads.
type typist struct {
	t     *testing.T
	room  *chatRoom
	typed chan string
	ended chan error

	mutex   sync.Mutex
	changed chan struct{}
	screen  strings.Builder
}

func (p *typist) Write(text []byte) (int, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	close(p.changed)
	p.changed = make(chan struct{})
	return p.screen.Write(text)
}

// chats logs a user in and begins a chat; the test's end ends it.
func chats(t *testing.T, server *clienttest.Server, user, conversation string) *typist {
	t.Helper()
	talking, err := client.New(client.Options{URL: server.URL, ReconnectMinimum: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	p := &typist{t: t, typed: make(chan string), ended: make(chan error, 1), changed: make(chan struct{})}
	ctx, cancel := context.WithCancelCause(t.Context())
	room := newChatRoom(user, conversation, talking, p)
	p.room = room
	talking.AddListener(room.listener(cancel))
	if err := login(ctx, talking, server.URL, user, user); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel(nil)
		talking.Logout()
	})
	room.welcome(server.URL)
	next := func() (string, error) {
		select {
		case line, more := <-p.typed:
			if more {
				return line, nil
			}
		case <-ctx.Done():
		}
		return "", io.EOF
	}
	go func() { p.ended <- room.read(ctx, next) }()
	return p
}

func (p *typist) types(lines ...string) {
	for _, line := range lines {
		p.typed <- line
	}
}

// sees waits for a text on the screen.
func (p *typist) sees(text string) {
	p.t.Helper()
	late := time.After(20 * time.Second)
	for {
		p.mutex.Lock()
		screen, changed := p.screen.String(), p.changed
		p.mutex.Unlock()
		if strings.Contains(screen, text) {
			return
		}
		select {
		case <-changed:
		case <-late:
			p.t.Fatalf("%q does not appear; the screen is\n%s", text, screen)
		}
	}
}

func (p *typist) neverSaw(text string) {
	p.t.Helper()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if strings.Contains(p.screen.String(), text) {
		p.t.Fatalf("%q is on the screen:\n%s", text, p.screen.String())
	}
}

func serve(t *testing.T, options clienttest.Options) *clienttest.Server {
	t.Helper()
	server := clienttest.NewServer(options)
	t.Cleanup(server.Close)
	return server
}

func TestWhatIsTypedIsSentAndRecallTakesTheLastMessageBack(t *testing.T) {
	server := serve(t, clienttest.Options{})
	alice, bob := chats(t, server, "alice", "c2c_bob"), chats(t, server, "bob", "c2c_alice")
	alice.types("hello bob")
	alice.sees("#1 sent; it can be recalled until")
	bob.sees("alice: hello bob")
	alice.types("/recall")
	alice.sees("#1 [message recalled]")
	bob.sees("#1 [message recalled]")
	if got := server.Messages("alice", "c2c_bob"); len(got) != 1 || got[0].RevokedBy != "alice" {
		t.Errorf("the server holds %+v", got)
	}
	alice.types("/recall")
	alice.sees("you have sent nothing that could be recalled")
}

func TestAMessageIsRecalledByItsNumberWithAReason(t *testing.T) {
	server := serve(t, clienttest.Options{})
	alice, bob := chats(t, server, "alice", "c2c_bob"), chats(t, server, "bob", "c2c_alice")
	alice.types("first", "second")
	alice.sees("#1 sent")
	alice.sees("#2 sent")
	bob.sees("alice: second")
	alice.types("/recall 1 wrong chat")
	bob.sees("[message recalled: wrong chat]")
	alice.types("/recall 99")
	alice.sees(`"99" is no message's number`)
}

func TestRefusalsAreGivenInWords(t *testing.T) {
	var mutex sync.Mutex
	offset := time.Duration(0)
	server := serve(t, clienttest.Options{Now: func() time.Time {
		mutex.Lock()
		defer mutex.Unlock()
		return time.Now().Add(offset)
	}})
	alice, bob := chats(t, server, "alice", "c2c_bob"), chats(t, server, "bob", "c2c_alice")
	alice.types("too old soon")
	bob.sees("alice: too old soon")
	bob.types("/recall 1")
	bob.sees("#1 not recalled: only its sender, or an owner or admin of the group, may recall it")
	mutex.Lock()
	offset = time.Hour
	mutex.Unlock()
	alice.types("/recall 1")
	alice.sees("#1 not recalled: too late")
	stranger := chats(t, server, "eve", "group_none")
	stranger.types("anybody here?")
	stranger.sees("#1 not sent: there is no such group, or you are not in it")
}

func TestAReplyToARecalledMessageShowsItAsRecalled(t *testing.T) {
	server := serve(t, clienttest.Options{})
	alice, bob := chats(t, server, "alice", "c2c_bob"), chats(t, server, "bob", "c2c_alice")
	alice.types("dinner?")
	alice.sees("#1 sent")
	bob.sees("alice: dinner?")
	bob.types("/reply 1 yes")
	alice.sees("bob: (re alice: dinner?) yes")
	alice.types("/recall 1")
	alice.sees("#1 [message recalled]")
	bob.sees("#1 [message recalled]")
	bob.types("/reply 1 what was it?")
	alice.sees("bob: (re: message recalled) what was it?")
}

// The server counts up to 100, by which it says that there are more than 99.
func TestMoreThan99UnreadMessagesAreShownAs99Plus(t *testing.T) {
	server := serve(t, clienttest.Options{})
	alice := chats(t, server, "alice", "c2c_bob")
	for number := range 100 {
		alice.types(fmt.Sprintf("line %d", number))
	}
	// The answers come in any order, so each message has to be seen as sent.
	for number := range 100 {
		alice.sees(fmt.Sprintf("#%d sent", number+1))
	}
	bob := chats(t, server, "bob", "c2c_carol")
	bob.types("/unread")
	bob.sees("c2c_alice                      99+ unread")
}

func TestHistoryListHelpAndUnread(t *testing.T) {
	server := serve(t, clienttest.Options{})
	alice := chats(t, server, "alice", "c2c_bob")
	alice.types("one", "two", "three")
	alice.sees("#3 sent")
	alice.types("/unread", "/list", "/help", "//quoted")
	alice.sees("c2c_bob                        0 unread")
	alice.sees("alice: three")
	alice.sees("/recall N [REASON]")
	alice.sees("#4 sent")
	late := chats(t, server, "bob", "c2c_alice")
	late.sees("alice: /quoted")
	late.types("/history")
	late.sees("-- that is all")
}

func TestListShowsTheIDThatAModeratorNeeds(t *testing.T) {
	server := serve(t, clienttest.Options{})
	alice := chats(t, server, "alice", "c2c_bob")
	alice.types("spam")
	alice.sees("#1 sent")
	id := server.Messages("alice", "c2c_bob")[0].MessageID
	alice.neverSaw(id)
	alice.types("/list")
	alice.sees("#1 " + id + " ")
}

func TestAnUnknownCommandPrintsAnErrorAndIsNotSent(t *testing.T) {
	server := serve(t, clienttest.Options{})
	alice := chats(t, server, "alice", "c2c_bob")
	alice.types("/frob the bar")
	alice.sees("-- there is no command /frob; /help lists them")
	close(alice.typed)
	if err := <-alice.ended; err != nil {
		t.Fatal(err)
	}
	if got := server.Messages("alice", "c2c_bob"); len(got) != 0 {
		t.Errorf("the server holds %+v", got)
	}
}

func TestAChatWithoutATerminalFailsWhereALineFailed(t *testing.T) {
	server := serve(t, clienttest.Options{})
	for conversation, want := range map[string]string{"c2c_bob": "", "group_none": "1 of the lines could not be done"} {
		alice := chats(t, server, "alice", conversation)
		alice.types("hi")
		close(alice.typed)
		if err := <-alice.ended; err != nil {
			t.Fatal(err)
		}
		err := alice.room.outcome(false)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", conversation, err, want)
		}
		if err := alice.room.outcome(true); err != nil {
			t.Errorf("%s, with a person who saw it: %v", conversation, err)
		}
	}
}

func TestAGroupThatDoesNotExistEndsTheChatWithAnError(t *testing.T) {
	server := serve(t, clienttest.Options{})
	eve := chats(t, server, "eve", "group_none")
	err := eve.room.enter(t.Context(), server.URL)
	if err == nil ||
		!strings.Contains(err.Error(), "there is no group none, or eve is not in it; recall admin put-group none") {
		t.Errorf("got %v", err)
	}
}

func TestTheEndOfTheInputWaitsForTheAnswers(t *testing.T) {
	server := serve(t, clienttest.Options{})
	alice := chats(t, server, "alice", "c2c_bob")
	alice.types("piped in", "and more")
	close(alice.typed)
	if err := <-alice.ended; err != nil {
		t.Fatal(err)
	}
	if got := server.Messages("alice", "c2c_bob"); len(got) != 2 {
		t.Errorf("the server holds %+v", got)
	}
	alice.sees("#2 sent")
}

func TestTheChatShowsALostConnectionAndReconnects(t *testing.T) {
	server := serve(t, clienttest.Options{})
	alice, bob := chats(t, server, "alice", "c2c_bob"), chats(t, server, "bob", "c2c_alice")
	server.Cut()
	alice.sees("-- the connection is lost; connecting again")
	alice.sees("-- connected again")
	bob.sees("-- connected again")
	alice.types("back")
	bob.sees("alice: back")
}

func TestForeignTextCannotWriteToTheTerminal(t *testing.T) {
	server := serve(t, clienttest.Options{})
	alice, bob := chats(t, server, "alice", "c2c_bob"), chats(t, server, "bob", "c2c_alice")
	alice.types("red \x1b[31m alert")
	bob.sees("alice: red ·[31m alert")
	bob.neverSaw("\x1b")
}

func TestChatFailsWithWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		command chatCommand
		want    string
	}{
		{chatCommand{userFlags: userFlags{User: "alice"}}, "--to bob or --group eng"},
		{chatCommand{userFlags: userFlags{User: "alice"}, To: "alice"}, "nobody talks to themselves"},
		{chatCommand{userFlags: userFlags{User: "al#ice"}, To: "bob"}, "is no user ID"},
		{chatCommand{userFlags: userFlags{User: "alice", URL: "ws://127.0.0.1:1/x"}, To: "bob"}, "--url needs a token"},
		{
			chatCommand{userFlags: userFlags{User: "alice", State: t.TempDir() + "/none"}, To: "bob"},
			"no local stack is running; start one with: recall local",
		},
	} {
		if err := c.command.Run(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.command, err, c.want)
		}
	}
}

func TestARefusedTokenGivesAClearError(t *testing.T) {
	server := serve(t, clienttest.Options{})
	talking, err := client.New(client.Options{URL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	if err := login(t.Context(), talking, server.URL, "alice", "expired"); err == nil ||
		!strings.Contains(err.Error(), "the token is refused") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := login(ctx, talking, server.URL, "alice", "alice"); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

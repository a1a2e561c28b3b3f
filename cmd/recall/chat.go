package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	client "example.com/recall/clients/go"
)

// chatCommand is `recall chat`.
type chatCommand struct {
	User  string `help:"Your user ID." required:"" placeholder:"USER"`
	To    string `help:"The user to talk to." xor:"peer" placeholder:"USER"`
	Group string `help:"The group to talk in." xor:"peer" placeholder:"GROUP"`
	URL   string `help:"WebSocket address of a deployed stack: wss://…/STAGE. It needs --token." placeholder:"URL"`
	Token string `help:"A token for --url. Set it in the environment instead." env:"RECALL_TOKEN" placeholder:"TOKEN"`
	State string `help:"State file of the local stack." placeholder:"FILE"`
}

// Help is shown by recall chat --help.
func (chatCommand) Help() string {
	return `Opens a chat in the terminal. It sends each line that you type. /recall recalls your last message, and /help
lists the other commands.

  recall chat --user alice --to bob
  recall chat --user alice --group eng
  echo "good morning" | recall chat --user alice --to bob     (the exit code is 0 only if everything was done)

For another stack, set the token in the environment, because a process list does not show it there:

  export RECALL_TOKEN=…
  recall chat --user alice --to bob --url wss://abc.execute-api.eu-central-1.amazonaws.com/prod`
}

const (
	chatTokenTime = time.Hour
	// chatLoginTime is how long to wait for the first connection; there is no limit for later ones.
	chatLoginTime = 20 * time.Second
)

// Run chats until /quit, the end of the input, or an interruption.
func (c *chatCommand) Run(ctx context.Context) error {
	conversation, err := c.conversation()
	if err != nil {
		return err
	}
	options, token, stack, err := c.server()
	if err != nil {
		return err
	}
	talking, err := client.New(options)
	if err != nil {
		return err
	}
	screen, err := openScreen()
	if err != nil {
		return err
	}
	defer screen.restore()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	room := newChatRoom(c.User, conversation, talking, screen)
	room.stack = stack
	defer talking.AddListener(room.listener(cancel))()
	if err := login(ctx, talking, options.URL, c.User, token); err != nil {
		if stack != nil && stack.refusal() != nil {
			return stack.refusal()
		}
		if errors.Is(err, context.Canceled) {
			return nil // interrupted
		}
		return err
	}
	defer talking.Logout()
	if err := room.enter(ctx, options.URL); err != nil {
		return err
	}
	if err := room.read(ctx, screen.lines); err != nil {
		return err
	}
	return room.outcome(screen.interactive)
}

func (c *chatCommand) conversation() (string, error) {
	if err := checkUser(c.User); err != nil {
		return "", fmt.Errorf("--user: %w", err)
	}
	switch {
	case c.Group != "":
		return "group_" + c.Group, nil
	case c.To == "":
		return "", errors.New("say with whom: --to bob or --group eng")
	case c.To == c.User:
		return "", errors.New("--to: nobody talks to themselves here; name another user")
	}
	if err := checkUser(c.To); err != nil {
		return "", fmt.Errorf("--to: %w", err)
	}
	return "c2c_" + c.To, nil
}

// server returns where to connect and the token. They are those of the local stack, unless the user gives others. If a
// URL is given, there is no followed stack.
func (c *chatCommand) server() (client.Options, string, *followedStack, error) {
	if c.URL != "" {
		if c.Token == "" {
			return client.Options{}, "", nil, errors.New("--url needs a token: RECALL_TOKEN=… or --token")
		}
		return client.Options{URL: c.URL}, c.Token, nil, nil
	}
	stack, err := followStack(c.State, c.User)
	if err != nil {
		return client.Options{}, "", nil, fmt.Errorf("%w; or give --url and --token of another", err)
	}
	token := c.Token
	if token == "" {
		if token, err = stack.known.Token(c.User, time.Now(), chatTokenTime); err != nil {
			return client.Options{}, "", nil, err
		}
	}
	return client.Options{URL: stack.address, TokenProvider: stack.token}, token, stack, nil
}

func login(ctx context.Context, talking *client.Client, url, user, token string) error {
	limited, cancel := context.WithTimeout(ctx, chatLoginTime)
	defer cancel()
	err := talking.Login(limited, user, token)
	switch {
	case err == nil:
		return nil
	case client.Code(err) == client.CodeTokenExpired:
		return errors.New("the token is refused: it is over, or not for this stack; " +
			"make a new one with: recall token --user " +
			user)
	case ctx.Err() != nil:
		return ctx.Err()
	case client.Code(err) == client.CodeTimeout:
		return fmt.Errorf("%s does not answer; is the stack running (recall local), and the address right?", url)
	}
	return err
}

// screen is what is written on; lines gives what is typed or piped in. On a terminal what arrives does not disturb
// the line that is being typed.
type screen struct {
	io.Writer
	lines       func() (string, error)
	interactive bool
	restore     func()
}

func openScreen() (*screen, error) {
	input := int(os.Stdin.Fd())
	if !term.IsTerminal(input) || !term.IsTerminal(int(os.Stdout.Fd())) {
		scanner := bufio.NewScanner(os.Stdin)
		scanner.Buffer(make([]byte, 4<<10), 1<<20)
		return &screen{Writer: os.Stdout, restore: func() {}, lines: func() (string, error) {
			if scanner.Scan() {
				return scanner.Text(), nil
			}
			return "", errors.Join(scanner.Err(), io.EOF)
		}}, nil
	}
	before, err := term.MakeRaw(input)
	if err != nil {
		return nil, fmt.Errorf("use the terminal: %w", err)
	}
	terminal := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{os.Stdin, os.Stdout}, "> ")
	if width, height, err := term.GetSize(input); err == nil && width > 0 {
		_ = terminal.SetSize(width, height) // it keeps its standard size
	}
	// Nothing can be done about a terminal that cannot be restored.
	return &screen{
		Writer:      terminal,
		lines:       terminal.ReadLine,
		interactive: true,
		restore:     func() { _ = term.Restore(input, before) },
	}, nil
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	client "example.com/recall/clients/go"
)

// chatCommand is `recall chat`.
type chatCommand struct {
	userFlags
	To    string `help:"The user to talk to." xor:"peer" placeholder:"USER"`
	Group string `help:"The group to talk in." xor:"peer" placeholder:"GROUP"`
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
		return failedLogin(err, stack)
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
	if err := c.check(); err != nil {
		return "", err
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

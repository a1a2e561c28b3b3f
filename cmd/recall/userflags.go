package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	client "example.com/recall/clients/go"
)

// userFlags are the flags of the commands that log a user in: which user, and at which stack.
type userFlags struct {
	User  string `help:"Your user ID." required:"" placeholder:"USER"`
	URL   string `help:"WebSocket address of a deployed stack: wss://…/STAGE. It needs --token." placeholder:"URL"`
	Token string `help:"A token for --url. Set it in the environment instead." env:"RECALL_TOKEN" placeholder:"TOKEN"`
	State string `help:"State file of the local stack." placeholder:"FILE"`
}

const (
	tokenTime = time.Hour
	// loginTime is how long to wait for the first connection; there is no limit for later ones.
	loginTime = 20 * time.Second
)

func (f *userFlags) check() error {
	if err := checkUser(f.User); err != nil {
		return fmt.Errorf("--user: %w", err)
	}
	return nil
}

// server returns where to connect and the token. They are those of the local stack, unless the user gives others. If a
// URL is given, there is no followed stack.
func (f *userFlags) server() (client.Options, string, *followedStack, error) {
	if f.URL != "" {
		if f.Token == "" {
			return client.Options{}, "", nil, errors.New("--url needs a token: RECALL_TOKEN=… or --token")
		}
		return client.Options{URL: f.URL}, f.Token, nil, nil
	}
	stack, err := followStack(f.State, f.User)
	if err != nil {
		return client.Options{}, "", nil, fmt.Errorf("%w; or give --url and --token of another", err)
	}
	token := f.Token
	if token == "" {
		if token, err = stack.known.Token(f.User, time.Now(), tokenTime); err != nil {
			return client.Options{}, "", nil, err
		}
	}
	return client.Options{URL: stack.address, TokenProvider: stack.token}, token, stack, nil
}

func login(ctx context.Context, talking *client.Client, url, user, token string) error {
	limited, cancel := context.WithTimeout(ctx, loginTime)
	defer cancel()
	err := talking.Login(limited, user, token)
	switch {
	case err == nil:
		return nil
	case client.Code(err) == client.CodeTokenExpired:
		return errors.New("the token is refused: it is over, or not for this stack; " +
			"make a new one with: recall token --user " + user)
	case ctx.Err() != nil:
		return ctx.Err()
	case client.Code(err) == client.CodeTimeout:
		return fmt.Errorf("%s does not answer; is the stack running (recall local), and the address right?", url)
	}
	return err
}

// failedLogin returns the error with which a command ends whose login failed. It is nil if a person interrupted it.
func failedLogin(err error, stack *followedStack) error {
	if stack != nil && stack.refusal() != nil {
		return stack.refusal()
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

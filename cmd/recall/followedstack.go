package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/recall/local/state"
)

// followedStack is the local stack to which a command is connected. The stack may end and start again while the
// command runs. Then it requires new tokens, and all messages and groups are gone.
type followedStack struct {
	path    string // of its state file
	user    string
	address string // where the command is connected

	mutex   sync.Mutex
	known   state.State
	offered int64 // when the stack was started that got a token since the last connection; 0 = none
	problem error // why there is no token
}

func followStack(path, user string) (*followedStack, error) {
	running, err := state.Find(path)
	if err != nil {
		return nil, err
	}
	return &followedStack{path: path, user: user, address: running.Addresses.WebSocket, known: running}, nil
}

// String names the stack in messages.
func (f *followedStack) String() string {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.known.String()
}

// A stack that starts refuses tokens of the one before it a moment before it has written its state file.
const (
	stateFilePatience = 5 * time.Second
	stateFilePause    = 20 * time.Millisecond
)

// token makes a token for the stack that runs now. A stack that refuses such a token would refuse the next one, too.
func (f *followedStack) token(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, stateFilePatience)
	defer cancel()
	for {
		token, err := f.newToken()
		if !errors.Is(err, state.ErrNotRunning) || ctx.Err() != nil {
			return token, err
		}
		select {
		case <-time.After(stateFilePause):
		case <-ctx.Done():
		}
	}
}

func (f *followedStack) newToken() (token string, err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	defer func() { f.problem = err }()
	running, err := state.Find(f.path)
	if err != nil {
		return "", fmt.Errorf("%s refuses the token, and for a new one: %w", f.address, err)
	}
	if err := f.sameAddress(running); err != nil {
		return "", err
	}
	if f.offered == running.StartedAt {
		return "", fmt.Errorf("%s refuses a new token, too; it is not the stack that the state file describes", running)
	}
	f.offered = running.StartedAt
	return running.Token(f.user, time.Now(), tokenTime)
}

func (f *followedStack) sameAddress(running state.State) error {
	if running.Addresses.WebSocket == f.address {
		return nil
	}
	return fmt.Errorf("the local stack was started again, at another address (%s); start this command again",
		running.Addresses.WebSocket)
}

// refusal returns why there is no token, or nil.
func (f *followedStack) refusal() error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.problem
}

// lost returns a text that says what a lost connection means.
func (f *followedStack) lost() string {
	if _, err := state.Find(f.path); errors.Is(err, state.ErrNotRunning) {
		return "the local stack has ended; this chat goes on when it is started again: recall local"
	}
	return "the connection is lost; connecting again"
}

// connected is called for every connection. It returns a text that says what the new connection means, and whether the
// stack was started again since the last one.
func (f *followedStack) connected() (text string, startedAgain bool) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.offered = 0
	running, err := state.Find(f.path)
	if err != nil || running.StartedAt == f.known.StartedAt {
		return "connected again", false
	}
	f.known = running
	return "connected again; the local stack was started again, and the messages and groups of before are gone", true
}

// moved waits until the stack runs at another address than the command's, or the context ends, and says so.
func (f *followedStack) moved(ctx context.Context) error {
	const pause = time.Second
	for {
		if running, err := state.Find(f.path); err == nil {
			if err := f.sameAddress(running); err != nil {
				return err
			}
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil
		}
	}
}

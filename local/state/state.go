// Package state lets other commands find the running local stack. It keeps the state of the stack in a file that only
// its owner can read.
package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Addresses are the addresses at which the parts of the stack listen. If one is empty, that part does not run.
type Addresses struct {
	// WebSocket is the address for clients. Management is the base URL of @connections.
	WebSocket  string `json:"webSocket"`
	Management string `json:"management"`
	Demo       string `json:"demo"`
	// Admin is the admin function's URL. Lambda is the endpoint for `aws lambda invoke --endpoint-url`.
	Admin  string `json:"admin,omitempty"`
	Lambda string `json:"lambda"`
	// DynamoDB, Queues, Objects (S3) and Events are endpoints for the AWS command line and SDKs.
	DynamoDB string `json:"dynamodb"`
	Queues   string `json:"queues,omitempty"`
	Objects  string `json:"objects,omitempty"`
	Events   string `json:"events"`
	// Logs is the address at which the output of functions can be followed: one JSON object with function and line
	// for each line (package logstream).
	Logs string `json:"logs"`
}

// State describes a running stack. It holds the secret that signs tokens, so others must not see it.
type State struct {
	ProcessID int       `json:"processId"`
	StartedAt int64     `json:"startedAt"` // milliseconds since 1970 UTC
	Addresses Addresses `json:"addresses"`
	Region    string    `json:"region"`
	AccountID string    `json:"accountId"`
	Stage     string    `json:"stage"`
	// AdminFunction is the name of the function to invoke for administration. It is empty if the template has none.
	AdminFunction string `json:"adminFunction,omitempty"`
	TokenSecret   string `json:"tokenSecret"`
	TokenIssuer   string `json:"tokenIssuer,omitempty"`
	TokenAudience string `json:"tokenAudience,omitempty"`
}

// ErrNotRunning means that there is no state file of a running stack.
var ErrNotRunning = errors.New("no local stack is running; start one with: recall local")

// DefaultPath is the state file of this user's stack. It is in $XDG_RUNTIME_DIR or, if that is not set, in the
// temporary directory.
func DefaultPath() string {
	directory := os.Getenv("XDG_RUNTIME_DIR")
	if directory == "" {
		directory = os.TempDir()
	}
	return filepath.Join(directory, "recall-local-"+strconv.Itoa(os.Getuid())+".json")
}

// dialTime is how long a stack on this machine may take to accept a connection. If it takes longer, it counts as
// ended.
const dialTime = time.Second

// Running reports whether the stack's WebSocket API accepts connections. A stack that was killed leaves its file
// behind.
func (s State) Running() bool {
	address, err := url.Parse(s.Addresses.WebSocket)
	if err != nil {
		return false
	}
	connection, err := net.DialTimeout("tcp", address.Host, dialTime)
	if err != nil {
		return false
	}
	_ = connection.Close() // nothing was sent
	return true
}

// String returns a name of the stack for messages.
func (s State) String() string {
	return fmt.Sprintf("the local stack at %s (process %d)", s.Addresses.WebSocket, s.ProcessID)
}

// Find reads the state of a running stack; an empty path means DefaultPath. It returns ErrNotRunning if no stack runs
// there. The error then names those stacks of this user that run and keep their state elsewhere.
func Find(path string) (State, error) {
	found, err := Read(path)
	if err == nil && found.Running() {
		return found, nil
	}
	if err != nil && !errors.Is(err, ErrNotRunning) {
		return State{}, err
	}
	if path != "" {
		return State{}, fmt.Errorf("%w (%s names none that answers)", ErrNotRunning, path)
	}
	for _, other := range others() {
		if found, err := Read(other); err == nil && found.Running() {
			return State{}, fmt.Errorf("%w; or say that you mean %s: --state %s", ErrNotRunning, found, other)
		}
	}
	return State{}, ErrNotRunning
}

// Claim says where a stack that is about to start may write its state. It returns an error if a running stack uses
// the given path. Without a path it returns DefaultPath. If a running stack uses that, it returns a path with this
// process's ID, which Find knows.
func Claim(path string) (string, error) {
	wanted := path
	if wanted == "" {
		wanted = DefaultPath()
	}
	other, err := Read(wanted)
	if err != nil || !other.Running() {
		return wanted, nil // nobody can use what is in that file
	}
	if path != "" {
		return "", fmt.Errorf("%s is the state file of %s, which runs; give this one another with --state", path, other)
	}
	return strings.TrimSuffix(wanted, ".json") + fmt.Sprintf("-%d.json", os.Getpid()), nil
}

// others returns the paths that Claim may return beside DefaultPath.
func others() []string {
	paths, _ := filepath.Glob(strings.TrimSuffix(DefaultPath(), ".json") + "-*.json") // the pattern is well-formed
	return paths
}

// Read reads a state file; an empty path means DefaultPath.
func Read(path string) (State, error) {
	if path == "" {
		path = DefaultPath()
	}
	content, err := os.ReadFile(path) // #nosec G304 -- the developer's own file
	if errors.Is(err, fs.ErrNotExist) {
		return State{}, ErrNotRunning
	}
	if err != nil {
		return State{}, fmt.Errorf("read the state of the local stack: %w", err)
	}
	var s State
	if err := json.Unmarshal(content, &s); err != nil {
		return State{}, fmt.Errorf("%s is not the state of a local stack: %w", path, err)
	}
	return s, nil
}

// Write writes a state file in one step. Only its owner can read it.
func (s State) Write(path string) error {
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write the state of the local stack: %w", err)
	}
	// os.CreateTemp makes files of mode 0600.
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write the state of the local stack: %w", err)
	}
	_, err = file.Write(append(content, '\n'))
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return fmt.Errorf("write the state of the local stack: %w", err)
	}
	return nil
}

// Remove removes a state file if it is still the file of this stack.
func (s State) Remove(path string) {
	if current, err := Read(path); err == nil && current.ProcessID == s.ProcessID && current.StartedAt == s.StartedAt {
		// If the file stays, the next stack overwrites it.
		_ = os.Remove(path)
	}
}

// Token makes a token for a user that is valid from now on for a time. It has the form that the stack's authorizer
// accepts (HS256).
func (s State) Token(user string, now time.Time, valid time.Duration) (string, error) {
	claims := jwt.MapClaims{"sub": user, "iat": now.Unix(), "exp": now.Add(valid).Unix()}
	if s.TokenIssuer != "" {
		claims["iss"] = s.TokenIssuer
	}
	if s.TokenAudience != "" {
		claims["aud"] = s.TokenAudience
	}
	if s.TokenSecret == "" {
		return "", errors.New("the stack has no token secret: its tokens come from the issuer that it was started with")
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(s.TokenSecret))
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return token, nil
}

// Package locally runs the API of gatewayrules on the local stack.
package locally

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/recall/local/gatewayrules"
	"example.com/recall/local/stack"
	"example.com/recall/local/state"
	"example.com/recall/local/websocket"
)

// The limits of the local stack end soon, so that they can be probed.
const (
	idleLimit     = time.Second
	durationLimit = 3 * time.Second
)

// patience is so long that a busy machine breaks no rule.
const patience = time.Minute

// Options say what to run.
type Options struct {
	// Folder is the folder of gatewayrules, with template.yaml.
	Folder string
	// Switches make the local stack do something else than we expect of AWS.
	Switches websocket.Switches
	// NoLimits means that there are no APIs whose limits end soon.
	NoLimits bool
}

// Running is what the probes need.
type Running struct {
	Target gatewayrules.Target
	stacks []*stack.Stack
}

// Start starts everything. The function is a Node.js program, so the runtime must be installed:
// scripts/require.sh lambda-runtimes. NODE_PATH has to lead to it.
func Start(ctx context.Context, options Options) (*Running, error) {
	if _, err := os.Stat(filepath.Join(os.Getenv("NODE_PATH"), "aws-lambda-ric")); err != nil {
		return nil, fmt.Errorf("NODE_PATH does not lead to the runtime of Node.js (%w); "+
			"run: scripts/require.sh lambda-runtimes", err)
	}
	r := &Running{}
	for _, api := range []struct {
		defaultRoute string
		limits       websocket.Limits
		left         bool
		use          func(state.Addresses)
	}{
		{"no", websocket.Limits{}, false, func(at state.Addresses) {
			r.Target.URL, r.Target.ManagementURL = at.WebSocket, at.Management
		}},
		{"yes", websocket.Limits{}, false, func(at state.Addresses) { r.Target.DefaultURL = at.WebSocket }},
		{"no", websocket.Limits{IdleTimeout: idleLimit}, options.NoLimits, func(at state.Addresses) {
			r.Target.IdleURL, r.Target.IdleLimit = at.WebSocket, idleLimit
		}},
		{"no", websocket.Limits{ConnectionDuration: durationLimit}, options.NoLimits, func(at state.Addresses) {
			r.Target.DurationURL, r.Target.DurationLimit = at.WebSocket, durationLimit
		}},
	} {
		if api.left {
			continue
		}
		running, err := stack.Start(ctx, stack.Options{
			Template: filepath.Join(options.Folder, "template.yaml"), Strict: true,
			Parameters: map[string]string{"DefaultRoute": api.defaultRoute}, Limits: api.limits, Switches: options.Switches,
		})
		if err != nil {
			r.Close()
			return nil, err
		}
		r.stacks = append(r.stacks, running)
		api.use(running.Addresses())
	}
	r.Target.Patience, r.Target.Quiet = patience, 300*time.Millisecond
	r.Target.Sign = gatewayrules.SignWith(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "tester", SecretAccessKey: "secret"}, nil
	}), "us-east-1")
	return r, nil
}

// Close ends everything.
func (r *Running) Close() {
	for _, running := range r.stacks {
		running.Close()
	}
}

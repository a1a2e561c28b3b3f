// Package rig is the local stack as benchmarks need it: with latencies before DynamoDB and @connections that are put
// there while it measures and taken away while it prepares, with groups of any size, and with what its functions
// called and consumed.
package rig

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/recall/local/awsproxy"
	"example.com/recall/local/stack"
	"example.com/recall/local/websocket"
	"example.com/recall/performance/devices"
	"example.com/recall/performance/measure"
)

// Options says what to run.
type Options struct {
	// Project is the directory with template.yaml; empty = Recall's, found upwards from the working directory.
	Project string
	// Parameters override the template's defaults, Environment is added to that of every function, and Programs holds
	// compiled functions; see stack.Options.
	Parameters, Environment map[string]string
	Programs                string
	// NoRights lets functions do everything: those of performance/baseline have no roles.
	NoRights bool
	// TLS is put before DynamoDB and @connections.
	TLS stack.TLS
	// Meter has DynamoDB tell what each call consumes, for Usage; it costs a little of every call.
	Meter bool
	// Injected are the latencies while it measures.
	Injected measure.Injected
	Seed     uint64
	Progress func(string)
}

// Rig is a running stack.
type Rig struct {
	*stack.Stack
	options Options

	mutex       sync.Mutex
	connections map[string]string // connection IDs by user
	usage       Usage
	trace       *Trace // nil = none is taken at the moment
}

// Usage is the calls and the consumption of the functions.
type Usage struct {
	// DynamoDBCalls and Posts are calls of AWS.
	DynamoDBCalls, Posts  int
	ReadUnits, WriteUnits float64
	// FunctionTime is how long functions ran, all together.
	FunctionTime time.Duration
	Invocations  int
}

// functionGigabytes is the memory that functions are priced with, that of revoke in the template.
const functionGigabytes = 1

// Per is what one of count messages used. Frames are for the caller to fill in: how many are replies is not seen here.
func (u Usage) Per(count int) measure.Consumption {
	n := float64(count)
	return measure.Consumption{
		DynamoDBCalls: float64(u.DynamoDBCalls) / n,
		Posts:         float64(u.Posts) / n,
		ReadUnits:     u.ReadUnits / n,
		WriteUnits:    u.WriteUnits / n,
		Invocations:   float64(u.Invocations) / n,
		GigabyteHours: measure.GigabyteHours(functionGigabytes, int64(u.FunctionTime)) / n,
	}
}

// Start starts a stack on free ports.
func Start(ctx context.Context, options Options) (*Rig, error) {
	r := &Rig{options: options, connections: map[string]string{}}
	running, err := stack.Start(ctx, stack.Options{
		Project: options.Project, Strict: true, Parameters: options.Parameters, Environment: options.Environment,
		Programs: options.Programs, TLS: options.TLS, NoRights: options.NoRights, Meter: options.Meter, Report: r.report,
		Progress: options.Progress,
	})
	if err != nil {
		return nil, err
	}
	r.Stack = running
	return r, nil
}

func (r *Rig) report(entry stack.Entry) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.trace != nil {
		r.trace.note(entry)
	}
	switch entry.Kind {
	case stack.KindGateway:
		switch {
		case entry.Record.Kind == websocket.KindPost:
			r.usage.Posts++
		case entry.Record.Kind == websocket.KindInvocation && entry.Record.RouteKey == "$connect":
			r.connections[entry.User] = entry.Record.ConnectionID
		}
	case stack.KindCall:
		if entry.Call.Service == "dynamodb" {
			r.usage.DynamoDBCalls++
			r.usage.ReadUnits += entry.Call.ReadUnits
			r.usage.WriteUnits += entry.Call.WriteUnits
		}
	case stack.KindInvocation:
		r.usage.Invocations++
		r.usage.FunctionTime += entry.Duration
	}
}

// ResetUsage sets all counts to zero.
func (r *Rig) ResetUsage() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.usage = Usage{}
}

// Usage returns what was counted since ResetUsage.
func (r *Rig) Usage() Usage {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.usage
}

// Inject puts the latencies before DynamoDB and @connections. A connection that hangs takes posts and never answers
// them.
func (r *Rig) Inject(hanging ...string) {
	dynamodb := r.options.Injected.DynamoDB.Source(r.options.Seed)
	r.DynamoDB().SetHook(func(context.Context, awsproxy.Request) awsproxy.Action {
		return awsproxy.Action{Delay: dynamodb()}
	})
	r.Gateway().Faults().Clear()
	for _, user := range hanging {
		r.mutex.Lock()
		id := r.connections[user]
		r.mutex.Unlock()
		r.Gateway().Faults().Add(websocket.PostFault{ConnectionID: id, Delay: time.Hour})
	}
	r.Gateway().Faults().Add(websocket.PostFault{Draw: r.options.Injected.Post.Source(r.options.Seed + 1)})
}

// Calm removes the latencies.
func (r *Rig) Calm() {
	r.DynamoDB().SetHook(nil)
	r.Gateway().Faults().Clear()
}

// tokenTime is longer than any benchmark.
const tokenTime = 2 * time.Hour

// Dial returns the address and headers with which the device of a user connects.
func (r *Rig) Dial(user string) (devices.Dial, error) {
	token, err := r.Token(user, tokenTime)
	if err != nil {
		return devices.Dial{}, fmt.Errorf("token for %s: %w", user, err)
	}
	return devices.Dial{URL: r.Addresses().WebSocket, Header: http.Header{"Authorization": {"Bearer " + token}}}, nil
}

// Dials returns a Dial for each user.
func (r *Rig) Dials(users []string) ([]devices.Dial, error) {
	dials := make([]devices.Dial, len(users))
	for i, user := range users {
		dial, err := r.Dial(user)
		if err != nil {
			return nil, err
		}
		dials[i] = dial
	}
	return dials, nil
}

// Users returns the IDs of count users.
func Users(prefix string, count int) []string {
	users := make([]string, count)
	for i := range users {
		users[i] = fmt.Sprintf("%s-%05d", prefix, i)
	}
	return users
}

// Package stack runs a SAM template on this machine. It runs DynamoDB Local, a local SQS, a local S3, the programs of
// the functions with the Lambda Runtime API, and the WebSocket API in front of them. It knows templates and AWS, but
// it knows nothing of messages.
package stack

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"example.com/recall/local/awsproxy"
	"example.com/recall/local/dynamodblocal"
	"example.com/recall/local/elasticmq"
	"example.com/recall/local/eventbus"
	"example.com/recall/local/lambda"
	"example.com/recall/local/objectstore"
	"example.com/recall/local/policy"
	"example.com/recall/local/program"
	"example.com/recall/local/secrets"
	"example.com/recall/local/signature"
	"example.com/recall/local/state"
	"example.com/recall/local/template"
	"example.com/recall/local/websocket"
)

// Stack is a running stack.
type Stack struct {
	options  Options
	reporter *reporter

	// start fills the following fields in this order.
	network          *network
	template         *template.Template
	keys             signature.Keyring
	rights           *policy.Account // nil = everything is allowed
	temporary        string          // a folder
	tls              *tls.Config
	trusted          string // the file of the certificates that functions trust
	dynamodb         *dynamodblocal.Server
	queues           *elasticmq.Server
	queueURLs        map[string]string   // by ARN
	objects          *objectstore.Server // nil = the template has no bucket
	functionPrograms map[string]program.Program
	events           *eventbus.Bus
	secrets          *secrets.Store
	services         map[string]http.Handler    // the services that the stack has, by the name in signatures
	proxies          map[string]*awsproxy.Proxy // in front of those services that check roles
	lambda           *lambda.Service
	gateway          *websocket.Gateway
	state            state.State

	closing      sync.Mutex
	closers      []func() // what Close does, beginning with the last one
	closed       sync.Once
	failed       chan error
	closedSignal chan struct{}
}

// closeTime is how long Close waits for functions that still run. After that they are killed.
const closeTime = 5 * time.Second

// Start starts everything and waits until it is ready. If a part fails, it ends the parts that were started before.
func Start(ctx context.Context, options Options) (*Stack, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Stack{
		options: options, failed: make(chan error, 4), closedSignal: make(chan struct{}),
		events: &eventbus.Bus{Now: options.Clock.Now}, secrets: &secrets.Store{},
	}
	s.reporter = newReporter(options)
	s.events.Received = s.reporter.event
	if err := s.start(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// start starts the components. Each starts after those that it needs. Close ends them in the opposite order.
func (s *Stack) start(ctx context.Context) error {
	for _, component := range []func(context.Context) error{
		s.listen, s.readTemplate, s.readRights, s.makeFolder, s.prepare, s.serveServices, s.startLambda, s.startGateway,
		s.servePeople,
		s.startEventSources, s.startExpiring, s.startReloading, s.watch, s.writeState,
	} {
		if err := component(ctx); err != nil {
			return err
		}
	}
	return nil
}

// onClose adds something that Close does. Close begins with what was added last.
func (s *Stack) onClose(do func()) {
	s.closing.Lock()
	defer s.closing.Unlock()
	s.closers = append(s.closers, do)
}

func (s *Stack) listen(context.Context) (err error) {
	if s.network, err = listen(s.options); err != nil {
		return err
	}
	s.onClose(s.network.close)
	return nil
}

// makeFolder makes the folder for files that live as long as the stack: programs, and the certificate of its
// addresses.
func (s *Stack) makeFolder(context.Context) (err error) {
	if s.temporary, err = os.MkdirTemp("", "recall-local-"); err != nil {
		return fmt.Errorf("start the local stack: %w", err)
	}
	// If copies of programs stay in the temporary directory, that does no harm.
	s.onClose(func() { _ = os.RemoveAll(s.temporary) })
	s.tls, s.trusted, err = newCertificate(s.temporary, append(awsHosts(s.template.Region), s.options.Address)...)
	return err
}

// prepare builds the functions and starts the servers at the same time.
func (s *Stack) prepare(ctx context.Context) error {
	var starting sync.WaitGroup
	var storageError, queueError, objectError, buildError error
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	run := func(target *error, step func(context.Context) error) {
		starting.Go(func() {
			if *target = step(ctx); *target != nil {
				cancel() // the others need not continue
			}
		})
	}
	run(&storageError, s.startStorage)
	run(&queueError, s.startQueues)
	run(&objectError, s.startObjects)
	run(&buildError, func(ctx context.Context) (err error) {
		s.functionPrograms, err = s.programs(ctx)
		return err
	})
	starting.Wait()
	var causes []error
	for _, err := range []error{buildError, storageError, queueError, objectError} {
		// The error of a part that was only cancelled because another part failed says nothing.
		if err != nil && !errors.Is(err, context.Canceled) {
			causes = append(causes, err)
		}
	}
	if len(causes) == 0 {
		causes = []error{buildError, storageError, queueError, objectError}
	}
	return errors.Join(causes...)
}

// watch reports when a part ends that should run on.
func (s *Stack) watch(context.Context) error {
	if s.dynamodb != nil {
		s.watchPart("DynamoDB Local", s.dynamodb.Done())
	}
	if s.queues != nil {
		s.watchPart("ElasticMQ", s.queues.Done())
	}
	if s.objects != nil {
		s.watchPart("the local S3", s.objects.Done())
	}
	return nil
}

func (s *Stack) watchPart(name string, done <-chan struct{}) {
	go func() {
		select {
		case <-done:
			select {
			case <-s.closedSignal:
			default:
				s.failed <- fmt.Errorf("%s has ended unexpectedly; start the stack again", name)
			}
		case <-s.closedSignal:
		}
	}()
}

// Failed gets an error when a part of the stack ends that should run on.
func (s *Stack) Failed() <-chan error { return s.failed }

// Close ends everything and returns when no process is left.
func (s *Stack) Close() {
	s.closed.Do(func() {
		close(s.closedSignal)
		s.closing.Lock()
		closers := s.closers
		s.closing.Unlock()
		for _, end := range slices.Backward(closers) {
			end()
		}
	})
}

// servePart serves HTTP at a part until Close. If the part speaks TLS, it offers the protocols.
func (s *Stack) servePart(at part, handler http.Handler, protocols ...string) {
	listener := s.network.listeners[at]
	if s.network.encrypted[at] {
		configuration := s.tls.Clone()
		configuration.NextProtos = protocols
		listener = tls.NewListener(listener, configuration)
	}
	s.serve(listener, handler)
}

// serve serves HTTP on a listener until Close.
func (s *Stack) serve(listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: quietLog()}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // Serve returns when the next lines close the server
	}()
	s.onClose(func() {
		_ = server.Close() // the error means that it is already closed
		<-served
	})
}

// Package stack runs a SAM template on this machine: DynamoDB Local, a local SQS, the functions' own programs over the
// Lambda Runtime API, and the WebSocket API before them. It knows templates and AWS, and nothing of messages.
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

	// What start fills, in this order.
	network          *network
	template         *template.Template
	keys             signature.Keyring
	rights           *policy.Account // nil = everything is allowed
	temporary        string          // a folder
	tls              *tls.Config
	trusted          string // the file of the certificates that functions trust
	dynamodb         *dynamodblocal.Server
	queues           *elasticmq.Server
	queueURLs        map[string]string // by ARN
	functionPrograms map[string]program.Program
	events           *eventbus.Bus
	secrets          *secrets.Store
	services         map[string]http.Handler    // that are here, by the name for which requests are signed
	proxies          map[string]*awsproxy.Proxy // before those of them that have roles to keep
	lambda           *lambda.Service
	gateway          *websocket.Gateway
	state            state.State

	closing      sync.Mutex
	closers      []func() // what Close does, the last one first
	closed       sync.Once
	failed       chan error
	closedSignal chan struct{}
}

// closeTime bounds the polite part of Close: functions that still run then are killed.
const closeTime = 5 * time.Second

// Start starts everything and waits until it is ready. What was started before a failure is ended again.
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

// start starts the components, each after those that it needs. Close ends them in the opposite order.
func (s *Stack) start(ctx context.Context) error {
	for _, component := range []func(context.Context) error{
		s.listen, s.readTemplate, s.readRights, s.makeFolder, s.prepare, s.serveServices, s.startLambda, s.startGateway,
		s.servePeople,
		s.startEventSources, s.startReloading, s.watch, s.writeState,
	} {
		if err := component(ctx); err != nil {
			return err
		}
	}
	return nil
}

// onClose has Close do something, before what was started earlier is ended.
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

// makeFolder makes the folder for what lives as long as the stack: programs, and the certificate of its addresses.
func (s *Stack) makeFolder(context.Context) (err error) {
	if s.temporary, err = os.MkdirTemp("", "recall-local-"); err != nil {
		return fmt.Errorf("start the local stack: %w", err)
	}
	// Copies of programs in the temporary directory harm nobody.
	s.onClose(func() { _ = os.RemoveAll(s.temporary) })
	s.tls, s.trusted, err = newCertificate(s.temporary, append(awsHosts(s.template.Region), s.options.Address)...)
	return err
}

// prepare builds the functions and starts the Java servers side by side.
func (s *Stack) prepare(ctx context.Context) error {
	var starting sync.WaitGroup
	var storageError, queueError, buildError error
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	run := func(target *error, step func(context.Context) error) {
		starting.Go(func() {
			if *target = step(ctx); *target != nil {
				cancel() // the others need not go on
			}
		})
	}
	run(&storageError, s.startStorage)
	run(&queueError, s.startQueues)
	run(&buildError, func(ctx context.Context) (err error) {
		s.functionPrograms, err = s.programs(ctx)
		return err
	})
	starting.Wait()
	var causes []error
	for _, err := range []error{buildError, storageError, queueError} {
		// What was only called off because another part failed says nothing.
		if err != nil && !errors.Is(err, context.Canceled) {
			causes = append(causes, err)
		}
	}
	if len(causes) == 0 {
		causes = []error{buildError, storageError, queueError}
	}
	return errors.Join(causes...)
}

// watch reports when a part ends by itself.
func (s *Stack) watch(context.Context) error {
	if s.dynamodb != nil {
		s.watchPart("DynamoDB Local", s.dynamodb.Done())
	}
	if s.queues != nil {
		s.watchPart("ElasticMQ", s.queues.Done())
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

// Failed gets an error when a part of the stack ends by itself.
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

// serve serves HTTP on a listener until Close.
func (s *Stack) serve(listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: quietLog()}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // it returns when the next lines close it
	}()
	s.onClose(func() {
		_ = server.Close() // a server that is closed already is what is wanted
		<-served
	})
}

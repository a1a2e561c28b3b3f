// Package stack runs a SAM template on this machine: DynamoDB Local, a local SQS, the functions' own programs over the
// Lambda Runtime API, and the WebSocket API before them. It knows templates and AWS, and nothing of messages.
package stack

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
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
	"example.com/recall/local/tables"
	"example.com/recall/local/template"
	"example.com/recall/local/websocket"
)

// Ports are where the parts listen; 0 = a free port.
type Ports struct {
	WebSocket int // the WebSocket API and @connections
	Demo      int
	Admin     int // the admin function's URL and the Lambda endpoint
	DynamoDB  int
	Queues    int
	Events    int
}

// Options say what to run and how. The zero value runs template.yaml of the project that the working directory is in,
// on free ports of the loopback interface.
type Options struct {
	// Project is the directory with template.yaml and functions/; empty = the Go module that the template lies in, or
	// its folder.
	Project string
	// Template is the template's path; empty = template.yaml in Project, or found upwards from the working directory.
	Template string
	// Strict refuses a template with anything that the local stack does not do as AWS does it, or that AWS would
	// punish. Otherwise Report is told of each such thing when the stack starts.
	Strict bool
	// Parameters override the template's defaults.
	Parameters map[string]string
	// Programs holds a compiled function in {logical ID}/bootstrap each; empty = they are built.
	Programs string
	// Environment is added to that of every function.
	Environment map[string]string
	// Address to listen on; empty = 127.0.0.1. Anything else lets others on the network in.
	Address string
	Ports   Ports
	// StateFile is where other commands find the stack; empty = nowhere.
	StateFile string

	// Speed is how many times faster than real time the idle and two-hour limits of connections run; 0 = 1.
	Speed float64
	// MaximumConcurrency is how many processes a function may have; 0 = 50.
	MaximumConcurrency int
	// NoFreeze lets processes run on between invocations, unlike on AWS.
	NoFreeze bool
	// NoRights lets every function do everything, instead of what its role in the template allows.
	NoRights bool
	// NoEventSources leaves streams and queues unread, and runs no schedule. NoSchedules only runs no schedule.
	NoEventSources, NoSchedules bool
	// Switches change rules of the WebSocket API that are not certain, and inject faults.
	Switches websocket.Switches
	// Limits change the WebSocket API's quotas.
	Limits websocket.Limits
	// Reload has functions run what their files say now, each time that one changes.
	Reload bool
	// Faults are injected between the functions and DynamoDB.
	Faults awsproxy.Faults
	// Meter has the calls that Report is told of say which capacity they consumed.
	Meter bool

	// Report is told what happens; nil = nobody is. It is called from many goroutines.
	Report func(Entry)
	// Progress is told what the start is doing, in a few words; nil = nobody is.
	Progress func(string)
	// Clock is the time; nil = the machine's.
	Clock websocket.Clock
}

// Stack is a running stack.
type Stack struct {
	options  Options
	template *template.Template
	state    state.State
	network  *network

	dynamodb     *dynamodblocal.Server
	queues       *elasticmq.Server
	queueURLs    map[string]string // by ARN
	dynamoProxy  *awsproxy.Proxy
	queueProxy   *awsproxy.Proxy
	events       *eventbus.Bus
	eventsProxy  *awsproxy.Proxy
	secrets      *secrets.Store
	secretsProxy *awsproxy.Proxy
	rights       *policy.Account // nil = everything is allowed
	keys         signature.Keyring
	tls          *tls.Config
	trusted      string // the file of the certificates that functions trust
	lambda       *lambda.Service
	services     map[string]http.Handler // that are here, by the name for which requests are signed
	gateway      *websocket.Gateway
	reporter     *reporter
	temporary    string
	stopSources  func()

	stopReloading func()
	served        sync.WaitGroup
	closed        sync.Once
	failed        chan error
	closedSignal  chan struct{}
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
		options: options, stopSources: func() {}, stopReloading: func() {}, failed: make(chan error, 4), closedSignal: make(chan struct{}),
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

func (o Options) withDefaults() (Options, error) {
	if o.Address == "" {
		o.Address = "127.0.0.1"
	}
	if o.Clock == nil {
		o.Clock = websocket.SystemClock{}
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.Report == nil {
		o.Report = func(Entry) {}
	}
	if o.Template == "" && o.Project != "" {
		o.Template = filepath.Join(o.Project, "template.yaml")
	}
	if o.Template == "" {
		found, err := findTemplate()
		if err != nil {
			return o, err
		}
		o.Template = found
	}
	absolute, err := filepath.Abs(o.Template)
	if err != nil {
		return o, fmt.Errorf("find the template: %w", err)
	}
	o.Template = absolute
	if o.Project == "" {
		o.Project = projectOf(o.Template)
	}
	return o, nil
}

func (s *Stack) start(ctx context.Context) error {
	var err error
	if s.network, err = listen(s.options); err != nil {
		return err
	}
	if err := s.readTemplate(); err != nil {
		return err
	}
	if err := s.readRights(); err != nil {
		return err
	}
	if s.temporary, err = os.MkdirTemp("", "recall-local-"); err != nil {
		return fmt.Errorf("start the local stack: %w", err)
	}
	if s.tls, s.trusted, err = newCertificate(s.temporary, append(awsHosts(s.template.Region), s.options.Address)...); err != nil {
		return err
	}
	programs, err := s.prepare(ctx)
	if err != nil {
		return err
	}
	if err := s.startLambda(programs); err != nil {
		return err
	}
	if err := s.startGateway(); err != nil {
		return err
	}
	if s.eventsProxy, err = s.proxy(awsproxy.Options{Service: s.events}); err != nil {
		return err
	}
	if s.secretsProxy, err = s.proxy(awsproxy.Options{Service: s.secrets}); err != nil {
		return err
	}
	s.serveRest()
	if err := s.startEventSources(); err != nil {
		return err
	}
	if err := s.startReloading(programs); err != nil {
		return err
	}
	s.watch()
	return s.writeState()
}

// prepare builds the functions and starts the Java servers side by side.
func (s *Stack) prepare(ctx context.Context) (map[string]program.Program, error) {
	var starting sync.WaitGroup
	var storageError, queueError, buildError error
	var programs map[string]program.Program
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
		programs, err = s.programs(ctx)
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
	return programs, errors.Join(causes...)
}

// tokenSecretARN names the secret that is stored where no other way of verifying tokens is given.
//
// #nosec G101 -- it is the name of a secret, not the secret
const tokenSecretARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:recall-local-AbCdEf"

// readTemplate reads the template with what a local deployment passes.
func (s *Stack) readTemplate() error {
	parameters := map[string]string{}
	for name, value := range s.options.Parameters {
		parameters[name] = value
	}
	names, err := template.ParameterNames(s.options.Template)
	if err != nil {
		return err
	}
	setDefault := func(name, value string) {
		if _, given := parameters[name]; names[name] && !given {
			parameters[name] = value
		}
	}
	setDefault("StageName", "local")
	port := s.network.port(demoPart)
	setDefault("AllowedOrigins", fmt.Sprintf("http://127.0.0.1:%d,http://localhost:%d", port, port))
	if names["TokenSecretArn"] && parameters["TokenJwksUrl"] == "" && parameters["TokenSecret"] == "" {
		setDefault("TokenSecretArn", tokenSecretARN)
		secret := make([]byte, 32)
		_, _ = rand.Read(secret) // never fails, crypto/rand says
		s.secrets.Put(parameters["TokenSecretArn"], base64.RawURLEncoding.EncodeToString(secret))
	}
	s.template, err = template.Load(s.options.Template, template.Options{Parameters: parameters, Strict: s.options.Strict})
	if err != nil {
		return err
	}
	var functions []string
	for _, function := range s.template.Functions {
		functions = append(functions, function.Name)
	}
	s.keys = signature.NewKeyring(functions...)
	for _, notice := range s.template.Notices {
		s.notice(filepath.Base(s.options.Template) + ", " + notice.String())
	}
	return nil
}

func (s *Stack) startStorage(ctx context.Context) error {
	if len(s.template.Tables) == 0 {
		return nil
	}
	s.options.Progress("starting DynamoDB Local")
	server, err := dynamodblocal.Start(ctx, dynamodblocal.Options{Address: s.options.Address, Port: s.options.Ports.DynamoDB})
	if err != nil {
		return err
	}
	s.dynamodb = server
	if err := tables.Create(ctx, tables.Client(server.Endpoint(), s.template.Region), s.template); err != nil {
		return err
	}
	s.dynamoProxy, err = s.proxy(awsproxy.Options{Target: server.Endpoint(), Meter: s.options.Meter})
	if err != nil {
		return err
	}
	if s.options.Faults.Any() {
		s.dynamoProxy.SetHook(s.options.Faults.Hook())
	}
	return nil
}

func (s *Stack) startQueues(ctx context.Context) error {
	if len(s.template.Queues) == 0 {
		return nil
	}
	s.options.Progress("starting ElasticMQ")
	server, err := elasticmq.Start(ctx, elasticmq.Options{
		Address: s.options.Address, Port: s.options.Ports.Queues, Region: s.template.Region, AccountID: s.template.AccountID,
	})
	if err != nil {
		return err
	}
	s.queues = server
	if s.queueURLs, err = elasticmq.Create(ctx, elasticmq.Client(server.Endpoint(), s.template.Region), s.template); err != nil {
		return err
	}
	s.queueProxy, err = s.proxy(awsproxy.Options{Target: server.Endpoint()})
	return err
}

func (s *Stack) startLambda(programs map[string]program.Program) error {
	rewrite := s.rewriter()
	var functions []lambda.Function
	for _, function := range s.template.Functions {
		environment := map[string]string{}
		for name, value := range function.Environment {
			environment[name] = rewrite.Replace(value)
		}
		runs := programs[function.LogicalID]
		maps.Copy(environment, runs.Environment)
		for _, name := range trustedBy(function.Runtime) {
			environment[name] = s.trusted
		}
		if strings.HasPrefix(function.Runtime, "nodejs") {
			if err := s.adaptNode(environment); err != nil {
				return err
			}
		}
		functions = append(functions, lambda.Function{
			Name: function.Name, ARN: function.ARN, Handler: function.Handler, Environment: environment,
			Program: runs.Path, Arguments: runs.Arguments, Directory: runs.Directory,
			Timeout: function.Timeout, MemoryMegabytes: function.MemoryMegabytes, ReservedConcurrency: function.ReservedConcurrency,
		})
	}
	environment := map[string]string{
		"AWS_ENDPOINT_URL": s.network.url(awsPart),
		// Old SDKs do not know that variable, and some code has AWS's addresses in itself.
		"HTTPS_PROXY": s.network.url(awsPart), "NO_PROXY": "127.0.0.1,localhost," + s.options.Address,
		"AWS_ENDPOINT_URL_EVENTS": s.network.url(eventsPart), "AWS_ENDPOINT_URL_SECRETS_MANAGER": s.network.url(secretsPart),
	}
	if s.dynamodb != nil {
		environment["AWS_ENDPOINT_URL_DYNAMODB"] = s.network.url(dynamoProxyPart)
	}
	if s.queues != nil {
		environment["AWS_ENDPOINT_URL_SQS"] = s.network.url(queueProxyPart)
	}
	for name, value := range s.options.Environment {
		environment[name] = value
	}
	var err error
	s.lambda, err = lambda.New(lambda.Options{
		Functions: functions, Region: s.template.Region, MaximumConcurrency: s.options.MaximumConcurrency, Environment: environment,
		Keys: s.keys, Freeze: !s.options.NoFreeze, Now: s.options.Clock.Now, Invoked: s.reporter.invoked, Logged: s.reporter.logged,
	})
	return err
}

//go:embed awsaddress.cjs nodepath.cjs nodepath.mjs
var nodeScripts embed.FS

// adaptNode leads the calls of a Node.js program to the local stack that it makes to AWS's own addresses, and has it find packages
// where AWS's runtime finds them.
func (s *Stack) adaptNode(environment map[string]string) error {
	if err := os.CopyFS(filepath.Join(s.temporary, "node"), nodeScripts); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("start the local stack: %w", err)
	}
	required := ""
	for _, script := range []string{"awsaddress.cjs", "nodepath.cjs"} {
		required += "--require " + filepath.Join(s.temporary, "node", script) + " "
	}
	environment["NODE_OPTIONS"] = strings.TrimSpace(required + environment["NODE_OPTIONS"])
	environment["RECALL_LOCAL_AWS"] = s.network.host(awsPart)
	return nil
}

// apiHost is the host of the API at AWS.
func (s *Stack) apiHost() string {
	if s.template.API == nil {
		return ""
	}
	return s.template.API.ID + ".execute-api." + s.template.Region + ".amazonaws.com"
}

// trustedBy are the variables by which programs of a runtime learn which certificates to trust.
func trustedBy(runtime string) []string {
	switch {
	case strings.HasPrefix(runtime, "nodejs"):
		return []string{"NODE_EXTRA_CA_CERTS"}
	case strings.HasPrefix(runtime, "python"):
		return []string{"AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}
	default:
		return []string{"SSL_CERT_FILE"}
	}
}

// rewriter replaces the addresses that AWS would give by local ones, wherever the template put them.
func (s *Stack) rewriter() *strings.Replacer {
	var pairs []string
	if api := s.template.API; api != nil {
		host := s.apiHost()
		local := s.network.host(gatewayPart)
		pairs = append(pairs, "https://"+host, "http://"+local, "wss://"+host, "ws://"+local)
	}
	for _, queue := range s.template.Queues {
		// Some clients call the address of the queue itself, which must not lead past the proxy.
		pairs = append(pairs, queue.URL, s.network.url(queueProxyPart)+"/"+s.template.AccountID+"/"+queue.Name)
	}
	return strings.NewReplacer(pairs...)
}

// watch reports when a part ends by itself.
func (s *Stack) watch() {
	if s.dynamodb != nil {
		s.watchPart("DynamoDB Local", s.dynamodb.Done())
	}
	if s.queues != nil {
		s.watchPart("ElasticMQ", s.queues.Done())
	}
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
		if s.options.StateFile != "" && s.state.ProcessID != 0 {
			s.state.Remove(s.options.StateFile) // first, so that who loses a connection can see that the stack ends
		}
		s.stopReloading()
		s.stopSources()
		if s.gateway != nil {
			ctx, cancel := context.WithTimeout(context.Background(), closeTime)
			defer cancel()
			// It only fails when functions still run, which end next.
			_ = s.gateway.Close(ctx)
		}
		if s.lambda != nil {
			s.lambda.Close()
		}
		if s.network != nil {
			s.network.close()
		}
		s.served.Wait()
		for _, proxy := range []*awsproxy.Proxy{s.dynamoProxy, s.queueProxy, s.eventsProxy, s.secretsProxy} {
			if proxy != nil {
				proxy.Close()
			}
		}
		if s.queues != nil {
			s.queues.Close()
		}
		if s.dynamodb != nil {
			s.dynamodb.Close()
		}
		if s.temporary != "" {
			// Copies of programs in the temporary directory harm nobody.
			_ = os.RemoveAll(s.temporary)
		}
	})
}

// serve serves HTTP on a listener until Close.
func (s *Stack) serve(listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: quietLog()}
	s.network.closers = append(s.network.closers, server.Close)
	s.served.Go(func() {
		// It returns when Close closes it.
		_ = server.Serve(listener)
	})
}

package stack

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"example.com/recall/local/awsproxy"
	"example.com/recall/local/demosite"
	"example.com/recall/local/eventbus"
	"example.com/recall/local/lambda"
	"example.com/recall/local/state"
	"example.com/recall/local/template"
	"example.com/recall/local/websocket"
)

func (s *Stack) startGateway(context.Context) error {
	api := s.template.API
	if api == nil {
		return errors.New("the template has no WebSocket API")
	}
	definition := websocket.APIDefinition{
		ID:                       api.ID,
		Stage:                    api.Stage,
		Region:                   s.template.Region,
		AccountID:                s.template.AccountID,
		RouteSelectionExpression: api.RouteSelectionExpression,
		Routes:                   map[string]websocket.Route{},
		StageVariables:           api.StageVariables,
		Throttle:                 throttle(api.Throttle),
	}
	for _, route := range api.Routes {
		added := websocket.Route{
			Function:           s.invoked(route.FunctionARN, route.Permitted),
			RouteResponse:      route.RouteResponse,
			IntegrationTimeout: route.Timeout,
		}
		if own, ok := api.RouteThrottles[route.Key]; ok {
			converted := throttle(own)
			added.Throttle = &converted
		}
		definition.Routes[route.Key] = added
	}
	if api.Authorizer != nil {
		definition.Authorizer = &websocket.Authorizer{
			Function:        s.invoked(api.Authorizer.FunctionARN, api.Authorizer.Permitted),
			IdentitySources: api.Authorizer.IdentitySources,
		}
	}
	var err error
	var authorize func(accessKey, method, connectionID string) error
	if s.rights != nil {
		authorize = s.connectionAllowed
	}
	s.gateway, err = websocket.New(websocket.Options{
		API:                 definition,
		Invoker:             invoker{s},
		Keys:                s.keys,
		DomainName:          s.network.host(gatewayPart),
		AuthorizeManagement: authorize,
		Clock:               s.options.Clock,
		LifetimeClock:       websocket.Accelerated(s.options.Clock, s.options.Speed),
		Switches:            s.options.Switches,
		Limits:              s.options.Limits,
		Observer:            websocket.ObserverFunc(s.reporter.record),
	})
	if err != nil {
		return err
	}
	listener, served := eitherListener{s.network.listeners[gatewayPart], s.tls}, make(chan struct{})
	go func() {
		defer close(served)
		_ = s.gateway.Serve(listener) // Serve returns when the gateway is closed
	}()
	s.onClose(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		_ = s.gateway.Close(ctx) // this fails only if functions still run, and they are ended next
		<-served
	})
	return nil
}

// invoked returns the name of the function that the gateway invokes. If AWS would not let API Gateway invoke it, the
// name is one that no function has, so that every invocation fails as on AWS. The template's notices then say why.
func (s *Stack) invoked(functionARN string, permitted bool) string {
	function, found := s.template.Function(functionARN)
	switch {
	case !found:
		return "(no function)"
	case !permitted:
		return "(no permission) " + function.Name
	default:
		return function.Name
	}
}

// throttle fills in the account's limits if the template gives none.
func throttle(from template.Throttle) websocket.Throttle {
	if from == (template.Throttle{}) {
		return websocket.Throttle{}
	}
	result := websocket.Throttle{RateLimit: from.RequestsPerSecond, BurstLimit: from.Burst}
	if result.RateLimit == 0 {
		result.RateLimit = 10_000
	}
	if result.BurstLimit == 0 {
		result.BurstLimit = 5_000
	}
	return result
}

// invoker runs the functions of the API. It learns from their events which user each connection belongs to.
type invoker struct{ stack *Stack }

func (i invoker) Invoke(ctx context.Context, function string, event []byte) ([]byte, string, error) {
	i.stack.reporter.learn(event)
	result, err := i.stack.lambda.Invoke(ctx, function, event)
	return result.Payload, result.FunctionError, err
}

// logsPath is the path, beside the Lambda endpoint, at which the functions' logs can be followed.
const logsPath = "/local/logs"

// servePeople serves what people and command lines use: the Lambda API, the function that has a URL, and the demo
// page.
func (s *Stack) servePeople(context.Context) error {
	admin := http.NewServeMux()
	admin.HandleFunc(invokePath, s.invokeAllowed)
	admin.Handle(logsPath, &s.reporter.lines)
	function, found := s.adminFunction()
	if found {
		admin.Handle("/", lambda.FunctionURL{
			Service:   s.lambda,
			Function:  function.Name,
			Signed:    function.URLAuthorization == "AWS_IAM",
			AccountID: s.template.AccountID,
			ID:        "local",
		})
	}
	s.serve(s.network.listeners[adminPart], admin)
	site := demosite.Options{
		Directory: filepath.Join(s.options.Project, "demo", "dist"),
		Tencent:   filepath.Join(s.options.Project, "clients", "web", "tencent", "build", "kit"),
		WebSocket: s.Addresses().WebSocket,
		Token:     s.Token,
		Now:       s.options.Clock.Now,
	}
	if found {
		site.Admin = func(ctx context.Context, request []byte) ([]byte, error) {
			return s.Admin(ctx, json.RawMessage(request))
		}
	}
	s.serve(s.network.listeners[demoPart], demosite.Handler(site))
	return nil
}

// adminFunction returns the function that has a URL.
func (s *Stack) adminFunction() (template.Function, bool) {
	for _, function := range s.template.Functions {
		if function.URLAuthorization != "" {
			return function, true
		}
	}
	return template.Function{}, false
}

// Admin invokes the function that has a URL, directly and not by its URL. The request is marshalled to JSON.
func (s *Stack) Admin(ctx context.Context, request any) (json.RawMessage, error) {
	function, found := s.adminFunction()
	if !found {
		return nil, errors.New("the template has no function with a URL")
	}
	payload, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	result, err := s.lambda.Invoke(ctx, function.Name, payload)
	if err != nil {
		return nil, err
	}
	if result.FunctionError != "" {
		return nil, errors.New("the admin function failed; its log says why")
	}
	return result.Payload, nil
}

// Addresses returns the addresses at which the parts listen.
func (s *Stack) Addresses() state.Addresses {
	stage := s.template.API.Stage
	addresses := state.Addresses{
		WebSocket:  "ws://" + s.network.host(gatewayPart) + "/" + stage,
		Management: s.network.url(gatewayPart) + "/" + stage,
		Demo:       s.network.url(demoPart) + "/",
		Lambda:     s.network.url(adminPart),
		Events:     s.network.url(eventsPart),
		Logs:       s.network.url(adminPart) + logsPath,
	}
	if _, found := s.adminFunction(); found {
		addresses.Admin = s.network.url(adminPart) + "/"
	}
	if s.dynamodb != nil {
		addresses.DynamoDB = s.dynamodb.Endpoint()
	}
	if s.queues != nil {
		addresses.Queues = s.queues.Endpoint()
	}
	if s.objects != nil {
		addresses.Objects = s.network.url(objectsPart)
	}
	return addresses
}

// State describes the stack for other commands.
func (s *Stack) State() state.State {
	function, _ := s.adminFunction()
	return state.State{
		ProcessID:     os.Getpid(),
		StartedAt:     s.reporter.started.UnixMilli(),
		Addresses:     s.Addresses(),
		Region:        s.template.Region,
		AccountID:     s.template.AccountID,
		Stage:         s.template.API.Stage,
		AdminFunction: function.Name,
		TokenSecret:   s.tokenSecret(),
		TokenIssuer:   s.template.Parameters["TokenIssuer"],
		TokenAudience: s.template.Parameters["TokenAudience"],
	}
}

// tokenSecret returns the secret that signs tokens: the stored secret, or the template's parameter.
func (s *Stack) tokenSecret() string {
	if stored := s.secrets.Value(s.template.Parameters["TokenSecretArn"]); stored != "" {
		return stored
	}
	return s.template.Parameters["TokenSecret"]
}

// RotateTokenSecret stores another secret. Token signs with it from now on.
func (s *Stack) RotateTokenSecret(secret string) {
	s.secrets.Put(s.template.Parameters["TokenSecretArn"], secret)
}

func (s *Stack) writeState(context.Context) error {
	s.state = s.State()
	if s.options.StateFile == "" {
		return nil
	}
	// The file is removed first, so that a client that loses its connection can see that the stack is ending.
	s.onClose(func() { s.state.Remove(s.options.StateFile) })
	return s.state.Write(s.options.StateFile)
}

// Token makes a token for a user.
func (s *Stack) Token(user string, valid time.Duration) (string, error) {
	return s.State().Token(user, s.options.Clock.Now(), valid)
}

// Lambda returns the service that runs the functions. Tests use it to crash them.
func (s *Stack) Lambda() *lambda.Service { return s.lambda }

// Gateway returns the WebSocket API. Tests use it to break connections.
func (s *Stack) Gateway() *websocket.Gateway { return s.gateway }

// DynamoDB returns the proxy between the functions and DynamoDB Local, or nil if the template has no table. Tests use
// it to inject faults and to count calls.
func (s *Stack) DynamoDB() *awsproxy.Proxy { return s.proxies["dynamodb"] }

// Queues returns the proxy between the functions and ElasticMQ, or nil if the template has no queue.
func (s *Stack) Queues() *awsproxy.Proxy { return s.proxies["sqs"] }

// Events returns the events that functions have put on an event bus.
func (s *Stack) Events() []eventbus.Event { return s.events.Events() }

// EventBus returns the stand-in for EventBridge.
func (s *Stack) EventBus() *eventbus.Bus { return s.events }

// Template returns the template as it was read.
func (s *Stack) Template() *template.Template { return s.template }

// QueueURL returns the local URL of a queue, by its logical ID.
func (s *Stack) QueueURL(logicalID string) string {
	for _, queue := range s.template.Queues {
		if queue.LogicalID == logicalID {
			return s.queueURLs[queue.ARN]
		}
	}
	return ""
}

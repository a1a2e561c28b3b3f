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
		_ = s.gateway.Serve(listener) // it returns when the gateway is closed
	}()
	s.onClose(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		_ = s.gateway.Close(ctx) // it only fails if functions still run, which end next
		<-served
	})
	return nil
}

// invoked is the name of the function that the gateway invokes. What AWS would not let API Gateway invoke gets a name
// that no function has, so that every invocation fails as it does there; the template's notices say why.
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

// throttle fills in what a template leaves out: the account's limits.
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

// invoker runs the functions of the API, and learns from their events whose connection is whose.
type invoker struct{ stack *Stack }

func (i invoker) Invoke(ctx context.Context, function string, event []byte) ([]byte, string, error) {
	i.stack.reporter.learn(event)
	result, err := i.stack.lambda.Invoke(ctx, function, event)
	return result.Payload, result.FunctionError, err
}

// logsPath is where the functions' logs can be followed, beside the Lambda endpoint.
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

// adminFunction is the function that has a URL.
func (s *Stack) adminFunction() (template.Function, bool) {
	for _, function := range s.template.Functions {
		if function.URLAuthorization != "" {
			return function, true
		}
	}
	return template.Function{}, false
}

// Admin runs the function that has a URL, by direct invocation, with a request that is marshalled to JSON.
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

// Addresses are where the parts listen.
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
	return addresses
}

// State describes the stack as other commands find it.
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

// tokenSecret is what signs tokens: the stored secret, or the template's parameter.
func (s *Stack) tokenSecret() string {
	if stored := s.secrets.Value(s.template.Parameters["TokenSecretArn"]); stored != "" {
		return stored
	}
	return s.template.Parameters["TokenSecret"]
}

// RotateTokenSecret stores another secret. Tokens that Token makes from now on are signed with it.
func (s *Stack) RotateTokenSecret(secret string) {
	s.secrets.Put(s.template.Parameters["TokenSecretArn"], secret)
}

func (s *Stack) writeState(context.Context) error {
	s.state = s.State()
	if s.options.StateFile == "" {
		return nil
	}
	// It goes first, so that whoever loses a connection can see that the stack ends.
	s.onClose(func() { s.state.Remove(s.options.StateFile) })
	return s.state.Write(s.options.StateFile)
}

// Token makes a token for a user.
func (s *Stack) Token(user string, valid time.Duration) (string, error) {
	return s.State().Token(user, s.options.Clock.Now(), valid)
}

// Lambda runs the functions; tests crash them through it.
func (s *Stack) Lambda() *lambda.Service { return s.lambda }

// Gateway is the WebSocket API; tests break connections through it.
func (s *Stack) Gateway() *websocket.Gateway { return s.gateway }

// DynamoDB is what stands between the functions and DynamoDB Local, nil without a table in the template; tests inject
// faults and count calls there.
func (s *Stack) DynamoDB() *awsproxy.Proxy { return s.proxies["dynamodb"] }

// Queues is what stands between the functions and ElasticMQ, nil without a queue in the template.
func (s *Stack) Queues() *awsproxy.Proxy { return s.proxies["sqs"] }

// Events are the events that functions have put on an event bus.
func (s *Stack) Events() []eventbus.Event { return s.events.Events() }

// EventBus is the stand-in for EventBridge.
func (s *Stack) EventBus() *eventbus.Bus { return s.events }

// Template is the template as it was read.
func (s *Stack) Template() *template.Template { return s.template }

// QueueURL is the local URL of a queue, by its logical ID.
func (s *Stack) QueueURL(logicalID string) string {
	for _, queue := range s.template.Queues {
		if queue.LogicalID == logicalID {
			return s.queueURLs[queue.ARN]
		}
	}
	return ""
}

package websocket

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// These route keys have a meaning of their own.
const (
	routeConnect    = "$connect"
	routeDisconnect = "$disconnect"
	routeDefault    = "$default"
)

// maximumIntegrationTimeout is API Gateway's default and upper limit for WebSocket integrations.
const maximumIntegrationTimeout = 29 * time.Second

// APIDefinition is one deployed stage of a WebSocket API.
type APIDefinition struct {
	// ID, Stage, Region and AccountID appear in paths, events and ARNs.
	ID, Stage, Region, AccountID string
	// RouteSelectionExpression is `$request.body.<path>` or `${request.body.<path>}`.
	RouteSelectionExpression string
	// Routes are the routes by key. Every route may be missing, also $connect and $default.
	Routes map[string]Route
	// Authorizer guards $connect; nil means that everybody may connect.
	Authorizer *Authorizer
	// StageVariables are in every event.
	StageVariables map[string]string
	// Throttle limits each route of the stage. The zero value means AWS's default: 10,000 requests a second and a
	// burst of 5,000.
	Throttle Throttle
}

// Route says what happens to a frame.
type Route struct {
	// Function is the name that the Invoker gets.
	Function string
	// RouteResponse is true only if the template has both RouteResponseSelectionExpression and an
	// AWS::ApiGatewayV2::RouteResponse for this route. Otherwise the answer of the function is discarded.
	RouteResponse bool
	// IntegrationTimeout is 50 ms to 29 s; zero means 29 s.
	IntegrationTimeout time.Duration
	// Throttle is used instead of the stage's throttle; nil = the stage's.
	Throttle *Throttle
}

func (r Route) timeout() time.Duration {
	if r.IntegrationTimeout <= 0 || r.IntegrationTimeout > maximumIntegrationTimeout {
		return maximumIntegrationTimeout
	}
	return r.IntegrationTimeout
}

// Authorizer is a Lambda authorizer of type REQUEST.
type Authorizer struct {
	Function string
	// IdentitySources are texts such as `route.request.header.Authorization`. If any of these values is missing or
	// empty, the handshake is answered with 401 and the function is not called.
	IdentitySources []string
}

// Throttle is a token bucket. It lets RateLimit requests a second through on average and BurstLimit at once. A
// negative RateLimit means no limit.
type Throttle struct {
	RateLimit  float64
	BurstLimit int
}

func (d APIDefinition) validate() error {
	if d.Stage == "" || strings.ContainsAny(d.Stage, "/?#") {
		return fmt.Errorf("stage %q: set APIDefinition.Stage to a name without slashes", d.Stage)
	}
	for key, route := range d.Routes {
		if route.Function == "" {
			return fmt.Errorf("route %q has no function: set Route.Function", key)
		}
	}
	if d.Authorizer == nil {
		return nil
	}
	if d.Authorizer.Function == "" {
		return errors.New("the authorizer has no function: set Authorizer.Function")
	}
	for _, source := range d.Authorizer.IdentitySources {
		if _, _, err := splitIdentitySource(source); err != nil {
			return err
		}
	}
	return nil
}

// methodARN returns the resource that an authorizer's policy must allow.
func (d APIDefinition) methodARN() string {
	return fmt.Sprintf("arn:aws:execute-api:%s:%s:%s/%s/%s", d.Region, d.AccountID, d.ID, d.Stage, routeConnect)
}

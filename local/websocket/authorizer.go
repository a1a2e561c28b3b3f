package websocket

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"example.com/recall/local/policy"
)

// maximumAuthorizerResult is AWS's quota for an authorizer's answer.
const maximumAuthorizerResult = 8 << 10

// invokeAction is the action that an authorizer's policy must allow on the method ARN.
const invokeAction = "execute-api:Invoke"

// authorizerAnswer is the answer of a REQUEST authorizer. WebSocket APIs do not accept simple (boolean) answers.
type authorizerAnswer struct {
	PrincipalID    *string                    `json:"principalId"`
	PolicyDocument json.RawMessage            `json:"policyDocument"`
	Context        map[string]json.RawMessage `json:"context"`
}

// authorize asks the authorizer and fills in the client's context. It returns a status other than 0 if the handshake
// is refused.
func (g *Gateway) authorize(
	r *http.Request, c *client, requestID string, request handshakeRequest,
) (status int, outcome string) {
	authorizer := g.options.API.Authorizer
	if authorizer == nil {
		return 0, ""
	}
	if !g.hasIdentity(r, request.query) {
		return http.StatusUnauthorized, "identity source missing"
	}
	started := g.options.Clock.Now()
	answer := g.invoke(call{
		connectionID: c.connectionID, requestID: requestID, routeKey: routeConnect,
		function: authorizer.Function, timeout: maximumIntegrationTimeout,
	}, g.authorizerEvent(c, requestID, request))
	if answer.failure == failureUnauthorized {
		return http.StatusUnauthorized, "authorizer: Unauthorized"
	}
	if answer.failure != failureNone {
		return g.options.Switches.AuthorizerFailureStatus, "authorizer: " + string(answer.failure)
	}
	allowed, values, err := g.evaluate(answer.payload, g.options.Clock.Now().Sub(started))
	switch {
	case err != nil:
		return g.options.Switches.AuthorizerFailureStatus, err.Error()
	case !allowed:
		return http.StatusForbidden, "authorizer: denied"
	}
	c.authorizer = values
	return 0, ""
}

// evaluate reads an authorizer's answer. Its errors name the rule that was broken. They never quote the values of the
// answer.
func (g *Gateway) evaluate(payload []byte, latency time.Duration) (allowed bool, values map[string]any, err error) {
	if len(payload) > maximumAuthorizerResult {
		return false, nil, errors.New("the authorizer's answer is over 8 KB")
	}
	var answer authorizerAnswer
	if json.Unmarshal(payload, &answer) != nil {
		return false, nil, errors.New("the authorizer's answer is not {principalId, policyDocument, context}")
	}
	if answer.PrincipalID == nil || *answer.PrincipalID == "" {
		return false, nil, errors.New("the authorizer's answer has no principalId")
	}
	document, err := policy.Parse(answer.PolicyDocument)
	if err != nil {
		return false, nil, errors.New("the authorizer's policyDocument is missing or malformed, " +
			"or has a Condition, NotAction or " +
			"NotResource, which the local gateway does not evaluate")
	}
	if allowed, _ = document.Allows(policy.Request{Action: invokeAction, Resource: g.options.API.methodARN()}); !allowed {
		return false, nil, nil
	}
	if values, err = contextValues(answer.Context, g.options.Switches.NativeAuthorizerValues); err != nil {
		return false, nil, err
	}
	values["principalId"] = *answer.PrincipalID
	values["integrationLatency"] = latency.Milliseconds()
	return true, values, nil
}

// contextValues checks the authorizer's context and turns its values into strings, as $context.authorizer.property
// does.
func contextValues(context map[string]json.RawMessage, native bool) (map[string]any, error) {
	values := make(map[string]any, len(context)+2)
	for key, raw := range context {
		text := strings.TrimSpace(string(raw))
		switch {
		case text == "null":
			continue
		case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
			return nil, fmt.Errorf("the authorizer's context has an object or array under %q: "+
				"only strings, numbers and booleans are allowed", key)
		case strings.HasPrefix(text, `"`):
			var value string
			if err := json.Unmarshal(raw, &value); err != nil {
				return nil, fmt.Errorf("the authorizer's context value %q is not valid JSON", key)
			}
			values[key] = value
		case native:
			values[key] = raw
		default:
			values[key] = text
		}
	}
	return values, nil
}

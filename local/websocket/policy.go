package websocket

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"example.com/recall/local/policy"
)

// invokeAction is what an authorizer's policy has to allow on the method ARN.
const invokeAction = "execute-api:Invoke"

// policyDocument is the part of an IAM policy that API Gateway evaluates.
type policyDocument struct {
	Statement oneOrMany[policyStatement]
}

type policyStatement struct {
	Effect      string
	Action      oneOrMany[string]
	Resource    oneOrMany[string]
	Condition   json.RawMessage
	NotAction   json.RawMessage
	NotResource json.RawMessage
}

// oneOrMany is IAM's "a value or an array of values".
type oneOrMany[T any] []T

func (o *oneOrMany[T]) UnmarshalJSON(data []byte) error {
	var many []T
	if err := json.Unmarshal(data, &many); err == nil {
		*o = many
		return nil
	}
	var one T
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	*o = oneOrMany[T]{one}
	return nil
}

// allows evaluates the policy: an Allow that matches and no Deny that does.
func (p policyDocument) allows(resource string) (bool, error) {
	if len(p.Statement) == 0 {
		return false, errors.New("the authorizer's policy has no Statement")
	}
	allowed := false
	for _, statement := range p.Statement {
		if statement.Condition != nil || statement.NotAction != nil || statement.NotResource != nil {
			return false, errors.New("the authorizer's policy uses Condition, NotAction or NotResource, which the local gateway does not evaluate")
		}
		if statement.Effect != "Allow" && statement.Effect != "Deny" {
			return false, errors.New("the authorizer's policy has an Effect that is neither Allow nor Deny")
		}
		if !statement.matches(resource) {
			continue
		}
		if statement.Effect == "Deny" {
			return false, nil
		}
		allowed = true
	}
	return allowed, nil
}

func (s policyStatement) matches(resource string) bool {
	actionMatches := false
	for _, pattern := range s.Action {
		actionMatches = actionMatches || policy.Matches(strings.ToLower(pattern), strings.ToLower(invokeAction))
	}
	if !actionMatches {
		return false
	}
	for _, pattern := range s.Resource {
		if policy.Matches(pattern, resource) {
			return true
		}
	}
	return false
}

// contextValues checks the authorizer's context and turns its values into strings, as $context.authorizer.property does.
func contextValues(context map[string]json.RawMessage, native bool) (map[string]any, error) {
	values := make(map[string]any, len(context)+2)
	for key, raw := range context {
		text := strings.TrimSpace(string(raw))
		switch {
		case text == "null":
			continue
		case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
			return nil, fmt.Errorf("the authorizer's context has an object or array under %q: only strings, numbers and booleans are allowed", key)
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

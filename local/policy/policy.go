// Package policy checks calls against IAM policies as AWS does for identity-based policies: a call that no statement
// allows is denied, and a matching Deny outweighs every Allow. If a policy uses a part of the policy language that
// this package does not know, the package refuses the policy when it reads it. Ignoring that part would allow or deny
// something else than AWS does.
//
// It imitates the IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements reference".
package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Request is something that a caller wants to do.
type Request struct {
	Action   string // such as dynamodb:GetItem
	Resource string // an ARN
	// Keys are the values of the condition keys. The names are in lower case. A key without a value is absent.
	Keys map[string][]string
}

// Policy is a list of statements.
type Policy struct{ statements []statement }

type statement struct {
	allow      bool
	actions    []string
	resources  []string
	conditions []condition
}

// Grant is one action on one resource that a statement allows, as it is written there.
type Grant struct{ Action, Resource string }

// document is a statement in JSON.
type document struct {
	Sid, Effect string
	Action      oneOrMany
	Resource    oneOrMany
	Condition   map[string]map[string]oneOrMany
}

// oneOrMany is what IAM calls "a value or an array of values". Numbers and booleans count as texts.
type oneOrMany []string

func (o *oneOrMany) UnmarshalJSON(data []byte) error {
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		data = append(append([]byte("["), data...), ']')
	}
	var items []any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&items); err != nil {
		return err
	}
	for _, item := range items {
		switch item := item.(type) {
		case string:
			*o = append(*o, item)
		case json.Number, bool:
			*o = append(*o, fmt.Sprint(item))
		default:
			return errors.New("a value is neither a text, a number nor a boolean")
		}
	}
	return nil
}

// Parse reads a policy document.
func Parse(source []byte) (*Policy, error) {
	var read struct {
		Version, ID string
		Statement   any
	}
	decoder := json.NewDecoder(bytes.NewReader(source))
	decoder.UseNumber()
	if err := decoder.Decode(&read); err != nil {
		return nil, err
	}
	switch statements := read.Statement.(type) {
	case nil:
		return nil, errors.New("it has no Statement")
	case []any:
		if len(statements) == 0 {
			return nil, errors.New("it has no Statement")
		}
		return New(statements)
	default:
		return New([]any{statements})
	}
}

// New reads statements that were decoded from JSON.
func New(statements []any) (*Policy, error) {
	p := &Policy{}
	for i, from := range statements {
		read, err := newStatement(from)
		if err != nil {
			return nil, fmt.Errorf("statement %d: %w", i+1, err)
		}
		p.statements = append(p.statements, read)
	}
	return p, nil
}

func newStatement(from any) (statement, error) {
	encoded, err := json.Marshal(from)
	if err != nil {
		return statement{}, err
	}
	var read document
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.DisallowUnknownFields() // NotAction, NotResource, Principal and so on
	if err := decoder.Decode(&read); err != nil {
		return statement{}, fmt.Errorf("the local stack does not evaluate it: %w", err)
	}
	s := statement{allow: read.Effect == "Allow", actions: read.Action, resources: read.Resource}
	switch {
	case read.Effect != "Allow" && read.Effect != "Deny":
		return statement{}, fmt.Errorf("its Effect must be Allow or Deny, not %q", read.Effect)
	case len(s.actions) == 0 || len(s.resources) == 0:
		return statement{}, errors.New("it needs an Action and a Resource")
	}
	for _, action := range s.actions {
		if service, name, ok := strings.Cut(action, ":"); action != "*" && (!ok || service == "" || name == "") {
			return statement{}, fmt.Errorf("%q is no action", action)
		}
	}
	for _, resource := range s.resources {
		if resource != "*" && !strings.HasPrefix(resource, "arn:") {
			return statement{}, fmt.Errorf("%q is no ARN", resource)
		}
		if strings.Contains(resource, "${") {
			return statement{}, fmt.Errorf("the local stack does not evaluate policy variables: %q", resource)
		}
	}
	s.conditions, err = newConditions(read.Condition)
	return s, err
}

// Allows decides whether a request is allowed. used are the grants that allow it. If a Deny matches, used is empty.
func (p *Policy) Allows(request Request) (allowed bool, used []Grant) {
	for _, s := range p.statements {
		grants := s.matching(request)
		if len(grants) == 0 {
			continue
		}
		if !s.allow {
			return false, nil
		}
		used = append(used, grants...)
	}
	return len(used) > 0, used
}

// Denies reports whether a statement denies the request explicitly. AWS uses other words for its answer then.
func (p *Policy) Denies(request Request) bool {
	for _, s := range p.statements {
		if !s.allow && len(s.matching(request)) > 0 {
			return true
		}
	}
	return false
}

// Grants returns everything that the statements allow, in their order.
func (p *Policy) Grants() []Grant {
	var grants []Grant
	for _, s := range p.statements {
		if s.allow {
			grants = append(grants, s.grants(func(string) bool { return true }, func(string) bool { return true })...)
		}
	}
	return grants
}

// matching returns the statement's pairs of action and resource that match a request. It returns none if the
// conditions are not fulfilled.
func (s statement) matching(request Request) []Grant {
	for _, c := range s.conditions {
		if !c.holds(request.Keys) {
			return nil
		}
	}
	return s.grants(
		func(pattern string) bool { return Matches(strings.ToLower(pattern), strings.ToLower(request.Action)) },
		func(pattern string) bool { return Matches(pattern, request.Resource) },
	)
}

func (s statement) grants(action, resource func(string) bool) []Grant {
	var grants []Grant
	for _, a := range s.actions {
		for _, r := range s.resources {
			if action(a) && resource(r) {
				grants = append(grants, Grant{Action: a, Resource: r})
			}
		}
	}
	return grants
}

// Matches is IAM's matching: * stands for any number of characters, slashes included, and ? for one character. It
// goes back no further than to the last *, so that no pattern makes it slow.
func Matches(pattern, text string) bool {
	p, t := 0, 0
	star, resume := -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// MatchesARN compares as the operator ArnLike does: it compares each of the six parts of an ARN on its own (IAM User
// Guide, "Amazon Resource Name (ARN) condition operators").
func MatchesARN(pattern, arn string) bool {
	patterns, parts := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(patterns) != len(parts) {
		return false
	}
	for i := range parts {
		if !Matches(patterns[i], parts[i]) {
			return false
		}
	}
	return true
}

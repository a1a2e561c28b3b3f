// Package gatewayrules has the rules of Amazon API Gateway's WebSocket APIs as one table. Each rule has a probe that
// asks a running API whether it keeps the rule. A probe needs only the address of an API that was deployed from the
// template.yaml of this folder. That can be the local stack, another emulator or AWS itself.
package gatewayrules

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Certainty says how well we know a rule.
type Certainty string

// The certainties.
const (
	// Confirmed rules are documented by AWS or by an RFC, or come from tests of others that also run on AWS.
	Confirmed Certainty = "confirmed"
	// Unsure rules were seen in traffic that somebody captured, or are what other emulators do.
	Unsure Certainty = "unsure"
	// Unknown rules are our best guess.
	Unknown Certainty = "unknown"
)

// Rule is one rule.
type Rule struct {
	Section, Text string
	// Source says where the rule comes from: a page of the Developer Guide, a service model, an RFC or captured
	// traffic.
	Source    string
	Certainty Certainty
	// probe returns nil if the API keeps the rule.
	probe func(ctx context.Context, p *prober) error
	// needs is what the target must have, so that the rule can be probed.
	needs need
}

type need int

const (
	nothing need = iota
	defaultRoute
	idleLimit
	durationLimit
)

// Target is a running API.
type Target struct {
	// URL is the address of the stage, with ws:// or wss://, of an API that was deployed from template.yaml.
	URL string
	// DefaultURL is the address of an API that was deployed with DefaultRoute=yes. If it is empty, rules that need it
	// are not probed.
	DefaultURL string
	// ManagementURL is the address of @connections of the stage, with http:// or https://. Sign signs a request to it
	// for the service execute-api.
	ManagementURL string
	Sign          func(r *http.Request, body []byte) error
	// IdleURL is an API whose idle limit ends within Patience, and DurationURL one whose longest connection does;
	// empty = the limit is not probed. On AWS the idle limit needs a Patience of 11 minutes, and the longest
	// connection one of more than two hours.
	IdleURL, DurationURL string
	// Patience is how long a probe waits for something that must happen.
	Patience time.Duration
	// Quiet is how long a probe waits if a rule says that nothing may happen; 0 = a second.
	Quiet time.Duration
}

// Result says whether a rule was probed and whether the API keeps it.
type Result struct {
	Rule
	Probed bool
	// Failure says how the API breaks the rule; nil = the API keeps it.
	Failure error
}

// Rules returns all rules, in the order of the table.
func Rules() []Rule {
	var all []Rule
	for _, section := range []struct {
		name  string
		rules []Rule
	}{
		{"handshake", handshakeRules()},
		{"events", eventRules()},
		{"messages", messageRules()},
		{"$default", defaultRules()},
		{"connection", connectionRules()},
		{"@connections", managementRules()},
	} {
		for _, rule := range section.rules {
			rule.Section = section.name
			all = append(all, rule)
		}
	}
	return all
}

// Verify checks whether an API keeps all rules. It probes one after the other, since some probes end their
// connections or use up quotas.
func Verify(ctx context.Context, target Target, probed func(Result)) []Result {
	var results []Result
	for _, rule := range Rules() {
		result := Probe(ctx, target, rule)
		results = append(results, result)
		if probed != nil {
			probed(result)
		}
	}
	return results
}

// Probe holds an API against one rule.
func Probe(ctx context.Context, target Target, rule Rule) Result {
	if target.Quiet == 0 {
		target.Quiet = time.Second
	}
	result := Result{Rule: rule, Probed: target.has(rule.needs)}
	if result.Probed {
		result.Failure = probe(ctx, target, rule)
	}
	return result
}

func (t Target) has(needed need) bool {
	switch needed {
	case defaultRoute:
		return t.DefaultURL != ""
	case idleLimit:
		return t.IdleURL != ""
	case durationLimit:
		return t.DurationURL != ""
	default:
		return true
	}
}

func probe(ctx context.Context, target Target, rule Rule) error {
	ctx, cancel := context.WithTimeout(ctx, target.Patience)
	defer cancel()
	p := &prober{target: target}
	defer p.close()
	return rule.probe(ctx, p)
}

// Table returns the rules as a Markdown table.
func Table() string {
	var b strings.Builder
	b.WriteString("| where | rule | source | certainty |\n|---|---|---|---|\n")
	for _, rule := range Rules() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", rule.Section, rule.Text, rule.Source, rule.Certainty)
	}
	return b.String()
}

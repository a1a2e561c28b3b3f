// Package gatewayrules asks a running API whether it keeps the rules of Amazon API Gateway's WebSocket APIs. Package
// verified has the rules, and here is a probe for each. A probe needs only the address of an API that was deployed
// from the template.yaml of this folder. That can be the local stack, another emulator or AWS itself.
package gatewayrules

import (
	"context"
	"maps"
	"net/http"
	"strings"
	"time"

	"example.com/recall/local/verified"
)

// probe returns nil if the API keeps the rule.
type probe func(ctx context.Context, p *prober) error

func probes() map[string]probe {
	all := map[string]probe{}
	for _, section := range []map[string]probe{
		handshakeProbes(), eventProbes(), messageProbes(), defaultProbes(), connectionProbes(), managementProbes(),
	} {
		maps.Copy(all, section)
	}
	return all
}

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
	// IdleURL is an API whose idle limit ends within IdleLimit, and DurationURL one whose longest connection ends within
	// DurationLimit; empty = the limit is not probed. On AWS these take 10 minutes and 2 hours.
	IdleURL, DurationURL     string
	IdleLimit, DurationLimit time.Duration
	// Patience is how long a probe waits for something that must happen, after the limit if it asks for one.
	Patience time.Duration
	// Quiet is how long a probe waits if a rule says that nothing may happen; 0 = a second.
	Quiet time.Duration
}

// Result says whether a rule was probed and whether the API keeps it.
type Result struct {
	verified.Rule
	Probed bool
	// Failure says how the API breaks the rule; nil = the API keeps it.
	Failure error
	// Seen is what the API did, as far as the probe notes it, such as a status or a close frame.
	Seen string
}

// Answer is a Result as a result file has it.
func (r Result) Answer() verified.Answer {
	answer := verified.Answer{Rule: r.ID, Outcome: verified.Kept, Text: r.Seen}
	switch {
	case !r.Probed:
		answer.Outcome = verified.NotAsked
		answer.Text = "it takes too long, unless it is asked for"
	case r.Failure != nil:
		answer.Outcome, answer.Text = verified.Broken, r.Failure.Error()
	}
	return answer
}

// Rules returns the rules that have a probe here, in the order of the table.
func Rules() []verified.Rule {
	known := probes()
	var rules []verified.Rule
	for _, rule := range verified.Rules() {
		if known[rule.ID] != nil {
			rules = append(rules, rule)
		}
	}
	return rules
}

// Probe holds an API against one rule. Probes can run side by side.
func Probe(ctx context.Context, target Target, rule verified.Rule) Result {
	if target.Quiet == 0 {
		target.Quiet = time.Second
	}
	result := Result{Rule: rule}
	has, limit := target.has(rule)
	if !has {
		return result
	}
	ctx, cancel := context.WithTimeout(ctx, target.Patience+limit)
	defer cancel()
	p := &prober{target: target}
	defer p.close()
	result.Probed = true
	result.Failure = probes()[rule.ID](ctx, p)
	result.Seen = strings.Join(p.seen, ", then ")
	return result
}

// has returns whether the target has what a rule needs, and how long the limit takes that the rule is about.
func (t Target) has(rule verified.Rule) (has bool, limit time.Duration) {
	switch {
	case strings.HasPrefix(rule.ID, "default."):
		return t.DefaultURL != "", 0
	case rule.ID == ruleIdle, rule.ID == rulePingIdle:
		return t.IdleURL != "", t.IdleLimit
	case rule.ID == ruleDuration:
		return t.DurationURL != "", t.DurationLimit
	default:
		return true, 0
	}
}

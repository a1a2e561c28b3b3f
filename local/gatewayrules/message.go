package gatewayrules

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// errorFrame matches a frame with which API Gateway itself answers. The spacing must match too.
func errorFrame(message string) *regexp.Regexp {
	return regexp.MustCompile(`^\{"message": "` + message + `", "connectionId":"[^"]+", "requestId":"[^"]+"\}$`)
}

// answered returns a probe that sends a frame and expects an answer of this form. Afterwards the connection must
// still work.
func answered(frame string, form *regexp.Regexp) func(context.Context, *prober) error {
	return func(ctx context.Context, p *prober) error {
		s, err := p.connect(ctx)
		if err != nil {
			return err
		}
		if err := s.text(frame); err != nil {
			return err
		}
		got, _, err := s.read()
		if err != nil {
			return err
		}
		if !form.MatchString(got) {
			return fmt.Errorf("what comes is %s", brief(got))
		}
		return s.alive()
	}
}

// silent returns a probe that sends a frame and expects no answer. Afterwards the connection must still work.
func silent(frame string) func(context.Context, *prober) error {
	return func(ctx context.Context, p *prober) error {
		s, err := p.connect(ctx)
		if err != nil {
			return err
		}
		if err := s.text(frame); err != nil {
			return err
		}
		if err := s.wantNothing(p.target.Quiet); err != nil {
			return err
		}
		return s.alive()
	}
}

func messageRules() []Rule {
	const routes, capture = "Developer Guide, routes and integrations", "captured traffic"
	return []Rule{
		{
			Text:   "The property that the selection expression names selects the route",
			Source: "Developer Guide, selection expressions", Certainty: Confirmed,
			probe: answered(`{"action":"ask","say":"hello"}`, regexp.MustCompile(`^hello$`))},
		{
			Text: "Without `$default`, an unknown action gets the frame `Forbidden`, in its spacing, " +
				"and the connection stays",
			Source: capture, Certainty: Unsure,
			probe: answered(`{"action":"other"}`, errorFrame("Forbidden")),
		},
		{
			Text:   "Without `$default`, so does what is not JSON",
			Source: capture, Certainty: Unsure,
			probe: answered(`hello`, errorFrame("Forbidden")),
		},
		{
			Text:   "A function that fails gets the frame `Internal server error`, and the connection stays",
			Source: "serverless-offline's tests, which also run on AWS", Certainty: Confirmed,
			probe: answered(`{"action":"ask","fail":true}`, errorFrame("Internal server error")),
		},
		{
			Text:   "So it does on a route without a route response",
			Source: "a log of experiments on AWS", Certainty: Unsure,
			probe: answered(`{"action":"tell","fail":true}`, errorFrame("Internal server error")),
		},
		{
			Text:   "An integration's time-out gets the frame `Endpoint request timed out`, and the connection stays",
			Source: "Mangum, issue 128; Chalice, issue 1406", Certainty: Unsure,
			probe: answered(`{"action":"hurry","sleep":3000}`, errorFrame("Endpoint request timed out")),
		},
		{
			Text:   "With a route response, the function's `body` is the answer, whatever it is",
			Source: routes, Certainty: Confirmed,
			probe: answered(`{"action":"ask","say":" a b "}`, regexp.MustCompile(`^ a b $`)),
		},
		{
			Text:   "Without a route response, nothing is answered",
			Source: routes, Certainty: Confirmed,
			probe: silent(`{"action":"tell","say":"hello"}`),
		},
		{
			Text:   "With a route response, an answer without `body` sends nothing",
			Source: "other emulators", Certainty: Unsure,
			probe: silent(`{"action":"ask","empty":true}`),
		},
		{
			Text:   "`statusCode` 500 of a message's function has no effect",
			Source: "a log of experiments on AWS", Certainty: Unsure,
			probe: silent(`{"action":"tell","status":500}`),
		},
		{
			Text:   "Frames of one connection are handled at the same time",
			Source: "Developer Guide, integration responses", Certainty: Confirmed,
			probe: concurrent,
		},
	}
}

func concurrent(ctx context.Context, p *prober) error {
	s, err := p.connect(ctx)
	if err != nil {
		return err
	}
	if err := s.text(`{"action":"ask","sleep":4000,"say":"slow"}`); err != nil {
		return err
	}
	if err := s.text(`{"action":"ask","say":"quick"}`); err != nil {
		return err
	}
	for _, wanted := range []string{"quick", "slow"} {
		if err := s.wantMessage(wanted); err != nil {
			return err
		}
	}
	return nil
}

// byDefault returns a probe that sends a frame and expects that $default gets it.
func byDefault(frame string) func(context.Context, *prober) error {
	return func(ctx context.Context, p *prober) error {
		s, err := p.connectTo(ctx, p.target.DefaultURL)
		if err != nil {
			return err
		}
		e, err := s.ask(frame)
		if err != nil {
			return err
		}
		return e.has(map[string]any{"requestContext.routeKey": "$default", "body": frame})
	}
}

func defaultRules() []Rule {
	const routes = "Developer Guide, routes and integrations"
	rules := []Rule{
		{
			Text:   "An action without a route goes to `$default`, whose key is the `routeKey`",
			Source: routes, Certainty: Confirmed,
			probe: byDefault(`{"action":"other"}`),
		},
		{
			Text:   "So does what is not JSON",
			Source: routes, Certainty: Confirmed,
			probe: byDefault(`hello`),
		},
		{
			Text:   "So does JSON that is no object",
			Source: routes, Certainty: Confirmed,
			probe: byDefault(`["ask"]`),
		},
		{
			Text:   "So does a message without the property",
			Source: "serverless-offline's tests, which also run on AWS", Certainty: Confirmed,
			probe: byDefault(`{"Action":"ask"}`),
		},
		{
			Text:   "So does a property that is not a text",
			Source: "other emulators", Certainty: Unsure,
			probe: byDefault(`{"action":7}`),
		},
		{
			Text:   "So does a message that names `$connect`",
			Source: "none", Certainty: Unknown,
			probe: byDefault(`{"action":"$connect"}`),
		},
		{
			Text:   "A route of its own goes before `$default`",
			Source: routes, Certainty: Confirmed,
			probe: ownRoute,
		},
	}
	for i := range rules {
		rules[i].needs = defaultRoute
	}
	return rules
}

func ownRoute(ctx context.Context, p *prober) error {
	s, err := p.connectTo(ctx, p.target.DefaultURL)
	if err != nil {
		return err
	}
	e, err := s.ask(`{"action":"ask"}`)
	if err != nil {
		return err
	}
	return e.has(map[string]any{"requestContext.routeKey": "ask"})
}

// message returns a message of a size for the route ask, which answers "ok".
func message(size int) string {
	begin, end := `{"action":"ask","say":"ok","fill":"`, `"}`
	return begin + strings.Repeat("x", size-len(begin)-len(end)) + end
}

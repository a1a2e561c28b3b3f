package gatewayrules

import (
	"context"
	"errors"
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
func answered(frame string, form *regexp.Regexp) probe {
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
		p.note("%s", got)
		if !form.MatchString(got) {
			return fmt.Errorf("what comes is %s", brief(got))
		}
		return s.alive()
	}
}

// silent returns a probe that sends a frame and expects no answer. Afterwards the connection must still work.
func silent(frame string) probe {
	return func(ctx context.Context, p *prober) error {
		s, err := p.connect(ctx)
		if err != nil {
			return err
		}
		if err := s.text(frame); err != nil {
			return err
		}
		// A wrong answer comes before the answer to the next frame, or soon after it. So a slow start of the function does
		// not hide it.
		if err := s.alive(); err != nil {
			return err
		}
		return s.wantNothing(p.target.Quiet)
	}
}

func messageProbes() map[string]probe {
	return map[string]probe{
		"messages.route":                   answered(`{"action":"ask","say":"hello"}`, regexp.MustCompile(`^hello$`)),
		"messages.unknown-action":          answered(`{"action":"other"}`, errorFrame("Forbidden")),
		"messages.not-json":                answered(`hello`, errorFrame("Forbidden")),
		"messages.function-fails":          answered(`{"action":"ask","fail":true}`, errorFrame("Internal server error")),
		"messages.function-fails-silently": answered(`{"action":"tell","fail":true}`, errorFrame("Internal server error")),
		"messages.time-out": answered(`{"action":"hurry","sleep":3000}`,
			errorFrame("Endpoint request timed out")),
		"messages.answer":       answered(`{"action":"ask","say":" a b "}`, regexp.MustCompile(`^ a b $`)),
		"messages.no-answer":    silent(`{"action":"tell","say":"hello"}`),
		"messages.empty-answer": silent(`{"action":"ask","empty":true}`),
		"messages.status":       silent(`{"action":"tell","status":500}`),
		"messages.throttled":    throttled,
		"messages.concurrent":   concurrent,
	}
}

// concurrentTries is how often the probe tries. At first a second function may have to start, and that may take longer
// than the slow answer.
const concurrentTries = 5

func concurrent(ctx context.Context, p *prober) error {
	s, err := p.connect(ctx)
	if err != nil {
		return err
	}
	for range concurrentTries {
		for _, frame := range []string{
			`{"action":"ask","sleep":1000,"say":"slow"}`, `{"action":"ask","say":"quick"}`,
		} {
			if err := s.text(frame); err != nil {
				return err
			}
		}
		first, _, err := s.read()
		switch {
		case err != nil:
			return err
		case first == "quick":
			return s.wantMessage("slow")
		case first != "slow":
			return fmt.Errorf("what comes is %s", brief(first))
		}
		if err := s.wantMessage("quick"); err != nil {
			return err
		}
	}
	return errors.New("the slow answer comes first each time, although the quick one was ready")
}

// throttledFrames is far more than the route seldom takes at once.
const throttledFrames = 100

func throttled(ctx context.Context, p *prober) error {
	s, err := p.connect(ctx)
	if err != nil {
		return err
	}
	for range throttledFrames {
		if err := s.text(`{"action":"seldom","say":"ok"}`); err != nil {
			return err
		}
	}
	refused := ""
	for range throttledFrames {
		got, _, err := s.read()
		if err != nil {
			return err
		}
		if got != "ok" {
			refused = got
		}
	}
	if refused == "" {
		return fmt.Errorf("all of %d frames are taken", throttledFrames)
	}
	p.note("%s", refused)
	if !errorFrame("Too Many Requests").MatchString(refused) {
		return fmt.Errorf("what comes is %s", brief(refused))
	}
	return s.alive()
}

// byDefault returns a probe that sends a frame and expects that $default gets it.
func byDefault(frame string) probe {
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

func defaultProbes() map[string]probe {
	return map[string]probe{
		"default.unknown-action": byDefault(`{"action":"other"}`),
		"default.not-json":       byDefault(`hello`),
		"default.no-object":      byDefault(`["ask"]`),
		"default.no-property":    byDefault(`{"Action":"ask"}`),
		"default.not-text":       byDefault(`{"action":7}`),
		"default.reserved":       byDefault(`{"action":"$connect"}`),
		"default.own-route":      ownRoute,
	}
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

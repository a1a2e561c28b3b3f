package gatewayrules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// unknownConnection has the form of a connection ID, but there is no such connection.
const unknownConnection = "AAAAAAAAAAAAAAA="

func managementProbes() map[string]probe {
	big := []byte(strings.Repeat("x", 128<<10))
	return map[string]probe{
		"management.post": onConnection(func(ctx context.Context, p *prober, s *socket, id string) error {
			return posted(ctx, p, s, p.connection(id), "hello")
		}),
		"management.encoded-path": onConnection(func(ctx context.Context, p *prober, s *socket, id string) error {
			return posted(ctx, p, s, strings.Replace(p.connection(id), "@", "%40", 1), "hello")
		}),
		"management.body": onConnection(func(ctx context.Context, p *prober, s *socket, id string) error {
			return posted(ctx, p, s, p.connection(id), string(big))
		}),
		"management.long-body": onConnection(func(ctx context.Context, p *prober, _ *socket, id string) error {
			return p.wantFailure(ctx, http.MethodPost, p.connection(id), append(big, 'x'), 413, "PayloadTooLargeException")
		}),
		"management.invalid-text": onConnection(func(ctx context.Context, p *prober, _ *socket, id string) error {
			return p.wantFailure(ctx, http.MethodPost, p.connection(id), []byte("\xff"), 400, "BadRequestException")
		}),
		"management.get": onConnection(described),
		"management.delete": onConnection(func(ctx context.Context, p *prober, s *socket, id string) error {
			return deleted(ctx, p, s, id, 0)
		}),
		"management.delete-code": onConnection(func(ctx context.Context, p *prober, s *socket, id string) error {
			return deleted(ctx, p, s, id, 1000)
		}),
		"management.delete-disconnect": disconnectAfterDelete,
		"management.unsigned":          onConnection(unsigned),
		"management.other-stage": onConnection(func(ctx context.Context, p *prober, _ *socket, id string) error {
			address, err := anotherStage(p.target.ManagementURL)
			if err != nil {
				return err
			}
			address += strings.TrimPrefix(p.connection(id), p.target.ManagementURL)
			return p.wantFailure(ctx, http.MethodPost, address, []byte("x"), 403, "ForbiddenException")
		}),
		"management.post-unknown":   onAPI(http.MethodPost, unknownConnection, 410, "GoneException"),
		"management.get-unknown":    onAPI(http.MethodGet, unknownConnection, 410, "GoneException"),
		"management.delete-unknown": onAPI(http.MethodDelete, unknownConnection, 410, "GoneException"),
		"management.post-closed":    gone,
		"management.malformed-id":   onAPI(http.MethodPost, "none", 400, "BadRequestException"),
		"management.early":          early,
	}
}

// onConnection returns a probe that opens a connection and calls @connections for it.
func onConnection(
	check func(ctx context.Context, p *prober, s *socket, id string) error,
) probe {
	return func(ctx context.Context, p *prober) error {
		s, err := p.connect(ctx)
		if err != nil {
			return err
		}
		id, err := s.identity()
		if err != nil {
			return err
		}
		return check(ctx, p, s, id)
	}
}

func onAPI(method, id string, status int, name string) probe {
	return func(ctx context.Context, p *prober) error {
		var body []byte
		if method == http.MethodPost {
			body = []byte("x")
		}
		return p.wantFailure(ctx, method, p.connection(id), body, status, name)
	}
}

func posted(ctx context.Context, p *prober, s *socket, path, body string) error {
	answer, _, err := p.manage(ctx, http.MethodPost, path, []byte(body), true)
	if err != nil {
		return err
	}
	if err := wantStatus(answer, http.StatusOK); err != nil {
		return err
	}
	return s.wantMessage(body)
}

func described(ctx context.Context, p *prober, _ *socket, id string) error {
	answer, body, err := p.manage(ctx, http.MethodGet, p.connection(id), nil, true)
	if err != nil {
		return err
	}
	var shape struct {
		ConnectedAt, LastActiveAt time.Time
		Identity                  struct{ SourceIP string }
	}
	if err := json.Unmarshal(body, &shape); err != nil {
		return fmt.Errorf("the answer is %s", brief(string(body)))
	}
	if shape.ConnectedAt.IsZero() || shape.LastActiveAt.IsZero() || shape.Identity.SourceIP == "" {
		return fmt.Errorf("the answer is %s", brief(string(body)))
	}
	return wantStatus(answer, http.StatusOK)
}

// deleted deletes a connection and checks that it is closed. It also checks the close code if code is not 0.
func deleted(ctx context.Context, p *prober, s *socket, id string, code int) error {
	answer, _, err := p.manage(ctx, http.MethodDelete, p.connection(id), nil, true)
	if err != nil {
		return err
	}
	if err := wantStatus(answer, http.StatusNoContent); err != nil {
		return err
	}
	_, _, err = s.read()
	var end closed
	switch {
	case err == nil:
		return errors.New("a message comes")
	case errors.As(err, &end) && (code == 0 || end.code == code):
		return nil
	default:
		return err
	}
}

func disconnectAfterDelete(ctx context.Context, p *prober) error {
	observer, other, err := p.observed(ctx)
	if err != nil {
		return err
	}
	id, err := other.identity()
	if err != nil {
		return err
	}
	if err := deleted(ctx, p, other, id, 0); err != nil {
		return err
	}
	e, err := observer.told("disconnect")
	if err != nil {
		return err
	}
	return e.has(map[string]any{"requestContext.connectionId": id})
}

func unsigned(ctx context.Context, p *prober, _ *socket, id string) error {
	answer, _, err := p.manage(ctx, http.MethodPost, p.connection(id), []byte("x"), false)
	if err != nil {
		return err
	}
	return wantStatus(answer, http.StatusForbidden)
}

func gone(ctx context.Context, p *prober) error {
	observer, other, err := p.observed(ctx)
	if err != nil {
		return err
	}
	id, err := other.identity()
	if err != nil {
		return err
	}
	if err := other.send(final|opClose, []byte{0x03, 0xe8}); err != nil {
		return err
	}
	if _, err := observer.told("disconnect"); err != nil {
		return err
	}
	return p.wantFailure(ctx, http.MethodPost, p.connection(id), []byte("x"), 410, "GoneException")
}

func early(ctx context.Context, p *prober) error {
	observer, _, err := p.observed(ctx, "post", "yes")
	if err != nil {
		return err
	}
	e, err := observer.told("early")
	if err != nil {
		return err
	}
	return e.has(map[string]any{"status": 410.0})
}

// Posts opens a connection, posts to it several times, one after the other, and returns how long each post took.
func Posts(ctx context.Context, target Target, count int) ([]time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, target.Patience*time.Duration(count))
	defer cancel()
	p := &prober{target: target}
	defer p.close()
	s, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	id, err := s.identity()
	if err != nil {
		return nil, err
	}
	took := make([]time.Duration, count)
	for n := range took {
		started := time.Now()
		answer, _, err := p.manage(ctx, http.MethodPost, p.connection(id), []byte("hello"), true)
		if err != nil {
			return nil, err
		}
		took[n] = time.Since(started)
		if err := wantStatus(answer, http.StatusOK); err != nil {
			return nil, err
		}
		if err := s.wantMessage("hello"); err != nil {
			return nil, err
		}
	}
	return took, nil
}

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

func managementRules() []Rule {
	const model, capture = "model, apigatewaymanagementapi", "LocalStack, issue 4694"
	big := []byte(strings.Repeat("x", 128<<10))
	return []Rule{
		{
			Text:   "POST gets 200, and the body is a text frame",
			Source: model, Certainty: Confirmed,
			probe: onConnection(func(ctx context.Context, p *prober, s *socket, id string) error {
				return posted(ctx, p, s, p.connection(id), "hello")
			})},
		{
			Text:   "The path is matched as it is decoded: `%40connections`",
			Source: "AWS SDKs", Certainty: Confirmed,
			probe: onConnection(func(ctx context.Context, p *prober, s *socket, id string) error {
				return posted(ctx, p, s, strings.Replace(p.connection(id), "@", "%40", 1), "hello")
			})},
		{
			Text:   "A body of 128 KB is taken",
			Source: model, Certainty: Confirmed,
			probe: onConnection(func(ctx context.Context, p *prober, s *socket, id string) error {
				return posted(ctx, p, s, p.connection(id), string(big))
			})},
		{
			Text:   "A body over 128 KB gets 413 PayloadTooLargeException",
			Source: model, Certainty: Confirmed,
			probe: onConnection(func(ctx context.Context, p *prober, _ *socket, id string) error {
				return p.wantFailure(ctx, http.MethodPost, p.connection(id), append(big, 'x'), 413, "PayloadTooLargeException")
			})},
		{
			Text:   "A body that is not UTF-8 gets 400 BadRequestException",
			Source: "none", Certainty: Unknown,
			probe: onConnection(func(ctx context.Context, p *prober, _ *socket, id string) error {
				return p.wantFailure(ctx, http.MethodPost, p.connection(id), []byte("\xff"), 400, "BadRequestException")
			})},
		{
			Text:   "GET gets 200 with `connectedAt`, `lastActiveAt` and `identity`",
			Source: model, Certainty: Confirmed,
			probe: onConnection(described),
		},
		{
			Text:   "DELETE gets 204 and closes the connection",
			Source: model, Certainty: Confirmed,
			probe: onConnection(func(ctx context.Context, p *prober, s *socket, id string) error {
				return deleted(ctx, p, s, id, 0)
			}),
		},
		{
			Text:   "DELETE closes with 1000",
			Source: "none", Certainty: Unknown,
			probe: onConnection(func(ctx context.Context, p *prober, s *socket, id string) error {
				return deleted(ctx, p, s, id, 1000)
			}),
		},
		{
			Text:   "`$disconnect` runs after DELETE",
			Source: "Developer Guide, $disconnect; another emulator contradicts", Certainty: Unsure,
			probe: disconnectAfterDelete,
		},
		{
			Text:   "A call that is not signed gets 403",
			Source: "Developer Guide, IAM authorization", Certainty: Confirmed,
			probe: onConnection(unsigned),
		},
		{
			Text:   "Another stage gets 403",
			Source: "aws-sdk-go-v2, issue 889", Certainty: Unsure,
			probe: onConnection(func(ctx context.Context, p *prober, _ *socket, id string) error {
				address, err := anotherStage(p.target.ManagementURL)
				if err != nil {
					return err
				}
				address += strings.TrimPrefix(p.connection(id), p.target.ManagementURL)
				return p.wantFailure(ctx, http.MethodPost, address, []byte("x"), 403, "ForbiddenException")
			})},
		{
			Text:   "POST to an ID that is unknown gets 410 GoneException",
			Source: capture, Certainty: Unsure,
			probe: onAPI(http.MethodPost, unknownConnection, 410, "GoneException"),
		},
		{
			Text:   "GET of an ID that is unknown gets 410 GoneException",
			Source: model, Certainty: Confirmed,
			probe: onAPI(http.MethodGet, unknownConnection, 410, "GoneException"),
		},
		{
			Text:   "DELETE of an ID that is unknown gets 410 GoneException",
			Source: model, Certainty: Confirmed,
			probe: onAPI(http.MethodDelete, unknownConnection, 410, "GoneException"),
		},
		{
			Text:   "POST to a connection that is closed gets 410 GoneException",
			Source: model, Certainty: Confirmed,
			probe: gone,
		},
		{
			Text:   "An ID of another form gets 400 BadRequestException",
			Source: capture, Certainty: Unsure,
			probe: onAPI(http.MethodPost, "none", 400, "BadRequestException"),
		},
		{
			Text:   "POST during `$connect` gets 410",
			Source: "AWS Knowledge Center, 410 from API Gateway", Certainty: Confirmed,
			probe: early,
		},
	}
}

// onConnection returns a probe that opens a connection and calls @connections for it.
func onConnection(
	check func(ctx context.Context, p *prober, s *socket, id string) error,
) func(context.Context, *prober) error {
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

func onAPI(method, id string, status int, name string) func(context.Context, *prober) error {
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

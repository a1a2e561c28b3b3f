package gatewayrules

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

func handshakeProbes() map[string]probe {
	status := func(wanted int, fields ...string) probe {
		return func(ctx context.Context, p *prober) error { return p.refused(ctx, wanted, fields...) }
	}
	return map[string]probe{
		"handshake.no-upgrade":        plainRequest,
		"handshake.version":           wrongVersion,
		"handshake.other-stage":       otherStage,
		"handshake.long-address":      longAddress,
		"handshake.no-identity":       noIdentity(true),
		"handshake.empty-identity":    noIdentity(false),
		"handshake.unauthorized":      status(401, "authorize", "unauthorized"),
		"handshake.denied":            status(403, "authorize", "deny"),
		"handshake.authorizer-fails":  status(500, "authorize", "fail"),
		"handshake.no-policy":         status(500, "authorize", "nothing"),
		"handshake.connect-200":       status(101, "status", "200"),
		"handshake.connect-400":       status(400, "status", "400"),
		"handshake.connect-501":       status(501, "status", "501"),
		"handshake.connect-301":       status(301, "status", "301"),
		"handshake.connect-fails":     status(502, "connect", "fail"),
		"handshake.connect-no-status": status(502, "connect", "nothing"),
		"handshake.refusal-body":      refusalBody,
		"handshake.subprotocol":       subprotocol("b", "b"),
		"handshake.no-subprotocol":    subprotocol("", ""),
		"handshake.other-headers":     otherHeader,
		"handshake.compression":       compression,
	}
}

func refusalBody(ctx context.Context, p *prober) error {
	if err := p.refused(ctx, http.StatusUnauthorized, "authorize", "unauthorized", "body", "yes"); err != nil {
		return err
	}
	_, body, _ := strings.Cut(p.seen[0], " ")
	if !errorFrame("Unauthorized").MatchString(body) {
		return fmt.Errorf("the body is %s", brief(body))
	}
	return nil
}

func plainRequest(ctx context.Context, p *prober) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, query("http"+strings.TrimPrefix(p.target.URL, "ws")),
		nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if err := p.noteRefusal(answer); err != nil {
		return err
	}
	return wantStatus(answer, http.StatusUpgradeRequired)
}

func wrongVersion(ctx context.Context, p *prober) error {
	s, err := p.handshake(ctx, query(p.target.URL), http.Header{"Sec-Websocket-Version": {"8"}})
	if err != nil {
		return err
	}
	return wantStatus(s.answer, http.StatusBadRequest)
}

func otherStage(ctx context.Context, p *prober) error {
	address, err := anotherStage(p.target.URL)
	if err != nil {
		return err
	}
	s, err := p.handshake(ctx, query(address), nil)
	if err != nil {
		return err
	}
	return wantStatus(s.answer, http.StatusForbidden)
}

func longAddress(ctx context.Context, p *prober) error {
	s, err := p.handshake(ctx, query(p.target.URL, "long", strings.Repeat("x", 4096)), nil)
	if err != nil {
		return err
	}
	if s.answer.StatusCode < 400 {
		return fmt.Errorf("the status is %d", s.answer.StatusCode)
	}
	return nil
}

func noIdentity(absent bool) probe {
	return func(ctx context.Context, p *prober) error {
		address := p.target.URL
		if !absent {
			address += "?key="
		}
		s, err := p.handshake(ctx, address, nil)
		if err != nil {
			return err
		}
		return wantStatus(s.answer, http.StatusUnauthorized)
	}
}

func subprotocol(returned, wanted string) probe {
	return func(ctx context.Context, p *prober) error {
		s, err := p.handshake(ctx, query(p.target.URL, "protocol", returned), http.Header{
			"Sec-Websocket-Protocol": {"a, b"},
		})
		if err != nil {
			return err
		}
		if err := wantStatus(s.answer, http.StatusSwitchingProtocols); err != nil {
			return err
		}
		if got := s.answer.Header.Get("Sec-Websocket-Protocol"); got != wanted {
			return fmt.Errorf("the subprotocol is %q, not %q", got, wanted)
		}
		return nil
	}
}

func otherHeader(ctx context.Context, p *prober) error {
	s, err := p.connect(ctx, "header", "seen")
	if err != nil {
		return err
	}
	if got := s.answer.Header.Get("X-Probe"); got != "seen" {
		return fmt.Errorf("the header is %q", got)
	}
	return nil
}

func compression(ctx context.Context, p *prober) error {
	s, err := p.handshake(ctx, query(p.target.URL), http.Header{"Sec-Websocket-Extensions": {"permessage-deflate"}})
	if err != nil {
		return err
	}
	if got := s.answer.Header.Get("Sec-Websocket-Extensions"); got != "" {
		return fmt.Errorf("it is accepted: %s", got)
	}
	return wantStatus(s.answer, http.StatusSwitchingProtocols)
}

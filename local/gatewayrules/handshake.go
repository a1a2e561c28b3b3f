package gatewayrules

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

func handshakeRules() []Rule {
	status := func(wanted int, fields ...string) func(context.Context, *prober) error {
		return func(ctx context.Context, p *prober) error { return p.refused(ctx, wanted, fields...) }
	}
	return []Rule{
		{
			Text:   "A request that asks for no upgrade gets 426",
			Source: "serverless-offline's tests, which also run on AWS", Certainty: Confirmed,
			probe: plainRequest,
		},
		{
			Text:   "An upgrade of another version than 13 gets 400",
			Source: "RFC 6455, section 4.2.2; other emulators", Certainty: Unsure,
			probe: wrongVersion,
		},
		{Text: "Another stage gets 403", Source: "other emulators", Certainty: Unsure, probe: otherStage},
		{
			Text:   "An address of over 4,096 characters is refused",
			Source: "WebSocket API quotas", Certainty: Confirmed,
			probe: longAddress,
		},
		{
			Text:   "A missing identity source gets 401",
			Source: "Developer Guide, Lambda authorizers; model, CreateAuthorizer", Certainty: Confirmed,
			probe: noIdentity(true),
		},
		{
			Text:   "An empty identity source gets 401",
			Source: "model, CreateAuthorizer", Certainty: Confirmed,
			probe: noIdentity(false),
		},
		{
			Text:   "An authorizer's error `Unauthorized` gets 401",
			Source: "Developer Guide, Lambda authorizers", Certainty: Confirmed,
			probe: status(401, "authorize", "unauthorized"),
		},
		{
			Text:   "A policy that denies gets 403",
			Source: "Developer Guide, Lambda authorizers", Certainty: Confirmed,
			probe: status(403, "authorize", "deny"),
		},
		{
			Text:   "Any other error of the authorizer gets 500",
			Source: "other emulators", Certainty: Unknown,
			probe: status(500, "authorize", "fail"),
		},
		{
			Text:   "An authorizer's answer without a policy gets 500",
			Source: "other emulators", Certainty: Unknown,
			probe: status(500, "authorize", "nothing"),
		},
		{
			Text:   "`$connect` with 200 gets 101",
			Source: "Developer Guide, $connect", Certainty: Confirmed,
			probe: status(101),
		},
		{
			Text:   "`$connect` with 400 gets 400",
			Source: "Developer Guide, subprotocols", Certainty: Confirmed,
			probe: status(400, "status", "400"),
		},
		{
			Text:   "`$connect` with 501 gets 501",
			Source: "a log of experiments on AWS", Certainty: Unsure,
			probe: status(501, "status", "501"),
		},
		{
			Text:   "`$connect` with 301 gets 301",
			Source: "a log of experiments on AWS", Certainty: Unsure,
			probe: status(301, "status", "301"),
		},
		{
			Text:   "A `$connect` function that fails gets 502",
			Source: "a log of experiments on AWS", Certainty: Unsure,
			probe: status(502, "connect", "fail"),
		},
		{
			Text:   "A `$connect` answer without `statusCode` gets 502",
			Source: "other emulators", Certainty: Unsure,
			probe: status(502, "connect", "nothing"),
		},
		{
			Text:   "A subprotocol is what `$connect` returns",
			Source: "Developer Guide, subprotocols", Certainty: Confirmed,
			probe: subprotocol("b", "b"),
		},
		{
			Text:   "A subprotocol is not negotiated without `$connect`",
			Source: "Developer Guide, subprotocols", Certainty: Confirmed,
			probe: subprotocol("", ""),
		},
		{
			Text:   "Other headers of the `$connect` answer are on the 101",
			Source: "other emulators", Certainty: Unknown,
			probe: otherHeader,
		},
		{Text: "Compression is not accepted", Source: "none", Certainty: Unknown, probe: compression},
	}
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

func noIdentity(absent bool) func(context.Context, *prober) error {
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

func subprotocol(returned, wanted string) func(context.Context, *prober) error {
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

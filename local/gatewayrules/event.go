package gatewayrules

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// checkEvent checks one event.
type checkEvent func(e event) error

// onHandshake returns a probe that checks the event of $connect or of the authorizer.
func onHandshake(kind string, check checkEvent) func(context.Context, *prober) error {
	return func(ctx context.Context, p *prober) error {
		observer, _, err := p.observed(ctx)
		if err != nil {
			return err
		}
		e, err := observer.told(kind)
		if err != nil {
			return err
		}
		return check(e)
	}
}

// onMessage returns a probe that checks the event of a frame.
func onMessage(check checkEvent) func(context.Context, *prober) error {
	return func(ctx context.Context, p *prober) error {
		s, err := p.connect(ctx)
		if err != nil {
			return err
		}
		e, err := s.ask(`{"action":"ask",  "more":[1]}`)
		if err != nil {
			return err
		}
		return check(e)
	}
}

// onDisconnect returns a probe that checks the event of $disconnect after a close frame with a payload.
func onDisconnect(payload string, check checkEvent) func(context.Context, *prober) error {
	return func(ctx context.Context, p *prober) error {
		observer, other, err := p.observed(ctx)
		if err != nil {
			return err
		}
		if err := other.send(final|opClose, []byte(payload)); err != nil {
			return err
		}
		e, err := observer.told("disconnect")
		if err != nil {
			return err
		}
		return check(e)
	}
}

var identifier = regexp.MustCompile(`^[A-Za-z0-9_-]{15}=$`)

func eventRules() []Rule {
	const capture, guide = "captured traffic", "Developer Guide, mapping template reference"
	return []Rule{
		{
			Text:   "`$connect` has `eventType` CONNECT, `routeKey` $connect and `messageDirection` IN",
			Source: capture, Certainty: Unsure,
			probe: onHandshake("connect", func(e event) error {
				return e.has(map[string]any{
					"requestContext.eventType":        "CONNECT",
					"requestContext.routeKey":         "$connect",
					"requestContext.messageDirection": "IN", "isBase64Encoded": false,
				})
			})},
		{Text: "`$connect` has no `body` and no `messageId`", Source: guide, Certainty: Confirmed,
			probe: onHandshake("connect", func(e event) error { return e.lacks("body", "requestContext.messageId") })},
		{Text: "The query string is in the event of `$connect`", Source: capture, Certainty: Unsure,
			probe: onHandshake("connect", func(e event) error {
				values, _ := e.at("multiValueQueryStringParameters.key").([]any)
				if len(values) != 1 || values[0] != "1" {
					return fmt.Errorf("multiValueQueryStringParameters.key is %v", values)
				}
				return e.has(map[string]any{"queryStringParameters.key": "1"})
			})},
		{
			Text:   "`X-Forwarded-Proto` is https and `X-Forwarded-Port` 443",
			Source: capture, Certainty: Unsure,
			probe: onHandshake("connect", func(e event) error {
				return e.has(map[string]any{"headers.X-Forwarded-Proto": "https", "headers.X-Forwarded-Port": "443"})
			})},
		{
			Text:   "`$connect` has no headers `Connection`, `Upgrade` and `content-length`",
			Source: capture, Certainty: Unsure,
			probe: onHandshake("connect", func(e event) error {
				return e.lacks("headers.Connection", "headers.Upgrade", "headers.content-length")
			})},
		{
			Text:   "`requestId` equals `extendedRequestId`",
			Source: guide, Certainty: Confirmed,
			probe: onMessage(func(e event) error {
				return e.has(map[string]any{"requestContext.extendedRequestId": e.at("requestContext.requestId")})
			})},
		{
			Text:   "IDs are 16 characters of base64url, ending in =",
			Source: capture, Certainty: Unsure,
			probe: onMessage(identifiers),
		},
		{
			Text: "`connectedAt` and `requestTimeEpoch` are milliseconds, in this order; " +
				"`requestTime` is dd/MMM/yyyy:HH:mm:ss +0000",
			Source: capture, Certainty: Unsure,
			probe: onMessage(times),
		},
		{
			Text:   "The authorizer's event has `type` REQUEST and a `methodArn` of stage and $connect",
			Source: "Developer Guide, Lambda authorizers", Certainty: Confirmed,
			probe: onHandshake("authorize", func(e event) error {
				arn, _ := e.at("methodArn").(string)
				if !strings.HasPrefix(arn, "arn:") ||
					!strings.HasSuffix(arn, "/"+fmt.Sprint(e.at("requestContext.stage"))+"/$connect") {
					return fmt.Errorf("methodArn is %q", arn)
				}
				return e.has(map[string]any{"type": "REQUEST"})
			})},
		{
			Text:   "The authorizer's event has the headers of the upgrade",
			Source: "Developer Guide, Lambda authorizers", Certainty: Confirmed,
			probe: onHandshake("authorize", func(e event) error {
				return e.has(map[string]any{"headers.Upgrade": "websocket"})
			})},
		{
			Text:   "The authorizer's empty `stageVariables` are {}",
			Source: "serverless-offline's tests, which also run on AWS", Certainty: Confirmed,
			probe: onHandshake("authorize", func(e event) error {
				if variables, ok := e["stageVariables"].(map[string]any); !ok || len(variables) > 0 {
					return fmt.Errorf("stageVariables are %v", e["stageVariables"])
				}
				return nil
			})},
		{
			Text:   "The authorizer's `connectionId` is that of the connection",
			Source: "LocalStack, issue 8893", Certainty: Confirmed,
			probe: sameConnection,
		},
		{
			Text:   "A message has its raw text as `body`, and `eventType` MESSAGE",
			Source: capture, Certainty: Unsure,
			probe: onMessage(func(e event) error {
				return e.has(map[string]any{
					"body": `{"action":"ask",  "more":[1]}`, "isBase64Encoded": false,
					"requestContext.eventType": "MESSAGE",
					"requestContext.routeKey":  "ask",
				})
			})},
		{
			Text:   "A message has a `messageId`",
			Source: guide, Certainty: Confirmed,
			probe: onMessage(func(e event) error {
				if e.at("requestContext.messageId") == nil {
					return errors.New("it has none")
				}
				return nil
			})},
		{
			Text:   "A message has no headers, query string and stage variables",
			Source: capture, Certainty: Unsure,
			probe: onMessage(func(e event) error {
				return e.lacks("headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters",
					"stageVariables")
			})},
		{
			Text:   "A message has the `principalId` and the context of the authorizer",
			Source: "LocalStack, issue 8314", Certainty: Unsure,
			probe: onMessage(func(e event) error {
				return e.has(map[string]any{
					"requestContext.authorizer.principalId": "somebody",
					"requestContext.authorizer.observer":    "",
				})
			})},
		{
			Text:   "Numbers and booleans of the authorizer's context are texts",
			Source: "Developer Guide, for mappings", Certainty: Unknown,
			probe: onMessage(func(e event) error {
				return e.has(map[string]any{
					"requestContext.authorizer.number": "7",
					"requestContext.authorizer.truth":  "true",
				})
			})},
		{
			Text:   "`$disconnect` has the code and reason of the client",
			Source: capture, Certainty: Unsure,
			probe: onDisconnect("\x0f\xa0bye", func(e event) error {
				return e.has(map[string]any{
					"requestContext.eventType":            "DISCONNECT",
					"requestContext.disconnectStatusCode": 4000.0,
					"requestContext.disconnectReason":     "bye",
				})
			})},
		{
			Text:   "`$disconnect` after a close frame without a code has 1005 and a reason in words",
			Source: capture, Certainty: Unsure,
			probe: onDisconnect("", func(e event) error {
				return e.has(map[string]any{
					"requestContext.disconnectStatusCode": 1005.0,
					"requestContext.disconnectReason":     "Client-side close frame status not set",
				})
			})},
		{
			Text:   "`$disconnect` has four headers: Host, and three empty ones",
			Source: capture, Certainty: Unsure,
			probe: onDisconnect("\x03\xe8", func(e event) error {
				if headers, _ := e["headers"].(map[string]any); len(headers) != 4 {
					return fmt.Errorf("the headers are %v", headers)
				}
				return e.has(map[string]any{
					"headers.x-api-key": "", "headers.X-Forwarded-For": "", "headers.x-restapi": "",
				})
			})},
	}
}

func identifiers(e event) error {
	for _, name := range []string{"connectionId", "requestId", "messageId"} {
		if id, _ := e.at("requestContext." + name).(string); !identifier.MatchString(id) {
			return fmt.Errorf("%s is %q", name, id)
		}
	}
	return nil
}

func times(e event) error {
	connected, _ := e.at("requestContext.connectedAt").(float64)
	requested, _ := e.at("requestContext.requestTimeEpoch").(float64)
	if connected < 1e12 || requested < connected {
		return fmt.Errorf("connectedAt is %v and requestTimeEpoch %v", connected, requested)
	}
	at, _ := e.at("requestContext.requestTime").(string)
	_, err := time.Parse("02/Jan/2006:15:04:05 +0000", at)
	return err
}

func sameConnection(ctx context.Context, p *prober) error {
	observer, other, err := p.observed(ctx)
	if err != nil {
		return err
	}
	e, err := observer.told("authorize")
	if err != nil {
		return err
	}
	id, err := other.identity()
	if err != nil {
		return err
	}
	return e.has(map[string]any{"requestContext.connectionId": id})
}

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
func onHandshake(kind string, check checkEvent) probe {
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
func onMessage(check checkEvent) probe {
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
func onDisconnect(payload string, check checkEvent) probe {
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

func eventProbes() map[string]probe {
	return map[string]probe{
		"events.connect-type": onHandshake("connect", func(e event) error {
			return e.has(map[string]any{
				"requestContext.eventType":        "CONNECT",
				"requestContext.routeKey":         "$connect",
				"requestContext.messageDirection": "IN", "isBase64Encoded": false,
			})
		}),
		"events.connect-no-body": onHandshake("connect", func(e event) error {
			return e.lacks("body", "requestContext.messageId")
		}),
		"events.connect-query": onHandshake("connect", func(e event) error {
			values, _ := e.at("multiValueQueryStringParameters.key").([]any)
			if len(values) != 1 || values[0] != "1" {
				return fmt.Errorf("multiValueQueryStringParameters.key is %v", values)
			}
			return e.has(map[string]any{"queryStringParameters.key": "1"})
		}),
		"events.forwarded": onHandshake("connect", func(e event) error {
			return e.has(map[string]any{"headers.X-Forwarded-Proto": "https", "headers.X-Forwarded-Port": "443"})
		}),
		"events.connect-headers": onHandshake("connect", func(e event) error {
			return e.lacks("headers.Connection", "headers.Upgrade", "headers.content-length")
		}),
		"events.request-id": onMessage(func(e event) error {
			return e.has(map[string]any{"requestContext.extendedRequestId": e.at("requestContext.requestId")})
		}),
		"events.identifiers": onMessage(identifiers),
		"events.times":       onMessage(times),
		"events.authorizer-arn": onHandshake("authorize", func(e event) error {
			arn, _ := e.at("methodArn").(string)
			if !strings.HasPrefix(arn, "arn:") ||
				!strings.HasSuffix(arn, "/"+fmt.Sprint(e.at("requestContext.stage"))+"/$connect") {
				return fmt.Errorf("methodArn is %q", arn)
			}
			return e.has(map[string]any{"type": "REQUEST"})
		}),
		"events.authorizer-headers": onHandshake("authorize", func(e event) error {
			return e.has(map[string]any{"headers.Upgrade": "websocket"})
		}),
		"events.authorizer-variables": onHandshake("authorize", func(e event) error {
			if variables, ok := e["stageVariables"].(map[string]any); !ok || len(variables) > 0 {
				return fmt.Errorf("stageVariables are %v", e["stageVariables"])
			}
			return nil
		}),
		"events.authorizer-connection": sameConnection,
		"events.message-body": onMessage(func(e event) error {
			return e.has(map[string]any{
				"body": `{"action":"ask",  "more":[1]}`, "isBase64Encoded": false,
				"requestContext.eventType": "MESSAGE",
				"requestContext.routeKey":  "ask",
			})
		}),
		"events.message-id": onMessage(func(e event) error {
			if e.at("requestContext.messageId") == nil {
				return errors.New("it has none")
			}
			return nil
		}),
		"events.message-no-headers": onMessage(func(e event) error {
			return e.lacks("headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters",
				"stageVariables")
		}),
		"events.message-authorizer": onMessage(func(e event) error {
			return e.has(map[string]any{
				"requestContext.authorizer.principalId": "somebody",
				"requestContext.authorizer.observer":    "",
			})
		}),
		"events.authorizer-texts": onMessage(func(e event) error {
			return e.has(map[string]any{
				"requestContext.authorizer.number": "7",
				"requestContext.authorizer.truth":  "true",
			})
		}),
		"events.disconnect-code": onDisconnect("\x0f\xa0bye", func(e event) error {
			return e.has(map[string]any{
				"requestContext.eventType":            "DISCONNECT",
				"requestContext.disconnectStatusCode": 4000.0,
				"requestContext.disconnectReason":     "bye",
			})
		}),
		"events.disconnect-no-code": onDisconnect("", func(e event) error {
			return e.has(map[string]any{
				"requestContext.disconnectStatusCode": 1005.0,
				"requestContext.disconnectReason":     "Client-side close frame status not set",
			})
		}),
		"events.disconnect-headers": onDisconnect("\x03\xe8", func(e event) error {
			if headers, _ := e["headers"].(map[string]any); len(headers) != 4 {
				return fmt.Errorf("the headers are %v", headers)
			}
			return e.has(map[string]any{
				"headers.x-api-key": "", "headers.X-Forwarded-For": "", "headers.x-restapi": "",
			})
		}),
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

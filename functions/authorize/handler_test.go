package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/recall/shared/recall/recalltest"
	"example.com/recall/shared/token"
)

const (
	tokenSecret = "a secret of at least thirty-two bytes"
	arn         = "arn:aws:execute-api:eu-central-1:123456789012:api/prod/$connect"
)

// door is the authorizer, the clock of its tokens, and what it logged.
type door struct {
	handler
	clock *recalltest.Clock
	out   *bytes.Buffer
}

func newDoor(t *testing.T, origins ...string) door {
	t.Helper()
	return newDoorWith(t, func(context.Context) (string, error) { return tokenSecret, nil }, origins...)
}

func newDoorWith(t *testing.T, read func(context.Context) (string, error), origins ...string) door {
	t.Helper()
	clock, out := recalltest.NewClock(), &bytes.Buffer{}
	log := slog.New(slog.NewJSONHandler(out, nil))
	verifier, err := token.New(t.Context(), token.Options{Secret: read, Clock: clock, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return door{handler{verifier: verifier, origins: origins, log: log}, clock, out}
}

func (d door) tokenOf(t *testing.T, user string) string {
	t.Helper()
	claims := jwt.MapClaims{"sub": user, "exp": d.clock.Now().Add(time.Hour).Unix()}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(tokenSecret))
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// knock is a handshake with these headers, as API Gateway's event tells it.
func (d door) knock(t *testing.T, headers map[string]string, query string) (policy, error) {
	t.Helper()
	event := map[string]any{
		"type": "REQUEST", "methodArn": arn, "headers": headers,
		"requestContext": map[string]any{"connectionId": "phone=", "routeKey": "$connect"},
	}
	if query != "" {
		event["queryStringParameters"] = map[string]string{query: "x"}
	}
	encoded, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	var read request
	if err := json.Unmarshal(encoded, &read); err != nil {
		t.Fatal(err)
	}
	return d.handle(t.Context(), read)
}

func (p policy) effect() string {
	if len(p.PolicyDocument.Statement) != 1 {
		return ""
	}
	return p.PolicyDocument.Statement[0].Effect
}

func TestAGoodTokenAllowsTheHandshakeAndPassesTheUserToEveryLaterFrame(t *testing.T) {
	d := newDoor(t)
	good := d.tokenOf(t, "alice")
	for name, headers := range map[string]map[string]string{
		"in the header":                    {"Authorization": "Bearer " + good},
		"in a header in small letters":     {"authorization": "Bearer  " + good + " "},
		"with the scheme in small letters": {"Authorization": "bearer " + good},
		"with the scheme in capitals":      {"Authorization": "BEARER " + good},
		"as a browser's subprotocol":       {"Sec-WebSocket-Protocol": "recall.v1, bearer." + good},
		"as the only subprotocol":          {"sec-websocket-protocol": "bearer." + good},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := d.knock(t, headers, "")
			if err != nil || answer.effect() != "Allow" || answer.PrincipalID != "alice" {
				t.Fatalf("answer %+v, error %v", answer, err)
			}
			if answer.Context["userId"] != "alice" || answer.Context["expiresAt"] != "1790003600000" ||
				len(answer.Context) != 2 {
				t.Errorf("context %v", answer.Context)
			}
			encoded, err := json.Marshal(answer)
			if err != nil ||
				!strings.Contains(string(encoded),
					`"policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow",`+
						`"Resource":"`+
						arn+`"}]}`) {
				t.Errorf("policy %s, error %v", encoded, err)
			}
		})
	}
}

func TestAHandshakeWithoutAGoodTokenIs401(t *testing.T) {
	d := newDoor(t)
	good := d.tokenOf(t, "alice")
	for _, each := range []struct {
		name    string
		headers map[string]string
		query   string
	}{
		{"no token", nil, ""},
		{"another scheme", map[string]string{"Authorization": "Basic " + good}, ""},
		{"no scheme", map[string]string{"Authorization": good}, ""},
		{"an empty bearer", map[string]string{"Authorization": "Bearer "}, ""},
		{"a forged token", map[string]string{"Authorization": "Bearer " + good[:len(good)-4] + "AAAA"}, ""},
		{
			"a forged token beside a good one",
			map[string]string{"Authorization": "Bearer x", "Sec-WebSocket-Protocol": "bearer." + good}, "",
		},
		{"no bearer among the subprotocols", map[string]string{"Sec-WebSocket-Protocol": "recall.v1"}, ""},
		{"a token in the query string, beside a good one", map[string]string{"Authorization": "Bearer " + good}, "token"},
		{"a token in the query string in capitals", map[string]string{"Authorization": "Bearer " + good}, "ACCESS_TOKEN"},
	} {
		t.Run(each.name, func(t *testing.T) {
			answer, err := d.knock(t, each.headers, each.query)
			// API Gateway answers 401 to an error of exactly this text, and 500 to any other.
			if !errors.Is(err, errUnauthorized) || err.Error() != "Unauthorized" || answer.effect() != "" {
				t.Errorf("answer %+v, error %v", answer, err)
			}
		})
	}
	d.clock.Advance(time.Hour)
	if _, err := d.knock(t, map[string]string{"Authorization": "Bearer " + good}, ""); !errors.Is(err, errUnauthorized) {
		t.Errorf("an expired token: error %v", err)
	}
}

func TestAHandshakeIs5xxAndNot401IfTheKeyCannotBeRead(t *testing.T) {
	d := newDoorWith(t, func(context.Context) (string, error) { return "", errors.New("throttled") })
	answer, err := d.knock(t, map[string]string{"Authorization": "Bearer " + d.tokenOf(t, "alice")}, "")
	// API Gateway answers 401, which is final for a client, only to an error of this text.
	if err == nil || err.Error() == "Unauthorized" || answer.effect() != "" {
		t.Errorf("answer %+v, error %v", answer, err)
	}
	if !strings.Contains(d.out.String(), `"level":"ERROR"`) || !strings.Contains(d.out.String(), "throttled") {
		t.Errorf("the cause is not logged: %s", d.out)
	}
	// What is no token at all is refused all the same: no key could make it one.
	if _, err := d.knock(t, map[string]string{"Authorization": "Bearer x"}, ""); !errors.Is(err, errUnauthorized) {
		t.Errorf("without a token: error %v", err)
	}
}

func TestAMalformedUserOfAGoodTokenIs403(t *testing.T) {
	d := newDoor(t)
	for _, user := range []string{"", "a b", "a#b", "c2c/a", strings.Repeat("x", 65), "ü"} {
		answer, err := d.knock(t, map[string]string{"Authorization": "Bearer " + d.tokenOf(t, user)}, "")
		if err != nil || answer.effect() != "Deny" || answer.Context != nil {
			t.Errorf("user %q: answer %+v, error %v", user, answer, err)
		}
	}
}

func TestAnOriginThatIsNotConfiguredIs403(t *testing.T) {
	for _, each := range []struct {
		name    string
		origins []string
		origin  string
		effect  string
	}{
		{"the configured one", []string{"https://chat.example.com"}, "https://chat.example.com", "Allow"},
		{"one of two", []string{"https://a.example.com", "https://b.example.com"}, "https://b.example.com", "Allow"},
		{"another", []string{"https://chat.example.com"}, "https://evil.example.com", "Deny"},
		{"one that begins alike", []string{"https://chat.example.com"}, "https://chat.example.com.evil.example", "Deny"},
		{"another scheme", []string{"https://chat.example.com"}, "http://chat.example.com", "Deny"},
		{"a file", []string{"https://chat.example.com"}, "null", "Deny"},
		{"none, as outside of browsers", []string{"https://chat.example.com"}, "", "Allow"},
		{"any where none is configured", nil, "https://evil.example.com", "Allow"},
	} {
		t.Run(each.name, func(t *testing.T) {
			d := newDoor(t, each.origins...)
			headers := map[string]string{"Authorization": "Bearer " + d.tokenOf(t, "alice")}
			if each.origin != "" {
				headers["origin"] = each.origin
			}
			if answer, err := d.knock(t, headers, ""); err != nil || answer.effect() != each.effect {
				t.Errorf("answer %+v, error %v", answer, err)
			}
		})
	}
}

func TestG10NoTokenIsLogged(t *testing.T) {
	d := newDoor(t)
	good := d.tokenOf(t, "alice")
	for _, headers := range []map[string]string{
		{"Authorization": "Bearer " + good}, {"Authorization": "Bearer " + good + "x"},
		{"Authorization": "Bearer " + d.tokenOf(t, "a b")}, {"Sec-WebSocket-Protocol": "bearer." + good + ".x"},
	} {
		_, _ = d.knock(t, headers, "") // whatever the answer is
	}
	for _, part := range strings.Split(good, ".") {
		if strings.Contains(d.out.String(), part) {
			t.Errorf("a part of a token is in the log: %s", d.out)
		}
	}
	if !strings.Contains(d.out.String(), "handshake refused") || !strings.Contains(d.out.String(), "malformed user ID") {
		t.Errorf("refusals are not logged: %s", d.out)
	}
}

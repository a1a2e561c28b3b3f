package websocket_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/recall/local/websocket"
)

// guarded adds an authorizer whose identity source is the Authorization header.
func guarded(o *websocket.Options) {
	o.API.Authorizer = &websocket.Authorizer{
		Function:        "authorize",
		IdentitySources: []string{"route.request.header.Authorization"},
	}
}

const methodARN = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/local/$connect"

// policy is an authorizer's answer with one statement.
func policy(effect, resource string, context map[string]any) map[string]any {
	return map[string]any{
		"principalId": "alice",
		"policyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{
			map[string]any{"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource},
		}},
		"context": context,
	}
}

func withToken() http.Header { return http.Header{"Authorization": {"Bearer secret-token"}} }

func TestAMissingIdentitySourceIsUnauthorizedWithoutAskingTheAuthorizer(t *testing.T) {
	for why, header := range map[string]http.Header{"missing": nil, "empty": {"Authorization": {""}}} {
		t.Run(why, func(t *testing.T) {
			s := start(t, guarded, nil)
			s.wantStatus(http.StatusUnauthorized, header)
			if calls := len(s.functions.calls("authorize")); calls != 0 {
				t.Errorf("the authorizer was called %d times", calls)
			}
		})
	}
}

func TestAllIdentitySourcesMustBePresent(t *testing.T) {
	s := start(t, func(o *websocket.Options) {
		o.API.Authorizer = &websocket.Authorizer{Function: "authorize", IdentitySources: []string{
			"route.request.header.Authorization", "route.request.querystring.device",
		}}
	}, map[string]function{"authorize": answer(policy("Allow", methodARN, nil))})
	s.wantStatus(http.StatusUnauthorized, withToken())
	conn, _, err := s.dial(s.url()+"?device=phone", withToken())
	if err != nil {
		t.Fatalf("with both: %v", err)
	}
	_ = conn.CloseNow()
}

func TestTheAuthorizersAnswerDecidesTheHandshake(t *testing.T) {
	allow := policy("Allow", methodARN, nil)
	changed := func(change func(map[string]any)) map[string]any {
		p := policy("Allow", methodARN, nil)
		change(p)
		return p
	}
	statement := func(s map[string]any) map[string]any {
		return changed(func(p map[string]any) { p["policyDocument"] = map[string]any{"Statement": s} })
	}
	for _, c := range []struct {
		why    string
		run    function
		status int
	}{
		{"allowed", answer(allow), 101},
		{"allowed by wildcards", answer(policy("Allow", "arn:aws:execute-api:*:*:*/lo?al/*", nil)), 101},
		{"allowed for everything", answer(policy("Allow", "*", nil)), 101},
		{"allowed by a single statement with an array of actions", answer(statement(map[string]any{
			"Effect":   "Allow",
			"Action":   []string{"s3:GetObject", "execute-api:*"},
			"Resource": []string{"arn:other", methodARN},
		})), 101},
		{"denied", answer(policy("Deny", methodARN, nil)), 403},
		{
			"allowed elsewhere",
			answer(policy("Allow", "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/prod/$connect", nil)),
			403,
		},
		{
			"allowed another action",
			answer(statement(map[string]any{"Effect": "Allow", "Action": "s3:*", "Resource": "*"})),
			403,
		},
		{"allowed and denied", answer(changed(func(p map[string]any) {
			p["policyDocument"] = map[string]any{"Statement": []any{
				map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*"},
				map[string]any{"Effect": "Deny", "Action": "*", "Resource": "arn:aws:execute-api:*/$connect"},
			}}
		})), 403},
		{"the error Unauthorized", failing("Unauthorized"), 401},
		{"an error that only contains Unauthorized", failing("Unauthorized: expired"), 500},
		{"another error", failing("boom"), 500},
		{"a function that cannot run", func(context.Context, []byte) (any, error) { return nil, errNotRunnable }, 500},
		{"a boolean answer", answer(map[string]any{"isAuthorized": true}), 500},
		{"no principalId", answer(changed(func(p map[string]any) { delete(p, "principalId") })), 500},
		{"no policy", answer(changed(func(p map[string]any) { delete(p, "policyDocument") })), 500},
		{
			"a policy without statements",
			answer(changed(func(p map[string]any) { p["policyDocument"] = map[string]any{} })),
			500,
		},
		{"an effect that is none", answer(policy("allow", methodARN, nil)), 500},
		{"a condition, which is not evaluated", answer(statement(map[string]any{
			"Effect":    "Allow",
			"Action":    "*",
			"Resource":  "*",
			"Condition": map[string]any{"IpAddress": map[string]any{"aws:SourceIp": "10.0.0.0/8"}},
		})), 500},
		{"an object in the context", answer(policy("Allow", methodARN, map[string]any{"user": map[string]any{}})), 500},
		{"an array in the context", answer(policy("Allow", methodARN, map[string]any{"user": []string{}})), 500},
		{"over 8 KB", answer(policy("Allow", methodARN, map[string]any{"user": strings.Repeat("x", 8<<10)})), 500},
		{"no JSON", answer("Allow"), 500},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := start(t, guarded, map[string]function{"authorize": c.run})
			conn, response, err := s.dial(s.url(), withToken())
			if err == nil {
				_ = conn.CloseNow()
			}
			if response == nil || response.StatusCode != c.status {
				t.Fatalf("answer %v, error %v, want status %d", response, err, c.status)
			}
			if calls := len(s.functions.calls("connect")); (calls == 1) != (c.status == 101) {
				t.Errorf("$connect was called %d times", calls)
			}
		})
	}
}

func TestARefusalByTheAuthorizerIsRecordedAsOneAndOtherErrorsAsErrors(t *testing.T) {
	for message, want := range map[string]string{"Unauthorized": "refused", "boom": "function error"} {
		s := start(t, guarded, map[string]function{"authorize": failing(message)})
		conn, _, err := s.dial(s.url(), withToken())
		if err == nil {
			_ = conn.CloseNow()
		}
		if found := s.records.of(websocket.KindInvocation); len(found) != 1 || found[0].Outcome != want {
			t.Errorf("%s is recorded as %+v, want %s", message, found, want)
		}
	}
}

func TestTheConnectFunctionsAnswerDecidesTheHandshake(t *testing.T) {
	for _, c := range []struct {
		why    string
		run    function
		status int
		body   string
	}{
		{"200", answer(map[string]any{"statusCode": 200}), 101, ""},
		{"204", answer(map[string]any{"statusCode": 204}), 101, ""},
		{"a status in a string", answer(map[string]any{"statusCode": "200"}), 101, ""},
		{
			"301",
			answer(map[string]any{"statusCode": 301, "headers": map[string]any{"Location": "https://example.com/"}}),
			301, "",
		},
		{"400", answer(map[string]any{"statusCode": 400, "body": "bad device"}), 400, "bad device"},
		{"401", answer(map[string]any{"statusCode": 401}), 401, ""},
		{
			"403 with a base64 body",
			answer(map[string]any{"statusCode": 403, "body": "bm8=", "isBase64Encoded": true}),
			403, "no",
		},
		{"501", answer(map[string]any{"statusCode": 501}), 501, ""},
		{"an error", failing("boom"), 502, ""},
		{"no status", answer(map[string]any{"body": "hi"}), 502, ""},
		{"a status that is none", answer(map[string]any{"statusCode": 99}), 502, ""},
		{"null", answer("null"), 502, ""},
		{"no JSON", answer("ok"), 502, ""},
		{"its own time-out", failing("Task timed out after 3.00 seconds"), 504, ""},
		{"a function that cannot run", func(context.Context, []byte) (any, error) { return nil, errNotRunnable }, 500, ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := start(t, nil, map[string]function{"connect": c.run})
			response := s.rawHandshake("").response
			if response.StatusCode != c.status {
				t.Fatalf("answered with %d, want %d", response.StatusCode, c.status)
			}
			if c.body != "" {
				if body, _ := io.ReadAll(response.Body); string(body) != c.body {
					t.Errorf("body is %q, want %q", body, c.body)
				}
			}
			if c.status == 301 && response.Header.Get("Location") == "" {
				t.Error("the Location header is missing")
			}
		})
	}
}

func TestAConnectFunctionThatTakesTooLongIsAGatewayTimeout(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	s := start(t, func(o *websocket.Options) {
		o.API.Routes["$connect"] = websocket.Route{Function: "connect", IntegrationTimeout: 50 * time.Millisecond}
	}, map[string]function{
		"connect": func(context.Context, []byte) (any, error) { <-release; return nil, errors.New("late") },
	})
	s.wantStatus(http.StatusGatewayTimeout, nil)
}

func TestWithoutAConnectRouteEverybodyIsAccepted(t *testing.T) {
	s := start(t, func(o *websocket.Options) { delete(o.API.Routes, "$connect") }, nil)
	conn, _, err := s.dial(s.url(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.CloseNow()
}

func TestASubprotocolIsOnlyWhatTheConnectFunctionReturns(t *testing.T) {
	for why, c := range map[string]struct {
		headers map[string]any
		want    string
	}{
		"returned":                    {map[string]any{"Sec-WebSocket-Protocol": "recall.v1"}, "recall.v1"},
		"returned in another casing":  {map[string]any{"sec-websocket-protocol": "recall.v1"}, "recall.v1"},
		"not returned":                {nil, ""},
		"returned though not offered": {map[string]any{"Sec-WebSocket-Protocol": "other"}, "other"},
	} {
		t.Run(why, func(t *testing.T) {
			s := start(t, nil, map[string]function{"connect": answer(map[string]any{"statusCode": 200, "headers": c.headers})})
			conn := s.rawUpgrade("Sec-WebSocket-Protocol: recall.v1, bearer.secret\r\n")
			if got := conn.response.Header.Get("Sec-WebSocket-Protocol"); got != c.want {
				t.Errorf("subprotocol is %q, want %q", got, c.want)
			}
		})
	}
}

func TestOtherHeadersOfTheConnectAnswerReachThe101(t *testing.T) {
	connect := map[string]function{"connect": answer(map[string]any{
		"statusCode": 200,
		"headers": map[string]any{
			"X-Served-By":          "connect",
			"X-Count":              3,
			"Sec-WebSocket-Accept": "forged",
			"Connection":           "close",
			"X-Split":              "a\r\nX-Forged: b",
		},
		"multiValueHeaders": map[string]any{"Set-Cookie": []string{"a=1", "b=2"}},
	})}
	s := start(t, nil, connect)
	header := s.rawUpgrade("").response.Header
	if header.Get("X-Served-By") != "connect" || header.Get("X-Count") != "3" || len(header.Values("Set-Cookie")) != 2 {
		t.Errorf("headers are %v", header)
	}
	if header.Get("X-Forged") != "" || header.Get("Sec-WebSocket-Accept") == "forged" ||
		header.Get("Connection") == "close" {
		t.Errorf("headers of the connection were changed: %v", header)
	}
	hidden := start(t, func(o *websocket.Options) { o.Switches.HideConnectHeaders = true }, connect)
	if header := hidden.rawUpgrade("").response.Header; header.Get("X-Served-By") != "" {
		t.Errorf("headers are %v despite the switch", header)
	}
}

func TestWhatIsNoHandshakeForThisStageIsRefusedWithoutAnyFunction(t *testing.T) {
	const (
		host    = "GET /local HTTP/1.1\r\nHost: x\r\n"
		keyless = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
		key     = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		upgrade = keyless + key
	)
	for _, c := range []struct {
		why, head string
		status    int
	}{
		{"a plain GET", host, 426},
		{"a plain GET with a slash", "GET /local/ HTTP/1.1\r\nHost: x\r\n", 426},
		{"an old HTTP version", "GET /local HTTP/1.0\r\nHost: x\r\n" + upgrade, 426},
		{"an upgrade to something else", host + "Connection: Upgrade\r\nUpgrade: h2c\r\n", 426},
		{"another stage", "GET /prod HTTP/1.1\r\nHost: x\r\n" + upgrade, 403},
		{"no stage", "GET / HTTP/1.1\r\nHost: x\r\n" + upgrade, 403},
		{"a path below the stage", "GET /local/more HTTP/1.1\r\nHost: x\r\n" + upgrade, 403},
		{"a POST", "POST /local HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n", 403},
		{"no key", host + keyless, 400},
		{"a short key", host + keyless + "Sec-WebSocket-Key: c2hvcnQ=\r\n", 400},
		{"two keys", host + upgrade + key, 400},
		{"another WebSocket version", host + strings.Replace(upgrade, "Version: 13", "Version: 8", 1), 400},
		{
			"a URL over 4,096 characters",
			"GET /local?x=" + strings.Repeat("y", 4096) + " HTTP/1.1\r\nHost: x\r\n" + upgrade,
			414,
		},
		{"headers without end", host + "X-Long: " + strings.Repeat("y", 64<<10) + "\r\n" + upgrade, 431},
		{"no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 400},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := start(t, nil, nil)
			if response := s.raw(c.head + "\r\n").response; response.StatusCode != c.status {
				t.Errorf("answered with %d, want %d", response.StatusCode, c.status)
			}
			if len(s.functions.calls("connect")) != 0 {
				t.Error("$connect was called")
			}
		})
	}
}

func TestHandshakesBeyondTheRateAreThrottled(t *testing.T) {
	s := start(t, func(o *websocket.Options) {
		o.Limits.NewConnections = websocket.Throttle{RateLimit: 0.001, BurstLimit: 1}
	}, nil)
	s.connect()
	s.wantStatus(http.StatusTooManyRequests, nil)
}

func TestAHandshakeThatNeverEndsIsCutOff(t *testing.T) {
	s := start(t, func(o *websocket.Options) { o.Limits.HandshakeTimeout = 50 * time.Millisecond }, nil)
	conn := s.rawDial()
	conn.write([]byte("GET /local HTTP/1.1\r\nHost: x\r\nX-Slow: "))
	if _, err := io.ReadAll(conn.Conn); err != nil {
		t.Errorf("the connection was not closed: %v", err)
	}
}

func TestSwitchesChangeHandshakeStatuses(t *testing.T) {
	s := start(t, func(o *websocket.Options) {
		guarded(o)
		o.Switches.AuthorizerFailureStatus = 503
		o.Switches.UnknownStageStatus = 404
	}, map[string]function{"authorize": failing("boom")})
	s.wantStatus(503, withToken())
	if status, _ := s.get("/other"); status != 404 {
		t.Errorf("unknown stage answered with %d, want 404", status)
	}
}

func TestASwitchChangesTheStatusOfAConnectFunctionThatTakesTooLong(t *testing.T) {
	s := start(t, func(o *websocket.Options) { o.Switches.ConnectTimeoutStatus = 500 }, map[string]function{
		"connect": failing("Task timed out after 3.00 seconds"),
	})
	s.wantStatus(500, nil)
}

func TestASwitchChangesTheStatusOfAThrottledHandshake(t *testing.T) {
	s := start(t, func(o *websocket.Options) {
		o.Limits.NewConnections = websocket.Throttle{RateLimit: 0.001, BurstLimit: 1}
		o.Switches.ThrottledHandshakeStatus = 503
	}, nil)
	s.connect()
	s.wantStatus(503, nil)
}

func TestRecordsNeverHoldWhatAClientWrote(t *testing.T) {
	s := start(t, guarded, map[string]function{
		"authorize": answer(policy("Allow", methodARN, map[string]any{"user": "secret-user"})),
		"echo":      echo,
	})
	conn, _, err := s.dial(s.url()+"?x=secret-query", withToken(), "secret-protocol")
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, conn: conn}
	p.send(`{"action":"echo","text":"secret-text"}`)
	p.receive()
	p.send(`{"action":"secret-action"}`)
	s.functions.waitForCalls(t, "default", 1)
	_ = conn.Close(4000, "secret-reason")
	s.functions.waitForCalls(t, "disconnect", 1)
	_, _ = s.get("/secret-stage/@connections/secret-id")
	s.raw("SECRET-METHOD /secret-stage HTTP/1.1\r\nHost: x\r\n\r\n")
	for _, kind := range []websocket.Kind{
		websocket.KindHandshake, websocket.KindFrame, websocket.KindInvocation, websocket.KindPost, websocket.KindClose,
	} {
		found := s.records.of(kind)
		if len(found) == 0 {
			t.Errorf("no record of kind %s", kind)
		}
		for _, record := range found {
			if text, _ := json.Marshal(record); strings.Contains(strings.ToLower(string(text)), "secret") {
				t.Errorf("record %s", text)
			}
		}
	}
}

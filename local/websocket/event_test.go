package websocket_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/websocket"
)

var (
	identifierForm  = regexp.MustCompile(`^[A-Za-z0-9_-]{15}=$`)
	requestTimeForm = regexp.MustCompile(`^\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} \+0000$`)
	traceForm       = regexp.MustCompile(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$`)
)

// wantContext checks the values of a requestContext that differ from run to run. It also checks that the
// requestContext has exactly the keys of the captured events and those in more.
func wantContext(t *testing.T, event []byte, routeKey, eventType string, more ...string) map[string]any {
	t.Helper()
	got := contextOf(t, event)
	keys := append([]string{
		"routeKey", "eventType", "extendedRequestId", "requestTime", "messageDirection", "stage", "connectedAt",
		"requestTimeEpoch", "identity", "requestId", "domainName", "connectionId", "apiId",
	}, more...)
	slices.Sort(keys)
	if diff := cmp.Diff(keys, slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("keys of requestContext (-want +got):\n%s", diff)
	}
	for key, want := range map[string]any{
		"routeKey": routeKey, "eventType": eventType, "messageDirection": "IN", "stage": testStage, "apiId": testAPI,
		"domainName": "api.example.com", "extendedRequestId": got["requestId"],
	} {
		if got[key] != want {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	for _, key := range []string{"requestId", "connectionId"} {
		if id, _ := got[key].(string); !identifierForm.MatchString(id) {
			t.Errorf("%s is %v", key, got[key])
		}
	}
	if text, _ := got["requestTime"].(string); !requestTimeForm.MatchString(text) {
		t.Errorf("requestTime is %v", got["requestTime"])
	}
	connectedAt, _ := got["connectedAt"].(float64)
	if now, _ := got["requestTimeEpoch"].(float64); connectedAt < 1.6e12 || now < connectedAt {
		t.Errorf("connectedAt is %v, requestTimeEpoch %v", got["connectedAt"], got["requestTimeEpoch"])
	}
	return got
}

func wantKeys(t *testing.T, what string, object map[string]any, keys ...string) {
	t.Helper()
	slices.Sort(keys)
	if diff := cmp.Diff(keys, slices.Sorted(maps.Keys(object))); diff != "" {
		t.Errorf("keys of %s (-want +got):\n%s", what, diff)
	}
}

const browserLines = "Origin: https://chat.example.com\r\nuser-agent: Browser/1.0\r\n" +
	"X-Twice: one\r\nX-Twice: two\r\nauthorization: Bearer secret\r\n"

func TestTheConnectEventIsThatOfCapturedOnes(t *testing.T) {
	s := start(t, nil, nil)
	s.rawUpgrade(browserLines)
	data := s.functions.waitForCalls(t, "connect", 1)[0]
	event := object(t, data)
	wantKeys(t, "the event", event, "headers", "multiValueHeaders", "requestContext", "isBase64Encoded")
	context := wantContext(t, data, "$connect", "CONNECT")
	identity := map[string]any{"sourceIp": "127.0.0.1", "userAgent": "Browser/1.0"}
	if diff := cmp.Diff(identity, context["identity"]); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	headers := event["headers"].(map[string]any)
	if trace, _ := headers["X-Amzn-Trace-Id"].(string); !traceForm.MatchString(trace) {
		t.Errorf("X-Amzn-Trace-Id is %v", headers["X-Amzn-Trace-Id"])
	}
	delete(headers, "X-Amzn-Trace-Id")
	want := map[string]any{
		"Host":                  "api.example.com:3001",
		"Sec-WebSocket-Key":     "dGhlIHNhbXBsZSBub25jZQ==",
		"Sec-WebSocket-Version": "13",
		"Origin":                "https://chat.example.com",
		"user-agent":            "Browser/1.0",
		"X-Twice":               "two",
		"authorization":         "Bearer secret",
		"X-Forwarded-For":       "127.0.0.1",
		"X-Forwarded-Port":      "443",
		"X-Forwarded-Proto":     "https",
	}
	if diff := cmp.Diff(want, headers); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{"one", "two"}, event["multiValueHeaders"].(map[string]any)["X-Twice"]); diff != "" {
		t.Errorf("multiValueHeaders (-want +got):\n%s", diff)
	}
	if event["isBase64Encoded"] != false {
		t.Errorf("isBase64Encoded is %v", event["isBase64Encoded"])
	}
}

func TestTheConnectEventHasTheQueryStringOnlyIfThereIsOne(t *testing.T) {
	s := start(t, nil, nil)
	conn, _, err := s.dial(s.url()+"?a=1&a=2&b=%C3%A4+x&%zz=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	event := object(t, s.functions.waitForCalls(t, "connect", 1)[0])
	if diff := cmp.Diff(map[string]any{"a": "2", "b": "ä x"}, event["queryStringParameters"]); diff != "" {
		t.Errorf("queryStringParameters (-want +got):\n%s", diff)
	}
	multiple := map[string]any{"a": []any{"1", "2"}, "b": []any{"ä x"}}
	if diff := cmp.Diff(multiple, event["multiValueQueryStringParameters"]); diff != "" {
		t.Errorf("multiValueQueryStringParameters (-want +got):\n%s", diff)
	}
}

func TestTheAuthorizerEventKeepsUpgradeHeadersAndEmptyMaps(t *testing.T) {
	s := start(t, guarded, map[string]function{"authorize": answer(policy("Allow", methodARN, nil))})
	s.rawUpgrade(browserLines)
	data := s.functions.waitForCalls(t, "authorize", 1)[0]
	event := object(t, data)
	wantKeys(t, "the event", event, "type", "methodArn", "headers", "multiValueHeaders", "queryStringParameters",
		"multiValueQueryStringParameters", "stageVariables", "requestContext")
	context := wantContext(t, data, "$connect", "CONNECT")
	if event["type"] != "REQUEST" || event["methodArn"] != methodARN {
		t.Errorf("type is %v, methodArn %v", event["type"], event["methodArn"])
	}
	for _, key := range []string{"queryStringParameters", "multiValueQueryStringParameters", "stageVariables"} {
		if diff := cmp.Diff(map[string]any{}, event[key]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
	headers := event["headers"].(map[string]any)
	for name, want := range map[string]string{
		"Connection":     "Upgrade",
		"Upgrade":        "websocket",
		"content-length": "0",
		"authorization":  "Bearer secret",
	} {
		if headers[name] != want {
			t.Errorf("header %s is %v, want %s", name, headers[name], want)
		}
	}
	connect := contextOf(t, s.functions.waitForCalls(t, "connect", 1)[0])
	if context["connectionId"] != connect["connectionId"] {
		t.Error("authorizer and $connect see different connection IDs")
	}
}

func TestTheMessageEventHasABodyAndNoHeaders(t *testing.T) {
	s := start(t, nil, nil)
	conn := s.rawUpgrade(browserLines)
	conn.write(clientFrame(finalText, []byte(`{"action":"quiet","text":"<é\u0000>"}`)))
	data := s.functions.waitForCalls(t, "quiet", 1)[0]
	event := object(t, data)
	wantKeys(t, "the event", event, "requestContext", "body", "isBase64Encoded")
	context := wantContext(t, data, "quiet", "MESSAGE", "messageId")
	if id, _ := context["messageId"].(string); !identifierForm.MatchString(id) {
		t.Errorf("messageId is %v", context["messageId"])
	}
	if event["body"] != `{"action":"quiet","text":"<é\u0000>"}` || event["isBase64Encoded"] != false {
		t.Errorf("body is %v, isBase64Encoded %v", event["body"], event["isBase64Encoded"])
	}
	if !strings.Contains(string(data), "<é") {
		t.Error("the event escapes characters that need no escape")
	}
	connect := contextOf(t, s.functions.waitForCalls(t, "connect", 1)[0])
	for _, key := range []string{"connectionId", "connectedAt"} {
		if context[key] != connect[key] {
			t.Errorf("%s differs from $connect's", key)
		}
	}
}

func TestTheDisconnectEventHasCodeAndReasonAndItsFourHeaders(t *testing.T) {
	for _, c := range []struct {
		why    string
		data   []byte
		code   float64
		reason string
	}{
		{"a close frame without a code", clientFrame(finalClose, nil), 1005, "Client-side close frame status not set"},
		{"a closed browser tab", clientFrame(finalClose, closePayload(1001, "")), 1001, ""},
		{"a reason", clientFrame(finalClose, closePayload(4001, "bye")), 4001, "bye"},
		{"a lost connection", nil, 1006, "Connection closed abnormally"},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := start(t, nil, nil)
			conn := s.rawUpgrade(browserLines)
			if c.data != nil {
				conn.write(c.data)
			} else {
				_ = conn.Close()
			}
			data := s.functions.waitForCalls(t, "disconnect", 1)[0]
			event := object(t, data)
			wantKeys(t, "the event", event, "headers", "multiValueHeaders", "requestContext", "isBase64Encoded")
			context := wantContext(t, data, "$disconnect", "DISCONNECT", "disconnectStatusCode", "disconnectReason")
			if context["disconnectStatusCode"] != c.code || context["disconnectReason"] != c.reason {
				t.Errorf("code %v, reason %q, want %v %q",
					context["disconnectStatusCode"], context["disconnectReason"], c.code, c.reason)
			}
			want := map[string]any{"Host": "api.example.com:3001", "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
			if diff := cmp.Diff(want, event["headers"]); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheAuthorizersContextIsOnEveryEventAsStrings(t *testing.T) {
	given := map[string]any{"userId": "alice", "number": 1, "big": 1732000000000, "yes": true, "absent": nil}
	for _, c := range []struct {
		why    string
		native bool
		want   map[string]any
	}{
		{
			"by default", false,
			map[string]any{"userId": "alice", "number": "1", "big": "1732000000000", "yes": "true", "principalId": "alice"},
		},
		{
			"with the switch for native values", true,
			map[string]any{"userId": "alice", "number": 1.0, "big": 1732000000000.0, "yes": true, "principalId": "alice"},
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := start(t, func(o *websocket.Options) {
				guarded(o)
				o.Switches.NativeAuthorizerValues = c.native
			}, map[string]function{"authorize": answer(policy("Allow", methodARN, given))})
			conn := s.rawUpgrade(browserLines)
			conn.write(clientFrame(finalText, []byte(`{"action":"quiet"}`)))
			s.functions.waitForCalls(t, "quiet", 1)
			conn.write(clientFrame(finalClose, nil))
			for _, name := range []string{"connect", "quiet", "disconnect"} {
				got := contextOf(t, s.functions.waitForCalls(t, name, 1)[0])["authorizer"].(map[string]any)
				if _, ok := got["integrationLatency"].(float64); !ok {
					t.Errorf("%s: integrationLatency is %v", name, got["integrationLatency"])
				}
				delete(got, "integrationLatency")
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s: authorizer (-want +got):\n%s", name, diff)
				}
			}
			if calls := len(s.functions.calls("authorize")); calls != 1 {
				t.Errorf("the authorizer was called %d times, want once", calls)
			}
		})
	}
}

func TestTheDomainNameCanBeGiven(t *testing.T) {
	for given, want := range map[string]string{"": "127.0.0.1", "localhost:3001": "localhost:3001"} {
		s := start(t, func(o *websocket.Options) { o.DomainName = given }, nil)
		s.connect()
		if got := contextOf(t, s.functions.waitForCalls(t, "connect", 1)[0])["domainName"]; got != want {
			t.Errorf("given %q, the domainName is %v", given, got)
		}
	}
}

func TestStageVariablesAreInEveryEvent(t *testing.T) {
	s := start(t, func(o *websocket.Options) { o.API.StageVariables = map[string]string{"table": "messages"} }, nil)
	conn := s.rawUpgrade("")
	conn.write(clientFrame(finalText, []byte(`{"action":"quiet"}`)))
	for _, name := range []string{"connect", "quiet"} {
		event := object(t, s.functions.waitForCalls(t, name, 1)[0])
		if diff := cmp.Diff(map[string]any{"table": "messages"}, event["stageVariables"]); diff != "" {
			t.Errorf("%s: stageVariables (-want +got):\n%s", name, diff)
		}
	}
}

package gatewayrules_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/http"
	"strings"

	"example.com/recall/local/websocket"
)

// deviation is one thing that an API does differently, and the rules that this breaks. What a switch of the local
// stack can do is done by the switch, and the rest by a proxy.
type deviation struct {
	breaks []string
	// slow means that the probe waits long, either for a limit or for something that never comes.
	slow      bool
	switches  func(s *websocket.Switches)
	handshake func(l *link, answer *http.Response)
	frame     func(l *link, f *frame)
	manage    func(r *http.Request, body string, answer *http.Response)
	// answers is what a client sends to which the proxy answers by itself.
	answers string
}

func rules(ids ...string) []string { return ids }

func deviations() []deviation {
	var all []deviation
	for _, section := range [][]deviation{
		switchedDeviations(), handshakeDeviations(), eventDeviations(), messageDeviations(), connectionDeviations(),
		managementDeviations(),
	} {
		all = append(all, section...)
	}
	return all
}

func switchedDeviations() []deviation {
	return []deviation{
		{breaks: rules("handshake.other-stage"), switches: func(s *websocket.Switches) { s.UnknownStageStatus = 404 }},
		{breaks: rules("handshake.authorizer-fails", "handshake.no-policy"),
			switches: func(s *websocket.Switches) { s.AuthorizerFailureStatus = 503 }},
		{breaks: rules("handshake.other-headers"), switches: func(s *websocket.Switches) { s.HideConnectHeaders = true }},
		{breaks: rules("events.authorizer-texts"),
			switches: func(s *websocket.Switches) { s.NativeAuthorizerValues = true }},
		{breaks: rules("messages.status"), switches: func(s *websocket.Switches) { s.FailedStatusFrame = true }},
		{breaks: rules("messages.throttled"), switches: func(s *websocket.Switches) { s.ThrottledMessage = "Slow down" }},
		{breaks: rules("messages.concurrent"), slow: true, switches: func(s *websocket.Switches) { s.Serialize = true }},
		{breaks: rules("default.reserved"), slow: true,
			switches: func(s *websocket.Switches) { s.RouteReservedKeys = true }},
		{breaks: rules("connection.invalid-text"), switches: func(s *websocket.Switches) { s.AcceptInvalidText = true }},
		{breaks: rules("connection.idle", "connection.duration", "connection.ping-idle"), slow: true,
			switches: func(s *websocket.Switches) { s.ExpiredCloseCode = 1000 }},
		{breaks: rules("connection.ping-idle"), slow: true,
			switches: func(s *websocket.Switches) { s.PingKeepsAlive = true }},
		{breaks: rules("management.invalid-text"), switches: func(s *websocket.Switches) { s.ReplaceInvalidText = true }},
		{breaks: rules("management.delete-code"), switches: func(s *websocket.Switches) { s.DeleteCloseCode = 1001 }},
		{breaks: rules("management.delete-disconnect"), slow: true,
			switches: func(s *websocket.Switches) { s.NoDisconnectAfterDelete = true }},
		{breaks: rules("management.unsigned"), switches: func(s *websocket.Switches) { s.UnsignedManagement = true }},
	}
}

func handshakeDeviations() []deviation {
	status := func(id string, status int, when func(l *link) bool) deviation {
		return deviation{breaks: rules(id), handshake: func(l *link, answer *http.Response) {
			if when(l) {
				answer.StatusCode = status
			}
		}}
	}
	asked := func(id string, answered int, field, value string) deviation {
		return status(id, answered, func(l *link) bool {
			return l.query.Get(field) == value && !l.query.Has("body")
		})
	}
	header := func(id, name, value string, when func(l *link) bool) deviation {
		return deviation{breaks: rules(id), handshake: func(l *link, answer *http.Response) {
			if when(l) {
				answer.Header.Set(name, value)
			}
		}}
	}
	return []deviation{
		status("handshake.no-upgrade", 400, func(l *link) bool { return l.request.Header.Get("Upgrade") == "" }),
		status("handshake.version", 426, func(l *link) bool { return l.request.Header.Get("Sec-Websocket-Version") == "8" }),
		status("handshake.long-address", 200, func(l *link) bool { return l.query.Has("long") }),
		status("handshake.no-identity", 403, func(l *link) bool { return !l.query.Has("key") }),
		status("handshake.empty-identity", 403, func(l *link) bool {
			return l.query.Has("key") && l.query.Get("key") == ""
		}),
		asked("handshake.unauthorized", 403, "authorize", "unauthorized"),
		asked("handshake.denied", 401, "authorize", "deny"),
		asked("handshake.connect-200", 200, "status", "200"),
		asked("handshake.connect-400", 403, "status", "400"),
		asked("handshake.connect-501", 502, "status", "501"),
		asked("handshake.connect-301", 403, "status", "301"),
		asked("handshake.connect-fails", 500, "connect", "fail"),
		asked("handshake.connect-no-status", 500, "connect", "nothing"),
		{breaks: rules("handshake.refusal-body"), handshake: func(l *link, answer *http.Response) {
			if l.query.Has("body") {
				answer.Body, answer.ContentLength = io.NopCloser(strings.NewReader("{}")), 2
			}
		}},
		header("handshake.subprotocol", "Sec-Websocket-Protocol", "a", func(l *link) bool {
			return l.query.Get("protocol") == "b"
		}),
		header("handshake.no-subprotocol", "Sec-Websocket-Protocol", "a", func(l *link) bool {
			return l.query.Has("protocol") && l.query.Get("protocol") == ""
		}),
		header("handshake.compression", "Sec-Websocket-Extensions", "permessage-deflate", func(l *link) bool {
			return l.request.Header.Get("Sec-Websocket-Extensions") != ""
		}),
	}
}

// edit replaces a text in frames that have a mark in them, on connections that sent what is given.
func edit(breaks []string, mark, sent, from, to string) deviation {
	return deviation{breaks: breaks, frame: func(l *link, f *frame) {
		if f.first&0xf <= 1 && bytes.Contains(f.payload, []byte(mark)) && l.said(sent) {
			f.payload = bytes.Replace(f.payload, []byte(from), []byte(to), 1)
		}
	}}
}

func eventDeviations() []deviation {
	told := func(id, kind, from, to string) deviation { return edit(rules(id), `"kind":"`+kind+`"`, "", from, to) }
	message := func(from, to string, ids ...string) deviation {
		return edit(ids, `"eventType":"MESSAGE"`, `{"action":"ask",  "more":[1]}`, from, to)
	}
	return []deviation{
		told("events.connect-type", "connect", `"messageDirection":"IN"`, `"messageDirection":"OUT"`),
		told("events.connect-no-body", "connect", `"event":{`, `"event":{"body":"x",`),
		told("events.connect-query", "connect", `"multiValueQueryStringParameters"`, `"multiValueQuery"`),
		told("events.forwarded", "connect", `"X-Forwarded-Port":"443"`, `"X-Forwarded-Port":"80"`),
		told("events.connect-headers", "connect", `"headers":{`, `"headers":{"Upgrade":"websocket",`),
		told("events.authorizer-arn", "authorize", `/$connect"`, `/connect"`),
		told("events.authorizer-headers", "authorize", `"Upgrade":"websocket"`, `"Upgrade":"h2c"`),
		told("events.authorizer-variables", "authorize", `"stageVariables":{}`, `"stageVariables":null`),
		told("events.authorizer-connection", "authorize", `"connectionId":"`, `"connectionId":"x`),
		told("events.disconnect-code", "disconnect", `"disconnectStatusCode":4000`, `"disconnectStatusCode":4001`),
		told("events.disconnect-no-code", "disconnect", `"disconnectStatusCode":1005`, `"disconnectStatusCode":1006`),
		told("events.disconnect-headers", "disconnect", `"x-restapi":""`, `"x-restapi":"x"`),
		message(`"extendedRequestId":"`, `"extendedRequestId":"x`, "events.request-id"),
		message(`"messageId":"`, `"messageId":"xx`, "events.identifiers"),
		message(`"messageId":`, `"messageID":`, "events.message-id", "events.identifiers"),
		message(`"requestTime":"`, `"requestTime":"on `, "events.times"),
		message(`"isBase64Encoded":false`, `"isBase64Encoded":true`, "events.message-body"),
		message(`{`, `{"headers":{},`, "events.message-no-headers"),
		message(`"principalId":"somebody"`, `"principalId":"nobody"`, "events.message-authorizer"),
	}
}

func messageDeviations() []deviation {
	wrong := func(id, text, sent string) deviation { return edit(rules(id), text, sent, text, "another text") }
	otherRoute := func(id, sent string) deviation {
		return edit(rules(id), `"routeKey":"$default"`, sent, `"routeKey":"$default"`, `"routeKey":"x"`)
	}
	return []deviation{
		wrong("messages.route", "hello", `{"action":"ask","say":"hello"}`),
		wrong("messages.unknown-action", "Forbidden", `{"action":"other"}`),
		wrong("messages.not-json", "Forbidden", "\x00\x00hello"),
		wrong("messages.function-fails", "Internal server error", `{"action":"ask","fail":true}`),
		wrong("messages.function-fails-silently", "Internal server error", `{"action":"tell","fail":true}`),
		wrong("messages.answer", " a b ", `"say":" a b "`),
		{breaks: rules("messages.time-out"), slow: true,
			frame: wrong("", "Endpoint request timed out", `"sleep":3000`).frame},
		{breaks: rules("messages.no-answer"), answers: `{"action":"tell","say":"hello"}`},
		{breaks: rules("messages.empty-answer"), answers: `{"action":"ask","empty":true}`},
		otherRoute("default.unknown-action", `{"action":"other"}`),
		otherRoute("default.not-json", "\x00\x00hello"),
		otherRoute("default.no-object", `["ask"]`),
		otherRoute("default.no-property", `{"Action":"ask"}`),
		otherRoute("default.not-text", `{"action":7}`),
		edit(rules("default.own-route"), `"routeKey":"ask"`, `{"action":"ask"}`,
			`"routeKey":"ask"`, `"routeKey":"$default"`),
	}
}

func connectionDeviations() []deviation {
	closes := func(id string, code, instead uint16, when func(l *link) bool) deviation {
		return deviation{breaks: rules(id), frame: func(l *link, f *frame) {
			if f.first&0xf == 8 && len(f.payload) >= 2 && binary.BigEndian.Uint16(f.payload) == code && when(l) {
				binary.BigEndian.PutUint16(f.payload, instead)
			}
		}}
	}
	always := func(*link) bool { return true }
	short := func(l *link) bool { return l.bytes() > 32<<10 && l.bytes() < 64<<10 }
	long := func(l *link) bool { return l.bytes() > 128<<10 }
	answers := func(id string, when func(l *link) bool) deviation {
		return deviation{breaks: rules(id), frame: func(l *link, f *frame) {
			if string(f.payload) == "ok" && when(l) {
				f.payload = []byte("no")
			}
		}}
	}
	return []deviation{
		closes("connection.binary", 1003, 1000, always),
		answers("connection.frame", short),
		closes("connection.long-frame", 1009, 1000, short),
		answers("connection.message", long),
		closes("connection.long-message", 1009, 1000, long),
		closes("connection.no-mask", 1002, 1000, always),
		closes("connection.close", 1000, 1001, func(l *link) bool { return l.said("\x03\xe8") }),
		{breaks: rules("connection.ping"), frame: func(_ *link, f *frame) {
			if f.first&0xf == 0xA {
				f.payload = []byte("another")
			}
		}},
		edit(rules("connection.split"), "0123456789", "", "0123456789", "0123456780"),
	}
}

func managementDeviations() []deviation {
	status := func(status int, when func(r *http.Request, body string, answer *http.Response) bool,
		ids ...string) deviation {
		return deviation{breaks: ids, manage: func(r *http.Request, body string, answer *http.Response) {
			if when(r, body, answer) {
				answer.StatusCode = status
			}
		}}
	}
	unknown := func(method string) func(*http.Request, string, *http.Response) bool {
		return func(r *http.Request, _ string, _ *http.Response) bool {
			return r.Method == method && strings.Contains(r.URL.Path, "/AAAAAAAAAAAAAAA")
		}
	}
	return []deviation{
		status(202, func(r *http.Request, body string, _ *http.Response) bool {
			return body == "hello" && strings.Contains(r.URL.EscapedPath(), "@")
		}, "management.post"),
		status(202, func(r *http.Request, _ string, _ *http.Response) bool {
			return strings.Contains(r.URL.EscapedPath(), "%40connections")
		}, "management.encoded-path"),
		status(202, func(_ *http.Request, body string, _ *http.Response) bool { return len(body) == 128<<10 },
			"management.body"),
		status(400, func(_ *http.Request, body string, _ *http.Response) bool { return len(body) > 128<<10 },
			"management.long-body"),
		status(202, func(r *http.Request, _ string, answer *http.Response) bool {
			return r.Method == http.MethodGet && answer.StatusCode == http.StatusOK
		}, "management.get"),
		status(200, func(r *http.Request, _ string, answer *http.Response) bool {
			return r.Method == http.MethodDelete && answer.StatusCode == http.StatusNoContent
		}, "management.delete", "management.delete-code", "management.delete-disconnect"),
		status(404, func(r *http.Request, _ string, _ *http.Response) bool {
			return strings.HasPrefix(r.URL.Path, "/rulesx/")
		}, "management.other-stage"),
		status(404, unknown(http.MethodPost), "management.post-unknown"),
		status(404, unknown(http.MethodGet), "management.get-unknown"),
		status(404, unknown(http.MethodDelete), "management.delete-unknown"),
		status(404, func(r *http.Request, body string, answer *http.Response) bool {
			return body == "x" && answer.StatusCode == http.StatusGone && !unknown(http.MethodPost)(r, body, answer)
		}, "management.post-closed"),
		status(404, func(r *http.Request, _ string, _ *http.Response) bool {
			return strings.HasSuffix(r.URL.Path, "/none")
		}, "management.malformed-id"),
		edit(rules("management.early"), `"kind":"early"`, "", `"status":410`, `"status":200`),
	}
}

package websocket

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// handshakeRequest is a handshake in the form in which events show it.
type handshakeRequest struct {
	headers                     map[string]string
	multiValueHeaders           map[string][]string
	authorizerHeaders           map[string]string
	authorizerMultiValueHeaders map[string][]string
	query                       map[string][]string
}

// hiddenFromConnect reports whether a header is one that only the authorizer gets, and not the $connect function.
func hiddenFromConnect(name string) bool {
	return strings.EqualFold(name, "Connection") || strings.EqualFold(name, "Upgrade") ||
		strings.EqualFold(name, "Content-Length")
}

// newHandshakeRequest adds what API Gateway adds: forwarding headers and a trace ID. A WebSocket API on AWS always
// uses https on port 443.
func (g *Gateway) newHandshakeRequest(r *http.Request, sourceIP string) handshakeRequest {
	spelling := headerSpelling(r)
	all := make(map[string][]string, len(r.Header)+6)
	for name, values := range r.Header {
		all[spelling(name)] = values
	}
	all["Host"] = []string{r.Host}
	forwarded := sourceIP
	if earlier := r.Header.Get("X-Forwarded-For"); earlier != "" {
		forwarded = earlier + ", " + sourceIP
	}
	if r.Header.Get("X-Amzn-Trace-Id") == "" {
		all["X-Amzn-Trace-Id"] = []string{newTraceHeader(g.options.Clock.Now())}
	}
	for name, value := range map[string]string{
		"X-Forwarded-For":   forwarded,
		"X-Forwarded-Port":  "443",
		"X-Forwarded-Proto": "https",
	} {
		delete(all, spelling(name))
		all[name] = []string{value}
	}
	connect := make(map[string][]string, len(all))
	for name, values := range all {
		if !hiddenFromConnect(name) {
			connect[name] = values
		}
	}
	if r.Header.Get("Content-Length") == "" {
		all["content-length"] = []string{"0"}
	}
	query, _ := url.ParseQuery(r.URL.RawQuery) // what cannot be parsed is left out
	return handshakeRequest{
		headers: lastValues(connect), multiValueHeaders: connect,
		authorizerHeaders: lastValues(all), authorizerMultiValueHeaders: all, query: query,
	}
}

// checkUpgrade returns an error if the request is not a correct WebSocket handshake. No function is called for such a
// request. The status 426 means that the request does not try to be a handshake at all.
func checkUpgrade(r *http.Request) (status int, err error) {
	if !r.ProtoAtLeast(1, 1) || !headerHasToken(r.Header, "Connection", "upgrade") ||
		!headerHasToken(r.Header, "Upgrade", "websocket") {
		return http.StatusUpgradeRequired, errors.New("not a WebSocket handshake")
	}
	if r.Header.Get("Sec-WebSocket-Version") != "13" {
		return http.StatusBadRequest, errors.New("handshake without Sec-WebSocket-Version 13")
	}
	keys := r.Header.Values("Sec-WebSocket-Key")
	if len(keys) != 1 {
		return http.StatusBadRequest, errors.New("handshake without exactly one Sec-WebSocket-Key")
	}
	if key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(keys[0])); err != nil || len(key) != 16 {
		return http.StatusBadRequest, errors.New("handshake with a malformed Sec-WebSocket-Key")
	}
	return 0, nil
}

func headerHasToken(header http.Header, name, token string) bool {
	for _, value := range header.Values(name) {
		for candidate := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(candidate), token) {
				return true
			}
		}
	}
	return false
}

// splitIdentitySource reads an identity source: `route.request.header.X`, `route.request.querystring.X`,
// `stageVariables.X` or `context.X`.
func splitIdentitySource(source string) (place, name string, err error) {
	for _, place := range []string{"route.request.header.", "route.request.querystring.", "stageVariables.", "context."} {
		if name, found := strings.CutPrefix(source, place); found && name != "" {
			return place, name, nil
		}
	}
	return "", "", fmt.Errorf("identity source %q: for a WebSocket API write "+
		"route.request.header.<name> or route.request.querystring.<name>", source)
}

// hasIdentity reports whether all identity sources are present and not empty.
func (g *Gateway) hasIdentity(r *http.Request, query url.Values) bool {
	for _, source := range g.options.API.Authorizer.IdentitySources {
		place, name, _ := splitIdentitySource(source) // New has checked the form
		present := true
		switch place {
		case "route.request.header.":
			present = strings.TrimSpace(r.Header.Get(name)) != ""
			if strings.EqualFold(name, "Host") {
				present = r.Host != ""
			}
		case "route.request.querystring.":
			present = query.Get(name) != ""
		case "stageVariables.":
			present = g.options.API.StageVariables[name] != ""
		}
		if !present {
			return false
		}
	}
	return true
}

func withoutPort(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

package websocket

import (
	"encoding/json"
	"fmt"
	"strings"
)

// routeSelection picks a route by the content of a message.
type routeSelection struct {
	path     []string
	reserved bool // whether a message may name $connect and its like
}

// parseRouteSelection reads a route selection expression. API Gateway's WebSocket APIs accept only paths into the
// body.
func parseRouteSelection(expression string, reserved bool) (routeSelection, error) {
	inner := strings.TrimPrefix(expression, "$")
	if strings.HasPrefix(inner, "{") && strings.HasSuffix(inner, "}") {
		inner = strings.TrimPrefix(inner[1:len(inner)-1], "$")
	}
	path, found := strings.CutPrefix(inner, "request.body.")
	if !found || !strings.HasPrefix(expression, "$") || path == "" || strings.ContainsAny(path, "[]{}$ ") {
		return routeSelection{}, fmt.Errorf("route selection expression %q: "+
			"write $request.body.<name>, for instance $request.body.action", expression)
	}
	return routeSelection{path: strings.Split(path, "."), reserved: reserved}, nil
}

// key returns the route key that a message names. It returns "" if the message is not JSON or names none.
func (s routeSelection) key(body []byte) string {
	value := json.RawMessage(body)
	for _, name := range s.path {
		var object map[string]json.RawMessage
		if json.Unmarshal(value, &object) != nil {
			return ""
		}
		value = object[name]
	}
	var key string
	if json.Unmarshal(value, &key) != nil {
		return ""
	}
	if !s.reserved && strings.HasPrefix(key, "$") {
		return ""
	}
	return key
}

// choose returns the route of a message and its key. It returns false if no route matches and there is no $default.
func (s routeSelection) choose(routes map[string]Route, body []byte) (string, Route, bool) {
	if key := s.key(body); key != "" {
		if route, ok := routes[key]; ok {
			return key, route, true
		}
	}
	route, ok := routes[routeDefault]
	return routeDefault, route, ok
}

package websocket

import "golang.org/x/time/rate"

// newLimiter makes the token bucket of a Throttle. With a negative rate it never refuses.
func newLimiter(t Throttle) *rate.Limiter {
	if t.RateLimit < 0 {
		return rate.NewLimiter(rate.Inf, 0)
	}
	return rate.NewLimiter(rate.Limit(t.RateLimit), t.BurstLimit)
}

// throttles are the token buckets of a stage.
type throttles struct {
	requests       *rate.Limiter
	newConnections *rate.Limiter
	routes         map[string]*rate.Limiter
}

func newThrottles(api APIDefinition, limits Limits) throttles {
	t := throttles{
		requests:       newLimiter(limits.Requests),
		newConnections: newLimiter(limits.NewConnections),
		routes:         make(map[string]*rate.Limiter, len(api.Routes)),
	}
	for key, route := range api.Routes {
		limit := api.Throttle
		if route.Throttle != nil {
			limit = *route.Throttle
		}
		t.routes[key] = newLimiter(limit)
	}
	return t
}

// allowRequest takes one token from the account's bucket and one from the route's, if the route has one.
func (t throttles) allowRequest(clock Clock, routeKey string) bool {
	now := clock.Now()
	if route, ok := t.routes[routeKey]; ok && !route.AllowN(now, 1) {
		return false
	}
	return t.requests.AllowN(now, 1)
}

func (t throttles) allowHandshake(clock Clock) bool {
	return t.newConnections.AllowN(clock.Now(), 1) && t.allowRequest(clock, routeConnect)
}

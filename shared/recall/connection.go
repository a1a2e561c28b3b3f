package recall

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Connection is one device's WebSocket connection.
type Connection struct {
	User        UserID
	ID          ConnectionID
	ConnectedAt Instant
	// TokenExpiresAt is the exp of the token that opened it. 0 is unknown: an earlier version registered it.
	TokenExpiresAt Instant
}

// Expired reports whether the token that opened the connection has ended: from then on nothing may be posted to it.
func (c Connection) Expired(now Instant) bool {
	return c.TokenExpiresAt != 0 && now >= c.TokenExpiresAt
}

// Presence knows which devices are connected. recalltest.RunPresence is its conformance suite.
type Presence interface {
	// Register adds a connection if its user has fewer than limit. Every look-up that begins after Register returns
	// finds it. Otherwise Register changes nothing and returns the connections that hold the places. Connections older
	// than MaximumConnectionAge are removed and do not count. It is no error to register a connection twice.
	Register(ctx context.Context, connection Connection, limit int) (holders []Connection, err error)
	// Forget removes those connections of one user and no others. It is no error if one is not registered.
	Forget(ctx context.Context, user UserID, connections ...Connection) error
	// Connections finds the connections of the users. It leaves out those older than MaximumConnectionAge.
	Connections(ctx context.Context, users []UserID) ([]Connection, error)
}

// DefaultConnectionsPerUser is how many connections a user may have at the same time. More than a person's devices and
// browser tabs need, it bounds what each message to a user costs.
const DefaultConnectionsPerUser = 20

// Kick is why a device was disconnected and must not connect again by itself, as on the wire. The list is append-only.
type Kick string

// The reasons.
const (
	// KickConnectionLimit says that a newer connection of the same user took the place of this one.
	KickConnectionLimit Kick = "connection_limit"
	// KickAdministrator says that an administrator closed the connection.
	KickAdministrator Kick = "administrator"
)

// registerAttempts bounds how often a handshake tries to get a place while other devices of the same user connect too.
const registerAttempts = 8

// Connect registers a device. It must have returned before the connection is accepted: from then on every look-up
// finds it.
//
// If the user already has all connections that a user may have, the oldest one is told why, closed, and only then
// forgotten. A connection that is open and not registered would never learn of a recall. The error is unavailable if
// no place could be made; the device then tries again.
func (s *Service) Connect(ctx context.Context, connection Connection) error {
	limit := s.ConnectionsPerUser
	if limit == 0 {
		limit = DefaultConnectionsPerUser
	}
	for range registerAttempts {
		holders, err := s.Presence.Register(ctx, connection, limit)
		if err != nil || len(holders) == 0 {
			return err
		}
		now := s.now()
		excess := beyond(holders, limit-1, now)
		newer := func(holder Connection) bool { return !holder.Expired(now) && byAge(holder, connection) > 0 }
		if slices.ContainsFunc(excess, newer) {
			return Fail(Unavailable, "newer connections of the same user hold all places; connect again")
		}
		if err := s.kick(ctx, connection.User, excess, KickConnectionLimit); err != nil {
			return err
		}
	}
	return Fail(Unavailable, "too many devices of the same user connect at once; connect again")
}

// beyond returns the connections that must leave so that only so many stay: first those whose token has ended, then
// the oldest.
func beyond(connections []Connection, stay int, now Instant) []Connection {
	sorted := slices.SortedFunc(slices.Values(connections), func(a, b Connection) int {
		if a.Expired(now) != b.Expired(now) {
			if a.Expired(now) {
				return -1
			}
			return 1
		}
		return byAge(a, b)
	})
	return sorted[:max(0, len(sorted)-stay)]
}

// byAge orders connections, the oldest first. Two of the same millisecond are ordered by their IDs, so that every
// function finds the same one to be the oldest.
func byAge(a, b Connection) int {
	return cmp.Or(cmp.Compare(a.ConnectedAt, b.ConnectedAt), strings.Compare(string(a.ID), string(b.ID)))
}

// kick tells connections of a user why they end, and closes them, also those that could not be told. The error is
// unavailable if one could not be closed.
func (s *Service) kick(ctx context.Context, user UserID, connections []Connection, reason Kick) error {
	if len(connections) == 0 {
		return nil
	}
	failed := s.Notifier.Kick(ctx, user, connections, reason)
	s.observe(MetricDisconnects, float64(len(connections)-len(failed)), string(reason))
	if len(failed) > 0 {
		return Fail(Unavailable, "some connections could not be closed; try again")
	}
	return nil
}

// AdminDisconnect closes all connections of a user, tells each that an administrator did it, and returns how many
// there were. The user can connect again while their token is good. The error is unavailable if some connections may
// still be open; then call again.
func (s *Service) AdminDisconnect(ctx context.Context, user UserID) (int, error) {
	connections, err := s.Presence.Connections(ctx, []UserID{user})
	if err != nil {
		return 0, err
	}
	return len(connections), s.kick(ctx, user, connections, KickAdministrator)
}

// ForgetConnection forgets a connection that has ended. API Gateway does not promise an event for each of them.
func (s *Service) ForgetConnection(ctx context.Context, connection Connection) error {
	return s.Presence.Forget(ctx, connection.User, connection)
}

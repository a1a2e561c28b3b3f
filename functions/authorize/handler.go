package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/token"
)

// request is a REQUEST authorizer's event of a WebSocket API. aws-lambda-go has no type for it (its REST one lacks the
// connection); these are the fields used.
type request struct {
	MethodARN             string            `json:"methodArn"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters"`
	RequestContext        struct {
		ConnectionID string `json:"connectionId"`
	} `json:"requestContext"`
}

// policy is the answer. It says whether this handshake may go on, and what every later event of the connection will
// hold.
type policy struct {
	PrincipalID    string            `json:"principalId"`
	PolicyDocument policyDocument    `json:"policyDocument"`
	Context        map[string]string `json:"context,omitempty"`
}

type policyDocument struct {
	Version   string
	Statement []statement
}

type statement struct {
	Action   string
	Effect   string
	Resource string
}

// errUnauthorized must have exactly this text: API Gateway answers it with 401, and a Deny with 403 (Developer Guide,
// "Lambda authorizer for a WebSocket API").
var errUnauthorized = errors.New("Unauthorized")

// errUndecided is a failure of the server, which API Gateway answers with 500. The client then tries again. It would
// not try again after 401.
var errUndecided = errors.New("the token could not be checked")

type handler struct {
	verifier *token.Verifier
	origins  []string
	log      *slog.Logger
}

func (h handler) handle(ctx context.Context, event request) (policy, error) {
	claims, err := h.claims(ctx, event)
	if errors.Is(err, token.ErrUnavailable) {
		h.log.ErrorContext(ctx, "handshake not decided", "connectionId", event.RequestContext.ConnectionID, "error", err)
		return policy{}, errUndecided
	}
	if err != nil {
		h.log.InfoContext(ctx, "handshake refused", "connectionId", event.RequestContext.ConnectionID, "why", err)
		return policy{}, errUnauthorized
	}
	user := recall.UserID(claims.User)
	if !user.Valid() {
		h.log.InfoContext(
			ctx, "handshake denied", "connectionId", event.RequestContext.ConnectionID, "why", "malformed user ID",
		)
		return decide("Deny", "none", event.MethodARN, nil), nil
	}
	if !h.allowedOrigin(header(event.Headers, "Origin")) {
		h.log.InfoContext(
			ctx, "handshake denied", "connectionId", event.RequestContext.ConnectionID, "why", "origin not allowed",
		)
		return decide("Deny", claims.User, event.MethodARN, nil), nil
	}
	return decide("Allow", claims.User, event.MethodARN, map[string]string{
		function.AuthorizerUser:      claims.User,
		function.AuthorizerExpiresAt: strconv.FormatInt(int64(claims.ExpiresAt), 10),
	}), nil
}

func decide(effect, principal, resource string, context map[string]string) policy {
	return policy{
		PrincipalID: principal,
		PolicyDocument: policyDocument{
			Version:   "2012-10-17",
			Statement: []statement{{Action: "execute-api:Invoke", Effect: effect, Resource: resource}},
		},
		Context: context,
	}
}

// claims takes the token from the places where it may be. A token in the query string is refused even beside a good
// one, since URLs end up in logs.
func (h handler) claims(ctx context.Context, event request) (token.Claims, error) {
	for name := range event.QueryStringParameters {
		switch strings.ToLower(name) {
		case "token", "access_token", "authorization", "jwt", "bearer":
			return token.Claims{}, errors.New("the token is in the query string")
		}
	}
	text, found := bearerHeader(header(event.Headers, "Authorization"))
	if !found {
		text, found = bearerSubprotocol(header(event.Headers, "Sec-WebSocket-Protocol"))
	}
	if !found {
		return token.Claims{}, errors.New("there is no token")
	}
	return h.verifier.Verify(ctx, strings.TrimSpace(text))
}

// bearerHeader finds the token of an Authorization header. The scheme's name is case-insensitive (RFC 9110, section
// 11.1).
func bearerHeader(value string) (string, bool) {
	scheme, text, found := strings.Cut(value, " ")
	return text, found && strings.EqualFold(scheme, "Bearer")
}

// bearerSubprotocol finds the token that a browser offers as the subprotocol bearer.<jwt>.
func bearerSubprotocol(offered string) (string, bool) {
	for protocol := range strings.SplitSeq(offered, ",") {
		if text, found := strings.CutPrefix(strings.TrimSpace(protocol), "bearer."); found {
			return text, true
		}
	}
	return "", false
}

// allowedOrigin compares exactly. A browser always sends the origin of its page, and other clients send none. If no
// origin is configured, all are allowed.
func (h handler) allowedOrigin(origin string) bool {
	return len(h.origins) == 0 || origin == "" || slices.Contains(h.origins, origin)
}

func header(headers map[string]string, name string) string {
	for each, value := range headers {
		if strings.EqualFold(each, name) {
			return value
		}
	}
	return ""
}

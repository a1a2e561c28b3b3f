package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	client "example.com/recall/clients/go"
	"example.com/recall/clients/go/clienttest"
	"example.com/recall/shared/function"
)

// The test's server takes the user's name for the token.
func userAsToken(_ context.Context, user string, _ time.Time) (string, error) { return user, nil }

func canary(t *testing.T) handler {
	t.Helper()
	server := clienttest.NewServer(clienttest.Options{})
	t.Cleanup(server.Close)
	return handler{url: server.URL, token: userAsToken, now: time.Now}
}

func TestACanaryGoesThroughARecallAgainAndAgain(t *testing.T) {
	h := canary(t)
	for range 3 {
		if _, err := h.handle(t.Context(), schedule{}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestACanaryNamesTheStepThatFailed(t *testing.T) {
	h := canary(t)
	refused := h
	refused.token = func(context.Context, string, time.Time) (string, error) { return "", errors.New("no secret") }
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for _, each := range []struct {
		name string
		ctx  context.Context
		h    handler
		want string
	}{
		{"a token that cannot be made", t.Context(), refused, "canary: connect canary-receiver: no secret"},
		{"a run whose time is over", over, h, "canary: connect canary-receiver: "},
		{
			"an address that is none", t.Context(), handler{url: "http://x", token: userAsToken, now: time.Now},
			"canary: connect canary-receiver: ",
		},
	} {
		if _, err := each.h.handle(each.ctx, schedule{}); err == nil || !strings.HasPrefix(err.Error(), each.want) {
			t.Errorf("%s: %v, want %s…", each.name, err, each.want)
		}
	}
}

func TestAReasonHoldsNeitherATextNorADescription(t *testing.T) {
	err := failed("send", &client.Error{Code: 10031, Name: "recall_window_expired", Desc: text})
	if want := "canary: send: 10031 recall_window_expired"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
}

func TestMessagesOfAnEarlierRunAreNotTakenForThoseOfThisRun(t *testing.T) {
	came := make(chan string, backlog)
	for range 2 * backlog {
		offer(came, "of an earlier run")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := await(ctx, came, "mine"); err == nil {
		t.Error("an earlier run's message was taken for this one's")
	}
	came = make(chan string, backlog)
	offer(came, "of an earlier run")
	offer(came, "mine")
	if err := await(t.Context(), came, "mine"); err != nil {
		t.Error(err)
	}
}

func TestTheCanarySignsAsTheAuthorizerChecks(t *testing.T) {
	if _, err := newSigner(function.Environment{}); err == nil {
		t.Error("a canary without a secret starts")
	}
	const configured = "a secret of at least thirty-two bytes"
	made, err := newSigner(function.Environment{TokenSecret: configured, TokenIssuer: "recall", TokenAudience: "app"})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_800_000_000, 0)
	token, err := made.token(t.Context(), sender, now)
	if err != nil {
		t.Fatal(err)
	}
	claims := jwt.MapClaims{}
	_, err = jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return []byte(configured), nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithTimeFunc(func() time.Time { return now }))
	if err != nil || claims["sub"] != sender || claims["iss"] != "recall" || claims["aud"] != "app" {
		t.Errorf("%v, %v", claims, err)
	}
	if expires, err := claims.GetExpirationTime(); err != nil || expires.Sub(now) != tokenValid {
		t.Errorf("expires at %v, %v", expires, err)
	}
}

func TestTheCanarySignsWithTheSecretAsItIsNow(t *testing.T) {
	configured := "the first secret"
	made := signer{secret: func(context.Context) (string, error) { return configured, nil }}
	now := time.Unix(1_800_000_000, 0)
	for _, configured = range []string{"the first secret", "the second secret"} {
		token, err := made.token(t.Context(), sender, now)
		if err != nil {
			t.Fatal(err)
		}
		key := func(*jwt.Token) (any, error) { return []byte(configured), nil }
		if _, err := jwt.Parse(token, key, jwt.WithTimeFunc(func() time.Time { return now })); err != nil {
			t.Errorf("signed with another secret than %q: %v", configured, err)
		}
	}
	made.secret = func(context.Context) (string, error) { return "", errors.New("access denied") }
	if _, err := made.token(t.Context(), sender, now); err == nil || err.Error() != "read the secret: access denied" {
		t.Errorf("a secret that cannot be read: error %v", err)
	}
}

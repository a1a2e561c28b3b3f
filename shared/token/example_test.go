package token_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/recall/shared/recall/recalltest"
	"example.com/recall/shared/token"
)

// The app's own server signs a token for Alice, and the authorizer verifies it when her device connects.
func Example() {
	ctx := context.Background()
	clock := recalltest.NewClock()
	const key = "this secret has at least thirty-two bytes"

	// The verifier is made once. It reads the secret again while it lives, so that a changed secret comes into force.
	verifier, err := token.New(ctx, token.Options{
		Secret: func(context.Context) (string, error) { return key, nil },
		Clock:  clock,
	})
	if err != nil {
		log.Fatal(err)
	}

	// The subject of the token is the user, and the token says when it ends.
	claims := jwt.MapClaims{"sub": "alice", "exp": clock.Now().Add(time.Hour).Unix()}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(key))
	if err != nil {
		log.Fatal(err)
	}
	verified, err := verifier.Verify(ctx, signed)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(verified.User, "may connect for", verified.ExpiresAt.Sub(clock.Instant()))

	// A token that is not accepted is refused. ErrUnavailable would say that the keys cannot be read, and that the client
	// should try again later.
	clock.Advance(2 * time.Hour)
	_, err = verifier.Verify(ctx, signed)
	fmt.Println("refused:", errors.Is(err, token.ErrRefused), "unavailable:", errors.Is(err, token.ErrUnavailable))

	// Output:
	// alice may connect for 1h0m0s
	// refused: true unavailable: false
}

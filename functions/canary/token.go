package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/recall/shared/function"
	"example.com/recall/shared/secret"
)

// tokenValid is longer than a run takes, and short, since nobody else is to use the token.
const tokenValid = 5 * time.Minute

// signer makes the tokens of the two canary users with the deployment's own secret. Where an issuer's key set decides,
// nobody but the issuer can make tokens, and template.yaml refuses a canary.
type signer struct {
	secret           func(context.Context) (string, error)
	issuer, audience string
}

func newSigner(environment function.Environment) (signer, error) {
	made := signer{secret.Reader(environment), environment.TokenIssuer, environment.TokenAudience}
	if made.secret == nil {
		return made, errors.New("neither TOKEN_SECRET_ARN nor TOKEN_SECRET is set: the canary signs its own tokens")
	}
	return made, nil
}

// token is a new token of a user. It is signed with the secret as it is now: a rotation needs no deployment.
func (s signer) token(ctx context.Context, user string, now time.Time) (string, error) {
	key, err := s.secret(ctx)
	if err != nil {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	claims := jwt.MapClaims{"sub": user, "iat": now.Unix(), "exp": now.Add(tokenValid).Unix()}
	if s.issuer != "" {
		claims["iss"] = s.issuer
	}
	if s.audience != "" {
		claims["aud"] = s.audience
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(key))
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return token, nil
}

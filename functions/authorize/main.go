// Command authorize is the $connect authorizer: it checks the token and says who connects, so that no later frame
// needs a look-up.
package main

import (
	"context"
	"net/http"
	"os"
	"time"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/secret"
	"example.com/recall/shared/token"
)

const keyFetchTimeout = 5 * time.Second

func main() {
	function.Main(func(environment function.Environment) (func(context.Context, request) (policy, error), error) {
		log := function.NewLogger(environment, os.Stdout)
		verifier, err := token.New(context.Background(), token.Options{
			Secret:   secret.Reader(environment),
			JWKSURL:  environment.TokenJWKSURL,
			Issuer:   environment.TokenIssuer,
			Audience: environment.TokenAudience,
			Clock:    recall.SystemClock{},
			Client:   &http.Client{Timeout: keyFetchTimeout},
			Log:      log,
		})
		if err != nil {
			return nil, err
		}
		return handler{verifier: verifier, origins: environment.AllowedOrigins, log: log}.handle, nil
	})
}

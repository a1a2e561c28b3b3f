// Command canary is the function that a schedule runs: it goes through a recall as two users do, from outside.
package main

import (
	"context"
	"time"

	"example.com/recall/shared/function"
)

func main() {
	function.Main(func(environment function.Environment) (func(context.Context, schedule) (result, error), error) {
		signer, err := newSigner(environment)
		if err != nil {
			return nil, err
		}
		return handler{url: environment.WebSocketURL, token: signer.token, now: time.Now}.handle, nil
	})
}

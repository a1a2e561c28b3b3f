// Package secret reads the secret that signs tokens, for the function that checks them and for the canary, which makes
// its own.
package secret

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"example.com/recall/shared/function"
)

// timeout bounds the reading of the secret, the SDK's retries included. A handshake waits for it.
const timeout = 3 * time.Second

// Reader returns how a function reads the secret that signs tokens: from Secrets Manager, whose current version it
// follows, or from its own environment. It is nil where neither is configured.
func Reader(environment function.Environment) func(context.Context) (string, error) {
	switch {
	case environment.TokenSecretARN != "":
		return stored(environment)
	case environment.TokenSecret != "":
		return func(context.Context) (string, error) { return environment.TokenSecret, nil }
	}
	return nil
}

func stored(environment function.Environment) func(context.Context) (string, error) {
	client := secretsmanager.NewFromConfig(environment.AWS(function.HTTPClient()), func(o *secretsmanager.Options) {
		o.BaseEndpoint = environment.SecretsManagerEndpoint
	})
	return func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		// Without a version it is AWSCURRENT. AWSPREVIOUS is never accepted: a secret is changed because somebody may know
		// it.
		answer, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &environment.TokenSecretARN})
		switch {
		case err != nil:
			return "", err
		case answer.SecretString == nil:
			return "", errors.New("the secret is stored as bytes; store it as text")
		}
		return *answer.SecretString, nil
	}
}

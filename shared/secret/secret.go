// Package secret reads the secret that signs tokens, for the function that checks them and for the canary, which makes
// its own, and the secret that has the keys of the push services.
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
	return reader(environment, environment.TokenSecretARN, environment.TokenSecret)
}

// PushReader returns how a function reads the keys of the push services, in the same two ways.
func PushReader(environment function.Environment) func(context.Context) (string, error) {
	return reader(environment, environment.PushSecretARN, environment.PushSecret)
}

func reader(environment function.Environment, arn, secret string) func(context.Context) (string, error) {
	switch {
	case arn != "":
		return stored(environment, arn)
	case secret != "":
		return func(context.Context) (string, error) { return secret, nil }
	}
	return nil
}

func stored(environment function.Environment, arn string) func(context.Context) (string, error) {
	client := secretsmanager.NewFromConfig(environment.AWS(function.HTTPClient()), func(o *secretsmanager.Options) {
		o.BaseEndpoint = environment.SecretsManagerEndpoint
	})
	return func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		// Without a version it is AWSCURRENT. AWSPREVIOUS is never accepted: a secret is changed because somebody may know
		// it.
		answer, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn})
		switch {
		case err != nil:
			return "", err
		case answer.SecretString == nil:
			return "", errors.New("the secret is stored as bytes; store it as text")
		}
		return *answer.SecretString, nil
	}
}

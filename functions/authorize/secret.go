package main

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"example.com/recall/shared/function"
)

// secretTimeout bounds the reading of the secret, the SDK's retries included. A handshake waits for it.
const secretTimeout = 3 * time.Second

// secretOf returns how the function reads the secret that signs tokens: from Secrets Manager, whose current version it
// follows, or from its own environment. It is nil where neither is configured.
func secretOf(environment function.Environment) func(context.Context) (string, error) {
	switch {
	case environment.TokenSecretARN != "":
		return storedSecret(environment)
	case environment.TokenSecret != "":
		return func(context.Context) (string, error) { return environment.TokenSecret, nil }
	}
	return nil
}

func storedSecret(environment function.Environment) func(context.Context) (string, error) {
	client := secretsmanager.NewFromConfig(environment.AWS(function.HTTPClient()), func(o *secretsmanager.Options) {
		o.BaseEndpoint = environment.SecretsManagerEndpoint
	})
	return func(ctx context.Context) (string, error) {
		ctx, cancel := context.WithTimeout(ctx, secretTimeout)
		defer cancel()
		// Without a version it is AWSCURRENT. AWSPREVIOUS is never accepted: a secret is changed because somebody may know it.
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

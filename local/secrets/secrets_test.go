package secrets_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"example.com/recall/local/secrets"
)

func TestTheSDKReadsASecretThatWasPutAndSeesItChange(t *testing.T) {
	store := &secrets.Store{}
	server := httptest.NewServer(store)
	t.Cleanup(server.Close)
	client := secretsmanager.New(secretsmanager.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "x", SecretAccessKey: "x"}, nil
		}),
	})
	const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:recall-AbCdEf"
	ask := func(id string) (string, error) {
		answer, err := client.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(id)})
		if err != nil {
			return "", err
		}
		return aws.ToString(answer.SecretString), nil
	}
	for _, value := range []string{"first", "second"} {
		store.Put(arn, value)
		if read, err := ask(arn); read != value || err != nil {
			t.Errorf("read %q, error %v", read, err)
		}
	}
	var missing *types.ResourceNotFoundException
	if _, err := ask(arn + "X"); !errors.As(err, &missing) {
		t.Errorf("a secret that is not there: %v", err)
	}
	if _, err := client.ListSecrets(t.Context(), &secretsmanager.ListSecretsInput{}); err == nil {
		t.Error("another operation was answered")
	}
}

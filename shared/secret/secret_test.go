package secret_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/recall/shared/function"
	"example.com/recall/shared/secret"
)

// environment is what Lambda gives, with an address in Secrets Manager's place.
func environment(t *testing.T, changes map[string]string) function.Environment {
	t.Helper()
	variables := map[string]string{
		"AWS_REGION":            "us-east-1",
		"AWS_ACCESS_KEY_ID":     "key",
		"AWS_SECRET_ACCESS_KEY": "secret",
	}
	for name, value := range changes {
		variables[name] = value
	}
	read, err := function.ReadEnvironment(func(name string) string { return variables[name] })
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func TestTheSecretIsReadFromSecretsManagerAtEachRead(t *testing.T) {
	const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:recall-AbCdEf"
	answer, status := `{"SecretString":"first"}`, http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" {
			t.Errorf("asked for %s", r.Header.Get("X-Amz-Target"))
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer)) // the function fails where it cannot read it
	}))
	t.Cleanup(server.Close)
	read := secret.Reader(environment(t, map[string]string{
		"TOKEN_SECRET_ARN":                 arn,
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": server.URL,
	}))
	for _, value := range []string{"first", "second"} {
		answer = `{"SecretString":"` + value + `"}`
		if text, err := read(t.Context()); text != value || err != nil {
			t.Errorf("read %q, error %v", text, err)
		}
	}
	answer = `{"SecretBinary":"AAAA"}`
	if _, err := read(t.Context()); err == nil || !strings.Contains(err.Error(), "store it as text") {
		t.Errorf("a secret of bytes: error %v", err)
	}
	answer, status = `{"__type":"AccessDeniedException","message":"not authorized"}`, http.StatusBadRequest
	if _, err := read(t.Context()); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
		t.Errorf("without the right: error %v", err)
	}
}

func TestASecretInTheEnvironmentIsReadFromThereAndNoneIsNone(t *testing.T) {
	const configured = "a secret of at least thirty-two bytes"
	read := secret.Reader(environment(t, map[string]string{"TOKEN_SECRET": configured}))
	if value, err := read(t.Context()); value != configured || err != nil {
		t.Errorf("error %v", err)
	}
	if secret.Reader(environment(t, nil)) != nil {
		t.Error("a secret where none is configured")
	}
}

package function_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
)

// variables are an environment as Lambda makes it.
type variables map[string]string

func (v variables) lookup(name string) string { return v[name] }

func TestTheEnvironmentIsReadInFull(t *testing.T) {
	e, err := function.ReadEnvironment(variables{
		"AWS_LAMBDA_FUNCTION_NAME":         "revoke",
		"AWS_REGION":                       "eu-central-1",
		"MESSAGES_TABLE":                   "Messages",
		"CONNECTIONS_TABLE":                "Connections",
		"MANAGEMENT_ENDPOINT":              "https://api/prod",
		"CHUNKS_QUEUE_URL":                 "https://queue",
		"EVENT_BUS_NAME":                   "bus",
		"RECALL_WINDOW_SECONDS":            "300",
		"RETENTION_DAYS":                   "30",
		"REQUESTS_PER_MINUTE":              "60",
		"CONNECTIONS_PER_USER":             "5",
		"LOG_LEVEL":                        "WARN",
		"TOKEN_ISSUER":                     "issuer",
		"TOKEN_AUDIENCE":                   "audience",
		"TOKEN_JWKS_URL":                   "https://issuer/jwks",
		"TOKEN_SECRET":                     "secret",
		"TOKEN_SECRET_ARN":                 "arn",
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://secrets",
		"ALLOWED_ORIGINS":                  " https://a.example.com ,,https://b.example.com",
		"AWS_ENDPOINT_URL_DYNAMODB":        "http://dynamodb",
		"AWS_ENDPOINT_URL_SQS":             "http://sqs",
		"AWS_ENDPOINT_URL_EVENTS":          "http://events",
		"ATTACHMENTS_BUCKET":               "files",
		"ATTACHMENTS_MAXIMUM_BYTES":        "1000",
		"AWS_ENDPOINT_URL_S3":              "http://s3",
		"AWS_ACCESS_KEY_ID":                "key",
		"AWS_SECRET_ACCESS_KEY":            "secret key",
		"AWS_SESSION_TOKEN":                "session",
	}.lookup)
	if err != nil {
		t.Fatal(err)
	}
	if e.FunctionName != "revoke" || e.Region != "eu-central-1" || e.MessagesTable != "Messages" ||
		e.ConnectionsTable != "Connections" ||
		e.ManagementEndpoint != "https://api/prod" || e.ChunksQueueURL != "https://queue" || e.EventBusName != "bus" {
		t.Errorf("names %+v", e)
	}
	if e.RecallWindow != 300 || e.Retention != 30*24*time.Hour || e.RequestsPerMinute != 60 ||
		e.ConnectionsPerUser != 5 || e.LogLevel != slog.LevelWarn {
		t.Errorf("settings %+v", e)
	}
	if e.AttachmentsBucket != "files" || e.MaxAttachmentBytes != 1_000 {
		t.Errorf("attachments %+v", e)
	}
	if e.TokenIssuer != "issuer" || e.TokenAudience != "audience" || e.TokenJWKSURL != "https://issuer/jwks" ||
		e.TokenSecret != "secret" || e.TokenSecretARN != "arn" || *e.SecretsManagerEndpoint != "http://secrets" ||
		!slices.Equal(e.AllowedOrigins, []string{"https://a.example.com", "https://b.example.com"}) {
		t.Errorf("tokens %+v", e)
	}
	if *e.DynamoDBEndpoint != "http://dynamodb" || *e.EventBridgeEndpoint != "http://events" ||
		*e.SQSEndpoint != "http://sqs" || *e.S3Endpoint != "http://s3" {
		t.Errorf("endpoints %+v", e)
	}
	credentials, err := e.AWS(function.HTTPClient()).Credentials.Retrieve(t.Context())
	if err != nil || credentials.AccessKeyID != "key" || credentials.SecretAccessKey != "secret key" ||
		credentials.SessionToken != "session" {
		t.Errorf("the role's credentials are not passed on, error %v", err)
	}
}

func TestAVariableThatIsNotSetHasItsDefault(t *testing.T) {
	e, err := function.ReadEnvironment(variables{"AWS_REGION": "eu-central-1"}.lookup)
	if err != nil {
		t.Fatal(err)
	}
	if e.RecallWindow != recall.DefaultWindow || e.Retention != 0 || e.RequestsPerMinute != 0 ||
		e.ConnectionsPerUser != 20 || e.LogLevel != slog.LevelInfo || len(e.AllowedOrigins) != 0 {
		t.Errorf("defaults %+v", e)
	}
	if e.DynamoDBEndpoint != nil || e.EventBridgeEndpoint != nil || e.SQSEndpoint != nil {
		t.Errorf("endpoints that are not AWS's own: %+v", e)
	}
}

func TestABadValueIsNamedWithTheValuesThatAreAllowed(t *testing.T) {
	for _, each := range []struct{ variable, value, want string }{
		{"RECALL_WINDOW_SECONDS", "two minutes", "RECALL_WINDOW_SECONDS: must be a whole number from -1 to 604800"},
		{"RECALL_WINDOW_SECONDS", "-2", "RECALL_WINDOW_SECONDS: must be a whole number from -1 to 604800"},
		{"RECALL_WINDOW_SECONDS", "604801", "RECALL_WINDOW_SECONDS: must be a whole number from -1 to 604800"},
		{"RETENTION_DAYS", "-1", "RETENTION_DAYS: must be a whole number from 0 to 36500"},
		{"RETENTION_DAYS", "1.5", "RETENTION_DAYS: must be a whole number from 0 to 36500"},
		{"CONNECTIONS_PER_USER", "0", "CONNECTIONS_PER_USER: must be a whole number from 1 to 100"},
		{"REQUESTS_PER_MINUTE", "1e3", "REQUESTS_PER_MINUTE: must be a whole number from 0 to 1000000"},
		{"LOG_LEVEL", "LOUD", "LOG_LEVEL: must be DEBUG, INFO, WARN or ERROR"},
	} {
		_, err := function.ReadEnvironment(variables{each.variable: each.value}.lookup)
		if err == nil || err.Error() != each.want {
			t.Errorf("%s=%s: error %v, want %s", each.variable, each.value, err, each.want)
		}
	}
	_, err := function.ReadEnvironment(variables{
		"RECALL_WINDOW_SECONDS": "x",
		"RETENTION_DAYS":        "y",
		"LOG_LEVEL":             "z",
	}.lookup)
	for _, variable := range []string{"RECALL_WINDOW_SECONDS", "RETENTION_DAYS", "LOG_LEVEL"} {
		if err == nil || !strings.Contains(err.Error(), variable) {
			t.Errorf("of three wrong values %s is not named: %v", variable, err)
		}
	}
}

func TestAFunctionSaysWhichVariableItLacks(t *testing.T) {
	e, err := function.ReadEnvironment(variables{"AWS_REGION": "eu-central-1", "MESSAGES_TABLE": "Messages"}.lookup)
	if err != nil {
		t.Fatal(err)
	}
	err = e.Storage()
	if err == nil || !strings.Contains(err.Error(), "CONNECTIONS_TABLE is not set") ||
		strings.Contains(err.Error(), "MESSAGES_TABLE") {
		t.Errorf("error %v", err)
	}
	e.ConnectionsTable = "Connections"
	if err := e.Storage(); err != nil {
		t.Error(err)
	}
}

package function

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"example.com/recall/shared/recall"
)

// Environment is what template.yaml passes to the functions. A function uses only what its own variables give.
type Environment struct {
	FunctionName       string
	Region             string
	MessagesTable      string
	ConnectionsTable   string
	ManagementEndpoint string
	WebSocketURL       string
	ChunksQueueURL     string
	EventBusName       string
	// AttachmentsBucket is empty if the deployment has no attachments.
	AttachmentsBucket  string
	MaxAttachmentBytes recall.AttachmentSize
	RecallWindow       recall.Window
	Retention          time.Duration
	RequestsPerMinute  int
	ConnectionsPerUser int
	LogLevel           slog.Level
	TokenIssuer        string
	TokenAudience      string
	TokenJWKSURL       string
	TokenSecret        string
	TokenSecretARN     string
	AllowedOrigins     []string

	// PushKinds are the push services that the deployment uses. Without any it sends no notifications.
	PushKinds      []recall.PushKind
	PushTable      string
	PushQueueURL   string
	PushSecret     string
	PushSecretARN  string
	PushShowsText  bool
	WebPushKey     string
	WebPushContact string
	WebPushHosts   []string
	APNsHost       string

	// Endpoints of AWS services on a local stack. On AWS they are nil, and the SDK finds the endpoints of the region. The
	// variables have the names that all AWS SDKs know ("Service-specific endpoints", AWS SDKs and Tools Reference Guide).
	DynamoDBEndpoint, SQSEndpoint, EventBridgeEndpoint, SecretsManagerEndpoint, S3Endpoint *string
	// Credentials of the function's role, which Lambda puts there.
	accessKeyID, secretAccessKey, sessionToken string
}

// ReadEnvironment reads the variables through lookup (os.Getenv). Its error names every variable whose value is not
// allowed.
func ReadEnvironment(lookup func(string) string) (Environment, error) {
	e := Environment{
		FunctionName:        lookup("AWS_LAMBDA_FUNCTION_NAME"),
		Region:              lookup("AWS_REGION"),
		MessagesTable:       lookup("MESSAGES_TABLE"),
		ConnectionsTable:    lookup("CONNECTIONS_TABLE"),
		ManagementEndpoint:  lookup("MANAGEMENT_ENDPOINT"),
		WebSocketURL:        lookup("WEBSOCKET_URL"),
		ChunksQueueURL:      lookup("CHUNKS_QUEUE_URL"),
		EventBusName:        lookup("EVENT_BUS_NAME"),
		AttachmentsBucket:   lookup("ATTACHMENTS_BUCKET"),
		TokenIssuer:         lookup("TOKEN_ISSUER"),
		TokenAudience:       lookup("TOKEN_AUDIENCE"),
		TokenJWKSURL:        lookup("TOKEN_JWKS_URL"),
		TokenSecret:         lookup("TOKEN_SECRET"),
		TokenSecretARN:      lookup("TOKEN_SECRET_ARN"),
		PushTable:           lookup("PUSH_TABLE"),
		PushQueueURL:        lookup("PUSH_QUEUE_URL"),
		PushSecret:          lookup("PUSH_SECRET"),
		PushSecretARN:       lookup("PUSH_SECRET_ARN"),
		PushShowsText:       lookup("PUSH_SHOWS_TEXT") == "true",
		WebPushKey:          lookup("WEB_PUSH_KEY"),
		WebPushContact:      lookup("WEB_PUSH_CONTACT"),
		WebPushHosts:        list(lookup("WEB_PUSH_HOSTS")),
		APNsHost:            lookup("APNS_HOST"),
		AllowedOrigins:      list(lookup("ALLOWED_ORIGINS")),
		DynamoDBEndpoint:    optional(lookup("AWS_ENDPOINT_URL_DYNAMODB")),
		SQSEndpoint:         optional(lookup("AWS_ENDPOINT_URL_SQS")),
		EventBridgeEndpoint: optional(lookup("AWS_ENDPOINT_URL_EVENTS")),
		S3Endpoint:          optional(lookup("AWS_ENDPOINT_URL_S3")),

		SecretsManagerEndpoint: optional(lookup("AWS_ENDPOINT_URL_SECRETS_MANAGER")),

		accessKeyID:     lookup("AWS_ACCESS_KEY_ID"),
		secretAccessKey: lookup("AWS_SECRET_ACCESS_KEY"),
		sessionToken:    lookup("AWS_SESSION_TOKEN"),
	}
	var badPush error
	for _, name := range list(lookup("PUSH")) {
		kind := recall.PushKind(name)
		if !kind.Valid() {
			badPush = errors.New("PUSH: must be a list of webpush, fcm and apns")
		}
		e.PushKinds = append(e.PushKinds, kind)
	}
	window, badWindow := integer(
		lookup, "RECALL_WINDOW_SECONDS", int64(recall.DefaultWindow), int64(recall.Unlimited), int64(recall.MaximumWindow),
	)
	days, badRetention := integer(lookup, "RETENTION_DAYS", 0, 0, 36_500)
	rate, badRate := integer(lookup, "REQUESTS_PER_MINUTE", 0, 0, 1_000_000)
	connections, badConnections := integer(lookup, "CONNECTIONS_PER_USER", recall.DefaultConnectionsPerUser, 1, 100)
	attachment, badAttachment := integer(
		lookup, "ATTACHMENTS_MAXIMUM_BYTES", defaultMaxAttachmentBytes, 1, highestMaxAttachmentBytes,
	)
	e.ConnectionsPerUser, e.MaxAttachmentBytes = int(connections), recall.AttachmentSize(attachment)
	e.RecallWindow, e.Retention, e.RequestsPerMinute = recall.Window(window), time.Duration(days)*24*time.Hour, int(rate)
	var badLevel error
	if level := lookup("LOG_LEVEL"); level != "" && e.LogLevel.UnmarshalText([]byte(level)) != nil {
		badLevel = errors.New("LOG_LEVEL: must be DEBUG, INFO, WARN or ERROR")
	}
	return e, errors.Join(badWindow, badRetention, badRate, badConnections, badAttachment, badLevel, badPush)
}

// The size that an attachment may have. S3 copies a file of the highest one within the time of a send.
const (
	defaultMaxAttachmentBytes = 25 << 20
	highestMaxAttachmentBytes = 100 << 20
)

// Storage returns an error that names the variables without which a function cannot reach the tables. Without this
// check every call would fail.
func (e Environment) Storage() error {
	var missing []error
	for _, each := range []struct{ variable, value string }{
		{"AWS_REGION", e.Region}, {"MESSAGES_TABLE", e.MessagesTable}, {"CONNECTIONS_TABLE", e.ConnectionsTable},
	} {
		if each.value == "" {
			missing = append(missing, fmt.Errorf("%s is not set; template.yaml says what every function gets", each.variable))
		}
	}
	return errors.Join(missing...)
}

// list reads values that are separated by commas.
func list(text string) []string {
	var values []string
	for value := range strings.SplitSeq(text, ",") {
		if value = strings.TrimSpace(value); value != "" {
			values = append(values, value)
		}
	}
	return values
}

// optional is nil for a variable that is empty or not set.
func optional(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

func integer(lookup func(string) string, name string, missing, lowest, highest int64) (int64, error) {
	value := lookup(name)
	if value == "" {
		return missing, nil
	}
	number, err := strconv.ParseInt(value, 10, 64)
	if err != nil || number < lowest || number > highest {
		return 0, fmt.Errorf("%s: must be a whole number from %d to %d", name, lowest, highest)
	}
	return number, nil
}

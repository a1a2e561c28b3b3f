package function_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/recall/shared/function"
	"example.com/recall/shared/objects"
)

func TestAFunctionThatPostsHasANotifierAndAQueueAndOthersHaveNone(t *testing.T) {
	server := httptest.NewServer(nil) // answers the warming
	defer server.Close()
	environment := function.Environment{
		Region:            "eu-central-1",
		MessagesTable:     "Messages",
		ConnectionsTable:  "Connections",
		DynamoDBEndpoint:  &server.URL,
		RequestsPerMinute: 60,
	}
	parts, err := function.Build(environment, function.ManyPosts, function.NoFiles)
	if err != nil || parts.Service.Notifier != nil || parts.Service.Queue != nil || parts.Service.Limiter == nil {
		t.Errorf("without an endpoint: %+v, error %v", parts.Service, err)
	}
	environment.ManagementEndpoint, environment.RequestsPerMinute = server.URL, 0
	parts, err = function.Build(environment, function.ManyPosts, function.NoFiles)
	if err != nil || parts.Service.Notifier == nil || parts.Service.Queue == nil || parts.Service.Limiter != nil {
		t.Errorf("with an endpoint: %+v, error %v", parts.Service, err)
	}
	if frames := parts.Frames(); frames.Service != parts.Service || frames.Log == nil || frames.Metrics == nil {
		t.Errorf("frames %+v", frames)
	}
}

func TestAFunctionWithoutItsTablesDoesNotStart(t *testing.T) {
	_, err := function.Build(function.Environment{Region: "eu-central-1"}, function.NoPosts, objects.New)
	if err == nil || !strings.Contains(err.Error(), "MESSAGES_TABLE is not set") ||
		!strings.Contains(err.Error(), "CONNECTIONS_TABLE is not set") {
		t.Errorf("error %v", err)
	}
}

func TestAFunctionHasAStorageOfFilesOnlyWhereABucketIsConfigured(t *testing.T) {
	server := httptest.NewServer(nil) // answers the warming
	defer server.Close()
	environment := function.Environment{
		Region:             "eu-central-1",
		MessagesTable:      "Messages",
		ConnectionsTable:   "Connections",
		DynamoDBEndpoint:   &server.URL,
		MaxAttachmentBytes: 1_000,
	}
	parts, err := function.Build(environment, function.NoPosts, objects.New)
	if err != nil || parts.Service.Objects != nil || parts.Service.MaxAttachmentBytes != 0 {
		t.Errorf("without a bucket: %+v, error %v", parts.Service, err)
	}
	environment.AttachmentsBucket = "files"
	parts, err = function.Build(environment, function.NoPosts, objects.New)
	if err != nil || parts.Service.Objects == nil || parts.Service.MaxAttachmentBytes != 1_000 {
		t.Errorf("with a bucket: %+v, error %v", parts.Service, err)
	}
	parts, err = function.Build(environment, function.NoPosts, function.NoFiles)
	if err != nil || parts.Service.Objects != nil || parts.Service.MaxAttachmentBytes != 1_000 {
		t.Errorf("a function that uses no files: %+v, error %v", parts.Service, err)
	}
}

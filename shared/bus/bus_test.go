package bus_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/eventbus"
	"example.com/recall/shared/bus"
	"example.com/recall/shared/recall"
)

func busAt(t *testing.T, handler http.Handler) *bus.Bus {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := eventbridge.New(eventbridge.Options{
		HTTPClient: server.Client(), Region: "eu-central-1", BaseEndpoint: &server.URL, Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret", SessionToken: "session"}, nil
		}),
	})
	return &bus.Bus{Client: client, Name: "chat"}
}

var recalled = recall.RevokedMessage{
	Conversation: recall.Between("bob", "alice"), MessageID: "01M3250V000000000000000001", Sender: "alice", SentAt: 5,
	Revocation: recall.Revocation{
		ID:     "01M3250V000000000000000002",
		At:     7,
		By:     "bob",
		Role:   recall.RoleAdmin,
		Reason: "canary",
	},
}

func TestARecallIsPublishedWithoutItsReason(t *testing.T) {
	events := &eventbus.Bus{}
	publisher := busAt(t, events)
	if err := publisher.PublishRevoked(t.Context(), recalled); err != nil {
		t.Fatal(err)
	}
	inGroup := recalled
	inGroup.Conversation = recall.InGroup("eng")
	if err := publisher.PublishRevoked(t.Context(), inGroup); err != nil {
		t.Fatal(err)
	}
	kept := events.Events()
	if len(kept) != 2 || kept[0].Bus != "chat" || kept[0].Source != "recall" || kept[0].DetailType != "MessageRecalled" {
		t.Fatalf("events %+v", kept)
	}
	for i, conversation := range []string{`{"users":["alice","bob"]}`, `{"group":"eng"}`} {
		want := `{"conversation":` + conversation +
			`,"messageId":"01M3250V000000000000000001","sender":"alice","operator":"bob","role":"admin","at":7}`
		if difference := cmp.Diff(want, string(kept[i].Detail)); difference != "" {
			t.Error(difference)
		}
	}
}

func TestABusThatDoesNotTakeAnEventIsUnavailable(t *testing.T) {
	for _, each := range []struct {
		name, answer string
		status       int
	}{
		{"an event that was not taken", `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException"}]}`, 200},
		{"an event that was not taken, without entries", `{"FailedEntryCount":1}`, 200},
		{"an answer that is not JSON", `<html>`, 200},
		{"a throttled call", `{"__type":"ThrottlingException","message":"Rate exceeded"}`, 400},
		{"too many requests", ``, 429},
		{"a service that is broken", `{"__type":"InternalException"}`, 500},
		{"a call that is not allowed", `{"__type":"AccessDeniedException"}`, 400},
		{"a refusal without an error type", ``, 403},
	} {
		t.Run(each.name, func(t *testing.T) {
			publisher := busAt(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(each.status)
				_, _ = io.WriteString(w, each.answer)
			}))
			err := publisher.PublishRevoked(t.Context(), recalled)
			if err == nil || recall.NameOf(err) != recall.Unavailable {
				t.Fatalf("error %v, want unavailable", err)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("the reason stands in %v", err)
			}
		})
	}
}

func TestABusThatCannotBeReachedIsUnavailable(t *testing.T) {
	publisher := busAt(t, http.NotFoundHandler())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := publisher.PublishRevoked(ctx, recalled); recall.NameOf(err) != recall.Unavailable {
		t.Errorf("error %v", err)
	}
}

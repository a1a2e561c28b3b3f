package bus_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/eventbus"
	"example.com/recall/shared/bus"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

const secret = "a secret access key"

func busAt(t *testing.T, handler http.Handler) *bus.Bus {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return bus.New(aws.Config{
		HTTPClient: server.Client(), Region: "eu-central-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: secret, SessionToken: "session"}, nil
		}),
	}, recalltest.NewClock(), server.URL, "chat")
}

var recalled = recall.Recalled{
	Conversation: recall.Between("bob", "alice"), MessageID: "01M3250V000000000000000001", Sender: "alice", SentAt: 5,
	Revocation: recall.Revocation{ID: "01M3250V000000000000000002", At: 7, By: "bob", Role: recall.RoleAdmin, Reason: "canary"},
}

func TestARecallIsPublishedWithoutItsReason(t *testing.T) {
	events := &eventbus.Bus{}
	publisher := busAt(t, events)
	if err := publisher.PublishRecalled(t.Context(), recalled); err != nil {
		t.Fatal(err)
	}
	inGroup := recalled
	inGroup.Conversation = recall.InGroup("eng")
	if err := publisher.PublishRecalled(t.Context(), inGroup); err != nil {
		t.Fatal(err)
	}
	kept := events.Events()
	if len(kept) != 2 || kept[0].Bus != "chat" || kept[0].Source != "recall" || kept[0].DetailType != "MessageRecalled" {
		t.Fatalf("events %+v", kept)
	}
	for i, conversation := range []string{`{"users":["alice","bob"]}`, `{"group":"eng"}`} {
		want := `{"conversation":` + conversation + `,"messageId":"01M3250V000000000000000001","sender":"alice","operator":"bob","role":"admin","at":7}`
		if difference := cmp.Diff(want, string(kept[i].Detail)); difference != "" {
			t.Error(difference)
		}
	}
}

// TestTheRequestIsSigned calculates the signature again, by the rules of the IAM guide's "Create a signed AWS API request".
func TestTheRequestIsSigned(t *testing.T) {
	publisher := busAt(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if got, want := signatureOf(r), expectedSignature(r, body); got != want {
			t.Errorf("signature %s, want %s", got, want)
		}
		if r.Method != http.MethodPost || r.URL.Path != "/" || r.Header.Get("X-Amz-Target") != "AWSEvents.PutEvents" ||
			r.Header.Get("Content-Type") != "application/x-amz-json-1.1" || r.Header.Get("X-Amz-Security-Token") != "session" {
			t.Errorf("request %s %s %v", r.Method, r.URL, r.Header)
		}
		_, _ = io.WriteString(w, `{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`)
	}))
	if err := publisher.PublishRecalled(t.Context(), recalled); err != nil {
		t.Error(err)
	}
}

func signatureOf(r *http.Request) string {
	_, signature, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
	return signature
}

func expectedSignature(r *http.Request, body []byte) string {
	_, list, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	list, _, _ = strings.Cut(list, ",")
	canonical := "POST\n/\n\n"
	for name := range strings.SplitSeq(list, ";") {
		value := r.Header.Get(name)
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = r.Header.Get("Content-Length")
		}
		canonical += name + ":" + value + "\n"
	}
	hash := func(text []byte) string { sum := sha256.Sum256(text); return hex.EncodeToString(sum[:]) }
	canonical += "\n" + list + "\n" + hash(body)
	date := r.Header.Get("X-Amz-Date")
	scope := date[:8] + "/eu-central-1/events/aws4_request"
	key := []byte("AWS4" + secret)
	mac := func(text string) []byte {
		sum := hmac.New(sha256.New, key)
		_, _ = sum.Write([]byte(text)) // a hash never fails
		return sum.Sum(nil)
	}
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(part)
	}
	return hex.EncodeToString(mac("AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" + hash([]byte(canonical))))
}

func TestWhatABusAnswersBecomesTheRightError(t *testing.T) {
	for _, each := range []struct {
		name, answer string
		status       int
		want         recall.Name
	}{
		{"taken", `{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}`, 200, ""},
		{"not taken", `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException"}]}`, 200, recall.Unavailable},
		{"not taken, without entries", `{"FailedEntryCount":1}`, 200, recall.Unavailable},
		{"not JSON", `<html>`, 200, recall.Unavailable},
		{"throttled", `{"__type":"ThrottlingException","message":"Rate exceeded"}`, 400, recall.Unavailable},
		{"too many", ``, 429, recall.Unavailable},
		{"broken", `{"__type":"InternalException"}`, 500, recall.Unavailable},
		{"refused", `{"__type":"AccessDeniedException"}`, 400, recall.Internal},
		{"refused without a word", ``, 403, recall.Internal},
	} {
		t.Run(each.name, func(t *testing.T) {
			publisher := busAt(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(each.status)
				_, _ = io.WriteString(w, each.answer)
			}))
			err := publisher.PublishRecalled(t.Context(), recalled)
			if each.want == "" && err != nil || each.want != "" && (err == nil || recall.NameOf(err) != each.want) {
				t.Errorf("error %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("the reason stands in %v", err)
			}
		})
	}
}

func TestABusThatCannotBeReachedIsUnavailable(t *testing.T) {
	publisher := busAt(t, http.NotFoundHandler())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := publisher.PublishRecalled(ctx, recalled); recall.NameOf(err) != recall.Unavailable {
		t.Errorf("error %v", err)
	}
}

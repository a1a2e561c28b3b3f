package dynamo_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
)

// stub is a DynamoDB that answers each operation with a fixed text. What is measured is the work of this package and
// of the SDK, and not a store's.
func stub(b *testing.B, answers map[string]string) *dynamo.Store {
	b.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = io.WriteString(w, answers[operation])
	}))
	b.Cleanup(server.Close)
	environment, err := function.ReadEnvironment(func(name string) string {
		return map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}[name]
	})
	if err != nil {
		b.Fatal(err)
	}
	config := environment.AWS(function.HTTPClient())
	return &dynamo.Store{Client: dynamo.NewClient(config, &server.URL), Table: "messages"}
}

// BenchmarkRevokeMessage is the conditional write of a recall.
func BenchmarkRevokeMessage(b *testing.B) {
	store := stub(b, map[string]string{"UpdateItem": `{"Attributes":{"pk":{"S":"c2c#alice#bob"},` +
		`"sk":{"S":"msg#01HF7YATZ8000000000000A1C2"},"sender":{"S":"alice"},"sentAt":{"N":"1700000001000"},` +
		`"recallableUntil":{"N":"1700000121000"},"revocationId":{"S":"01HF7YATZ8000000000000A1C3"},` +
		`"revokedAt":{"N":"1700000005000"},"revokedBy":{"S":"alice"},"revokedRole":{"S":"sender"},"due":{"S":"revoked"}}}`})
	command := recall.RevokeCommand{
		Conversation: recall.Between("alice", "bob"), MessageID: "01HF7YATZ8000000000000A1C2", SenderOnly: true,
		Revocation: recall.Revocation{ID: "01HF7YATZ8000000000000A1C3", At: 1_700_000_005_000, By: "alice", Role: "sender"},
	}
	b.ReportAllocs()
	for b.Loop() {
		if outcome, err := store.RevokeMessage(b.Context(), command); err != nil || !outcome.Applied {
			b.Fatalf("%+v, %v", outcome, err)
		}
	}
}

// BenchmarkRosterPage is a full page of a large group.
func BenchmarkRosterPage(b *testing.B) {
	const members = 5_000
	rows := make([]string, members)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"sk":{"S":"member#user-%05d"},"role":{"S":"member"}}`, i)
	}
	store := stub(b, map[string]string{"Query": `{"Items":[` + strings.Join(rows, ",") + `],"Count":5000}`})
	b.ReportAllocs()
	for b.Loop() {
		page, err := store.RosterPage(b.Context(), "engineering", "user-00000")
		if err != nil || len(page.Users) != members {
			b.Fatalf("%d members, %v", len(page.Users), err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/members, "ns/member")
}

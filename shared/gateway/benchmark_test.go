package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"example.com/recall/shared/function"
	"example.com/recall/shared/gateway"
	"example.com/recall/shared/recall"
)

// BenchmarkFanOut posts one notice to 500 connections of a server that takes 15 ms for each, as @connections does.
func BenchmarkFanOut(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		time.Sleep(15 * time.Millisecond)
	}))
	defer server.Close()
	client := gateway.NewClient(configured(function.HTTPClient()), server.URL)
	poster := &gateway.Poster{Client: client, Clock: recall.SystemClock{}}
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		if failed := poster.Notify(b.Context(), notice(), receivers(500)); len(failed) > 0 {
			b.Fatalf("%d posts failed", len(failed))
		}
	}
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/1000/float64(b.N), "processor-ms/op")
}

func notice() recall.Notice {
	conversation, _ := recall.ConversationOfKey("group#engineering")
	return recall.Notice{Conversation: conversation, Revocations: []recall.RevokedMessage{{
		Conversation: conversation, MessageID: "01HF7YATZ8000000000000A1C2", Sender: "alice", SentAt: 1_700_000_001_000,
		Revocation: recall.Revocation{At: 1_700_000_005_000, By: "alice", Role: recall.RoleSender},
	}}}
}

func receivers(count int) []recall.Connection {
	connections := make([]recall.Connection, count)
	for i := range connections {
		connections[i] = recall.Connection{
			User: recall.UserID(fmt.Sprintf("user%d", i)),
			ID:   recall.ConnectionID(fmt.Sprintf("L0SM9cOFvHcC%03d=", i)),
		}
	}
	return connections
}

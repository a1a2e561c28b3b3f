package function_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/function"
)

// countedWrites counts the writes to a connection.
type countedWrites struct {
	net.Conn
	writes *atomic.Int64
}

func (c countedWrites) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}

// storage is the functions' client of a DynamoDB that answers each call at once with a large page. It counts the calls
// that come, the connections that are opened, and the writes to these.
func storage(t *testing.T) (client *dynamodb.Client, calls, connections, writes *atomic.Int64) {
	t.Helper()
	calls, connections, writes = &atomic.Int64{}, &atomic.Int64{}, &atomic.Int64{}
	row := `{"pk":{"S":"group#engineering"},"sk":{"S":"member#somebody"}},`
	page := `{"Items":[` + strings.TrimSuffix(strings.Repeat(row, 8_000), ",") + `]}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, page)
	}))
	t.Cleanup(server.Close)
	environment, err := function.ReadEnvironment(func(name string) string {
		return map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	dialer := &net.Dialer{}
	counting := function.HTTPClient().WithTransportOptions(func(transport *http.Transport) {
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			connections.Add(1)
			conn, err := dialer.DialContext(ctx, network, address)
			return countedWrites{conn, writes}, err
		}
	})
	return dynamo.NewClient(environment.AWS(counting), &server.URL), calls, connections, writes
}

func TestALargeAnswerThatComesAtOnceIsReadAtTheFirstAttempt(t *testing.T) {
	client, calls, connections, writes := storage(t)
	const queries = 100
	table, condition := "messages", "pk=:pk"
	for i := range queries {
		answer, err := client.Query(t.Context(), &dynamodb.QueryInput{TableName: &table, KeyConditionExpression: &condition})
		if err != nil || len(answer.Items) != 8_000 {
			t.Fatalf("query %d: %v", i, err)
		}
	}
	if calls.Load() != queries {
		t.Errorf("%d queries made %d calls", queries, calls.Load())
	}
	if connections.Load() != 1 {
		t.Errorf("%d queries, one after the other, opened %d connections", queries, connections.Load())
	}
	if writes.Load() != queries {
		t.Errorf("%d queries were written in %d pieces", queries, writes.Load())
	}
}

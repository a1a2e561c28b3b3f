package logstream

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

// follow starts to read the stream. Lines that are published after it returns reach this reader.
func follow(t *testing.T, url string) *json.Decoder {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return json.NewDecoder(answer.Body)
}

func TestEveryReaderGetsTheLinesInTheirOrder(t *testing.T) {
	var stream Stream
	server := httptest.NewServer(&stream)
	t.Cleanup(server.Close)
	stream.Publish("Send", "before anybody reads")
	readers := []*json.Decoder{follow(t, server.URL), follow(t, server.URL)}
	for i := range 10 {
		stream.Publish("Revoke", fmt.Sprint("line ", i))
	}
	for _, reader := range readers {
		for i := range 10 {
			var got Entry
			if err := reader.Decode(&got); err != nil || got != (Entry{Function: "Revoke", Line: fmt.Sprint("line ", i)}) {
				t.Fatalf("line %d is %+v, %v", i, got, err)
			}
		}
	}
}

func TestASlowReaderLosesLinesAndIsToldHowMany(t *testing.T) {
	var stream Stream
	r := stream.open()
	for i := range waiting + 7 {
		stream.Publish("Revoke", fmt.Sprint(i))
	}
	for range waiting {
		<-r.lines
	}
	stream.Publish("Revoke", "after")
	if got := <-r.lines; got.Line != "after" || got.Missed != 7 {
		t.Fatalf("got %+v, want 7 missed", got)
	}
	stream.close(r)
	stream.Publish("Revoke", "nobody reads")
	if len(r.lines) != 0 || len(stream.readers) != 0 {
		t.Fatal("a reader that left still gets lines")
	}
}

func TestOnlyGETFollows(t *testing.T) {
	recorder := httptest.NewRecorder()
	(&Stream{}).ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil))
	if recorder.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", recorder.Code)
	}
}

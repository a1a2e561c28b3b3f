// Package objectstoretest gives tests buckets on a real S3 server, each test its own.
package objectstoretest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"example.com/recall/local/objectstore"
)

// Server is one S3 server for all tests of a binary. It starts when the first test asks for a bucket, and ends with
// Run. Its zero value is ready.
type Server struct {
	start    sync.Once
	store    *objectstore.Server
	listener *httptest.Server
	failure  error

	mutex sync.Mutex
	count int
}

// Bucket is the bucket of one test.
type Bucket struct {
	Name string
	// Endpoint is the address of the server. Presigned addresses begin with it, and anyone can use them.
	Endpoint string
	// Client may do everything. The server's time is the machine's, so an address that was presigned for another time
	// is refused.
	Client *s3.Client
}

// Region is where the buckets are.
const Region = "us-east-1"

// Run runs the tests of a binary and then ends the server: func TestMain(m *testing.M) { os.Exit(server.Run(m)) }.
func (s *Server) Run(m *testing.M) int {
	code := m.Run()
	if s.store != nil {
		s.listener.Close()
		s.store.Close()
	}
	return code
}

// Bucket makes a new bucket for a test. If the server is not installed, the test fails and says what to run.
func (s *Server) Bucket(t testing.TB) Bucket {
	t.Helper()
	s.start.Do(func() {
		s.store, s.failure = objectstore.Start(context.Background(), objectstore.Options{Region: Region})
		if s.failure == nil {
			s.listener = httptest.NewServer(s.store)
		}
	})
	if s.failure != nil {
		t.Fatal(s.failure)
	}
	s.mutex.Lock()
	s.count++
	name := fmt.Sprintf("bucket-%d", s.count)
	s.mutex.Unlock()
	bucket := Bucket{Name: name, Endpoint: s.listener.URL, Client: objectstore.Client(s.listener.URL, Region)}
	if _, err := bucket.Client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	return bucket
}

// Fetch makes a request as a browser does, which has no credentials. It returns the status and the body of the answer.
func Fetch(t testing.TB, method, address string, header http.Header, body string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header.Clone()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

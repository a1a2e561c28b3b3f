package function

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// fromMemory sends the body of each request from memory.
//
// The SDK wraps a body in a type of its own, and closes it as soon as there is an answer. That has three effects on
// net/http, which this avoids:
//   - It does not know that the body is in memory. It writes the headers by themselves first: another system call and,
//     with TLS, another record for each call.
//   - It looks for the end of a body after it has written all of it. If the answer was faster, the body is closed by
//     then and fails with io.EOF, and net/http closes the connection. An answer that is still being read is lost, and
//     the SDK makes the call again after up to a second (aws-sdk-go-v2 reports it as 2737). After a short answer only
//     the connection is lost, and the next call opens another one.
//   - It cannot read the body again, and so does not repeat by itself a request that met a connection which the server
//     had closed meanwhile.
type fromMemory struct{ client aws.HTTPClient }

func (c fromMemory) Do(request *http.Request) (*http.Response, error) {
	if request.Body == nil || request.ContentLength <= 0 {
		return c.client.Do(request)
	}
	content := make([]byte, request.ContentLength)
	if _, err := io.ReadFull(request.Body, content); err != nil {
		return nil, fmt.Errorf("read the request's body: %w", err)
	}
	sent := request.WithContext(request.Context()) // a copy: the SDK closes the body of its own
	sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	sent.Body, _ = sent.GetBody() // it never fails
	return c.client.Do(sent)
}

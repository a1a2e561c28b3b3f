package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	client "example.com/recall/clients/go"
)

// files is the rule of files. It is asked only of a deployment that takes files.
const files = "recall.files"

// transfers is an HTTP transport that keeps the latest request of an upload and of a download, because the Go client
// tells nobody the signed addresses that it uses. It also makes the handshakes of the devices, which are not kept.
type transfers struct {
	mutex    sync.Mutex
	byMethod map[string]*http.Request
}

// RoundTrip makes the request.
func (t *transfers) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Header.Get("Upgrade") == "" {
		t.mutex.Lock()
		t.byMethod[request.Method] = request
		t.mutex.Unlock()
	}
	return http.DefaultTransport.RoundTrip(request)
}

// latest returns the latest upload (PUT) or download (GET). There must have been one.
func (t *transfers) latest(method string) *http.Request {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.byMethod[method]
}

// fileReaches sends a file, and recalls its message. Before that, S3 must refuse everything that was not announced.
func fileReaches(ctx context.Context, p Product) (string, error) {
	made := &transfers{byMethod: map[string]*http.Request{}}
	p.http = &http.Client{Transport: made}
	all, leave, err := p.people(ctx, "files-alice", "files-bob")
	if err != nil {
		return "", err
	}
	defer leave()
	alice, bob := all[0], all[1]
	attachment, err := alice.device.Attach(ctx, client.File{
		Name: "file.txt", Type: "text/plain", Size: int64(len(Marker)), Content: strings.NewReader(Marker),
	})
	if err != nil {
		return "", err
	}
	if err := refusesOtherFiles(ctx, made.latest(http.MethodPut)); err != nil {
		return "", err
	}
	message, err := alice.device.SendMessage(ctx, "c2c_"+bob.user, body(), client.WithAttachments(attachment))
	if err != nil {
		return "", err
	}
	if err := await(ctx, p, bob.messages, message.MessageID, "the message"); err != nil {
		return "", err
	}
	var content bytes.Buffer
	if err := bob.device.Download(
		ctx, "c2c_"+alice.user, message.MessageID, attachment.AttachmentID, &content, nil,
	); err != nil {
		return "", err
	}
	if content.String() != Marker {
		return "", errors.New("the receiver gets another file than was sent")
	}
	if err := alice.device.RevokeMessage(ctx, "c2c_"+bob.user, message.MessageID, ""); err != nil {
		return "", err
	}
	return "", p.awaitGone(ctx, made.latest(http.MethodGet).URL.String())
}

// refusesOtherFiles asks S3 to take another file at the address of an upload than the server has signed.
func refusesOtherFiles(ctx context.Context, upload *http.Request) error {
	for what, change := range map[string]func(request *http.Request) (content string){
		"a longer file": func(*http.Request) string { return Marker + "." },
		"a file of another type": func(request *http.Request) string {
			request.Header.Set("Content-Type", "text/html")
			return Marker
		},
		"a file under another key": func(request *http.Request) string {
			request.URL.Path += "0"
			return Marker
		},
	} {
		request := upload.Clone(ctx)
		content := change(request)
		request.Body, request.ContentLength = io.NopCloser(strings.NewReader(content)), int64(len(content))
		status, err := statusOf(request)
		if err != nil {
			return err
		}
		if status != http.StatusForbidden {
			return fmt.Errorf("S3 answers %d to an upload of %s than was announced", status, what)
		}
	}
	return nil
}

// awaitGone waits until an address gives nothing. S3 says 404 only to those who may list the bucket, and 403 to
// everybody else.
func (p Product) awaitGone(ctx context.Context, address string) error {
	const pause = 200 * time.Millisecond
	deadline := time.Now().Add(p.patience())
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		status, err := statusOf(request)
		if err != nil {
			return err
		}
		if status == http.StatusForbidden || status == http.StatusNotFound {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the address of a file is answered %d after the recall", status)
		}
		time.Sleep(pause)
	}
}

// statusOf makes a request. Its error does not name the address, which is a key to the file.
func statusOf(request *http.Request) (int, error) {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, fmt.Errorf("a %s of a file's address has no answer", request.Method)
	}
	return response.StatusCode, response.Body.Close()
}

package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	client "example.com/recall/clients/go"
)

const uploadPath = "/uploads/1?signature=secret"

// bucket is a server whose bucket does with an upload what the test says. It gives the client of alice.
func bucket(t *testing.T, upload http.HandlerFunc) *client.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			upload(w, r)
			return
		}
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			return // Accept has answered.
		}
		for {
			_, data, err := socket.Read(context.Background())
			if err != nil {
				return
			}
			var asked struct{ Action, ID string }
			if json.Unmarshal(data, &asked) != nil {
				continue
			}
			reply := fmt.Sprintf(`{"type":"reply","action":%q,"id":%q,"ok":true,"serverTime":%d,"user":"alice",`+
				`"conversations":[],"attachmentId":"01HF7YAT0000000000000000A1","upload":{"method":"PUT","url":"http://%s%s"}}`,
				asked.Action, asked.ID, time.Now().UnixMilli(), r.Host, uploadPath)
			_ = socket.Write(context.Background(), websocket.MessageText, []byte(reply)) // The client may have gone.
		}
	}))
	t.Cleanup(server.Close)
	options := quick("ws" + strings.TrimPrefix(server.URL, "http"))
	options.RequestTimeout = time.Minute
	return logIn(t, options, "alice", client.Listener{})
}

// waits tells that the upload has begun, and answers nothing until the client gives up.
func waits(begun chan<- struct{}) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // Only after that, net/http notices that the client has gone.
		close(begun)
		<-r.Context().Done()
	}
}

func picture() client.File {
	return client.File{Name: "cat.png", Type: "image/png", Size: 3, Content: strings.NewReader("cat")}
}

func TestAnUploadEndsWithItsContextAndItsErrorHasNoAddress(t *testing.T) {
	begun := make(chan struct{})
	alice := bucket(t, waits(begun))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-begun
		cancel()
	}()
	_, err := alice.Attach(ctx, picture())
	if client.Code(err) != client.CodeUploadFailed || !errors.Is(err, context.Canceled) {
		t.Errorf("the upload ended with %v", err)
	}
	for cause := err; cause != nil; cause = errors.Unwrap(cause) {
		if strings.Contains(cause.Error(), "secret") {
			t.Errorf("the address, which is a key to the file, is in %q", cause)
		}
	}
}

func TestALogoutEndsAnUpload(t *testing.T) {
	begun := make(chan struct{})
	alice := bucket(t, waits(begun))
	go func() {
		<-begun
		alice.Logout()
	}()
	if _, err := alice.Attach(t.Context(), picture()); client.Code(err) != client.CodeNotLoggedIn {
		t.Errorf("the upload ended with %v", err)
	}
}

// endless is a file that never ends, and notices who reads it too late.
type endless struct {
	returned chan struct{}
	late     chan struct{}
}

// Read gives more of the file.
func (e endless) Read(into []byte) (int, error) {
	select {
	case <-e.returned:
		e.late <- struct{}{}
	default:
	}
	return len(into), nil
}

func TestNobodyReadsAFileAfterItsUploadHasFailed(t *testing.T) {
	alice := bucket(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	file := picture()
	content := endless{make(chan struct{}), make(chan struct{}, 1)}
	file.Size, file.Content = 1<<40, content
	_, err := alice.Attach(t.Context(), file)
	close(content.returned)
	if client.Code(err) != client.CodeUploadFailed {
		t.Errorf("the upload ended with %v", err)
	}
	alice.Logout()
	select {
	case <-content.late:
		t.Error("the file was read after Attach had returned")
	default:
	}
}

func TestAFileThatIsShorterThanItsSizeIsNotUploaded(t *testing.T) {
	alice := bucket(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		w.WriteHeader(http.StatusOK)
	})
	file := picture()
	file.Size = 4
	if _, err := alice.Attach(t.Context(), file); client.Code(err) != client.CodeUploadFailed {
		t.Errorf("the upload ended with %v", err)
	}
	file.Content = nil
	if _, err := alice.Attach(t.Context(), file); client.Code(err) != client.CodeInvalidRequest {
		t.Errorf("an upload of nothing ended with %v", err)
	}
}

func TestAForwardedMessageNamesWhereItsAttachmentsAre(t *testing.T) {
	m := client.Message{Conversation: "c2c_bob", MessageID: "1", Attachments: []client.Attachment{{AttachmentID: "2"}}}
	forwarded := m.Forwarded()
	want := client.MessageReference{Conversation: "c2c_bob", MessageID: "1"}
	if len(forwarded) != 1 || forwarded[0].AttachmentID != "2" || *forwarded[0].From != want {
		t.Errorf("forwarded %+v", forwarded)
	}
	if m.Attachments[0].From != nil {
		t.Error("the message itself was changed")
	}
}

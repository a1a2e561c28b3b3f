package recalltest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

// Files is a storage of files as the suite tests it.
type Files struct {
	recall.Objects
	// Client sends requests to the addresses that the storage signs.
	Client *http.Client
	// Clock is the storage's own, by which addresses end.
	Clock recall.Clock
}

// RunObjects holds a recall.Objects against everything that the interface promises. open makes an empty storage.
func RunObjects(t *testing.T, open func(t *testing.T) Files) {
	for _, each := range objectSentences() {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			each.test(t, open(t))
		})
	}
}

// PutFile does what an upload says, with this content, and returns the HTTP status.
func PutFile(ctx context.Context, client *http.Client, upload recall.Upload, content []byte) (int, error) {
	request, err := http.NewRequestWithContext(ctx, upload.Method, upload.URL, bytes.NewReader(content))
	if err != nil {
		return 0, err
	}
	for name, value := range upload.Headers {
		request.Header.Set(name, value)
	}
	status, _, _, err := exchange(client, request)
	return status, err
}

// GetFile reads an address and returns the HTTP status, the content and the header.
func GetFile(ctx context.Context, client *http.Client, address string) (int, []byte, http.Header, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, nil, err
	}
	return exchange(client, request)
}

func exchange(client *http.Client, request *http.Request) (int, []byte, http.Header, error) {
	answer, err := client.Do(request)
	if err != nil {
		return 0, nil, nil, err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	return answer.StatusCode, content, answer.Header, err
}

const (
	uploadOfAlice recall.ObjectKey = "uploads/01HF7YAY8G00000000000000AT-alice@example.org"
	copyOfIt      recall.ObjectKey = "messages/AAAAAAAAAAAAAAAAAAAAAAAAAA"
	otherCopy     recall.ObjectKey = "messages/BBBBBBBBBBBBBBBBBBBBBBBBBB"
)

var picture = []byte("\x89PNG and so on")

func pictured() recall.Object {
	return recall.Object{Name: "猫 100%\"1\".png", Type: "image/png", Size: recall.AttachmentSize(len(picture))}
}

// from is the beginning of this second of the storage's clock.
func (f Files) from() recall.Instant { return recall.At(f.Clock.Now().Truncate(time.Second)) }

func (f Files) uploadTo(t *testing.T, key recall.ObjectKey) recall.Upload {
	t.Helper()
	upload, err := f.UploadAddress(t.Context(), key, pictured(), f.from(), f.from().Add(recall.AddressFor))
	must(t, err)
	return upload
}

// put uploads the picture.
func (f Files) put(t *testing.T, key recall.ObjectKey) recall.Object {
	t.Helper()
	f.wantPut(t, f.uploadTo(t, key), picture, true)
	object, found, err := f.Describe(t.Context(), key)
	if err != nil || !found {
		t.Fatalf("after the upload: found=%t, error %v", found, err)
	}
	return object
}

func (f Files) wantPut(t *testing.T, upload recall.Upload, content []byte, accepted bool) {
	t.Helper()
	status, err := PutFile(t.Context(), f.Client, upload, content)
	if err != nil || (status/100 == 2) != accepted {
		t.Errorf("the upload got status %d, error %v", status, err)
	}
}

// copied copies the upload to a key.
func (f Files) copied(t *testing.T, object recall.Object, to recall.ObjectKey) {
	t.Helper()
	if done, err := f.Copy(t.Context(), uploadOfAlice, object, to); err != nil || !done {
		t.Fatalf("copied=%t, error %v", done, err)
	}
}

func (f Files) addressOf(t *testing.T, key recall.ObjectKey) string {
	t.Helper()
	address, err := f.DownloadAddress(t.Context(), key, f.from(), f.from().Add(recall.AddressFor))
	must(t, err)
	return address
}

// wantDead wants an address to give no byte of the picture.
func (f Files) wantDead(t *testing.T, address string) {
	t.Helper()
	status, content, _, err := GetFile(t.Context(), f.Client, address)
	if err != nil || status != http.StatusForbidden && status != http.StatusNotFound || bytes.Contains(content, picture) {
		t.Errorf("the address answers %d, error %v", status, err)
	}
}

func (f Files) wantAlive(t *testing.T, address string) http.Header {
	t.Helper()
	status, content, header, err := GetFile(t.Context(), f.Client, address)
	if err != nil || status != http.StatusOK || !bytes.Equal(content, picture) {
		t.Errorf("the address answers %d with %q, error %v", status, content, err)
	}
	return header
}

func (f Files) wantNothingAt(t *testing.T, key recall.ObjectKey) {
	t.Helper()
	if object, found, err := f.Describe(t.Context(), key); err != nil || found {
		t.Errorf("found=%t %+v, error %v", found, object, err)
	}
}

type objectSentence struct {
	name string
	test func(t *testing.T, files Files)
}

func objectSentences() []objectSentence { return append(uploadSentences(), copySentences()...) }

func uploadSentences() []objectSentence {
	return []objectSentence{
		{"an upload is described as it was signed", func(t *testing.T, files Files) {
			got, want := files.put(t, uploadOfAlice), pictured()
			if got.Version == "" || got.Name != want.Name || got.Type != want.Type || got.Size != want.Size {
				t.Errorf("%+v with the name %q", got, string(got.Name))
			}
		}},
		{"what was never uploaded is not found", func(t *testing.T, files Files) { files.wantNothingAt(t, uploadOfAlice) }},
		{"an upload of another size is refused", func(t *testing.T, files Files) {
			files.wantPut(t, files.uploadTo(t, uploadOfAlice), append(bytes.Clone(picture), '!'), false)
			files.wantPut(t, files.uploadTo(t, uploadOfAlice), picture[1:], false)
			files.wantNothingAt(t, uploadOfAlice)
		}},
		{"an upload with other headers is refused", func(t *testing.T, files Files) {
			for _, header := range []string{typeHeader, nameHeader} {
				upload := files.uploadTo(t, uploadOfAlice)
				upload.Headers[header] = "text/html"
				files.wantPut(t, upload, picture, false)
				delete(upload.Headers, header)
				files.wantPut(t, upload, picture, false)
			}
			files.wantNothingAt(t, uploadOfAlice)
		}},
		{"an upload to another key, by another method or after its end is refused", func(t *testing.T, files Files) {
			upload := files.uploadTo(t, uploadOfAlice)
			upload.URL = strings.Replace(upload.URL, "alice", "bob", 1)
			files.wantPut(t, upload, picture, false)
			upload = files.uploadTo(t, uploadOfAlice)
			upload.Method = http.MethodPost
			files.wantPut(t, upload, picture, false)
			from := files.from().Add(-2 * recall.AddressFor)
			upload, err := files.UploadAddress(t.Context(), uploadOfAlice, pictured(), from, from.Add(recall.AddressFor))
			must(t, err)
			files.wantPut(t, upload, picture, false)
			files.wantNothingAt(t, uploadOfAlice)
		}},
		{"the address of an upload cannot be read, deleted or listed", func(t *testing.T, files Files) {
			files.put(t, uploadOfAlice)
			upload := files.uploadTo(t, uploadOfAlice)
			files.wantDead(t, upload.URL)
			upload.Method = http.MethodDelete
			files.wantPut(t, upload, nil, false)
			if _, found, err := files.Describe(t.Context(), uploadOfAlice); err != nil || !found {
				t.Errorf("found=%t, error %v", found, err)
			}
		}},
		{"nothing can be written at the address of a download", func(t *testing.T, files Files) {
			upload := recall.Upload{Method: http.MethodPut, URL: files.addressOf(t, copyOfIt)}
			files.wantPut(t, upload, picture, false)
			files.wantNothingAt(t, copyOfIt)
		}},
	}
}

func copySentences() []objectSentence {
	return []objectSentence{
		{"a copy is read with its type, as a file to be saved and not to be cached", func(t *testing.T, files Files) {
			files.copied(t, files.put(t, uploadOfAlice), copyOfIt)
			header := files.wantAlive(t, files.addressOf(t, copyOfIt))
			if header.Get("Content-Type") != "image/png" ||
				!strings.HasPrefix(header.Get("Content-Disposition"), "attachment") ||
				header.Get("Cache-Control") != "no-store" {
				t.Errorf("header %v", header)
			}
		}},
		{"a download ends", func(t *testing.T, files Files) {
			files.copied(t, files.put(t, uploadOfAlice), copyOfIt)
			from := files.from().Add(-2 * recall.AddressFor)
			address, err := files.DownloadAddress(t.Context(), copyOfIt, from, from.Add(recall.AddressFor))
			must(t, err)
			files.wantDead(t, address)
		}},
		{"an address is dead as soon as its object is deleted", func(t *testing.T, files Files) {
			files.copied(t, files.put(t, uploadOfAlice), copyOfIt)
			address := files.addressOf(t, copyOfIt)
			files.wantAlive(t, address)
			must(t, files.Delete(t.Context(), []recall.ObjectKey{copyOfIt}))
			files.wantDead(t, address)
			files.wantDead(t, files.addressOf(t, copyOfIt))
		}},
		{"a copy and its source are deleted each by itself", func(t *testing.T, files Files) {
			object := files.put(t, uploadOfAlice)
			files.copied(t, object, copyOfIt)
			if done, err := files.Copy(t.Context(), copyOfIt, pictured(), otherCopy); err != nil || !done {
				t.Fatalf("copied=%t, error %v", done, err)
			}
			must(t, files.Delete(t.Context(), []recall.ObjectKey{uploadOfAlice, copyOfIt}))
			files.wantNothingAt(t, copyOfIt)
			files.wantAlive(t, files.addressOf(t, otherCopy))
		}},
		{"nothing is copied of an object that is missing", func(t *testing.T, files Files) {
			if done, err := files.Copy(t.Context(), uploadOfAlice, pictured(), copyOfIt); err != nil || done {
				t.Errorf("copied=%t, error %v", done, err)
			}
			files.wantNothingAt(t, copyOfIt)
		}},
		{"nothing is copied of an object that was written again since it was described", func(t *testing.T, files Files) {
			object := files.put(t, uploadOfAlice)
			changed := bytes.Repeat([]byte("x"), len(picture))
			files.wantPut(t, files.uploadTo(t, uploadOfAlice), changed, true)
			if done, err := files.Copy(t.Context(), uploadOfAlice, object, copyOfIt); err != nil || done {
				t.Errorf("copied=%t, error %v", done, err)
			}
			files.wantNothingAt(t, copyOfIt)
		}},
		{"deleting many objects at a time, or none that is there, is no error", func(t *testing.T, files Files) {
			files.put(t, uploadOfAlice)
			keys := []recall.ObjectKey{uploadOfAlice}
			for i := range 1_100 { // more than one call of S3 deletes
				keys = append(keys, recall.ObjectKey(fmt.Sprintf("messages/%d", i)))
			}
			must(t, files.Delete(t.Context(), keys))
			must(t, files.Delete(t.Context(), keys[:1]))
			files.wantNothingAt(t, uploadOfAlice)
		}},
	}
}

package recalltest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/recall/shared/recall"
)

// Objects is a recall.Objects in memory. It is also the transport of an HTTP client that uses its addresses.
type Objects struct {
	Clock recall.Clock

	mutex   sync.Mutex
	objects map[recall.ObjectKey]storedObject
}

type storedObject struct {
	recall.Object
	content []byte
}

var (
	_ recall.Objects    = (*Objects)(nil)
	_ http.RoundTripper = (*Objects)(nil)
)

// NewObjects makes an empty storage, whose addresses end by that clock.
func NewObjects(clock recall.Clock) *Objects {
	return &Objects{Clock: clock, objects: make(map[recall.ObjectKey]storedObject)}
}

// Keys are the keys of all objects, sorted.
func (o *Objects) Keys() []recall.ObjectKey {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return slices.Sorted(maps.Keys(o.objects))
}

const (
	objectsHost = "objects.test"
	nameHeader  = "x-amz-meta-name"
	typeHeader  = "content-type"
)

// address signs a request: whoever changes a part of it has no signature for it.
func address(method string, key recall.ObjectKey, from, until recall.Instant, signed string) string {
	query := fmt.Sprintf("from=%d&until=%d", from, until)
	signature := sum(method, string(key), query, signed)
	return "https://" + objectsHost + "/" + string(key) + "?" + query + "&signature=" + signature
}

func sum(parts ...string) string {
	digest := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(digest[:])
}

// UploadAddress is as recall.Objects says.
func (o *Objects) UploadAddress(
	_ context.Context, key recall.ObjectKey, object recall.Object, from, until recall.Instant,
) (recall.Upload, error) {
	name := url.PathEscape(string(object.Name))
	signed := fmt.Sprint(object.Type, "\n", name, "\n", int64(object.Size))
	return recall.Upload{
		Method:  http.MethodPut,
		URL:     address(http.MethodPut, key, from, until, signed),
		Headers: map[string]string{typeHeader: string(object.Type), nameHeader: name},
	}, nil
}

// DownloadAddress is as recall.Objects says.
func (o *Objects) DownloadAddress(
	_ context.Context, key recall.ObjectKey, from, until recall.Instant,
) (string, error) {
	return address(http.MethodGet, key, from, until, ""), nil
}

// RoundTrip answers a request to an address.
func (o *Objects) RoundTrip(request *http.Request) (*http.Response, error) {
	var content []byte
	if request.Body != nil {
		var err error
		if content, err = io.ReadAll(request.Body); err != nil {
			return nil, err
		}
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	answer := func(status int, header http.Header, body []byte) *http.Response {
		return &http.Response{
			StatusCode: status, Status: http.StatusText(status), Request: request, Header: header,
			Body: io.NopCloser(bytes.NewReader(body)),
		}
	}
	key := recall.ObjectKey(strings.TrimPrefix(request.URL.Path, "/"))
	signed := ""
	if request.Method == http.MethodPut {
		signed = fmt.Sprint(request.Header.Get(typeHeader), "\n", request.Header.Get(nameHeader), "\n", len(content))
	}
	query, signature, _ := strings.Cut(request.URL.RawQuery, "&signature=")
	if signature != sum(request.Method, string(key), query, signed) || !o.valid(request.URL.Query()) {
		return answer(http.StatusForbidden, nil, nil), nil
	}
	if request.Method == http.MethodPut {
		name, _ := url.PathUnescape(request.Header.Get(nameHeader))
		o.objects[key] = storedObject{recall.Object{
			Name: recall.AttachmentName(name), Type: recall.MediaType(request.Header.Get(typeHeader)),
			Size: recall.AttachmentSize(len(content)), Version: sum(string(content)),
		}, content}
		return answer(http.StatusOK, nil, nil), nil
	}
	object, found := o.objects[key]
	if !found {
		return answer(http.StatusNotFound, nil, nil), nil
	}
	header := http.Header{
		"Content-Type": {string(object.Type)}, "Content-Disposition": {"attachment"}, "Cache-Control": {"no-store"},
	}
	return answer(http.StatusOK, header, object.content), nil
}

func (o *Objects) valid(query url.Values) bool {
	from, _ := strconv.ParseInt(query.Get("from"), 10, 64)
	until, _ := strconv.ParseInt(query.Get("until"), 10, 64)
	now := int64(recall.At(o.Clock.Now()))
	return from <= now && now <= until
}

// Describe is as recall.Objects says.
func (o *Objects) Describe(_ context.Context, key recall.ObjectKey) (recall.Object, bool, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	object, found := o.objects[key]
	return object.Object, found, nil
}

// Copy is as recall.Objects says.
func (o *Objects) Copy(
	_ context.Context, from recall.ObjectKey, object recall.Object, to recall.ObjectKey,
) (bool, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	source, found := o.objects[from]
	if !found || object.Version != "" && object.Version != source.Version {
		return false, nil
	}
	source.Name, source.Type = object.Name, object.Type
	o.objects[to] = source
	return true, nil
}

// Delete is as recall.Objects says.
func (o *Objects) Delete(_ context.Context, keys []recall.ObjectKey) error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for _, key := range keys {
		delete(o.objects, key)
	}
	return nil
}

package stack_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/recall/local/objectstore/objectstoretest"
	"example.com/recall/local/stack"
)

// fetch returns the status of the answer to a request as a browser makes it.
func fetch(t *testing.T, method, address string, header http.Header, body string) int {
	t.Helper()
	status, _ := objectstoretest.Fetch(t, method, address, header, body)
	return status
}

func TestAFunctionGivesAddressesAtWhichClientsUploadAndDownload(t *testing.T) {
	withRuntimes(t)
	const png = "image/png"
	options := stack.Options{Template: "testdata/pictures/template.yaml", Strict: true}
	running, report := start(t, options)
	connection := dial(t, running)
	answer := func(route, call string) string {
		t.Helper()
		return said(t, connection, `{"action":"`+route+`","call":"`+call+`"}`)
	}
	upload, download := answer("owner", "upload"), answer("guest", "download")
	if !strings.HasPrefix(upload, running.Addresses().Objects+"/recall-local-pictures/pictures/1?") {
		t.Fatalf("the upload's address is %s\n%s", upload, report.text())
	}
	for _, step := range []struct {
		name, method, address, contentType, body string
		want                                     int
	}{
		{"the download before there is a picture", "GET", download, "", "", http.StatusForbidden},
		{"an upload of another size", "PUT", upload, png, "123456", http.StatusForbidden},
		{"an upload of another type", "PUT", upload, "text/html", "12345", http.StatusForbidden},
		{"an upload without a right", "PUT", answer("guest", "upload"), png, "12345", http.StatusForbidden},
		{"the upload", "PUT", upload, png, "12345", http.StatusOK},
		{"the download", "GET", download, "", "", http.StatusOK},
	} {
		header := http.Header{}
		if step.contentType != "" {
			header.Set("Content-Type", step.contentType)
		}
		if got := fetch(t, step.method, step.address, header, step.body); got != step.want {
			t.Errorf("%s is answered with %d\n%s", step.name, got, report.text())
		}
	}
	reported(t, report, "GuestFunction may not s3:PutObject on arn:aws:s3:::recall-local-pictures/pictures/1")
	if got := answer("guest", "list"); !strings.Contains(got, "is not authorized to perform: s3:ListBucket") {
		t.Errorf("a list without a right gives %q", got)
	}
	for call, want := range map[string]string{
		"list at AWS":                      "there are 1",
		"list at the bucket's own address": "as in AWS_ENDPOINT_URL_S3/bucket/key",
	} {
		if got := answer("owner", call); !strings.Contains(got, want) {
			t.Errorf("%s gives %q\n%s", call, got, report.text())
		}
	}
	if got := answer("owner", "delete"); !strings.Contains(got, "deleted") {
		t.Errorf("the deletion gives %q", got)
	}
	if got := fetch(t, "GET", download, nil, ""); got != http.StatusForbidden {
		t.Errorf("after the deletion, who may not list the bucket gets %d", got)
	}
	if got := fetch(t, "GET", answer("owner", "download"), nil, ""); got != http.StatusNotFound {
		t.Errorf("after the deletion, who may list the bucket gets %d", got)
	}
}

// TestABrowserMayUploadWhereTheBucketsRulesAllowItsPage asks first, as a browser does. What it asks has the address of
// the upload, with the signature of the function, and is no call of the function.
func TestABrowserMayUploadWhereTheBucketsRulesAllowItsPage(t *testing.T) {
	withRuntimes(t)
	running, report := start(t, stack.Options{Template: "testdata/pictures/template.yaml", Strict: true})
	upload := said(t, dial(t, running), `{"action":"owner","call":"upload"}`)
	ask := func(origin string) int {
		return fetch(t, http.MethodOptions, upload, http.Header{
			"Origin": {origin}, "Access-Control-Request-Method": {"PUT"}, "Access-Control-Request-Headers": {"content-type"},
		}, "")
	}
	if got := ask("https://chat.example.com"); got != http.StatusOK {
		t.Errorf("a page that may upload gets %d\n%s", got, report.text())
	}
	if got := ask("https://another.example.com"); got != http.StatusForbidden {
		t.Errorf("a page that may not upload gets %d", got)
	}
}

func TestObjectsAreGoneWhenTheStackEnds(t *testing.T) {
	withRuntimes(t)
	options := stack.Options{Template: "testdata/pictures/template.yaml"}
	for range 2 {
		running, report := start(t, options)
		connection := dial(t, running)
		if got := said(t, connection, `{"action":"owner","call":"list"}`); got != "there are 0" {
			t.Fatalf("at the beginning %s\n%s", got, report.text())
		}
		upload := said(t, connection, `{"action":"owner","call":"upload"}`)
		if got := fetch(t, "PUT", upload, http.Header{"Content-Type": {"image/png"}}, "12345"); got != http.StatusOK {
			t.Fatalf("the upload is answered with %d", got)
		}
		if got := said(t, connection, `{"action":"owner","call":"list"}`); got != "there are 1" {
			t.Errorf("after the upload %s", got)
		}
		running.Close()
	}
}

func TestABucketWhoseConditionIsFalseStartsNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	running, _ := start(t, stack.Options{
		Template: "testdata/pictures/template.yaml", Parameters: map[string]string{"Bucket": "off"},
	})
	if got := running.Addresses().Objects; got != "" {
		t.Errorf("there is an S3 at %s", got)
	}
	started, err := filepath.Glob(filepath.Join(os.TempDir(), "recall-s3-*"))
	if err != nil || len(started) != 0 {
		t.Errorf("it started %v, %v", started, err)
	}
}

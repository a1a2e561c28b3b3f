package endtoend

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// withAttachments starts a stack of its own that has a bucket.
func withAttachments(t *testing.T) *backend {
	t.Helper()
	running, err := start(t.Context(), map[string]string{"Attachments": "on"})
	if err != nil {
		t.Fatalf("%v; run: scripts/require.sh java dynamodb-local elasticmq versitygw", err)
	}
	t.Cleanup(func() {
		running.Close()
		_ = os.RemoveAll(running.temporary) // A file that stays in the temporary directory does no harm.
		for denial := range running.Denials() {
			t.Errorf("template.yaml does not grant %v", denial)
		}
	})
	return running
}

func connectAt(t *testing.T, at *backend, user string) *device {
	t.Helper()
	token, err := at.Token(user, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return connectTo(t, at.Addresses().WebSocket, user, token)
}

// fetched makes an HTTP request without credentials. It returns the status and the body of the answer.
func fetched(t *testing.T, method, address string, header http.Header, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
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

// upload is an address that a device was given, and the headers that belong to it.
type upload struct {
	attachmentID, address string
	header                http.Header
}

func attach(d *device, content string) upload {
	d.t.Helper()
	reply := d.must("attach", frame{"name": "cat 🐈.png", "type": "image/png", "size": len(content)})
	given := reply["upload"].(frame)
	made := upload{reply["attachmentId"].(string), given["url"].(string), http.Header{}}
	for name, value := range given["headers"].(frame) {
		made.header.Set(name, value.(string))
	}
	return made
}

func TestNoAddressOfARecalledFileWorks(t *testing.T) {
	const content = "the picture"
	running := withAttachments(t)
	people := users(t, "alice", "bob")
	alice, bob := connectAt(t, running, people[0]), connectAt(t, running, people[1])
	to, from := "c2c_"+people[1], "c2c_"+people[0]
	picture := attach(alice, content)
	html := picture.header.Clone()
	html.Set("Content-Type", "text/html")
	for _, put := range []struct {
		name, body string
		header     http.Header
		want       int
	}{
		{"another size", content + "s", picture.header, http.StatusForbidden},
		{"another type", content, html, http.StatusForbidden},
		{"what was named", content, picture.header, http.StatusOK},
	} {
		if status, body := fetched(t, http.MethodPut, picture.address, put.header, put.body); status != put.want {
			t.Errorf("the upload of %s is answered with %d: %s", put.name, status, body)
		}
	}

	sent := alice.must("send", frame{
		"conversation": to, "body": frame{"text": "look"}, "attachments": []frame{{"attachmentId": picture.attachmentID}},
	})
	id := messageID(sent)
	shown := bob.event("message")["message"].(frame)["attachments"].([]any)[0].(frame)
	if shown["name"] != "cat 🐈.png" || shown["type"] != "image/png" || shown["size"] != float64(len(content)) {
		t.Errorf("bob sees %v", shown)
	}
	download := func(d *device, conversation string) string {
		t.Helper()
		reply := d.must("download", frame{
			"conversation": conversation, "messageId": id, "attachmentId": picture.attachmentID,
		})
		return reply["url"].(string)
	}
	given := []string{download(alice, to), download(bob, from)}
	for _, address := range given {
		if status, got := fetched(t, http.MethodGet, address, nil, ""); status != http.StatusOK || got != content {
			t.Errorf("before the recall the download gives %d %q", status, got)
		}
	}

	alice.must("revoke", frame{"conversation": to, "messageId": id})
	bob.event("revoked")
	// The function that signed the addresses may not list the bucket, so S3 does not say that the file is missing.
	for _, address := range given {
		waitFor(t, "the address is dead", func() bool {
			status, _ := fetched(t, http.MethodGet, address, nil, "")
			return status == http.StatusForbidden
		})
	}
	if reply := bob.ask("download", frame{
		"conversation": from, "messageId": id, "attachmentId": picture.attachmentID,
	}); code(reply) != 20023 {
		t.Errorf("a download after the recall is answered with %v", reply)
	}
	// The address of the upload still works, but nobody reads what it writes.
	if status, body := fetched(t, http.MethodPut, picture.address, picture.header, content); status != http.StatusOK {
		t.Errorf("the second upload is answered with %d: %s", status, body)
	}
	for _, address := range given {
		if status, _ := fetched(t, http.MethodGet, address, nil, ""); status != http.StatusForbidden {
			t.Errorf("after a second upload the download gives %d", status)
		}
	}
	if status, _ := fetched(t, http.MethodGet, picture.address, picture.header, ""); status != http.StatusForbidden {
		t.Errorf("the address of the upload can be read: %d", status)
	}
}

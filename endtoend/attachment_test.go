package endtoend

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

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
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
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

// useFiles needs every right to objects of every function.
func useFiles(t *testing.T, alice, bob *device) {
	const content = "a file"
	to, from := "c2c_"+bob.user, "c2c_"+alice.user
	upload := func() frame {
		t.Helper()
		file := attach(alice, content)
		if status, body := fetched(t, http.MethodPut, file.address, file.header, content); status != http.StatusOK {
			t.Fatalf("the upload is answered with %d: %s", status, body)
		}
		return frame{"attachmentId": file.attachmentID}
	}
	send := func(attachments ...frame) string {
		t.Helper()
		return messageID(alice.must("send", frame{
			"conversation": to, "body": frame{"text": "look"}, "attachments": attachments,
		}))
	}
	file := upload()
	first := send(file)
	download := frame{"conversation": from, "messageId": first, "attachmentId": file["attachmentId"]}
	address := bob.must("download", download)["url"].(string)
	if status, got := fetched(t, http.MethodGet, address, nil, ""); status != http.StatusOK || got != content {
		t.Errorf("the download gives %d %q", status, got)
	}
	forwarded := send(frame{
		"attachmentId": file["attachmentId"], "from": frame{"conversation": to, "messageId": first},
	})
	// One of the two files is missing, so the copy of the other one is deleted.
	reply := alice.ask("send", frame{
		"conversation": to, "body": frame{"text": "incomplete"},
		"attachments": []frame{upload(), {"attachmentId": newULID(t)}},
	})
	if code(reply) != 76006 {
		t.Errorf("a send with a missing file is answered with %v", reply)
	}
	alice.must("revoke", frame{"conversation": to, "messageId": first})
	admin(t, frame{
		"action": "revoke", "conversation": frame{"users": []string{alice.user, bob.user}},
		"messageIds": []string{forwarded},
	})
	unfinished := send(upload())
	dieDuring(t, alice, "RevokeFunction", "BatchGetItem", frame{
		"action": "revoke", "conversation": to, "messageId": unfinished,
	})
}

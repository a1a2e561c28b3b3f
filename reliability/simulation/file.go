package simulation

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/recall/local/template"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// Upload uploads a file for a user. The process only signs the address, and the device sends the bytes.
func (w *World) Upload(
	ctx context.Context, process *recall.Service, caller recall.Caller,
) (recall.AttachmentID, error) {
	content := []byte("a picture")
	upload, err := process.Attach(ctx, caller, recall.AttachRequest{
		Name: Canary + ".png", Type: "image/png", Size: recall.AttachmentSize(len(content)),
	})
	if err != nil {
		return "", err
	}
	status, err := recalltest.PutFile(ctx, &http.Client{Transport: w.Files}, upload, content)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("the upload got status %d", status)
	}
	if err != nil {
		return "", err
	}
	key, err := keyOf(upload.URL)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.uploads[key] = w.Now()
	return upload.ID, err
}

// keyOf is the key of the object to which an address leads.
func keyOf(address string) (recall.ObjectKey, error) {
	read, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	return recall.ObjectKey(strings.TrimPrefix(read.Path, "/")), nil
}

const day = 24 * time.Hour

// Expire deletes the files that have expired by the rules of the bucket, as S3 does: at the midnight after their days.
func (w *World) Expire(ctx context.Context, rules []template.Expiration) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	var expired []recall.ObjectKey
	for _, key := range w.Files.Keys() {
		since, known := w.seen[key]
		if !known {
			since = w.Now()
			w.seen[key] = since
		}
		for _, rule := range rules {
			end := time.UnixMilli(int64(since)).Add(time.Duration(rule.Days)*day + day - 1).Truncate(day)
			if strings.HasPrefix(string(key), rule.Prefix) && !w.Clock.Now().Before(end) {
				expired = append(expired, key)
			}
		}
	}
	return w.Files.Delete(ctx, expired)
}

// CheckUploads checks that no upload is there long after its last midnight, whether a message has named it or not. A
// message has copies of its own.
func (w *World) CheckUploads(ctx context.Context) []string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	var violations []string
	for key, at := range w.uploads {
		if _, found, err := w.Files.Describe(ctx, key); err != nil || found && w.Now().Sub(at) > 3*day {
			violations = append(violations, fmt.Sprintf("retention: the upload %s of more than 3 days ago is there (%v)",
				key, err))
		}
	}
	return violations
}

// GiveOut gives a user the address of the first file of a message, and remembers to which object it leads.
func (w *World) GiveOut(ctx context.Context, process *recall.Service, caller recall.Caller, of recall.Message) error {
	download, err := process.Download(ctx, caller, recall.DownloadRequest{
		Conversation: of.Conversation, MessageID: of.ID, AttachmentID: of.Attachments[0].ID,
	})
	if err != nil {
		return err
	}
	key, err := keyOf(download.URL)
	if err != nil {
		return err
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	name := of.Conversation.Key() + " " + string(of.ID)
	w.objects[name] = append(w.objects[name], key)
	return nil
}

// CheckFiles checks that every file of a message that is not revoked is there, and that nothing is left of the files
// of all other messages that there ever were in a conversation. An address leads to nothing then, however long it
// works.
func (w *World) CheckFiles(
	ctx context.Context, conversation recall.Conversation, messages []recall.Message,
) []string {
	var violations []string
	kept := make(map[string]bool)
	for _, message := range messages {
		if message.Revoked != nil {
			if len(message.Attachments)+len(message.Objects) > 0 {
				violations = append(violations, fmt.Sprintf("G3: the recalled %s still names its files", message.ID))
			}
			continue
		}
		kept[conversation.Key()+" "+string(message.ID)] = true
		for _, attachment := range message.Attachments {
			if _, found, err := w.Files.Describe(ctx, attachment.Key); err != nil || !found {
				violations = append(violations, fmt.Sprintf("delivery: the file of %s is gone (%v)", message.ID, err))
			}
		}
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for name, keys := range w.objects {
		if !strings.HasPrefix(name, conversation.Key()+" ") || kept[name] {
			continue
		}
		for _, key := range keys {
			if _, found, err := w.Files.Describe(ctx, key); err != nil || found {
				violations = append(violations, fmt.Sprintf("G3: the file %s of the recalled %s is there (%v)", key, name, err))
			}
		}
	}
	return violations
}

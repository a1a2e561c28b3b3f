package simulation

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

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
	return upload.ID, err
}

// GiveOut gives a user the address of the first file of a message, and remembers to which object it leads.
func (w *World) GiveOut(ctx context.Context, process *recall.Service, caller recall.Caller, of recall.Message) error {
	download, err := process.Download(ctx, caller, recall.DownloadRequest{
		Conversation: of.Conversation, MessageID: of.ID, AttachmentID: of.Attachments[0].ID,
	})
	if err != nil {
		return err
	}
	address, err := url.Parse(download.URL)
	if err != nil {
		return err
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	name := of.Conversation.Key() + " " + string(of.ID)
	w.objects[name] = append(w.objects[name], recall.ObjectKey(strings.TrimPrefix(address.Path, "/")))
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

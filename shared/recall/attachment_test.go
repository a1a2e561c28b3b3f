package recall_test

import (
	"fmt"
	"strings"
	"testing"

	"example.com/recall/shared/recall"
)

func TestADeploymentHasNoAttachmentsUnlessItIsConfigured(t *testing.T) {
	w := newWorld(t)
	_, err := w.Attach(t.Context(), recall.Caller{User: alice}, recall.AttachRequest{
		Name: "cat.png", Type: "image/png", Size: 1,
	})
	wantName(t, err, recall.AttachmentsOff)
	_, err = w.Download(t.Context(), recall.Caller{User: alice}, recall.DownloadRequest{Conversation: direct})
	wantName(t, err, recall.AttachmentsOff)
	_, err = w.Send(t.Context(), recall.Caller{User: alice}, recall.SendRequest{
		Conversation: direct,
		Body:         `{"text":"look"}`,
		Attachments:  []recall.SendAttachment{{ID: "01HF7YAY8G00000000000000AT"}},
	})
	wantName(t, err, recall.AttachmentsOff)
	hello, err := w.Hello(t.Context(), recall.Caller{User: alice})
	if err != nil || hello.MaxAttachmentBytes != 0 {
		t.Errorf("hello says %d, error %v", hello.MaxAttachmentBytes, err)
	}
}

func TestANameOfAFileIsTextWithoutAPath(t *testing.T) {
	for name, valid := range map[recall.AttachmentName]bool{
		"cat.png": true, "猫 \"1\".svg": true, "..": true, ".": true, " ": true,
		recall.AttachmentName(strings.Repeat("x", 255)): true,
		recall.AttachmentName(strings.Repeat("x", 256)): false,
		"": false, "a/b": false, "a\nb": false, "a\x7f": false, "a\u0085b": false, "a\xff": false,
	} {
		if name.Valid() != valid {
			t.Errorf("%q is valid: %t", string(name), !valid)
		}
	}
}

func TestATypeOfAFileIsATypeAndASubtype(t *testing.T) {
	for media, valid := range map[recall.MediaType]bool{
		"image/png": true, "image/svg+xml": true, "application/vnd.ms-excel": true, "X/Y": true,
		recall.MediaType("x/" + strings.Repeat("y", 125)): true,
		recall.MediaType("x/" + strings.Repeat("y", 126)): false,
		"": false, "image": false, "/png": false, "image/": false, "image/png/x": false, "text/plain; charset=utf-8": false,
		"image/+png": false, "image/é": false, "image /png": false,
	} {
		if media.Valid() != valid {
			t.Errorf("%q is valid: %t", media, !valid)
		}
	}
}

func TestANameOfAFileIsNotPrinted(t *testing.T) {
	attachment := recall.Attachment{Name: "cat.png"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(verb, attachment); strings.Contains(text, "cat") {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

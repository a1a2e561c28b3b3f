package dynamo

import (
	"encoding/json"
	"strings"

	"example.com/recall/shared/recall"
)

// attachment is an attachment as it is stored. All of a message are one text, because the images of the stream are
// read for texts and numbers only.
type attachment struct {
	ID   recall.AttachmentID   `json:"id"`
	Name recall.AttachmentName `json:"name"`
	Type recall.MediaType      `json:"type"`
	Size recall.AttachmentSize `json:"size"`
	Key  recall.ObjectKey      `json:"key"`
}

func attachmentsText(attachments []recall.Attachment) string {
	all := make([]attachment, len(attachments))
	for i, each := range attachments {
		all[i] = attachment(each)
	}
	encoded, _ := json.Marshal(all) // texts and numbers can always be encoded
	return string(encoded)
}

func attachmentsOf(stored string) []recall.Attachment {
	var all []attachment
	if stored == "" || json.Unmarshal([]byte(stored), &all) != nil {
		return nil
	}
	attachments := make([]recall.Attachment, len(all))
	for i, each := range all {
		attachments[i] = recall.Attachment(each)
	}
	return attachments
}

// objectsText joins keys, which have no space in them.
func objectsText(objects []recall.ObjectKey) string {
	keys := make([]string, len(objects))
	for i, key := range objects {
		keys[i] = string(key)
	}
	return strings.Join(keys, " ")
}

func objectsOf(stored string) []recall.ObjectKey {
	var objects []recall.ObjectKey
	for key := range strings.FieldsSeq(stored) {
		objects = append(objects, recall.ObjectKey(key))
	}
	return objects
}

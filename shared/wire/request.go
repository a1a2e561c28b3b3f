package wire

import (
	"fmt"

	"example.com/recall/shared/recall"
)

// Nothing is the request of an action that needs no fields.
type Nothing struct{}

// Push is the request of the action push: it registers a device for notifications, or removes it.
type Push struct {
	Device recall.Device `json:"device" frame:"required"`
	Remove bool          `json:"remove"`
}

// Send is the request of the action send.
type Send struct {
	Conversation recall.Conversation `json:"conversation" frame:"required"`
	Body         recall.Body         `json:"body" frame:"required"`
	MessageID    recall.MessageID    `json:"messageId"`
	ReplyTo      recall.MessageID    `json:"replyTo"`
	// UnlessRevoked is another message. This one is stored only if that one is not revoked.
	UnlessRevoked recall.MessageID `json:"unlessRevoked"`
	Attachments   []SendAttachment `json:"attachments"`
}

// SendAttachment names an upload of the caller's, or an attachment of a message that is forwarded.
type SendAttachment struct {
	ID   recall.AttachmentID `json:"attachmentId" frame:"required"`
	From MessageReference    `json:"from"`
}

// MessageReference names a message in any conversation.
type MessageReference struct {
	Conversation recall.Conversation `json:"conversation" frame:"required"`
	MessageID    recall.MessageID    `json:"messageId" frame:"required"`
}

// Request returns the request as the rules know it.
func (s Send) Request() recall.SendRequest {
	request := recall.SendRequest{
		Conversation:  s.Conversation,
		Body:          s.Body,
		MessageID:     s.MessageID,
		ReplyTo:       s.ReplyTo,
		UnlessRevoked: s.UnlessRevoked,
	}
	for _, each := range s.Attachments {
		request.Attachments = append(request.Attachments,
			recall.SendAttachment{ID: each.ID, From: recall.MessageReference(each.From)})
	}
	return request
}

func (s Send) check() error {
	if s.UnlessRevoked != "" && s.UnlessRevoked == s.MessageID {
		return recall.Invalid("unlessRevoked", "must be another message than messageId")
	}
	if s.Attachments == nil {
		return nil
	}
	ids := convert(s.Attachments, func(each SendAttachment) recall.AttachmentID { return each.ID })
	return checkList("attachments", ids, recall.MaximumAttachments)
}

// Attach is the request of the action attach.
type Attach struct {
	Name recall.AttachmentName `json:"name" frame:"required"`
	Type recall.MediaType      `json:"type" frame:"required"`
	Size recall.AttachmentSize `json:"size" frame:"required"`
}

// Download is the request of the action download.
type Download struct {
	Conversation recall.Conversation `json:"conversation" frame:"required"`
	MessageID    recall.MessageID    `json:"messageId" frame:"required"`
	AttachmentID recall.AttachmentID `json:"attachmentId" frame:"required"`
}

// Revoke is the request of the action revoke. It names one message or several.
type Revoke struct {
	Conversation recall.Conversation `json:"conversation" frame:"required"`
	MessageID    recall.MessageID    `json:"messageId"`
	MessageIDs   []recall.MessageID  `json:"messageIds"`
	Reason       recall.Reason       `json:"reason"`
	Unsent       bool                `json:"unsent"`
}

// Request returns the request as the rules know it.
func (r Revoke) Request() recall.RevokeRequest {
	ids := r.MessageIDs
	if r.Single() {
		ids = []recall.MessageID{r.MessageID}
	}
	return recall.RevokeRequest{Conversation: r.Conversation, MessageIDs: ids, Reason: r.Reason, Unsent: r.Unsent}
}

// Single reports whether the request names one message by messageId. The reply then repeats a failure as its own.
func (r Revoke) Single() bool { return r.MessageID != "" }

func (r Revoke) check() error {
	switch {
	case r.MessageID == "" && r.MessageIDs == nil:
		return recall.Invalid("messageId", "is missing")
	case r.MessageID != "" && r.MessageIDs != nil:
		return recall.Invalid("messageIds", "must not be given together with messageId")
	case r.MessageID == "":
		return checkList("messageIds", r.MessageIDs, recall.MaximumRevokes)
	}
	return nil
}

// checkList refuses a list that is empty, that has more elements than most, or that has one element twice.
func checkList[ID ~string](name string, ids []ID, most int) error {
	if len(ids) == 0 || len(ids) > most {
		return recall.Invalid(name, fmt.Sprintf("must have 1 to %d elements", most))
	}
	seen := make(map[ID]bool, len(ids))
	for i, id := range ids {
		if seen[id] {
			return recall.Invalid(fmt.Sprintf("%s[%d]", name, i), "is given twice")
		}
		seen[id] = true
	}
	return nil
}

// Sync is the request of the action sync.
type Sync struct {
	Conversations []SyncItem `json:"conversations" frame:"required"`
}

// SyncItem asks for one conversation.
type SyncItem struct {
	Conversation recall.Conversation `json:"conversation" frame:"required"`
	Cursor       string              `json:"cursor"`
	Before       recall.MessageID    `json:"before"`
	Limit        int                 `json:"limit"`
}

// Request returns the request as the rules know it.
func (s Sync) Request() recall.SyncRequest {
	return recall.SyncRequest{Conversations: convert(s.Conversations, func(item SyncItem) recall.SyncItem {
		if item.Limit == 0 {
			item.Limit = recall.DefaultSyncLimit
		}
		return recall.SyncItem(item)
	})}
}

func (s Sync) check() error {
	count := len(s.Conversations)
	if count == 0 || count > recall.MaximumSyncs {
		return recall.Invalid("conversations", fmt.Sprintf("must have 1 to %d elements", recall.MaximumSyncs))
	}
	seen := make(map[recall.Conversation]bool, count)
	for i, item := range s.Conversations {
		place := fmt.Sprintf("conversations[%d].", i)
		switch {
		case seen[item.Conversation]:
			return recall.Invalid(place+"conversation", "is given twice")
		case item.Before != "" && item.Cursor != "":
			return recall.Invalid(place+"before", "must not be given together with cursor")
		case item.Before != "" && count > 1:
			return recall.Invalid(place+"before", "must be in the only conversation of its request")
		}
		seen[item.Conversation] = true
	}
	return nil
}

// MarkRead is the request of the action read.
type MarkRead struct {
	Conversation recall.Conversation `json:"conversation" frame:"required"`
	MessageID    recall.MessageID    `json:"messageId" frame:"required"`
}

// Conversations is the request of the action conversations.
type Conversations struct {
	// After is where to continue; it is empty for the first page.
	After string `json:"after"`
}

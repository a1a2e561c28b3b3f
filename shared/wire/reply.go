package wire

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/recall/shared/recall"
)

// encode encodes a frame. A body goes in as it was checked when it came: names and escapes stay as they are. Text that
// is not UTF-8 is repaired, since a reason or a name that an earlier version stored must not make a whole reply
// unreadable.
func encode(frame any) ([]byte, error) {
	return json.Marshal(
		frame, jsontext.PreserveRawStrings(true), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true),
		json.Deterministic(true), // of the one map, the headers of an upload
	)
}

// Reply is what every reply has.
type Reply struct {
	Type   string   `json:"type"`
	Action string   `json:"action"`
	ID     string   `json:"id,omitzero"`
	OK     bool     `json:"ok"`
	Error  *Failure `json:"error,omitzero"`
}

func replyTo(envelope Envelope) Reply {
	return Reply{Type: "reply", Action: envelope.Action, ID: envelope.ID, OK: true}
}

// Message is a message, or a tombstone, as its viewer sees it.
type Message struct {
	MessageID       recall.MessageID `json:"messageId"`
	Conversation    string           `json:"conversation"`
	Sender          recall.UserID    `json:"sender"`
	SentAt          recall.Instant   `json:"sentAt"`
	RecallableUntil recall.Instant   `json:"recallableUntil"`
	ReplyTo         recall.MessageID `json:"replyTo,omitzero"`
	Revoked         *Revoked         `json:"revoked,omitzero"`
	Body            jsontext.Value   `json:"body,omitzero"`
	Attachments     []Attachment     `json:"attachments,omitzero"`
}

// Attachment is a file of a message.
type Attachment struct {
	ID   recall.AttachmentID   `json:"attachmentId"`
	Name recall.AttachmentName `json:"name"`
	Type recall.MediaType      `json:"type"`
	Size recall.AttachmentSize `json:"size"`
}

// messageOf is a message for a viewer. A tombstone never has a body or attachments, whatever the value holds.
func messageOf(message recall.Message, viewer recall.UserID) Message {
	seen := Message{
		MessageID:       message.ID,
		Conversation:    message.Conversation.SeenBy(viewer),
		Sender:          message.Sender,
		SentAt:          message.SentAt,
		RecallableUntil: message.RecallableUntil,
		ReplyTo:         message.ReplyTo,
	}
	switch {
	case message.Revoked != nil:
		revoked := revokedOf(*message.Revoked)
		seen.Revoked = &revoked
	case message.Body != "":
		seen.Body = jsontext.Value(message.Body)
		seen.Attachments = attachmentsOf(message.Attachments)
	}
	return seen
}

// attachmentsOf is nil for a message without attachments, so that its frame has no such field.
func attachmentsOf(attachments []recall.Attachment) []Attachment {
	if len(attachments) == 0 {
		return nil
	}
	return convert(attachments, func(each recall.Attachment) Attachment {
		return Attachment{each.ID, each.Name, each.Type, each.Size}
	})
}

// Revoked is the state of a message that was recalled.
type Revoked struct {
	At     recall.Instant `json:"at"`
	By     recall.UserID  `json:"by"`
	Role   recall.Role    `json:"role"`
	Reason recall.Reason  `json:"reason,omitzero"`
}

func revokedOf(revocation recall.Revocation) Revoked {
	return Revoked{At: revocation.At, By: revocation.By, Role: revocation.Role, Reason: revocation.Reason}
}

// Revocation is a recall with all that a client needs to make the tombstone of a message that it never saw.
type Revocation struct {
	MessageID recall.MessageID `json:"messageId"`
	Sender    recall.UserID    `json:"sender"`
	SentAt    recall.Instant   `json:"sentAt"`
	Revoked   Revoked          `json:"revoked"`
}

func revocationsOf(recalls []recall.RevokedMessage) []Revocation {
	return convert(recalls, func(recalled recall.RevokedMessage) Revocation {
		return Revocation{recalled.MessageID, recalled.Sender, recalled.SentAt, revokedOf(recalled.Revocation)}
	})
}

func convert[From, To any](items []From, one func(From) To) []To {
	converted := make([]To, len(items))
	for i, item := range items {
		converted[i] = one(item)
	}
	return converted
}

// DoneReply encodes the reply of an action that returns nothing but that it is done.
func DoneReply(envelope Envelope) ([]byte, error) { return encode(replyTo(envelope)) }

// Hello is what the reply to hello tells.
type Hello struct {
	ServerTime     recall.Instant `json:"serverTime"`
	User           recall.UserID  `json:"user"`
	RecallWindow   recall.Window  `json:"recallWindowSeconds"`
	MaxBodyBytes   int            `json:"maxBodyBytes"`
	TokenExpiresAt recall.Instant `json:"tokenExpiresAt"`
	// MaxAttachmentBytes is absent if the deployment has no attachments.
	MaxAttachmentBytes recall.AttachmentSize `json:"maxAttachmentBytes,omitzero"`
	// Push is absent if a browser cannot register for notifications.
	Push *HelloPush `json:"push,omitzero"`
}

// HelloPush is what a browser needs to register for notifications.
type HelloPush struct {
	WebPushKey string `json:"webPushKey"`
}

// HelloReply encodes the reply to hello.
func HelloReply(envelope Envelope, hello recall.Hello) ([]byte, error) {
	told := Hello{
		ServerTime:     hello.ServerTime,
		User:           hello.User,
		RecallWindow:   hello.RecallWindow,
		MaxBodyBytes:   hello.MaxBodyBytes,
		TokenExpiresAt: hello.TokenExpiresAt,

		MaxAttachmentBytes: hello.MaxAttachmentBytes,
	}
	if hello.WebPushKey != "" {
		told.Push = &HelloPush{hello.WebPushKey}
	}
	return encode(struct {
		Reply
		Hello
	}{replyTo(envelope), told})
}

// PushReply encodes the reply to push.
func PushReply(envelope Envelope, registered bool) ([]byte, error) {
	return encode(struct {
		Reply
		Registered bool `json:"registered"`
	}{replyTo(envelope), registered})
}

// SentMessage is what the reply to send tells: the message without its body, which the sender has.
type SentMessage struct {
	Message   Message `json:"message"`
	Duplicate bool    `json:"duplicate"`
}

// SendReply encodes the reply to send.
func SendReply(envelope Envelope, viewer recall.UserID, result recall.SendResult) ([]byte, error) {
	sent := SentMessage{Message: messageOf(result.Message, viewer), Duplicate: result.Duplicate}
	sent.Message.Body = nil
	return encode(struct {
		Reply
		SentMessage
	}{replyTo(envelope), sent})
}

// Upload is what the reply to attach tells.
type Upload struct {
	AttachmentID recall.AttachmentID `json:"attachmentId"`
	Upload       UploadRequest       `json:"upload"`
	Until        recall.Instant      `json:"uploadUntil"`
}

// UploadRequest is the HTTP request by which the client uploads a file.
type UploadRequest struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
}

// AttachReply encodes the reply to attach.
func AttachReply(envelope Envelope, upload recall.Upload) ([]byte, error) {
	return encode(struct {
		Reply
		Upload
	}{replyTo(envelope), Upload{upload.ID, UploadRequest{upload.Method, upload.URL, upload.Headers}, upload.Until}})
}

// Address is what the reply to download tells.
type Address struct {
	URL   string         `json:"url"`
	Until recall.Instant `json:"downloadUntil"`
}

// DownloadReply encodes the reply to download.
func DownloadReply(envelope Envelope, download recall.Download) ([]byte, error) {
	return encode(struct {
		Reply
		Address
	}{replyTo(envelope), Address(download)})
}

// Results is what the reply to revoke tells: what became of each message.
type Results struct {
	Results []Result `json:"results"`
	// Next is only in replies to revokeBySender: where to continue.
	Next string `json:"next,omitzero"`
}

// Result is what became of one message: Error, or Revoked.
type Result struct {
	MessageID recall.MessageID `json:"messageId"`
	OK        bool             `json:"ok"`
	Error     *Failure         `json:"error,omitzero"`
	Revoked   *Revoked         `json:"revoked,omitzero"`
	Repeated  bool             `json:"repeated,omitzero"`
}

// RevokeReply encodes the reply to revoke. single is the result of [Revoke.Single]. reference is put into internal
// errors.
func RevokeReply(envelope Envelope, results []recall.RevokeResult, single bool, reference string) ([]byte, error) {
	return encodeResults(envelope, Results{Results: resultsOf(results, reference)}, single)
}

func resultsOf(results []recall.RevokeResult, reference string) []Result {
	return convert(results, func(result recall.RevokeResult) Result {
		if result.Err != nil {
			return Result{MessageID: result.MessageID, Error: failureOf(result.Err, reference)}
		}
		revoked := revokedOf(result.Revoked)
		return Result{MessageID: result.MessageID, OK: true, Revoked: &revoked, Repeated: result.Repeated}
	})
}

func encodeResults(envelope Envelope, results Results, single bool) ([]byte, error) {
	reply := replyTo(envelope)
	for _, result := range results.Results {
		reply.OK = reply.OK && result.OK
	}
	if single && len(results.Results) == 1 {
		reply.Error = results.Results[0].Error
	}
	return encode(struct {
		Reply
		Results
	}{reply, results})
}

// SyncChanges is what the reply to sync tells.
type SyncChanges struct {
	Conversations []ConversationChanges `json:"conversations"`
}

// ConversationChanges is one conversation's changes, or the error of a conversation that could not be read.
type ConversationChanges struct {
	Conversation string `json:"conversation"`
	*Changes
	Error *Failure `json:"error,omitzero"`
}

// Changes is what changed in a conversation.
type Changes struct {
	Messages    []Message        `json:"messages"`
	Revocations []Revocation     `json:"revocations"`
	Cursor      string           `json:"cursor,omitzero"`
	More        bool             `json:"more"`
	Older       bool             `json:"older,omitzero"`
	Unread      int              `json:"unread"`
	ReadUpTo    recall.MessageID `json:"readUpTo,omitzero"`
}

// SyncReply encodes the reply to sync. reference is put into internal errors.
func SyncReply(
	envelope Envelope, viewer recall.UserID, results []recall.SyncResult, reference string,
) ([]byte, error) {
	conversations := convert(results, func(result recall.SyncResult) ConversationChanges {
		conversation := ConversationChanges{Conversation: result.Conversation.SeenBy(viewer)}
		if result.Err != nil {
			conversation.Error = failureOf(result.Err, reference)
			return conversation
		}
		conversation.Changes = &Changes{
			Messages:    convert(result.Messages, func(message recall.Message) Message { return messageOf(message, viewer) }),
			Revocations: revocationsOf(result.Revocations),
			Cursor:      result.Cursor,
			More:        result.More,
			Older:       result.Older,
			Unread:      result.Unread,
			ReadUpTo:    result.ReadUpTo,
		}
		return conversation
	})
	return encode(struct {
		Reply
		SyncChanges
	}{replyTo(envelope), SyncChanges{conversations}})
}

// ReadMark is how far a user has read a conversation. The reply to read and the event read tell it.
type ReadMark struct {
	ReadUpTo recall.MessageID `json:"readUpTo"`
	Unread   int              `json:"unread"`
}

// ReadReply encodes the reply to read.
func ReadReply(envelope Envelope, mark recall.ReadMark) ([]byte, error) {
	return encode(struct {
		Reply
		ReadMark
	}{replyTo(envelope), ReadMark(mark)})
}

// List is what the reply to conversations tells: a page of the user's list.
type List struct {
	Conversations []ListEntry `json:"conversations"`
	Next          string      `json:"next,omitzero"`
}

// ListEntry is one conversation in its user's list.
type ListEntry struct {
	Conversation  string            `json:"conversation"`
	LastChangeAt  recall.Instant    `json:"lastChangeAt"`
	LastMessageID recall.MessageID  `json:"lastMessageId,omitzero"`
	Unread        int               `json:"unread"`
	Role          recall.MemberRole `json:"role,omitzero"`
	Name          string            `json:"name,omitzero"`
}

// ConversationsReply encodes the reply to conversations.
func ConversationsReply(envelope Envelope, viewer recall.UserID, page recall.ConversationsResult) ([]byte, error) {
	listed := convert(page.Conversations, func(listed recall.ListEntry) ListEntry {
		return ListEntry{
			listed.Conversation.SeenBy(
				viewer,
			), listed.LastChangeAt, listed.LastMessageID, listed.Unread, listed.Role, listed.Name,
		}
	})
	return encode(struct {
		Reply
		List
	}{replyTo(envelope), List{listed, page.Next}})
}

package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

const (
	attachmentsLimit         = 10 // of one message
	attachmentNameLimitBytes = 255
)

// Attachment is a file of a message, or one that [Client.Attach] has uploaded for a message.
type Attachment struct {
	AttachmentID string `json:"attachmentId"`   // a ULID that the server made
	Name         string `json:"name,omitempty"` // of the file, without a folder; another user has chosen it
	Type         string `json:"type,omitempty"` // such as image/png; another user has chosen it
	Size         int64  `json:"size,omitempty"` // bytes

	// From is the message that has the attachment, when another message forwards it. It is nil in what was uploaded or
	// received.
	From *MessageReference `json:"from,omitempty"`
}

// MessageReference names a message.
type MessageReference struct {
	Conversation string `json:"conversation"`
	MessageID    string `json:"messageId"`
}

// File is what [Client.Attach] uploads.
type File struct {
	Name    string // 1 to 255 bytes, without a folder
	Type    string // such as image/png
	Size    int64  // bytes; 1 to MaxAttachmentBytes
	Content io.Reader

	// Progress is called while the file is read, with the bytes read so far and Size. It may be nil.
	Progress func(done, size int64)
}

// Forwarded returns the attachments of a message for a message that forwards them: see [WithAttachments]. The server
// makes copies, so a recall of m later takes nothing from the other message.
func (m Message) Forwarded() []Attachment {
	forwarded := make([]Attachment, 0, len(m.Attachments))
	for _, each := range m.Attachments {
		each.From = &MessageReference{m.Conversation, m.MessageID}
		forwarded = append(forwarded, each)
	}
	return forwarded
}

// WithAttachments sends up to 10 files with the message: those that [Client.Attach] returned, which nobody else can
// use, and those that [Message.Forwarded] returned. All are different.
func WithAttachments(attachments ...Attachment) SendOption {
	return func(s *sending) { s.attachments = append(s.attachments, attachments...) }
}

// MaxAttachmentBytes returns the size of the largest file that the deployment takes, as of the latest connect. It is
// 0 if the deployment has no attachments, and before the first connect.
func (c *Client) MaxAttachmentBytes() int64 {
	s, err := c.current()
	if err != nil {
		return 0
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.maxAttachmentBytes
}

// Attach uploads a file for a message that is sent with [WithAttachments]. An upload that no message names is removed
// after a day. The file goes to the deployment's bucket by HTTP, with Options.HTTPClient, and not over the connection.
// A file is uploaded before its message is sent, so a message without an answer never waits for a file.
//
// Errors: CodeAttachmentsOff, CodeAttachmentTooLarge, CodeUploadFailed, also when ctx ended during the upload,
// CodeInvalidRequest, CodeNotLoggedIn, CodeTimeout, CodeTokenExpired, CodeTooManyRequests, CodeUnavailable,
// CodeInternal.
func (c *Client) Attach(ctx context.Context, file File) (Attachment, error) {
	s, err := c.current()
	if err != nil {
		return Attachment{}, err
	}
	if file.Content == nil {
		return Attachment{}, newError(CodeInvalidRequest, "File.Content is missing")
	}
	fields := map[string]any{"name": file.Name, "type": file.Type, "size": file.Size}
	reply, err := s.request(ctx, nil, "attach", fields)
	if err != nil {
		return Attachment{}, err
	}
	var answer attachReply
	if reply.fields(&answer) != nil || !isIdentifier(answer.AttachmentID) || !isWebAddress(answer.Upload.URL) {
		return Attachment{}, newError(CodeInternal, "the server's reply to an attach is not one")
	}
	if err := s.upload(ctx, answer.Upload, file); err != nil {
		return Attachment{}, err
	}
	return Attachment{AttachmentID: answer.AttachmentID, Name: file.Name, Type: file.Type, Size: file.Size}, nil
}

type attachReply struct {
	AttachmentID string       `json:"attachmentId"`
	Upload       uploadTarget `json:"upload"`
}

// uploadTarget says where to, and with which headers, the server lets a file be uploaded.
type uploadTarget struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
}

// upload makes the HTTP request of an upload, with the headers that the server has signed and no others.
func (s *session) upload(ctx context.Context, target uploadTarget, file File) error {
	ctx, cancel := s.untilLeft(ctx)
	content := newUploadBody(file)
	request, err := http.NewRequestWithContext(ctx, target.Method, target.URL, content)
	if err != nil {
		cancel()
		return newError(CodeInternal, "the server's reply to an attach is not one")
	}
	request.ContentLength = file.Size
	for name, value := range target.Headers {
		switch {
		case strings.EqualFold(name, "Content-Length"): // net/http sends it by itself.
		case strings.EqualFold(name, "Host"):
			request.Host = value
		default:
			request.Header.Set(name, value)
		}
	}
	response, err := s.options.HTTPClient.Do(request)
	if err == nil {
		_ = response.Body.Close() // The status has said it all.
	}
	cancel()
	<-content.closed // Before that, net/http may still read the file.
	if err != nil {
		return s.transferFailed(CodeUploadFailed, "the upload failed", err)
	}
	if response.StatusCode/100 != 2 {
		return newError(CodeUploadFailed, "the upload was answered with "+response.Status)
	}
	return nil
}

// Download writes an attachment of a message to into. If it fails, drop what was written. It ends at once with
// CodeAlreadyRecalled when the client learns of the message's recall; delete what was downloaded earlier when
// Listener.OnRecvMessageRevoked is called. progress may be nil; it gets the bytes written so far, and their number in
// all, which is -1 if it is not known.
//
// Errors: CodeAlreadyRecalled, CodeAttachmentNotFound, CodeAttachmentsOff, CodeMessageNotFound
// (CodeGroupMessageNotFound), CodeConversationNotFound, CodeDownloadFailed, also when ctx ended or into failed during
// the download, CodeInvalidRequest, CodeNotLoggedIn, CodeTimeout, CodeTokenExpired, CodeTooManyRequests,
// CodeUnavailable, CodeInternal.
func (c *Client) Download(
	ctx context.Context, conversation, messageID, attachmentID string, into io.Writer, progress func(done, size int64),
) error {
	s, err := c.current()
	if err != nil {
		return err
	}
	ctx, done := c.MessageContext(ctx, conversation, messageID)
	defer done()
	err = s.download(ctx, conversation, messageID, attachmentID, into, progress)
	if Code(context.Cause(ctx)) == CodeOtherMessageRecalled {
		return newError(CodeAlreadyRecalled, "message "+messageID+" was recalled")
	}
	return err
}

func (s *session) download(
	ctx context.Context, conversation, messageID, attachmentID string, into io.Writer, progress func(done, size int64),
) error {
	if ctx.Err() != nil {
		return cancelled(ctx.Err())
	}
	reply, err := s.request(ctx, nil, "download", map[string]any{
		"conversation": conversation, "messageId": messageID, "attachmentId": attachmentID,
	})
	if err != nil {
		return err
	}
	var answer struct {
		URL string `json:"url"`
	}
	if reply.fields(&answer) != nil || !isWebAddress(answer.URL) {
		return newError(CodeInternal, "the server's reply to a download is not one")
	}
	ctx, cancel := s.untilLeft(ctx)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, answer.URL, nil)
	if err != nil {
		return newError(CodeInternal, "the server's reply to a download is not one")
	}
	response, err := s.options.HTTPClient.Do(request)
	if err != nil {
		return s.transferFailed(CodeDownloadFailed, "the download failed", err)
	}
	defer func() { _ = response.Body.Close() }() // It is read to its end, or the download has failed.
	if response.StatusCode != http.StatusOK {
		return newError(CodeDownloadFailed, "the download was answered with "+response.Status)
	}
	content := &progressReader{from: response.Body, size: response.ContentLength, progress: progress}
	if _, err := io.Copy(into, content); err != nil {
		return s.transferFailed(CodeDownloadFailed, "the download failed", err)
	}
	return nil
}

// untilLeft returns a context that also ends with the session.
func (s *session) untilLeft(ctx context.Context) (_ context.Context, cancel context.CancelFunc) {
	ctx, end := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() {
		select {
		case <-s.ended:
			end()
		case <-over:
		}
	}()
	return ctx, func() {
		close(over)
		end()
	}
}

// transferFailed returns the error of an HTTP request without its address, which is a key to the file.
func (s *session) transferFailed(code int, desc string, cause error) error {
	select {
	case <-s.ended:
		return s.failure()
	default:
	}
	var addressed *url.Error
	if errors.As(cause, &addressed) {
		cause = addressed.Err
	}
	failure := newError(code, desc)
	failure.cause = cause
	return failure
}

// progressReader tells how much of a file was read.
type progressReader struct {
	from       io.Reader
	done, size int64
	progress   func(done, size int64) // nil: nobody is told
}

// Read reads, and tells how much was read so far.
func (p *progressReader) Read(into []byte) (int, error) {
	count, err := p.from.Read(into)
	p.done += int64(count)
	if count > 0 && p.progress != nil {
		p.progress(p.done, p.size)
	}
	return count, err
}

// uploadBody is the body of an upload. net/http closes it when it reads it no more.
type uploadBody struct {
	progressReader
	once   sync.Once
	closed chan struct{}
}

func newUploadBody(file File) *uploadBody {
	return &uploadBody{
		progressReader: progressReader{from: file.Content, size: file.Size, progress: file.Progress},
		closed:         make(chan struct{}),
	}
}

// Close says that nobody reads any more. The file itself belongs to the application.
func (u *uploadBody) Close() error {
	u.once.Do(func() { close(u.closed) })
	return nil
}

func isWebAddress(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}

// readAttachments reads the valid elements of a list and skips the others.
func readAttachments(raw json.RawMessage) []Attachment {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	var attachments []Attachment
	for _, element := range list {
		var read Attachment
		if json.Unmarshal(element, &read) != nil || !read.isValid() || len(attachments) == attachmentsLimit {
			continue
		}
		read.From = nil
		attachments = append(attachments, read)
	}
	return attachments
}

func (a Attachment) isValid() bool {
	return isIdentifier(a.AttachmentID) && a.Name != "" && len(a.Name) <= attachmentNameLimitBytes &&
		isIdentifier(a.Type) && a.Size > 0
}

// attachmentReferences returns what a request says of attachments.
func attachmentReferences(attachments []Attachment) []Attachment {
	references := make([]Attachment, 0, len(attachments))
	for _, each := range attachments {
		references = append(references, Attachment{AttachmentID: each.AttachmentID, From: each.From})
	}
	return references
}

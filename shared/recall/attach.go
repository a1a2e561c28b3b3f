package recall

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// AttachRequest asks where to upload a file.
type AttachRequest struct {
	Name AttachmentName
	Type MediaType
	Size AttachmentSize
}

// Upload says how a file is uploaded: by one HTTP request with exactly these headers, before Until.
type Upload struct {
	ID      AttachmentID
	Method  string
	URL     string
	Headers map[string]string
	Until   Instant
}

// Attach gives the caller an address to which they can upload a file. It returns attachments_off or
// attachment_too_large.
func (s *Service) Attach(ctx context.Context, caller Caller, request AttachRequest) (Upload, error) {
	if s.Objects == nil {
		return Upload{}, attachmentsOff()
	}
	if request.Size > s.MaxAttachmentBytes {
		return Upload{}, Fail(AttachmentTooLarge, fmt.Sprintf("size: more than %d bytes", s.MaxAttachmentBytes))
	}
	now := s.now()
	id := NewAttachmentID(now)
	from, until := addressTimes(now)
	object := Object{Name: request.Name, Type: request.Type, Size: request.Size}
	upload, err := s.Objects.UploadAddress(ctx, uploadKey(caller.User, id), object, from, until)
	upload.ID, upload.Until = id, until
	return upload, err
}

// DownloadRequest asks for the address of an attachment.
type DownloadRequest struct {
	Conversation Conversation
	MessageID    MessageID
	AttachmentID AttachmentID
}

// Download is where an attachment can be read until an instant.
type Download struct {
	URL   string
	Until Instant
}

// Download gives the caller an address at which they can read an attachment of a message. The address is dead as soon
// as a recall of the message has deleted the object. It returns attachments_off, message_not_found (also if the caller
// is not in the conversation), already_recalled, attachment_not_found or unavailable.
func (s *Service) Download(ctx context.Context, caller Caller, request DownloadRequest) (Download, error) {
	if s.Objects == nil {
		return Download{}, attachmentsOff()
	}
	attachment, err := s.attachment(
		ctx, caller.User, MessageReference{request.Conversation, request.MessageID}, request.AttachmentID,
	)
	if err != nil {
		return Download{}, err
	}
	from, until := addressTimes(s.now())
	address, err := s.Objects.DownloadAddress(ctx, attachment.Key, from, until)
	return Download{URL: address, Until: until}, err
}

func attachmentsOff() *Error { return Fail(AttachmentsOff, "this deployment has no attachments") }

// attachment reads an attachment of a message that the user may read.
func (s *Service) attachment(
	ctx context.Context, user UserID, of MessageReference, id AttachmentID,
) (Attachment, error) {
	missing := Fail(MessageNotFound, "no such message in that conversation").In(of.Conversation)
	if err := s.checkMember(ctx, user, of.Conversation); NameOf(err) == ConversationNotFound {
		return Attachment{}, missing
	} else if err != nil {
		return Attachment{}, err
	}
	message, found, err := s.Store.Message(ctx, of.Conversation, of.MessageID)
	switch {
	case err != nil:
		return Attachment{}, err
	case !found || message.Expired(s.now()):
		return Attachment{}, missing
	case message.Revoked != nil:
		return Attachment{}, Fail(AlreadyRecalled, "the message was recalled").In(of.Conversation)
	}
	place := slices.IndexFunc(message.Attachments, func(each Attachment) bool { return each.ID == id })
	if place < 0 {
		return Attachment{}, Fail(AttachmentNotFound, "attachmentId: the message has no such attachment")
	}
	return message.Attachments[place], nil
}

// sendWithAttachments gives the message copies of its attachments, and then sends it like any other. A message that is
// stored already gets none: this is a retry, and a recall may have deleted the uploads.
func (s *Service) sendWithAttachments(
	ctx context.Context, caller Caller, message Message, request SendRequest,
) (SendResult, error) {
	stored, found, err := s.Store.Message(ctx, message.Conversation, message.ID)
	switch {
	case err != nil:
		return SendResult{}, err
	case found:
		return repeatedSend(stored, message)
	}
	copies, err := s.copyAttachments(ctx, caller.User, message.Conversation, request.Attachments)
	if NameOf(err) == AttachmentNotFound {
		// Another attempt may have stored the message since, and a recall may have deleted the uploads.
		if stored, found, again := s.Store.Message(ctx, message.Conversation, message.ID); again == nil && found {
			return repeatedSend(stored, message)
		}
	}
	if err != nil {
		return SendResult{}, err
	}
	message.Attachments = copies
	message.Objects = objectsOf(caller.User, copies)
	result, err := s.commitSend(ctx, caller, message, request.UnlessRevoked)
	s.discard(ctx, message.Conversation, unusedCopies(copies, result, err))
	return result, err
}

// objectsOf are all objects that a recall of a message deletes: the copies, and the uploads that they were made of.
func objectsOf(sender UserID, copies []Attachment) []ObjectKey {
	keys := keysOf(copies)
	for _, each := range copies {
		keys = append(keys, uploadKey(sender, each.ID))
	}
	return keys
}

func keysOf(attachments []Attachment) []ObjectKey {
	keys := make([]ObjectKey, len(attachments))
	for i, each := range attachments {
		keys[i] = each.Key
	}
	return keys
}

// copyAttachments makes the copies of a message, side by side. If one of them cannot be made, it deletes the others
// and returns the error of the first. Errors name the place in the list.
func (s *Service) copyAttachments(
	ctx context.Context, user UserID, conversation Conversation, attachments []SendAttachment,
) ([]Attachment, error) {
	copies, failed := make([]Attachment, len(attachments)), make([]error, len(attachments))
	var group sync.WaitGroup
	for i, each := range attachments {
		copies[i].Key = newObjectKey()
		group.Go(func() {
			failed[i] = s.copyAttachment(ctx, user, each, fmt.Sprintf("attachments[%d]", i), &copies[i])
		})
	}
	group.Wait()
	if place := slices.IndexFunc(failed, func(err error) bool { return err != nil }); place >= 0 {
		s.discard(ctx, conversation, keysOf(copies))
		return nil, failed[place]
	}
	return copies, nil
}

// copyAttachment copies one attachment to the key of the copy, and fills in the rest of the copy.
func (s *Service) copyAttachment(
	ctx context.Context, user UserID, wanted SendAttachment, place string, made *Attachment,
) error {
	from, source, err := s.source(ctx, user, wanted, place)
	if err != nil {
		return err
	}
	copied, err := s.Objects.Copy(ctx, from, source, made.Key)
	switch {
	case err != nil:
		return err
	case !copied && wanted.From != MessageReference{}:
		// A recall has deleted the object since the message was read.
		_, _, err = s.source(ctx, user, wanted, place)
		return cmp.Or(err, attachmentNotFound(place))
	case !copied:
		return attachmentNotFound(place)
	}
	made.ID, made.Name, made.Type, made.Size = wanted.ID, source.Name, source.Type, source.Size
	return nil
}

// source finds the object of which a copy is wanted: a complete upload of the user, or an attachment of a message that
// the user may read.
func (s *Service) source(
	ctx context.Context, user UserID, wanted SendAttachment, place string,
) (ObjectKey, Object, error) {
	if (wanted.From != MessageReference{}) {
		found, err := s.attachment(ctx, user, wanted.From, wanted.ID)
		return found.Key, Object{Name: found.Name, Type: found.Type, Size: found.Size}, forwardError(err, wanted, place)
	}
	key := uploadKey(user, wanted.ID)
	object, found, err := s.Objects.Describe(ctx, key)
	if err != nil {
		return "", Object{}, err
	}
	// The signature of the upload held the limits. This holds them where the deployment's limit is lower by now.
	if !found || object.Size > s.MaxAttachmentBytes || !object.Name.Valid() || !object.Type.Valid() {
		return "", Object{}, attachmentNotFound(place)
	}
	return key, object, nil
}

func attachmentNotFound(place string) error {
	return Fail(AttachmentNotFound, place+": no such attachment, or it is not uploaded completely")
}

// forwardError is the error of an attachment that is forwarded. The name is not already_recalled if its message was
// recalled, because that says of a send that its own message was recalled.
func forwardError(err error, wanted SendAttachment, place string) error {
	refusal, known := errors.AsType[*Error](err)
	if !known {
		return err
	}
	switch refusal.Name {
	case AlreadyRecalled:
		return Fail(OtherMessageRecalled, place+".from: message "+string(wanted.From.MessageID)+" was recalled")
	case MessageNotFound:
		return Fail(MessageNotFound, place+".from: "+refusal.Desc).In(wanted.From.Conversation)
	case AttachmentNotFound:
		return Fail(AttachmentNotFound, place+": the message has no such attachment")
	}
	return err
}

// unusedCopies are the copies of an attempt to send that no message holds. Where the outcome is not known, the message
// may be stored, so they stay. The storage deletes them when the retention of messages is over.
func unusedCopies(copies []Attachment, result SendResult, err error) []ObjectKey {
	switch NameOf(err) {
	case AlreadyRecalled, MessageIDTaken, MessageNotFound, OtherMessageRecalled, ConversationFull:
		return keysOf(copies)
	}
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(keysOf(copies), func(key ObjectKey) bool {
		return slices.Contains(result.Message.Objects, key)
	})
}

// discard deletes copies that no message holds. A failure is logged only: nobody can read them.
func (s *Service) discard(ctx context.Context, conversation Conversation, keys []ObjectKey) {
	if len(keys) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), SettleBudget)
	defer cancel()
	s.unfinished(ctx, "discard copies", conversation, s.Objects.Delete(ctx, keys))
}

// deleteObjects deletes the objects of messages that are recalled or deleted.
func (s *Service) deleteObjects(ctx context.Context, keys []ObjectKey) error {
	switch {
	case len(keys) == 0:
		return nil
	case s.Objects == nil:
		return Fail(Unavailable, "a message has attachments, and this deployment has no storage of files any more")
	}
	return s.Objects.Delete(ctx, keys)
}

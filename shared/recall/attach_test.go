package recall_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// files is a world with a storage of files.
type files struct {
	*world
	objects *disk
}

// disk is a storage that fails while a test wants it to, and that a test meets before each call.
type disk struct {
	*recalltest.Objects
	fails  bool
	before func(call string)
}

var errDisk = recall.Unreachable("the storage of files", errors.New("fault of the test"))

func (d *disk) met(call string) error {
	if d.before != nil {
		d.before(call)
	}
	if d.fails {
		return errDisk
	}
	return nil
}

func (d *disk) Copy(
	ctx context.Context, from recall.ObjectKey, object recall.Object, to recall.ObjectKey,
) (bool, error) {
	if err := d.met("Copy"); err != nil {
		return false, err
	}
	return d.Objects.Copy(ctx, from, object, to)
}

func (d *disk) Delete(ctx context.Context, keys []recall.ObjectKey) error {
	if err := d.met("Delete"); err != nil {
		return err
	}
	return d.Objects.Delete(ctx, keys)
}

// withFiles gives a world a storage of files.
func withFiles(w *world) *files {
	f := &files{world: w, objects: &disk{Objects: recalltest.NewObjects(w.clock)}}
	f.Objects, f.MaxAttachmentBytes = f.objects, 1_000
	return f
}

func (f *files) client() *http.Client { return &http.Client{Transport: f.objects} }

const content = "a picture"

// uploaded is a complete upload of the caller's.
func (f *files) uploaded(caller recall.Caller) recall.AttachmentID {
	f.t.Helper()
	upload, err := f.Attach(f.t.Context(), caller, recall.AttachRequest{
		Name: "cat.png", Type: "image/png", Size: recall.AttachmentSize(len(content)),
	})
	f.must(err)
	status, err := recalltest.PutFile(f.t.Context(), f.client(), upload, []byte(content))
	if err != nil || status != http.StatusOK {
		f.t.Fatalf("upload: status %d, error %v", status, err)
	}
	return upload.ID
}

func (f *files) request(conversation recall.Conversation, attachments ...recall.SendAttachment) recall.SendRequest {
	return recall.SendRequest{
		Conversation: conversation, Body: `{"text":"look"}`, MessageID: recall.NewMessageID(f.clock.Instant()),
		Attachments: attachments,
	}
}

// sentFile is a message with one upload.
func (f *files) sentFile(caller recall.Caller, conversation recall.Conversation) recall.Message {
	f.t.Helper()
	result, err := f.Send(f.t.Context(), caller,
		f.request(conversation, recall.SendAttachment{ID: f.uploaded(caller)}))
	f.must(err)
	return result.Message
}

func (f *files) address(user recall.UserID, of recall.Message) (string, error) {
	f.t.Helper()
	download, err := f.Download(f.t.Context(), as(user, ""), recall.DownloadRequest{
		Conversation: of.Conversation, MessageID: of.ID, AttachmentID: of.Attachments[0].ID,
	})
	return download.URL, err
}

func (f *files) wantContent(address string, alive bool) {
	f.t.Helper()
	status, read, _, err := recalltest.GetFile(f.t.Context(), f.client(), address)
	if err != nil || (status == http.StatusOK) != alive || alive && string(read) != content {
		f.t.Errorf("the address answers %d %q, error %v", status, read, err)
	}
}

// wantNoObjects wants nothing to be stored but what begins with one of the keys.
func (f *files) wantNoObjects(but ...recall.ObjectKey) {
	f.t.Helper()
	for _, key := range f.objects.Keys() {
		if !slices.ContainsFunc(but, func(prefix recall.ObjectKey) bool {
			return strings.HasPrefix(string(key), string(prefix))
		}) {
			f.t.Errorf("%s is stored", key)
		}
	}
}

func forward(from recall.Message) recall.SendAttachment {
	return recall.SendAttachment{
		ID: from.Attachments[0].ID, From: recall.MessageReference{Conversation: from.Conversation, MessageID: from.ID},
	}
}

func onBothWithFiles(t *testing.T, test func(t *testing.T, f *files)) {
	onBoth(t, func(t *testing.T, w *world) { test(t, withFiles(w)) })
}

func TestAFileIsUploadedSentAndDownloadedByEveryMember(t *testing.T) {
	onBothWithFiles(t, func(t *testing.T, f *files) {
		message := f.sentFile(as(alice, ""), direct)
		want := recall.Attachment{Name: "cat.png", Type: "image/png", Size: recall.AttachmentSize(len(content))}
		got := f.stored(message).Attachments[0]
		if got.Name != want.Name || got.Type != want.Type || got.Size != want.Size || got.ID != message.Attachments[0].ID {
			t.Errorf("stored %+v", got)
		}
		for _, user := range []recall.UserID{alice, bob} {
			address, err := f.address(user, message)
			f.must(err)
			f.wantContent(address, true)
		}
		hello, err := f.Hello(t.Context(), as(alice, ""))
		if err != nil || hello.MaxAttachmentBytes != 1_000 {
			t.Errorf("hello says %d, error %v", hello.MaxAttachmentBytes, err)
		}
	})
}

func TestARecallDeletesTheFileAndEveryAddressIsDead(t *testing.T) {
	onBothWithFiles(t, func(t *testing.T, f *files) {
		message := f.sentFile(as(alice, ""), direct)
		address, err := f.address(bob, message)
		f.must(err)
		f.recalls(as(alice, ""), message)
		f.wantContent(address, false)
		f.wantNoObjects()
		if stored := f.stored(message); stored.Objects != nil || stored.Due != recall.DueNothing {
			t.Errorf("stored %+v", stored)
		}
		_, err = f.address(bob, message)
		wantName(t, err, recall.AlreadyRecalled)
	})
}

func TestAnAdministratorsRecallDeletesTheFileToo(t *testing.T) {
	onBothWithFiles(t, func(t *testing.T, f *files) {
		first, second := f.sentFile(as(alice, ""), direct), f.sentFile(as(alice, ""), direct)
		f.must(f.AdminRevoke(t.Context(), recall.AdminRevoke{
			Conversation: direct, MessageIDs: []recall.MessageID{first.ID},
		})[0].Err)
		page, err := f.AdminRevokeBySender(t.Context(), recall.AdminRevokeBySender{Conversation: direct, Sender: alice})
		if err != nil || len(page.Results) != 1 || page.Results[0].MessageID != second.ID || page.Results[0].Err != nil {
			t.Fatalf("%+v, error %v", page, err)
		}
		f.wantNoObjects()
	})
}

func TestARecallIsDueUntilItsFileIsDeleted(t *testing.T) {
	onBothWithFiles(t, func(t *testing.T, f *files) {
		phone := f.device(bob, "bob's phone")
		message := f.sentFile(as(alice, ""), direct)
		address, err := f.address(bob, message)
		f.must(err)
		f.told()
		f.objects.fails = true
		f.recalls(as(alice, ""), message)
		f.wantTold(string(phone.Connection) + " revoked " + string(message.ID)) // storage that is away delays no notice
		tombstone := f.stored(message)
		if tombstone.Due != recall.DueRevoked || len(tombstone.Objects) != 2 || tombstone.Attachments != nil {
			t.Errorf("stored %+v", tombstone)
		}
		f.wantContent(address, true)
		if err := f.Finish(t.Context(), tombstone); recall.NameOf(err) != recall.Unavailable {
			t.Errorf("finish while the storage is away: %v", err)
		}
		if f.stored(message).Due != recall.DueRevoked {
			t.Error("it is not due any more, and its file is there")
		}
		f.objects.fails = false
		f.must(f.Finish(t.Context(), tombstone))
		f.wantContent(address, false)
		f.wantNoObjects()
		if f.stored(message).Due != recall.DueNothing {
			t.Error("it is still due")
		}
	})
}

func TestAnUploadIsNamedOnlyByTheUserWhoMadeIt(t *testing.T) {
	f := withFiles(newWorld(t))
	id := f.uploaded(as(alice, ""))
	for caller, attachment := range map[recall.UserID]recall.AttachmentID{
		mallory: id, alice: recall.NewAttachmentID(f.clock.Instant()),
	} {
		_, err := f.Send(t.Context(), as(caller, ""),
			f.request(recall.Between(caller, bob), recall.SendAttachment{ID: attachment}))
		wantName(t, err, recall.AttachmentNotFound)
		if !strings.HasPrefix(err.Error(), "attachment_not_found: attachments[0]: ") {
			t.Errorf("%v", err)
		}
	}
	f.wantNoObjects("uploads/")
}

func TestASendOfWhichOneAttachmentIsMissingKeepsNoCopyOfTheOthers(t *testing.T) {
	f := withFiles(newWorld(t))
	_, err := f.Send(t.Context(), as(alice, ""), f.request(direct, recall.SendAttachment{ID: f.uploaded(as(alice, ""))},
		recall.SendAttachment{ID: recall.NewAttachmentID(f.clock.Instant())}))
	wantName(t, err, recall.AttachmentNotFound)
	if !strings.Contains(err.Error(), "attachments[1]: ") {
		t.Errorf("%v", err)
	}
	f.wantNoObjects("uploads/")
}

func TestAnUploadThatIsLargerThanTheLimitIsRefused(t *testing.T) {
	f := withFiles(newWorld(t))
	_, err := f.Attach(t.Context(), as(alice, ""), recall.AttachRequest{Name: "a", Type: "x/y", Size: 1_001})
	wantName(t, err, recall.AttachmentTooLarge)
	if !strings.Contains(err.Error(), "1000 bytes") {
		t.Errorf("%v", err)
	}
	id := f.uploaded(as(alice, ""))
	f.MaxAttachmentBytes = 1 // lowered since
	_, err = f.Send(t.Context(), as(alice, ""), f.request(direct, recall.SendAttachment{ID: id}))
	wantName(t, err, recall.AttachmentNotFound)
}

func TestWhoIsNotInTheConversationGetsNoAddressAndLearnsNothing(t *testing.T) {
	onBothWithFiles(t, func(t *testing.T, f *files) {
		f.makeGroup()
		message := f.sentFile(as(alice, ""), group)
		if _, err := f.address(carol, message); err != nil {
			t.Errorf("a member: %v", err)
		}
		_, stored := f.address(mallory, message)
		other := message
		other.ID = recall.NewMessageID(f.clock.Instant())
		_, missing := f.address(mallory, other)
		if stored.Error() != missing.Error() {
			t.Errorf("a stranger gets %v for a message, and %v for none", stored, missing)
		}
		wantName(t, stored, recall.MessageNotFound)
		_, err := f.Send(t.Context(), as(mallory, ""), f.request(recall.Between(mallory, bob), forward(message)))
		wantName(t, err, recall.MessageNotFound)
		f.recalls(as(alice, ""), message)
		_, stored = f.address(mallory, message)
		wantName(t, stored, recall.MessageNotFound)
	})
}

func TestADownloadOfSomethingElseIsRefused(t *testing.T) {
	f := withFiles(newWorld(t))
	f.Retention = time.Hour
	message := f.sentFile(as(alice, ""), direct)
	other := message
	other.Attachments = []recall.Attachment{{ID: recall.NewAttachmentID(f.clock.Instant())}}
	_, err := f.address(bob, other)
	wantName(t, err, recall.AttachmentNotFound)
	f.clock.Advance(time.Hour)
	_, err = f.address(bob, message)
	wantName(t, err, recall.MessageNotFound)
}

func TestAForwardedFileIsACopyOfItsOwn(t *testing.T) {
	onBothWithFiles(t, func(t *testing.T, f *files) {
		first := f.sentFile(as(alice, ""), direct)
		elsewhere := recall.Between(bob, carol)
		forwarded, err := f.Send(t.Context(), as(bob, ""), f.request(elsewhere, forward(first)))
		f.must(err)
		back, err := f.Send(t.Context(), as(carol, ""), f.request(elsewhere, forward(forwarded.Message)))
		f.must(err)
		f.recalls(as(alice, ""), first)
		address, err := f.address(carol, forwarded.Message)
		f.must(err)
		f.wantContent(address, true)
		f.recalls(as(bob, ""), forwarded.Message)
		f.wantContent(address, false)
		address, err = f.address(bob, back.Message)
		f.must(err)
		f.wantContent(address, true)
		for _, gone := range []recall.Message{first, forwarded.Message} {
			_, err := f.Send(t.Context(), as(bob, ""), f.request(elsewhere, forward(gone)))
			wantName(t, err, recall.OtherMessageRecalled)
			if !strings.Contains(err.Error(), "attachments[0].from: message "+string(gone.ID)) {
				t.Errorf("%v", err)
			}
		}
		f.recalls(as(carol, ""), back.Message)
		f.wantNoObjects()
	})
}

func TestAFileThatIsRecalledWhileItIsForwardedIsNotForwarded(t *testing.T) {
	f := withFiles(newWorld(t))
	first := f.sentFile(as(alice, ""), direct)
	f.objects.before = func(call string) {
		if call == "Copy" {
			f.objects.before = nil
			f.recalls(as(alice, ""), first)
		}
	}
	_, err := f.Send(t.Context(), as(bob, ""), f.request(recall.Between(bob, carol), forward(first)))
	wantName(t, err, recall.OtherMessageRecalled)
	f.wantNoObjects()
}

func TestADeletedGroupLeavesNoFile(t *testing.T) {
	onBothWithFiles(t, func(t *testing.T, f *files) {
		f.makeGroup()
		message := f.sentFile(as(alice, ""), group)
		address, err := f.address(bob, message)
		f.must(err)
		f.objects.fails = true
		if done, err := f.DeleteGroup(t.Context(), engineers); done || recall.NameOf(err) != recall.Unavailable {
			t.Errorf("while the storage is away: done=%t, error %v", done, err)
		}
		f.objects.fails = false
		for done := false; !done; {
			done, err = f.DeleteGroup(t.Context(), engineers)
			f.must(err)
		}
		f.wantContent(address, false)
		f.wantNoObjects()
	})
}

func TestARecallStaysDueWhereAttachmentsWereTurnedOff(t *testing.T) {
	f := withFiles(newWorld(t))
	message := f.sentFile(as(alice, ""), direct)
	f.Objects = nil
	f.recalls(as(alice, ""), message)
	if f.stored(message).Due != recall.DueRevoked {
		t.Error("it counts as done, and its file is there")
	}
	wantName(t, f.Finish(t.Context(), f.stored(message)), recall.Unavailable)
}

package recall_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

func TestARetryOfASendNamesTheSameAttachmentsAndCopiesNothing(t *testing.T) {
	onBothWithFiles(t, func(t *testing.T, f *files) {
		id, other := f.uploaded(as(alice, "")), f.uploaded(as(alice, ""))
		request := f.request(direct, recall.SendAttachment{ID: id})
		sent, err := f.Send(t.Context(), as(alice, ""), request)
		f.must(err)
		objects := f.objects.Keys()
		f.must(f.objects.Delete(t.Context(), []recall.ObjectKey{recall.ObjectKey("uploads/" + string(id) + "-alice")}))
		again, err := f.Send(t.Context(), as(alice, ""), request)
		if err != nil || !again.Duplicate || again.Message.Attachments[0] != sent.Message.Attachments[0] {
			t.Errorf("%+v, error %v", again, err)
		}
		for _, attachments := range [][]recall.SendAttachment{nil, {{ID: other}}, {{ID: id}, {ID: other}}} {
			request.Attachments = attachments
			_, err := f.Send(t.Context(), as(alice, ""), request)
			wantName(t, err, recall.MessageIDTaken)
		}
		f.clock.Advance(recall.ClockTolerance + time.Second)
		request.Attachments = []recall.SendAttachment{{ID: id}}
		if again, err = f.Send(t.Context(), as(alice, ""), request); err != nil || !again.Duplicate {
			t.Errorf("late: %+v, error %v", again, err)
		}
		if left := len(f.objects.Keys()); left != len(objects)-1 {
			t.Errorf("%d objects, and there were %d", left, len(objects)-1)
		}
		f.recalls(as(alice, ""), sent.Message)
		request.MessageID = sent.Message.ID
		_, err = f.Send(t.Context(), as(alice, ""), request)
		wantName(t, err, recall.AlreadyRecalled)
	})
}

// TestASendThatItsOwnRecallOvertakesKeepsNoCopy recalls the message as unsent at each moment of its send.
func TestASendThatItsOwnRecallOvertakesKeepsNoCopy(t *testing.T) {
	for _, moment := range []string{"Copy", "CreateMessage"} {
		t.Run("before "+moment, func(t *testing.T) {
			f := withFiles(newWorld(t))
			request := f.request(direct, recall.SendAttachment{ID: f.uploaded(as(alice, ""))})
			var done atomic.Bool
			recalled := func(call string) {
				if call != moment || done.Swap(true) {
					return
				}
				results := f.Revoke(t.Context(), as(alice, ""), recall.RevokeRequest{
					Conversation: direct, MessageIDs: []recall.MessageID{request.MessageID}, Unsent: true,
				})
				f.must(results[0].Err)
			}
			f.objects.before = recalled
			f.store.before = func(call string) error { recalled(call); return nil }
			_, err := f.Send(t.Context(), as(alice, ""), request)
			wantName(t, err, recall.AlreadyRecalled)
			f.wantNoObjects("uploads/")
		})
	}
}

// TestARepeatOfASendWhoseFirstAttemptWasRecalledSaysSo recalls the first attempt, and so deletes the upload, after the
// second attempt has seen no message.
func TestARepeatOfASendWhoseFirstAttemptWasRecalledSaysSo(t *testing.T) {
	f := withFiles(newWorld(t))
	request := f.request(direct, recall.SendAttachment{ID: f.uploaded(as(alice, ""))})
	f.objects.before = func(string) {
		f.objects.before = nil
		first, err := f.Send(t.Context(), as(alice, ""), request)
		f.must(err)
		f.recalls(as(alice, ""), first.Message)
	}
	_, err := f.Send(t.Context(), as(alice, ""), request)
	wantName(t, err, recall.AlreadyRecalled)
	f.wantNoObjects()
}

// TestALateAttemptOfASendBringsNoAddressBackToLife lets the first attempt commit and be recalled while the second is
// about to copy. The second one cannot clean up after itself.
func TestALateAttemptOfASendBringsNoAddressBackToLife(t *testing.T) {
	f := withFiles(newWorld(t))
	source := f.sentFile(as(alice, ""), direct)
	request := f.request(recall.Between(bob, carol), forward(source))
	var address string
	f.objects.before = func(call string) {
		f.objects.before = func(call string) { f.objects.fails = call == "Delete" }
		first, err := f.Send(t.Context(), as(bob, ""), request)
		f.must(err)
		address, err = f.address(carol, first.Message)
		f.must(err)
		f.wantContent(address, true)
		f.objects.before = nil
		f.recalls(as(bob, ""), first.Message)
		f.wantContent(address, false)
		f.objects.before = func(call string) { f.objects.fails = call == "Delete" }
	}
	_, err := f.Send(t.Context(), as(bob, ""), request)
	wantName(t, err, recall.AlreadyRecalled)
	f.wantContent(address, false)
}

// TestTwoAttemptsOfASendKeepOneSetOfCopies lets the first attempt commit while the second is about to.
func TestTwoAttemptsOfASendKeepOneSetOfCopies(t *testing.T) {
	onBothWithFiles(t, func(t *testing.T, f *files) {
		request := f.request(direct, recall.SendAttachment{ID: f.uploaded(as(alice, ""))})
		var first recall.SendResult
		var begun atomic.Bool
		f.store.before = func(call string) error {
			if call == "CreateMessage" && !begun.Swap(true) {
				var err error
				first, err = f.Send(t.Context(), as(alice, ""), request)
				f.must(err)
			}
			return nil
		}
		second, err := f.Send(t.Context(), as(alice, ""), request)
		if err != nil || second.Message.Attachments[0] != first.Message.Attachments[0] {
			t.Errorf("%+v, error %v", second, err)
		}
		address, err := f.address(bob, second.Message)
		f.must(err)
		f.wantContent(address, true)
		f.wantNoObjects("uploads/", first.Message.Attachments[0].Key)
	})
}

// lostAnswer stores a message, and its answer is lost.
type lostAnswer struct{ recall.Store }

func (l lostAnswer) CreateMessage(ctx context.Context, message recall.Message) (recall.CreateOutcome, error) {
	if _, err := l.Store.CreateMessage(ctx, message); err != nil {
		return recall.CreateOutcome{}, err
	}
	return recall.CreateOutcome{}, errFault
}

func TestASendOfWhichNobodyKnowsWhetherItIsStoredKeepsItsCopies(t *testing.T) {
	f := withFiles(newWorld(t))
	request := f.request(direct, recall.SendAttachment{ID: f.uploaded(as(alice, ""))})
	store := f.store.Store
	f.store.Store = lostAnswer{store}
	_, err := f.Send(t.Context(), as(alice, ""), request)
	wantName(t, err, recall.Unavailable)
	f.store.Store = store
	sent, err := f.Send(t.Context(), as(alice, ""), request)
	f.must(err)
	if !sent.Duplicate {
		t.Error("it was not stored")
	}
	address, err := f.address(bob, sent.Message)
	f.must(err)
	f.wantContent(address, true)
}

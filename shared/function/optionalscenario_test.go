package function_test

import (
	"testing"

	"example.com/recall/shared/recall"
)

// pushScenarios are the action push, and the jobs of the function push. Bob is offline and has one device.
func pushScenarios() []scenario {
	phone := recall.Device{User: bob, Kind: recall.PushFCM, Address: "token"}
	oneOffline := func(w *measuredWorld) {
		w.twoPeople()
		w.must(w.presence.Forget(w.t.Context(), bob, deviceOf(bob, w.clock.Instant())))
		w.stored(direct, 1)
	}
	withPhone := func(w *measuredWorld) {
		oneOffline(w)
		w.must(w.devices.RegisterDevice(w.t.Context(), phone, recall.DevicesPerUser))
	}
	look := func(t *testing.T, w *measuredWorld) {
		want(t, w.service.SendPush(t.Context(), recall.PushJob{Conversation: direct, MessageID: w.messages[0]}))
	}
	return []scenario{
		{name: "push, a new device", act: func(t *testing.T, w *measuredWorld) {
			want(t, w.service.RegisterDevice(t.Context(), caller(bob), phone))
		}},
		{name: "push, `remove`", prepare: withPhone, act: func(t *testing.T, w *measuredWorld) {
			want(t, w.service.RemoveDevice(t.Context(), caller(bob), phone))
		}},
		{name: "notifications of a message 1:1", prepare: withPhone, act: look},
		{name: "notifications of a message 1:1, nobody has a device", prepare: oneOffline, act: look},
		{name: "notifications of a recall 1:1", prepare: func(w *measuredWorld) {
			withPhone(w)
			message := recall.PushedMessage{Conversation: direct, ID: w.messages[0]}
			w.must(w.devices.AddPushed(w.t.Context(), message, "alice", []recall.DeviceID{phone.ID()}, w.clock.Instant()))
			w.recalled(direct, w.messages[0])
		}, act: look},
		{name: "notifications of a recall 1:1, none was sent of the message", prepare: func(w *measuredWorld) {
			withPhone(w)
			w.recalled(direct, w.messages[0])
		}, act: look},
	}
}

func attachmentScenarios() []scenario {
	return []scenario{
		{name: "attach", act: func(t *testing.T, w *measuredWorld) {
			_, err := w.service.Attach(t.Context(), caller(alice), recall.AttachRequest{
				Name: "cat.png", Type: "image/png", Size: 1,
			})
			want(t, err)
		}},
		{name: "send 1:1, 1 attachment", prepare: (*measuredWorld).twoPeople, act: sendsFile},
		{
			name:    "send 1:1, 1 attachment, a retry of a stored message",
			prepare: (*measuredWorld).storedFile,
			act:     sendsFile,
		},
		{
			name:    "download",
			prepare: (*measuredWorld).storedFile,
			act: func(t *testing.T, w *measuredWorld) {
				_, err := w.service.Download(t.Context(), caller(bob), recall.DownloadRequest{
					Conversation: direct, MessageID: w.messages[0], AttachmentID: file,
				})
				want(t, err)
			},
		},
		{
			name:    "revoke 1:1, 1 attachment",
			prepare: (*measuredWorld).storedFile,
			act:     revokes(alice, direct, ""),
		},
		{
			name: "finish, after a `revoke` 1:1 of 1 attachment that died",
			prepare: func(w *measuredWorld) {
				w.storedFile()
				w.recalled(direct, w.messages[0])
				w.clock.Advance(recall.FinishAfter)
			},
			act: finishesRecall,
		},
	}
}

// sendsFile sends a message with one attachment, with the ID of the first stored message if there is one.
func sendsFile(t *testing.T, w *measuredWorld) {
	request := recall.SendRequest{
		Conversation: direct, Body: body, Attachments: []recall.SendAttachment{{ID: file}},
	}
	if len(w.messages) > 0 {
		request.MessageID = w.messages[0]
	}
	_, err := w.service.Send(t.Context(), caller(alice), request)
	want(t, err)
}

func finishesRecall(t *testing.T, w *measuredWorld) {
	want(t, w.service.Finish(t.Context(), recall.Message{
		Conversation: direct,
		ID:           w.messages[0],
		Revoked:      &recall.Revocation{},
	}))
}

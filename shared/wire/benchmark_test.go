package wire

import (
	"strings"
	"testing"

	"example.com/recall/shared/recall"
)

func largeBody() recall.Body {
	return recall.Body(`{"text":"` + strings.Repeat("words and <words> ", 600) + `"}`)
}

func BenchmarkEventRevoked(b *testing.B) {
	notice := recall.Notice{
		Conversation: direct(),
		Revocations: []recall.RevokedMessage{
			{Conversation: direct(), MessageID: third, Sender: bob, SentAt: now, Revocation: *tombstone().Revoked},
		},
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Event(alice, notice); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEventMessageWithALargeBody(b *testing.B) {
	message := fromBob()
	message.Body = largeBody()
	notice := recall.Notice{Conversation: direct(), Message: &message}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Event(alice, notice); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeRevoke(b *testing.B) {
	frame := []byte(`{"action":"revoke","id":"4","conversation":"c2c_bob","messageId":"01HF7YATZ8000000000000A1C2"}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode[Revoke](readAs(alice, frame)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeSendWithALargeBody(b *testing.B) {
	frame := []byte(`{"action":"send","id":"2","conversation":"c2c_bob","messageId":"01HF7YATZ8000000000000A1C2",` +
		`"body":` +
		string(largeBody()) + `}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode[Send](readAs(alice, frame)); err != nil {
			b.Fatal(err)
		}
	}
}

// readAs reads a frame as a function does, before its action is known.
func readAs(viewer recall.UserID, raw []byte) Frame {
	frame, _ := Read(raw)
	frame.Viewer = viewer
	return frame
}

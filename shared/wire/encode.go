package wire

import (
	"strconv"
	"unicode/utf8"

	"example.com/recall/shared/recall"
)

// Frames are appended to a buffer by hand: a body goes in as it was checked when it came, where encoding/json would read it
// again and, escaping < and > as for a web page, make it up to six times as long.

const hexDigits = "0123456789abcdef"

// appendText appends a string with what JSON asks to be escaped, and nothing else. Bytes that are not UTF-8 become U+FFFD.
func appendText(frame []byte, text string) []byte {
	frame = append(frame, '"')
	plain := 0
	for at := 0; at < len(text); {
		c := text[at]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			at++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			r, size = utf8.DecodeRuneInString(text[at:])
			if r != utf8.RuneError || size > 1 {
				at += size
				continue
			}
		}
		frame = append(frame, text[plain:at]...)
		frame = appendEscaped(frame, c)
		at += size
		plain = at
	}
	frame = append(frame, text[plain:]...)
	return append(frame, '"')
}

func appendEscaped(frame []byte, c byte) []byte {
	switch {
	case c == '"' || c == '\\':
		return append(frame, '\\', c)
	case c == '\n':
		return append(frame, '\\', 'n')
	case c >= utf8.RuneSelf:
		return append(frame, `\ufffd`...)
	}
	return append(frame, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// appendField appends ,"name":"text". The name is ours and needs no escapes.
func appendField(frame []byte, name, text string) []byte {
	return appendText(appendName(frame, name), text)
}

// appendNumber appends ,"name":number.
func appendNumber(frame []byte, name string, number int64) []byte {
	return strconv.AppendInt(appendName(frame, name), number, 10)
}

// appendTruth appends ,"name":true or false.
func appendTruth(frame []byte, name string, truth bool) []byte {
	return strconv.AppendBool(appendName(frame, name), truth)
}

// appendName appends ,"name": and leaves out the comma at an object's beginning.
func appendName(frame []byte, name string) []byte {
	if frame[len(frame)-1] != '{' {
		frame = append(frame, ',')
	}
	frame = append(frame, '"')
	frame = append(frame, name...)
	return append(frame, '"', ':')
}

// appendList appends a JSON array of what one appends for each element.
func appendList[T any](frame []byte, elements []T, one func([]byte, T) []byte) []byte {
	frame = append(frame, '[')
	for i, element := range elements {
		if i > 0 {
			frame = append(frame, ',')
		}
		frame = one(frame, element)
	}
	return append(frame, ']')
}

// appendMessage appends a message, or a tombstone, as its viewer sees it. A tombstone never has a body, whatever the
// value holds.
func appendMessage(frame []byte, viewer recall.UserID, message *recall.Message, withBody bool) []byte {
	frame = append(frame, '{')
	frame = appendField(frame, "messageId", string(message.ID))
	frame = appendField(frame, "conversation", message.Conversation.SeenBy(viewer))
	frame = appendField(frame, "sender", string(message.Sender))
	frame = appendNumber(frame, "sentAt", int64(message.SentAt))
	frame = appendNumber(frame, "recallableUntil", int64(message.RecallableUntil))
	if message.ReplyTo != "" {
		frame = appendField(frame, "replyTo", string(message.ReplyTo))
	}
	switch {
	case message.Revoked != nil:
		frame = appendRevoked(frame, *message.Revoked)
	case withBody && message.Body != "":
		frame = append(appendName(frame, "body"), message.Body...)
	}
	return append(frame, '}')
}

// appendRevoked appends ,"revoked":{…}.
func appendRevoked(frame []byte, revocation recall.Revocation) []byte {
	frame = append(appendName(frame, "revoked"), '{')
	frame = appendNumber(frame, "at", int64(revocation.At))
	frame = appendField(frame, "by", string(revocation.By))
	frame = appendField(frame, "role", string(revocation.Role))
	if revocation.Reason != "" {
		frame = appendField(frame, "reason", string(revocation.Reason))
	}
	return append(frame, '}')
}

// appendRevocation appends an item of revocations: enough for a client to hold a tombstone of a message it never saw.
func appendRevocation(frame []byte, recalled recall.Recalled) []byte {
	frame = append(frame, '{')
	frame = appendField(frame, "messageId", string(recalled.MessageID))
	frame = appendField(frame, "sender", string(recalled.Sender))
	frame = appendNumber(frame, "sentAt", int64(recalled.SentAt))
	frame = appendRevoked(frame, recalled.Revocation)
	return append(frame, '}')
}

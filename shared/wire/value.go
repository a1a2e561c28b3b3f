package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/recall/shared/recall"
)

const (
	whyMessageID  = "must be a ULID: 26 characters, upper case"
	whyIdentifier = "must be 1 to 64 characters of A-Z a-z 0-9 . _ - @"
)

// maximumInstant is the last instant that a ULID can hold.
const maximumInstant = 1<<48 - 1

// scalars read the values of requests, each type with its limits. All texts have the same limit. The readers are
// lenient, so that the reader of a type can say itself what is wrong with a value.
var scalars = json.JoinOptions(lenient, json.WithUnmarshalers(json.JoinUnmarshalers(
	text(whyMessageID, recall.MessageID.Valid),
	text(whyMessageID, recall.AttachmentID.Valid),
	text(
		fmt.Sprintf("must have 1 to %d bytes, and no / or control character", recall.MaximumAttachmentNameBytes),
		recall.AttachmentName.Valid,
	),
	text(
		fmt.Sprintf("must be a MIME type like image/png of at most %d bytes", recall.MaximumMediaTypeBytes),
		recall.MediaType.Valid,
	),
	text(whyIdentifier, recall.UserID.Valid),
	text(whyIdentifier, recall.GroupID.Valid),
	text("must be owner, admin or member", recall.MemberRole.Valid),
	text(
		atMostBytes(recall.MaximumReasonBytes),
		func(t recall.Reason) bool { return len(t) <= recall.MaximumReasonBytes },
	),
	text(oneToBytes(recall.MaximumPushAddressBytes), func(t recall.PushAddress) bool {
		return len(t) > 0 && len(t) <= recall.MaximumPushAddressBytes
	}),
	text(oneToBytes(recall.MaximumPushKeyBytes), func(t recall.PushKey) bool {
		return len(t) > 0 && len(t) <= recall.MaximumPushKeyBytes
	}),
	text(oneToBytes(recall.MaximumPushTopicBytes), func(t recall.PushTopic) bool {
		return len(t) > 0 && len(t) <= recall.MaximumPushTopicBytes
	}),
	text("must be webpush, fcm or apns", recall.PushKind.Valid),
	text(atMostBytes(recall.MaximumCursorBytes), func(t string) bool { return len(t) <= recall.MaximumCursorBytes }),
	integer[recall.Instant](0, maximumInstant),
	integer[recall.Window](int64(recall.Unlimited), int64(recall.MaximumWindow)),
	integer[int](1, recall.MaximumSyncLimit),
	integer[recall.AttachmentSize](1, recall.MaximumAttachmentSize),
	json.UnmarshalFromFunc(readBody),
)))

func atMostBytes(limit int) string { return fmt.Sprintf("must have at most %d bytes", limit) }

func oneToBytes(limit int) string { return fmt.Sprintf("must have 1 to %d bytes", limit) }

// readValue reads a value of a user's request, or of an administrator's if viewer is empty. The viewer decides how a
// conversation is read. All other values are the same for everybody, so their readers are made only once.
func readValue(value jsontext.Value, target any, viewer recall.UserID) error {
	switch target := target.(type) {
	case *recall.Conversation:
		if viewer == "" {
			return readAbsolute(value, target)
		}
		return readSeenBy(viewer, value, target)
	case *[]SyncItem:
		return readItems(value, target, viewer)
	case *[]SendAttachment:
		return readItems(value, target, viewer)
	case *MessageReference:
		fields, err := readInner(value, "must be an object")
		if err != nil {
			return err
		}
		return fields.into(target, viewer)
	case *recall.Device:
		return readDevice(value, target)
	}
	return json.Unmarshal(value, target, scalars)
}

// readItems reads a list of objects.
func readItems[Item any](value jsontext.Value, target *[]Item, viewer recall.UserID) error {
	if value.Kind() != '[' {
		return refused("must be an array")
	}
	var elements []jsontext.Value
	if err := json.Unmarshal(value, &elements, lenient); err != nil {
		return err
	}
	*target = make([]Item, len(elements))
	for i, element := range elements {
		fields, err := readInner(element, "must be an object")
		if err == nil {
			err = fields.into(&(*target)[i], viewer)
		}
		if err != nil {
			return refusalOf(fmt.Sprintf("[%d]", i), err)
		}
	}
	return nil
}

// readInner reads the fields of an object that is the value of a field. why says what the value must be.
func readInner(value jsontext.Value, why string) (object, error) {
	fields, err := readObject(value)
	switch {
	case err != nil:
		return nil, refused(why)
	case !value.IsValid():
		return nil, refused("must not hold a name twice in one object, or an unpaired surrogate")
	}
	return fields, nil
}

// refused makes the error for a value. The name of its field is put before it later.
func refused(why string) error { return recall.Invalid("", why) }

// refusalOf turns the error of a field into the error of its request. It puts the place of the field before the text.
func refusalOf(name string, err error) error {
	place := name
	semantic, _ := errors.AsType[*json.SemanticError](err)
	if semantic != nil {
		for token := range semantic.JSONPointer.Tokens() {
			place += "[" + token + "]"
		}
	}
	if refusal, ok := errors.AsType[*recall.Error](err); ok {
		if strings.HasPrefix(refusal.Desc, ":") || strings.HasPrefix(refusal.Desc, "[") {
			return recall.Fail(refusal.Name, place+refusal.Desc)
		}
		return recall.Fail(refusal.Name, place+"."+refusal.Desc)
	}
	if semantic != nil && semantic.GoType != nil {
		switch semantic.GoType.Kind() {
		case reflect.Bool:
			return recall.Invalid(place, "must be true or false")
		case reflect.Slice:
			return recall.Invalid(place, "must be an array")
		}
	}
	return recall.Invalid(place, "has the wrong type")
}

// text returns the reader of a type of text. It refuses texts that are not valid; why says what they must be.
func text[T ~string](why string, valid func(T) bool) *json.Unmarshalers {
	return json.UnmarshalFromFunc(func(decoder *jsontext.Decoder, target *T) error {
		value, err := decoder.ReadValue()
		if err != nil {
			return err
		}
		read, err := readText(value)
		if err != nil {
			return err
		}
		if !valid(T(read)) {
			return refused(why)
		}
		*target = T(read)
		return nil
	})
}

func readText(value jsontext.Value) (string, error) {
	if value.Kind() != '"' {
		return "", refused("must be a string")
	}
	read, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return "", refused("must not hold an unpaired surrogate")
	}
	return string(read), nil
}

// integer returns the reader of a type of integers within bounds.
func integer[T ~int | ~int64](least, most int64) *json.Unmarshalers {
	return json.UnmarshalFromFunc(func(decoder *jsontext.Decoder, target *T) error {
		value, err := decoder.ReadValue()
		if err != nil {
			return err
		}
		number, err := strconv.ParseInt(string(value), 10, 64)
		if err != nil || number < least || number > most {
			return refused(fmt.Sprintf("must be an integer from %d to %d", least, most))
		}
		*target = T(number)
		return nil
	})
}

// readSeenBy reads a conversation as its viewer names it.
func readSeenBy(viewer recall.UserID, value jsontext.Value, target *recall.Conversation) error {
	read, err := readText(value)
	if err != nil {
		return err
	}
	*target, err = recall.ParseConversation(viewer, read)
	if refusal, ok := errors.AsType[*recall.Error](err); ok {
		refusal.Desc = strings.TrimPrefix(refusal.Desc, "conversation")
	}
	return err
}

// readAbsolute reads a conversation as administrators name it.
func readAbsolute(value jsontext.Value, target *recall.Conversation) error {
	fields, err := readInner(value, `must be {"users":["a","b"]} or {"group":"id"}`)
	if err != nil {
		return err
	}
	var named struct {
		Group recall.GroupID  `json:"group"`
		Users []recall.UserID `json:"users"`
	}
	if err := fields.into(&named, ""); err != nil {
		return err
	}
	switch {
	case (named.Group != "") == (named.Users != nil):
		return refused("must have either users or group")
	case named.Group != "":
		*target = recall.InGroup(named.Group)
	case len(named.Users) != 2:
		return recall.Invalid("users", "must have 2 elements")
	case named.Users[0] == named.Users[1]:
		return recall.Invalid("users", "a conversation with oneself does not exist")
	default:
		*target = recall.Between(named.Users[0], named.Users[1])
	}
	return nil
}

// readDevice reads a device as a client registers it. Each kind has fields of its own.
func readDevice(value jsontext.Value, target *recall.Device) error {
	fields, err := readInner(value, "must be an object")
	if err != nil {
		return err
	}
	var kind struct {
		Kind recall.PushKind `json:"kind" frame:"required"`
	}
	if err := fields.into(&kind, ""); err != nil {
		return err
	}
	*target = recall.Device{Kind: kind.Kind}
	switch kind.Kind {
	case recall.PushWeb:
		var web struct {
			Endpoint  recall.PushAddress `json:"endpoint" frame:"required"`
			PublicKey recall.PushKey     `json:"p256dh" frame:"required"`
			Auth      recall.PushKey     `json:"auth" frame:"required"`
		}
		err = fields.into(&web, "")
		target.Address, target.PublicKey, target.Auth = web.Endpoint, web.PublicKey, web.Auth
	case recall.PushFCM:
		var app struct {
			Token recall.PushAddress `json:"token" frame:"required"`
		}
		err = fields.into(&app, "")
		target.Address = app.Token
	case recall.PushAPNs:
		var app struct {
			Token recall.PushAddress `json:"token" frame:"required"`
			Topic recall.PushTopic   `json:"topic" frame:"required"`
		}
		err = fields.into(&app, "")
		target.Address, target.Topic = app.Token, app.Topic
	}
	return err
}

// MaximumBodyDepth is how deep a body's objects and arrays may be nested, the body itself included.
const MaximumBodyDepth = 100

// readBody checks a body and compacts it. The server keeps it as it is and shows it to other clients, in replies with
// many other messages: one body that a receiver's JSON reader refuses would make the whole reply unreadable for it,
// again and again. A body is therefore I-JSON (RFC 7493): no name twice in an object, no unpaired surrogate, no number
// beyond a double.
func readBody(decoder *jsontext.Decoder, target *recall.Body) error {
	value, err := decoder.ReadValue()
	switch {
	case err != nil:
		return err
	case value.Kind() != '{':
		return refused("must be a JSON object")
	case len(value) > recall.MaximumBodyBytes:
		return recall.Fail(recall.BodyTooLarge, fmt.Sprintf(": more than %d bytes as encoded", recall.MaximumBodyBytes))
	}
	if err := inspect(value); err != nil {
		return err
	}
	compact, err := jsontext.AppendFormat(make([]byte, 0, len(value)), value, jsontext.PreserveRawStrings(true))
	if err != nil {
		return refused("must be a JSON object")
	}
	*target = recall.Body(compact)
	return nil
}

// inspect returns an error if some JSON reader may not be able to read the value.
func inspect(value jsontext.Value) error {
	strict := jsontext.NewDecoder(bytes.NewBuffer(value))
	for {
		token, err := strict.ReadToken()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, jsontext.ErrDuplicateName):
			return refused("must not hold a name twice in one object")
		case err != nil: // that it is JSON was seen before
			return refused("must not hold an unpaired surrogate")
		case strict.StackDepth() > MaximumBodyDepth:
			return refused(fmt.Sprintf("must not be nested deeper than %d levels", MaximumBodyDepth))
		case token.Kind() == '0':
			if _, err := token.Float(); err != nil {
				return refused("must not hold a number beyond the range of a double")
			}
		}
	}
}

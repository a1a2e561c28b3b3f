package wire

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/recall/shared/recall"
)

// Limits of the envelope, in characters (code points).
const (
	MaximumRequestIDCharacters = 64
	maximumActionCharacters    = 64
)

// Envelope is what every request has: its action, and the request ID that the reply echoes. ID is empty if there is
// none.
type Envelope struct {
	Action string
	ID     string
}

// Frame is a request that was read once: its envelope, and its fields for the decoder of its action.
type Frame struct {
	Envelope
	// Viewer is the user who sent the frame. Conversations are read as this user names them. An administrator has no
	// name, and names conversations in their absolute form.
	Viewer recall.UserID
	fields object
}

// Read reads a frame and its envelope. It returns unknown_action if no action can be read from it, and invalid_request
// for a wrong id. If there is an error, the envelope still holds what could be read, so that the reply can echo it.
func Read(raw []byte) (Frame, error) {
	if !utf8.Valid(raw) {
		return Frame{}, recall.Fail(recall.UnknownAction, "the frame is not UTF-8; send a JSON object with an action")
	}
	fields, err := readObject(raw)
	switch {
	case errors.Is(err, errNoObject):
		return Frame{}, recall.Fail(recall.UnknownAction, "the frame is not an object; send a JSON object with an action")
	case err != nil:
		return Frame{}, recall.Fail(recall.UnknownAction, "the frame is not JSON; send a JSON object with an action")
	}
	frame := Frame{fields: fields}
	idErr := frame.fields.readText("id", &frame.ID, MaximumRequestIDCharacters, "must have at most 64 characters")
	// No action has such a long name, and it is not echoed.
	actionErr := frame.fields.readText("action", &frame.Action, maximumActionCharacters, "no such action")
	switch {
	case actionErr != nil:
		return frame, recall.Fail(recall.UnknownAction, actionErr.(*recall.Error).Desc)
	case !frame.fields.has("action"):
		return frame, recall.Fail(recall.UnknownAction, "action: is missing")
	}
	return frame, idErr
}

// Decode reads the request of a frame into its struct, and checks the fields that depend on each other. It returns
// invalid_request or body_too_large. The text of the error begins with the name of the field.
func Decode[Request any](frame Frame) (Request, error) {
	var request Request
	err := frame.fields.into(&request, frame.Viewer)
	if checked, ok := any(request).(interface{ check() error }); ok && err == nil {
		err = checked.check()
	}
	return request, err
}

// object is a JSON object whose values are not read yet. A name may be in it more than once.
type object []field

type field struct {
	name  string
	value jsontext.Value
}

// lenient reads any JSON, also texts with unpaired surrogates.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

var errNoObject = errors.New("not an object")

// readObject reads the fields of an object. Names that nobody looks for may be there twice and hold anything, so that
// clients may be newer than the server.
func readObject(raw []byte) (object, error) {
	decoder := jsontext.NewDecoder(bytes.NewBuffer(raw), lenient)
	if kind := decoder.PeekKind(); kind != '{' {
		if jsontext.Value(raw).IsValid(lenient) {
			return nil, errNoObject
		}
		return nil, errors.New("not JSON")
	}
	if _, err := decoder.ReadToken(); err != nil {
		return nil, err
	}
	fields := make(object, 0, 8)
	for decoder.PeekKind() != '}' {
		name, err := decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		field := field{name: name.String()}
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, err
		}
		end := decoder.InputOffset()
		field.value = raw[end-int64(len(value)) : end : end]
		fields = append(fields, field)
	}
	if _, err := decoder.ReadToken(); err != nil {
		return nil, err
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return fields, nil
}

// into reads the fields of a struct by their names in the json tags, as viewer names conversations. A field that is
// tagged frame:"required" must be there.
func (o object) into(target any, viewer recall.UserID) error {
	request := reflect.ValueOf(target).Elem()
	for i := range request.NumField() {
		tag := request.Type().Field(i).Tag
		name := tag.Get("json")
		value, err := o.value(name)
		switch {
		case err != nil:
			return err
		case value == nil && tag.Get("frame") == "required":
			return recall.Invalid(name, "is missing")
		case value == nil:
			continue
		}
		if err := readValue(value, request.Field(i).Addr().Interface(), viewer); err != nil {
			return refusalOf(name, err)
		}
	}
	return nil
}

// readText reads a field that is a text of so many characters at most. why says what is wrong with a longer one.
func (o object) readText(name string, target *string, characters int, why string) error {
	value, err := o.value(name)
	if err != nil || value == nil {
		return err
	}
	text, err := readText(value)
	switch {
	case err != nil:
		return refusalOf(name, err)
	case utf8.RuneCountInString(text) > characters:
		return recall.Invalid(name, why)
	}
	*target = text
	return nil
}

// value returns the value of a field, and nil for a field that is absent or null. It refuses a name that is given
// twice: API Gateway, which routes by action, could read one of the two values, and this package the other.
func (o object) value(name string) (jsontext.Value, error) {
	var value jsontext.Value
	count := 0
	for _, field := range o {
		if field.name == name {
			value = field.value
			count++
		}
	}
	switch {
	case count > 1:
		return nil, recall.Invalid(name, "is given twice")
	case value.Kind() == 'n':
		return nil, nil
	}
	return value, nil
}

// has reports whether a field is there and not null.
func (o object) has(name string) bool {
	return slices.ContainsFunc(o, func(field field) bool { return field.name == name && field.value.Kind() != 'n' })
}

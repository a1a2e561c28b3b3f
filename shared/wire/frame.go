package wire

import (
	"bytes"
	"errors"
	"io"
	"reflect"
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
// for a wrong id. Also with an error the envelope holds what could be read, so that the reply can echo it.
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
	idErr := frame.fields.read("id", &frame.ID, envelopeValues)
	action := requestAction("")
	actionErr := frame.fields.read("action", &action, envelopeValues)
	frame.Action = string(action)
	switch {
	case actionErr != nil:
		return frame, recall.Fail(recall.UnknownAction, actionErr.(*recall.Error).Desc)
	case action == "" && !frame.fields.has("action"):
		return frame, recall.Fail(recall.UnknownAction, "action: is missing")
	}
	return frame, idErr
}

// requestAction is an action's name. A very long one is nobody's and is not echoed.
type requestAction string

var envelopeValues = json.WithUnmarshalers(json.JoinUnmarshalers(
	text("must have at most 64 characters", func(id string) bool {
		return utf8.RuneCountInString(id) <= MaximumRequestIDCharacters
	}),
	text("no such action", func(action requestAction) bool {
		return utf8.RuneCountInString(string(action)) <= maximumActionCharacters
	}),
))

// Decode reads the request of a frame into its struct, and checks what the fields must be to each other. It returns
// invalid_request or body_too_large. Its text begins with the name of the field.
func Decode[Request any](frame Frame) (Request, error) {
	var request Request
	err := frame.fields.into(&request, valuesOf(frame.Viewer))
	if checked, ok := any(request).(interface{ check() error }); ok && err == nil {
		err = checked.check()
	}
	return request, err
}

// object is a JSON object whose values are not read yet, repeats included.
type object []field

type field struct {
	name  string
	value jsontext.Value
}

var errNoObject = errors.New("not an object")

// readObject reads the fields of an object. Names that nobody looks for may repeat and hold anything, so that clients
// may be newer than the server.
func readObject(raw []byte) (object, error) {
	lenient := json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
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
	var fields object
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

// into reads the fields of a struct by their names in the json tags. A field that is tagged frame:"required" must be
// there.
func (o object) into(target any, values json.Options) error {
	request := reflect.ValueOf(target).Elem()
	for i := range request.NumField() {
		tag := request.Type().Field(i).Tag
		name := tag.Get("json")
		if err := o.read(name, request.Field(i).Addr().Interface(), values); err != nil {
			return err
		}
		if tag.Get("frame") == "required" && !o.has(name) {
			return recall.Invalid(name, "is missing")
		}
	}
	return nil
}

// read reads one field. A field that is null counts as absent. A name given twice is refused: API Gateway, which
// routes by action, and this package could each read another of the two.
func (o object) read(name string, target any, values json.Options) error {
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
		return recall.Invalid(name, "is given twice")
	case count == 0 || value.Kind() == 'n':
		return nil
	}
	if err := json.Unmarshal(value, target, values); err != nil {
		return refusalOf(name, err)
	}
	return nil
}

// has reports whether a field is there and not null.
func (o object) has(name string) bool {
	for _, field := range o {
		if field.name == name && field.value.Kind() != 'n' {
			return true
		}
	}
	return false
}

package wire

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"example.com/recall/shared/recall"
)

// object is a JSON object of a request. Its methods return invalid_request naming the field. A field that is null counts
// as absent, and unknown ones are never looked at.
type object struct {
	// path stands before a field's name in errors, like conversations[2].
	path   string
	fields []field
}

// parse reads a frame as an object. It returns unknown_action, because no action can be read from anything else.
func parse(frame []byte) (object, error) {
	switch {
	case !utf8.Valid(frame):
		return object{}, recall.Fail(recall.UnknownAction, "the frame is not UTF-8; send a JSON object with an action")
	case !json.Valid(frame):
		return object{}, recall.Fail(recall.UnknownAction, "the frame is not JSON; send a JSON object with an action")
	case frame[skipSpace(frame, 0)] != '{':
		return object{}, recall.Fail(recall.UnknownAction, "the frame is not an object; send a JSON object with an action")
	}
	return object{fields: fieldsOf(frame)}, nil
}

func (o object) invalid(name, why string) error { return recall.Invalid(o.path+name, why) }

func (o object) missing(name string) error { return o.invalid(name, "is missing") }

// find returns a field's value, nil if it is absent. A name given twice is refused: API Gateway, which routes by action,
// and this package could each read another of the two.
func (o object) find(name string) ([]byte, error) {
	var value []byte
	count := 0
	for _, field := range o.fields {
		if field.name == name {
			value = field.value
			count++
		}
	}
	switch {
	case count > 1:
		return nil, o.invalid(name, "is given twice")
	case value == nil || value[0] == 'n':
		return nil, nil
	}
	return value, nil
}

// text reads a string of up to maximum bytes; it is empty if absent.
func (o object) text(name string, maximum int) (string, error) {
	value, err := o.find(name)
	if value == nil || err != nil {
		return "", err
	}
	text, why := textOf(value)
	if why != "" {
		return "", o.invalid(name, why)
	}
	if len(text) > maximum {
		return "", o.invalid(name, fmt.Sprintf("must have at most %d bytes", maximum))
	}
	return text, nil
}

// textOf decodes a string, or tells why it is none.
func textOf(value []byte) (text, why string) {
	switch {
	case value[0] != '"':
		return "", "must be a string"
	case hasUnpairedSurrogate(value):
		return "", "must not hold an unpaired surrogate"
	}
	return unquote(value), ""
}

// integer reads an integer within bounds; given is false if it is absent.
func (o object) integer(name string, least, most int64) (number int64, given bool, err error) {
	value, err := o.find(name)
	if value == nil || err != nil {
		return 0, false, err
	}
	number, err = strconv.ParseInt(string(value), 10, 64)
	if err != nil || number < least || number > most {
		return 0, false, o.invalid(name, fmt.Sprintf("must be an integer from %d to %d", least, most))
	}
	return number, true, nil
}

// boolean reads true or false; it is false if absent.
func (o object) boolean(name string) (bool, error) {
	value, err := o.find(name)
	if value == nil || err != nil {
		return false, err
	}
	if value[0] != 't' && value[0] != 'f' {
		return false, o.invalid(name, "must be true or false")
	}
	return value[0] == 't', nil
}

// array reads an array of least to most elements; it is nil if absent.
func (o object) array(name string, least, most int) ([][]byte, error) {
	value, err := o.find(name)
	if value == nil || err != nil {
		return nil, err
	}
	if value[0] != '[' {
		return nil, o.invalid(name, "must be an array")
	}
	elements := elementsOf(value)
	if len(elements) < least || len(elements) > most {
		return nil, o.invalid(name, fmt.Sprintf("must have %d to %d elements", least, most))
	}
	return elements, nil
}

const whyMessageID = "must be a ULID: 26 characters, upper case"

// messageID reads a message ID; it is empty if absent.
func (o object) messageID(name string) (recall.MessageID, error) {
	value, err := o.find(name)
	if value == nil || err != nil {
		return "", err
	}
	text, why := textOf(value)
	if why != "" {
		return "", o.invalid(name, why)
	}
	if id := recall.MessageID(text); id.Valid() {
		return id, nil
	}
	return "", o.invalid(name, whyMessageID)
}

// messageIDs reads an array of message IDs without repeats; it is nil if absent.
func (o object) messageIDs(name string, most int) ([]recall.MessageID, error) {
	elements, err := o.array(name, 1, most)
	if elements == nil || err != nil {
		return nil, err
	}
	ids := make([]recall.MessageID, len(elements))
	seen := make(map[recall.MessageID]bool, len(elements))
	for i, element := range elements {
		text, why := textOf(element)
		id := recall.MessageID(text)
		switch {
		case why != "":
		case !id.Valid():
			why = whyMessageID
		case seen[id]:
			why = "is given twice"
		}
		if why != "" {
			return nil, o.invalid(fmt.Sprintf("%s[%d]", name, i), why)
		}
		ids[i], seen[id] = id, true
	}
	return ids, nil
}

const whyIdentifier = "must be 1 to 64 characters of A-Z a-z 0-9 . _ - @"

// identifier reads a user or group ID; it is empty if absent.
func (o object) identifier(name string) (string, error) {
	value, err := o.find(name)
	if value == nil || err != nil {
		return "", err
	}
	text, why := textOf(value)
	if why == "" && !recall.UserID(text).Valid() {
		why = whyIdentifier
	}
	if why != "" {
		return "", o.invalid(name, why)
	}
	return text, nil
}

// conversation reads the required conversation as its viewer names it.
func (o object) conversation(viewer recall.UserID) (recall.Conversation, error) {
	value, err := o.find("conversation")
	if err != nil {
		return recall.Conversation{}, err
	}
	if value == nil {
		return recall.Conversation{}, o.missing("conversation")
	}
	text, why := textOf(value)
	if why != "" {
		return recall.Conversation{}, o.invalid("conversation", why)
	}
	conversation, err := recall.ParseConversation(viewer, text)
	return conversation, o.inPath(err)
}

// inPath puts the path before an error that another package made.
func (o object) inPath(err error) error {
	if known, ok := err.(*recall.Error); ok && o.path != "" {
		known.Desc = o.path + known.Desc
	}
	return err
}

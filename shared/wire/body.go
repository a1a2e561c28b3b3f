package wire

import (
	"bytes"
	"encoding/json"
	"strconv"

	"example.com/recall/shared/recall"
)

// MaximumBodyDepth is how deep a body's objects and arrays may be nested, the body itself included.
const MaximumBodyDepth = 100

// longestPlainNumber is up to how many characters a number without an exponent surely fits a double.
const longestPlainNumber = 300

// decodeBody checks a body and compacts it. The server keeps it as it is and shows it to other clients, in replies with
// many other messages: one body that a receiver's JSON reader refuses would make the whole reply unreadable for it,
// again and again. A body is therefore I-JSON (RFC 7493): no name twice in an object, no unpaired surrogate, no number
// beyond a double.
func decodeBody(raw []byte) (recall.Body, error) {
	if raw[0] != '{' {
		return "", recall.Invalid("body", "must be a JSON object")
	}
	if len(raw) > recall.MaximumBodyBytes {
		return "", recall.Fail(recall.BodyTooLarge, "body: more than 12288 bytes as encoded")
	}
	if why := inspect(raw); why != "" {
		return "", recall.Invalid("body", why)
	}
	var compact bytes.Buffer
	compact.Grow(len(raw))
	if err := json.Compact(&compact, raw); err != nil {
		return "", recall.Invalid("body", "must be a JSON object")
	}
	return recall.Body(compact.String()), nil
}

// level is one open object or array.
type level struct {
	object  bool
	nameDue bool
	names   map[string]struct{}
}

// inspect tells why a valid JSON value is not fit for every reader, or nothing.
func inspect(value []byte) (why string) {
	var open []level
	for at := 0; at < len(value); {
		switch c := value[at]; c {
		case '{', '[':
			if len(open) == MaximumBodyDepth {
				return "must not be nested deeper than 100 levels"
			}
			open = append(open, level{object: c == '{', nameDue: c == '{'})
			at++
		case '}', ']':
			open = open[:len(open)-1]
			at++
		case ',', ':':
			top := &open[len(open)-1]
			top.nameDue = top.object && c == ','
			at++
		case ' ', '\t', '\n', '\r':
			at++
		case '"':
			end := skipString(value, at)
			if why := inspectString(value[at:end], &open[len(open)-1]); why != "" {
				return why
			}
			at = end
		default:
			end := skipScalar(value, at)
			if !fitsDouble(value[at:end]) {
				return "must not hold a number beyond the range of a double"
			}
			at = end
		}
	}
	return ""
}

func inspectString(quoted []byte, in *level) (why string) {
	if hasUnpairedSurrogate(quoted) {
		return "must not hold an unpaired surrogate"
	}
	if !in.nameDue {
		return ""
	}
	name := unquote(quoted)
	if _, taken := in.names[name]; taken {
		return "must not hold a name twice in one object"
	}
	if in.names == nil {
		in.names = make(map[string]struct{})
	}
	in.names[name] = struct{}{}
	return ""
}

// fitsDouble tells whether a number, or true, false or null, is within the range of a double.
func fitsDouble(scalar []byte) bool {
	if scalar[0] != '-' && (scalar[0] < '0' || scalar[0] > '9') {
		return true
	}
	if len(scalar) <= longestPlainNumber && !bytes.ContainsAny(scalar, "eE") {
		return true
	}
	_, err := strconv.ParseFloat(string(scalar), 64)
	return err == nil
}

package wire

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// The functions here walk over JSON that json.Valid has accepted, so they need not look for syntax errors. They exist
// because encoding/json hides what matters here: names given twice, names in another case, and unpaired surrogates.

// field is one name of an object and its value as it stands in the frame.
type field struct {
	name  string
	value []byte
}

// fieldsOf splits an object into its fields, in their order, repeats included.
func fieldsOf(object []byte) []field {
	var fields []field
	at := skipSpace(object, 0) + 1
	for {
		at = skipSpace(object, at)
		switch object[at] {
		case '}':
			return fields
		case ',':
			at++
			continue
		}
		nameEnd := skipValue(object, at)
		name := unquote(object[at:nameEnd])
		at = skipSpace(object, skipSpace(object, nameEnd)+1)
		end := skipValue(object, at)
		fields = append(fields, field{name: name, value: object[at:end]})
		at = end
	}
}

// elementsOf splits an array into its elements.
func elementsOf(array []byte) [][]byte {
	var elements [][]byte
	at := skipSpace(array, 0) + 1
	for {
		at = skipSpace(array, at)
		switch array[at] {
		case ']':
			return elements
		case ',':
			at++
			continue
		}
		end := skipValue(array, at)
		elements = append(elements, array[at:end])
		at = end
	}
}

func skipSpace(text []byte, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r') {
		at++
	}
	return at
}

// skipValue returns the index behind the value that begins at an index. It counts brackets instead of calling itself, so
// that depth costs nothing.
func skipValue(text []byte, at int) int {
	depth := 0
	for at < len(text) {
		switch text[at] {
		case '"':
			at = skipString(text, at)
		case '{', '[':
			depth++
			at++
			continue
		case '}', ']':
			depth--
			at++
		case ' ', '\t', '\n', '\r', ',', ':':
			at++
			continue
		default:
			at = skipScalar(text, at)
		}
		if depth == 0 {
			return at
		}
	}
	return at
}

func skipString(text []byte, at int) int {
	for at++; text[at] != '"'; at++ {
		if text[at] == '\\' {
			at++
		}
	}
	return at + 1
}

// skipScalar passes a number, true, false or null.
func skipScalar(text []byte, at int) int {
	for at < len(text) {
		switch text[at] {
		case ' ', '\t', '\n', '\r', ',', ':', '}', ']':
			return at
		}
		at++
	}
	return at
}

// unquote decodes a string; an unpaired surrogate becomes U+FFFD, as in encoding/json.
func unquote(quoted []byte) string {
	inner := quoted[1 : len(quoted)-1]
	for _, c := range inner {
		if c == '\\' {
			var text string
			// The string is part of valid JSON, so this cannot fail.
			_ = json.Unmarshal(quoted, &text)
			return text
		}
	}
	return string(inner)
}

// hasUnpairedSurrogate tells whether an escape in a string stands for half a character.
func hasUnpairedSurrogate(quoted []byte) bool {
	for at := 0; at < len(quoted); at++ {
		if quoted[at] != '\\' {
			continue
		}
		at++
		if quoted[at] != 'u' {
			continue
		}
		unit := hexUnit(quoted[at+1:])
		at += 4
		switch {
		case 0xDC00 <= unit && unit <= 0xDFFF:
			return true
		case 0xD800 <= unit && unit <= 0xDBFF:
			rest := quoted[at+1:]
			if len(rest) < 7 || rest[0] != '\\' || rest[1] != 'u' {
				return true
			}
			if low := hexUnit(rest[2:]); low < 0xDC00 || low > 0xDFFF {
				return true
			}
			at += 6
		}
	}
	return false
}

func hexUnit(digits []byte) uint64 {
	unit, err := strconv.ParseUint(string(digits[:4]), 16, 16)
	if err != nil {
		return utf8.RuneError
	}
	return unit
}

package template

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// value is a node after evaluation. Its data is nil, a string, a number, a bool, []value or *object.
type value struct {
	line int
	data any
}

// object is a map that keeps its keys in the order in which they are written.
type object struct {
	keys   []string
	values map[string]value
}

func newObject() *object { return &object{values: map[string]value{}} }

func (o *object) set(key string, v value) {
	if _, present := o.values[key]; !present {
		o.keys = append(o.keys, key)
	}
	o.values[key] = v
}

// noValue is the value of AWS::NoValue. A property or list item with this value is left out.
type noValue struct{}

// text returns a scalar as a string. It returns false for lists, objects and nothing.
func (v value) text() (string, bool) {
	if v.data == nil {
		return "", false
	}
	return scalarText(v.data)
}

func (v value) kind() string {
	switch v.data.(type) {
	case nil, noValue:
		return "nothing"
	case string:
		return "a text"
	case number:
		return "a number"
	case bool:
		return "true or false"
	case []value:
		return "a list"
	default:
		return "a map"
	}
}

// plain turns a value into the types that encoding/json uses: maps, slices, strings, json.Number, bool and nil.
func (v value) plain() any {
	switch data := v.data.(type) {
	case number:
		return json.Number(data)
	case []value:
		items := make([]any, len(data))
		for i, item := range data {
			items[i] = item.plain()
		}
		return items
	case *object:
		items := make(map[string]any, len(data.keys))
		for _, key := range data.keys {
			items[key] = data.values[key].plain()
		}
		return items
	case noValue:
		return nil
	default:
		return data
	}
}

// fields reads the properties of one object. It remembers which of them were asked for, so that it can report the
// others.
type fields struct {
	*findings
	where  string // such as SendFunction.Environment
	line   int
	values map[string]value
	order  []string
	known  map[string]bool
}

func newFields(where string, v value, found *findings) fields {
	f := fields{findings: found, where: where, line: v.line, values: map[string]value{}, known: map[string]bool{}}
	switch data := v.data.(type) {
	case *object:
		f.values, f.order = data.values, data.keys
	case nil, noValue:
	default:
		f.failHere("must be a map, not %s", v.kind())
	}
	return f
}

// failHere reports a problem of the object as a whole. failAt reports a problem of one property.
func (f fields) failHere(format string, arguments ...any) {
	f.fail(f.line, "%s: %s", f.where, fmt.Sprintf(format, arguments...))
}

func (f fields) failAt(name string, format string, arguments ...any) {
	f.fail(f.lineOf(name), "%s.%s: %s", f.where, name, fmt.Sprintf(format, arguments...))
}

func (f fields) noticeAt(name string, format string, arguments ...any) {
	f.notice(f.lineOf(name), "%s.%s: %s", f.where, name, fmt.Sprintf(format, arguments...))
}

func (f fields) lineOf(name string) int {
	if v, ok := f.values[name]; ok && v.line > 0 {
		return v.line
	}
	return f.line
}

// get returns a property and marks it as known.
func (f fields) get(name string) (value, bool) {
	f.known[name] = true
	v, ok := f.values[name]
	if _, none := v.data.(noValue); none || !ok || v.data == nil {
		return value{line: f.line}, false
	}
	return v, true
}

func (f fields) has(name string) bool {
	_, ok := f.get(name)
	return ok
}

func (f fields) text(name, otherwise string) string {
	v, ok := f.get(name)
	if !ok {
		return otherwise
	}
	text, ok := v.text()
	if !ok {
		f.failAt(name, "must be a text, not %s", v.kind())
	}
	return text
}

func (f fields) required(name string) string {
	if !f.has(name) {
		f.failHere("the property %s is missing", name)
		return ""
	}
	return f.text(name, "")
}

func (f fields) integer(name string, otherwise, least, most int) int {
	v, ok := f.get(name)
	if !ok {
		return otherwise
	}
	text, ok := v.text()
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if !ok || err != nil {
		f.failAt(name, "must be a whole number")
		return otherwise
	}
	if n < least || n > most {
		f.failAt(name, "must be from %d to %d, not %d", least, most, n)
		return otherwise
	}
	return n
}

func (f fields) boolean(name string, otherwise bool) bool {
	v, ok := f.get(name)
	if !ok {
		return otherwise
	}
	text, _ := v.text()
	b, err := strconv.ParseBool(text)
	if err != nil {
		f.failAt(name, "must be true or false")
		return otherwise
	}
	return b
}

func (f fields) list(name string) []value {
	v, ok := f.get(name)
	if !ok {
		return nil
	}
	items, ok := v.data.([]value)
	if !ok {
		f.failAt(name, "must be a list, not %s", v.kind())
	}
	return items
}

func (f fields) texts(name string) []string {
	var texts []string
	for _, item := range f.list(name) {
		text, ok := item.text()
		if !ok {
			f.failAt(name, "must be a list of texts")
			continue
		}
		texts = append(texts, text)
	}
	return texts
}

// fields reads a property that is an object. If the property is absent, the object is empty.
func (f fields) fields(name string) fields {
	v, _ := f.get(name)
	return newFields(f.where+"."+name, v, f.findings)
}

// number reads a number that may have a fraction.
func (f fields) number(name string, otherwise float64) float64 {
	v, ok := f.get(name)
	if !ok {
		return otherwise
	}
	text, _ := v.text()
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || n < 0 {
		f.failAt(name, "must be a number that is not negative")
		return otherwise
	}
	return n
}

// harmless marks properties that make no difference on one machine, such as tags and encryption.
func (f fields) harmless(names ...string) {
	for _, name := range names {
		f.known[name] = true
	}
}

// notEmulated reports those of these properties that the template has. They would make a difference, but are not
// emulated.
func (f fields) notEmulated(names ...string) {
	for _, name := range names {
		if v, ok := f.get(name); ok && v.data != false {
			f.noticeAt(name, "the local stack does not emulate this property")
		}
	}
}

// finish reports properties that were neither read nor marked as harmless. The local stack does not know them and
// does nothing for them.
func (f fields) finish() {
	for _, name := range f.order {
		if !f.known[name] {
			f.noticeAt(name, "the local stack does not know this property")
		}
	}
}

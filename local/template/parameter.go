package template

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// parameterValues checks the given parameters against the Parameters section. It uses the default of a parameter that
// is not given.
func parameterValues(section *node, given map[string]string, found *findings) map[string]value {
	result := map[string]value{}
	var names *mapping
	if section != nil {
		names, _ = section.data.(*mapping)
		if names == nil {
			found.fail(section.line, "Parameters must be a map")
		}
	}
	if names == nil {
		names = newMapping()
	}
	for name := range given {
		if names.values[name] == nil {
			found.fail(0, "the template has no parameter %q", name)
		}
	}
	plain := &evaluator{}
	for _, name := range names.keys {
		definition := names.values[name]
		v, err := plain.evaluateLiteral(definition)
		if err != nil {
			found.problems = append(found.problems, fmt.Errorf("parameter %s: %w", name, err))
			continue
		}
		text, isGiven := given[name]
		result[name] = parameterValue(newFields("parameter "+name, v, found), name, text, isGiven)
	}
	return result
}

// evaluateLiteral converts a node that may contain no functions.
func (e *evaluator) evaluateLiteral(n *node) (value, error) {
	if name, argument, ok := n.function(); ok {
		return value{}, at(argument, "%s may not stand here", name)
	}
	switch data := n.data.(type) {
	case []*node:
		items := make([]value, 0, len(data))
		for _, item := range data {
			v, err := e.evaluateLiteral(item)
			if err != nil {
				return value{}, err
			}
			items = append(items, v)
		}
		return value{line: n.line, data: items}, nil
	case *mapping:
		result := newObject()
		for _, key := range data.keys {
			v, err := e.evaluateLiteral(data.values[key])
			if err != nil {
				return value{}, err
			}
			result.set(key, v)
		}
		return value{line: n.line, data: result}, nil
	default:
		return value{line: n.line, data: data}, nil
	}
}

// awsType matches parameter types such as AWS::EC2::Subnet::Id. AWS checks that such a thing exists.
var awsType = regexp.MustCompile(`^AWS::(EC2|Route53)::[A-Za-z0-9:]+$`)

func parameterValue(f fields, name, text string, given bool) value {
	kind := f.required("Type")
	f.harmless("Description", "NoEcho", "ConstraintDescription")
	if !given {
		if !f.has("Default") {
			f.failHere("has no default; give it a value (--parameter %s=…)", name)
		}
		text = f.text("Default", "")
	}
	f.known["Default"] = true
	line := f.line
	if inner, ok := strings.CutPrefix(kind, "AWS::SSM::Parameter::Value<"); ok {
		// The template has the name of the stored parameter. The local stack takes a given text as the value.
		if !given {
			f.notice(f.line,
				"%s: there is no Systems Manager here, so %s stands for the value of that parameter; give it one with --parameter",
				f.where, text)
		}
		kind = strings.TrimSuffix(inner, ">")
	}
	switch {
	case kind == "String", kind == "AWS::SSM::Parameter::Name", awsType.MatchString(kind):
		f.checkText(text)
		f.finish()
		return value{line: line, data: text}
	case kind == "Number":
		f.checkNumber(text)
		f.finish()
		return value{line: line, data: number(text)}
	case kind == "CommaDelimitedList", kind == "List<Number>", kind == "List<String>",
		awsType.MatchString(strings.TrimSuffix(strings.TrimPrefix(kind, "List<"), ">")):
		f.harmless("AllowedValues")
		f.finish()
		items := []value{}
		if text != "" {
			for item := range strings.SplitSeq(text, ",") {
				items = append(items, value{line: line, data: strings.TrimSpace(item)})
			}
		}
		return value{line: line, data: items}
	default:
		f.failAt("Type", "the local stack does not know parameters of type %s", kind)
		return value{line: line, data: text}
	}
}

func (f fields) checkText(text string) {
	f.checkAllowed(text)
	if pattern, ok := f.get("AllowedPattern"); ok {
		source, _ := pattern.text()
		compiled, err := regexp.Compile(`^(?:` + source + `)$`)
		switch {
		case err != nil:
			f.failAt("AllowedPattern", "the local stack cannot read this pattern: %v", err)
		case !compiled.MatchString(text):
			// The message does not contain the value, since it may be a secret.
			f.failHere("the value does not match %s", source)
		}
	}
	length := len([]rune(text))
	if least := f.integer("MinLength", 0, 0, 1<<20); length < least {
		f.failHere("the value has %d characters, fewer than %d", length, least)
	}
	if most := f.integer("MaxLength", 1<<20, 0, 1<<20); length > most {
		f.failHere("the value has %d characters, more than %d", length, most)
	}
}

func (f fields) checkNumber(text string) {
	f.checkAllowed(text)
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		f.harmless("MinValue", "MaxValue")
		f.failHere("the value must be a number")
		return
	}
	for _, bound := range []struct {
		name     string
		violated func(limit float64) bool
	}{
		{"MinValue", func(limit float64) bool { return n < limit }},
		{"MaxValue", func(limit float64) bool { return n > limit }},
	} {
		v, ok := f.get(bound.name)
		if !ok {
			continue
		}
		source, _ := v.text()
		limit, err := strconv.ParseFloat(source, 64)
		if err != nil {
			f.failAt(bound.name, "must be a number")
		} else if bound.violated(limit) {
			f.failHere("the value %s is beyond %s %s", text, bound.name, source)
		}
	}
}

func (f fields) checkAllowed(text string) {
	if allowed := f.texts("AllowedValues"); f.has("AllowedValues") && !slices.Contains(allowed, text) {
		f.failHere("the value must be one of %s", strings.Join(allowed, ", "))
	}
}

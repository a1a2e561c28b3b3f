package conformance

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// variables are the values that steps stored under a name, and the clock of the server.
type variables struct {
	taken   map[string]any
	now     func() int64
	objects string // the address of uploads and downloads
}

var (
	embedded   = regexp.MustCompile(`\$\{([^{}]+)\}`)
	nowPattern = regexp.MustCompile(`^now([+-]\d+)?$`)
)

// matchers are the strings that matches gives a meaning; they are no variables.
func isMatcher(text string) bool {
	return text == "$any" || text == "$absent" || text == "$ulid" || text == "$time"
}

// fill returns value with every variable in it replaced. index is the repetition of a step with times.
func (v variables) fill(value any, index int) (any, error) {
	switch value := value.(type) {
	case map[string]any:
		filled := make(map[string]any, len(value))
		for name, element := range value {
			replaced, err := v.fill(element, index)
			if err != nil {
				return nil, err
			}
			filled[name] = replaced
		}
		return filled, nil
	case []any:
		filled := make([]any, len(value))
		for i, element := range value {
			replaced, err := v.fill(element, index)
			if err != nil {
				return nil, err
			}
			filled[i] = replaced
		}
		return filled, nil
	case string:
		return v.fillString(value, index)
	default:
		return value, nil
	}
}

func (v variables) fillString(text string, index int) (any, error) {
	if strings.HasPrefix(text, "$") && !strings.HasPrefix(text, "${") && !isMatcher(text) {
		return v.lookUp(text[1:], index)
	}
	return v.fillText(text, index)
}

// fillText replaces ${…} within a text.
func (v variables) fillText(text string, index int) (string, error) {
	var failure error
	filled := embedded.ReplaceAllStringFunc(text, func(reference string) string {
		value, err := v.lookUp(reference[2:len(reference)-1], index)
		if err != nil {
			failure = err
			return ""
		}
		if number, ok := value.(float64); ok {
			return strconv.FormatFloat(number, 'f', -1, 64)
		}
		return fmt.Sprint(value)
	})
	return filled, failure
}

func (v variables) lookUp(name string, index int) (any, error) {
	switch {
	case name == "index":
		return index, nil
	case strings.HasPrefix(name, "index:"):
		width, err := strconv.Atoi(name[len("index:"):])
		if err != nil {
			return nil, fmt.Errorf("${%s}: the width is not a number", name)
		}
		return fmt.Sprintf("%0*d", width, index), nil
	case name == "token":
		return Token("alice", 4_102_444_800), nil
	case name == "otherToken":
		return Token("alice", 4_102_444_801), nil
	case name == "objects":
		return v.objects, nil
	case name == "expiredToken":
		return Token("alice", 1_500_000_000), nil
	}
	if found := nowPattern.FindStringSubmatch(name); found != nil {
		shift := int64(0)
		if found[1] != "" {
			shift, _ = strconv.ParseInt(found[1], 10, 64) // the pattern lets only numbers through
		}
		return float64(v.now() + shift), nil
	}
	path := strings.Split(name, ".")
	value, ok := v.taken[path[0]]
	if !ok {
		return nil, fmt.Errorf("$%s: nothing was taken as %q", name, path[0])
	}
	for _, field := range path[1:] {
		object, ok := value.(map[string]any)
		if !ok || object[field] == nil {
			return nil, fmt.Errorf("$%s: there is no field %q", name, field)
		}
		value = object[field]
	}
	return value, nil
}

// Token returns a token in the form of a JWT whose signature nobody checks: the runner plays the server. exp is in
// seconds since 1970.
func Token(user string, exp int64) string {
	encode := func(value any) string {
		data, err := json.Marshal(value)
		if err != nil {
			return ""
		}
		return base64.RawURLEncoding.EncodeToString(data)
	}
	header := encode(map[string]any{"alg": "HS256", "typ": "JWT"})
	claims := encode(map[string]any{"sub": user, "exp": exp})
	return header + "." + claims + "." + base64.RawURLEncoding.EncodeToString([]byte("no signature: conformance runner"))
}

package template

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// node is one place of the template as it is written, before it is evaluated.
type node struct {
	line int
	// tag is a function in its short form without the exclamation mark, such as "Ref". The node itself is then the
	// argument.
	tag string
	// data is nil, a string, a number, a bool, []*node or *mapping.
	data any
}

// number is a number as it is written, so that "012345" and "1.50" are not changed.
type number string

// mapping is a map that keeps its keys in the order in which they are written.
type mapping struct {
	keys   []string
	values map[string]*node
}

func newMapping() *mapping { return &mapping{values: map[string]*node{}} }

func (m *mapping) set(key string, value *node) {
	if _, present := m.values[key]; !present {
		m.keys = append(m.keys, key)
	}
	m.values[key] = value
}

const (
	// maxSize is CloudFormation's limit for a template in S3 (CloudFormation quotas, "Template body size in an Amazon
	// S3 object").
	maxSize = 1 << 20
	// maxDepth limits how deep the template may nest, so that a hostile file cannot exhaust the stack.
	maxDepth = 100
)

// parse reads YAML (or JSON, which is YAML) into nodes.
func parse(source []byte) (*node, error) {
	if len(source) > maxSize {
		return nil, fmt.Errorf("the template has %d bytes; CloudFormation takes at most %d", len(source), maxSize)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the template is empty")
	case err != nil:
		return nil, fmt.Errorf("the template is not valid YAML: %w", err)
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("the template has more than one YAML document")
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) != 1 {
		return nil, errors.New("the template is empty")
	}
	return convert(document.Content[0], 0)
}

func convert(source *yaml.Node, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("line %d: the template nests deeper than %d levels", source.Line, maxDepth)
	}
	if source.Anchor != "" || source.Kind == yaml.AliasNode {
		return nil, fmt.Errorf("line %d: anchors and aliases are not supported, as in CloudFormation", source.Line)
	}
	result := &node{line: source.Line}
	if strings.HasPrefix(source.Tag, "!") && !strings.HasPrefix(source.Tag, "!!") {
		result.tag = source.Tag[1:]
	}
	var err error
	switch source.Kind {
	case yaml.MappingNode:
		result.data, err = convertMapping(source, depth)
	case yaml.SequenceNode:
		items := make([]*node, len(source.Content))
		for i, item := range source.Content {
			if items[i], err = convert(item, depth+1); err != nil {
				return nil, err
			}
		}
		result.data = items
	default:
		result.data, err = convertScalar(source)
	}
	return result, err
}

func convertScalar(source *yaml.Node) (any, error) {
	switch source.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		return strings.EqualFold(source.Value, "true"), nil
	case "!!int", "!!float":
		return number(source.Value), nil
	case "!!binary":
		return nil, fmt.Errorf("line %d: binary values are not supported, as in CloudFormation", source.Line)
	default:
		return source.Value, nil
	}
}

func convertMapping(source *yaml.Node, depth int) (*mapping, error) {
	result := newMapping()
	for i := 0; i < len(source.Content); i += 2 {
		key := source.Content[i]
		if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" ||
			strings.HasPrefix(key.Tag, "!") && !strings.HasPrefix(key.Tag, "!!") {
			return nil, fmt.Errorf("line %d: a key must be a plain text", key.Line)
		}
		if _, repeated := result.values[key.Value]; repeated {
			return nil, fmt.Errorf("line %d: the key %q is here a second time", key.Line, key.Value)
		}
		item, err := convert(source.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		result.set(key.Value, item)
	}
	return result, nil
}

// longForm returns a function's name as it is written as a key of a map.
func longForm(tag string) string {
	if tag == "Ref" || tag == "Condition" {
		return tag
	}
	return "Fn::" + tag
}

// scalarText returns the text of a scalar, and false for anything else.
func scalarText(data any) (string, bool) {
	switch data := data.(type) {
	case string:
		return data, true
	case number:
		return string(data), true
	case bool:
		return strconv.FormatBool(data), true
	case nil:
		return "null", true
	default:
		return "", false
	}
}

// function returns the long name and the argument of a node that is a function, in either form.
func (n *node) function() (name string, argument *node, ok bool) {
	if n.tag != "" {
		return longForm(n.tag), &node{line: n.line, data: n.data}, true
	}
	m, isMapping := n.data.(*mapping)
	if !isMapping || len(m.keys) != 1 {
		return "", nil, false
	}
	key := m.keys[0]
	if key == "Ref" || strings.HasPrefix(key, "Fn::") {
		return key, m.values[key], true
	}
	// {Condition: X} is a function only inside a condition. In a policy statement it is an ordinary key. See
	// evaluateCondition.
	return "", nil, false
}

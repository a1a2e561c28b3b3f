package template

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// node is one place of the template as written, before parameters and functions are put in.
type node struct {
	line int
	// tag is a short-form function without its exclamation mark, such as "Ref"; the argument is the node itself.
	tag string
	// data is nil, a string, a number, a bool, []*node or *mapping.
	data any
}

// number is a numeric scalar as written, so that "012345" and "1.50" survive.
type number string

// mapping keeps its keys in the order written.
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
	// maxSize is CloudFormation's limit for a template in S3 (CloudFormation quotas, "Template body size in an Amazon S3 object").
	maxSize = 1 << 20
	// maxDepth bounds nesting, so that a hostile file cannot exhaust the stack.
	maxDepth = 100
)

// parse reads YAML (or JSON, which is YAML) into nodes.
func parse(source []byte) (root *node, err error) {
	if len(source) > maxSize {
		return nil, fmt.Errorf("the template has %d bytes; CloudFormation takes at most %d", len(source), maxSize)
	}
	defer func() {
		// The YAML reader panics on some malformed input.
		if cause := recover(); cause != nil {
			root, err = nil, fmt.Errorf("the template is not valid YAML: %v", cause)
		}
	}()
	if err := checkNesting(source); err != nil {
		return nil, err
	}
	file, err := parser.ParseBytes(source, 0)
	if err != nil {
		return nil, fmt.Errorf("the template is not valid YAML: %w", err)
	}
	var body ast.Node
	for _, document := range file.Docs {
		if document.Body == nil {
			continue
		}
		if body != nil {
			return nil, errors.New("the template has more than one YAML document")
		}
		body = document.Body
	}
	if body == nil {
		return nil, errors.New("the template is empty")
	}
	return convert(body, 0)
}

// checkNesting refuses input whose brackets or indentation alone go deeper than any template, before the YAML reader,
// which recurses, sees it.
func checkNesting(source []byte) error {
	depth := 0
	for _, b := range source {
		switch b {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '\n':
			// Block text may hold unbalanced brackets, but not this many.
		}
		if depth > 1000 {
			return errors.New("the template nests too deeply")
		}
	}
	return nil
}

func convert(source ast.Node, depth int) (*node, error) {
	line := 0
	if token := source.GetToken(); token != nil && token.Position != nil {
		line = token.Position.Line
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("line %d: the template nests deeper than %d levels", line, maxDepth)
	}
	switch source := source.(type) {
	case *ast.MappingNode:
		return convertMapping(source.Values, line, depth)
	case *ast.MappingValueNode:
		return convertMapping([]*ast.MappingValueNode{source}, line, depth)
	case *ast.SequenceNode:
		items := make([]*node, 0, len(source.Values))
		for _, value := range source.Values {
			item, err := convert(value, depth+1)
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		return &node{line: line, data: items}, nil
	case *ast.TagNode:
		return convertTag(source, line, depth)
	default:
		return convertScalar(source, line)
	}
}

func convertScalar(source ast.Node, line int) (*node, error) {
	switch source := source.(type) {
	case *ast.StringNode:
		return &node{line: line, data: source.Value}, nil
	case *ast.LiteralNode:
		return &node{line: line, data: source.Value.Value}, nil
	case *ast.IntegerNode:
		return &node{line: line, data: number(source.Token.Value)}, nil
	case *ast.FloatNode:
		return &node{line: line, data: number(source.Token.Value)}, nil
	case *ast.BoolNode:
		return &node{line: line, data: source.Value}, nil
	case *ast.NullNode:
		return &node{line: line}, nil
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return nil, fmt.Errorf("line %d: anchors and aliases are not supported, as in CloudFormation", line)
	default:
		return nil, fmt.Errorf("line %d: %s is not supported", line, source.Type())
	}
}

func convertMapping(values []*ast.MappingValueNode, line, depth int) (*node, error) {
	result := newMapping()
	for i, value := range values {
		key, err := convert(value.Key, depth+1)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			line = key.line
		}
		name, ok := scalarText(key.data)
		if !ok || key.tag != "" {
			return nil, fmt.Errorf("line %d: a key must be a plain text", key.line)
		}
		if _, repeated := result.values[name]; repeated {
			return nil, fmt.Errorf("line %d: the key %q stands here a second time", key.line, name)
		}
		item, err := convert(value.Value, depth+1)
		if err != nil {
			return nil, err
		}
		result.set(name, item)
	}
	return &node{line: line, data: result}, nil
}

func convertTag(source *ast.TagNode, line, depth int) (*node, error) {
	tag := strings.TrimPrefix(source.Start.Value, "!")
	if source.Value == nil {
		return nil, fmt.Errorf("line %d: !%s has no argument", line, tag)
	}
	inner, err := convert(source.Value, depth+1)
	if err != nil {
		return nil, err
	}
	if inner.tag != "" {
		return nil, fmt.Errorf("line %d: two short forms cannot follow each other; write the inner one as {%s: …}", line, longForm(inner.tag))
	}
	return &node{line: line, tag: tag, data: inner.data}, nil
}

// longForm is a function's name as a mapping key.
func longForm(tag string) string {
	if tag == "Ref" || tag == "Condition" {
		return tag
	}
	return "Fn::" + tag
}

// scalarText is the text of a scalar, and false for anything else.
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

// function splits a node that is a call, in either form, into the function's long name and its argument.
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
	// {Condition: X} is a call only inside a condition; in a policy statement it is a plain key. See evaluateCondition.
	return "", nil, false
}

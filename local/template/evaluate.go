package template

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// evaluator evaluates nodes: it replaces parameters, conditions and functions by their values.
type evaluator struct {
	parameters map[string]value
	pseudo     map[string]value
	mappings   *mapping
	conditions *mapping
	// reference and attribute evaluate Ref and Fn::GetAtt of resources.
	reference func(logicalID string) (value, error)
	attribute func(logicalID, name string) (value, error)
	// notice is called with what cannot be evaluated here, because only AWS knows it.
	notice func(line int, format string, arguments ...any)

	evaluating map[string]bool // the conditions that are being evaluated, to find cycles
	depth      int
}

// maxEvaluation limits how many references may lead from one to the next.
const maxEvaluation = 200

func (e *evaluator) evaluate(n *node) (value, error) {
	e.depth++
	defer func() { e.depth-- }()
	if e.depth > maxEvaluation {
		return value{}, at(n, "references go round in a circle, or too deep")
	}
	if name, argument, ok := n.function(); ok {
		v, err := e.call(name, argument)
		if err != nil {
			return value{}, err
		}
		v.line = n.line
		return e.noticed(v), nil
	}
	switch data := n.data.(type) {
	case []*node:
		return e.evaluateList(n, data)
	case *mapping:
		result := newObject()
		for _, key := range data.keys {
			v, err := e.evaluate(data.values[key])
			if err != nil {
				return value{}, err
			}
			if _, none := v.data.(noValue); !none {
				result.set(key, v)
			}
		}
		return value{line: n.line, data: result}, nil
	case string:
		return e.noticed(value{line: n.line, data: data}), nil
	default:
		return value{line: n.line, data: data}, nil
	}
}

// noticed reports a text that CloudFormation would replace by a stored parameter or secret.
func (e *evaluator) noticed(v value) value {
	if text, ok := v.data.(string); ok && strings.Contains(text, "{{resolve:") {
		e.notice(v.line, "the local stack does not resolve %s: the text stays as it is", text)
	}
	return v
}

func (e *evaluator) evaluateList(n *node, items []*node) (value, error) {
	result := make([]value, 0, len(items))
	for _, item := range items {
		v, err := e.evaluate(item)
		if err != nil {
			return value{}, err
		}
		if _, none := v.data.(noValue); !none {
			result = append(result, v)
		}
	}
	return value{line: n.line, data: result}, nil
}

func at(n *node, format string, arguments ...any) error {
	return fmt.Errorf("line %d: %s", n.line, fmt.Sprintf(format, arguments...))
}

func (e *evaluator) call(name string, argument *node) (value, error) {
	switch name {
	case "Ref":
		return e.ref(argument)
	case "Fn::GetAtt":
		return e.getAttribute(argument)
	case "Fn::Sub":
		return e.sub(argument)
	case "Fn::If":
		return e.choose(argument)
	case "Fn::Equals", "Fn::Not", "Fn::And", "Fn::Or", "Fn::Contains", "Condition":
		holds, err := e.condition(name, argument)
		return value{data: holds}, err
	case "Fn::Join":
		return e.join(argument)
	case "Fn::Split":
		return e.split(argument)
	case "Fn::Select":
		return e.selectItem(argument)
	case "Fn::FindInMap":
		return e.findInMap(argument)
	case "Fn::Base64":
		text, err := e.text(argument, name)
		return value{data: base64.StdEncoding.EncodeToString([]byte(text))}, err
	case "Fn::Length":
		items, err := e.list(argument, name)
		return value{data: number(strconv.Itoa(len(items)))}, err
	case "Fn::ToJsonString":
		v, err := e.evaluate(argument)
		if err != nil {
			return value{}, err
		}
		encoded, err := json.Marshal(v.plain())
		if err != nil {
			return value{}, at(argument, "%s: %v", name, err)
		}
		return value{data: string(encoded)}, nil
	case "Fn::GetAZs":
		region, _ := e.pseudo["AWS::Region"].text()
		return value{data: []value{{data: region + "a"}, {data: region + "b"}, {data: region + "c"}}}, nil
	case "Fn::ImportValue":
		text, err := e.text(argument, name)
		e.notice(argument.line, "the local stack does not know the exports of other stacks: %s stands for its value", text)
		return value{data: text}, err
	default:
		return value{}, at(argument, "the local stack does not know the function %s", name)
	}
}

func (e *evaluator) ref(argument *node) (value, error) {
	name, ok := argument.data.(string)
	if !ok || argument.tag != "" {
		return value{}, at(argument, "Ref needs a name")
	}
	return e.named(argument, name)
}

// named evaluates Ref of a parameter, a pseudo parameter or a resource.
func (e *evaluator) named(n *node, name string) (value, error) {
	if v, ok := e.parameters[name]; ok {
		return v, nil
	}
	if v, ok := e.pseudo[name]; ok {
		return v, nil
	}
	if strings.HasPrefix(name, "AWS::") {
		return value{}, at(n, "the local stack does not know the pseudo parameter %s", name)
	}
	v, err := e.reference(name)
	if err != nil {
		return value{}, at(n, "%v", err)
	}
	return v, nil
}

func (e *evaluator) getAttribute(argument *node) (value, error) {
	var logicalID, name string
	switch data := argument.data.(type) {
	case string:
		logicalID, name, _ = strings.Cut(data, ".")
	case []*node:
		if len(data) != 2 {
			return value{}, at(argument, "Fn::GetAtt needs a resource and an attribute")
		}
		var ok bool
		if logicalID, ok = data[0].data.(string); !ok {
			return value{}, at(argument, "Fn::GetAtt needs the name of a resource")
		}
		var err error
		if name, err = e.text(data[1], "Fn::GetAtt"); err != nil {
			return value{}, err
		}
	}
	if logicalID == "" || name == "" {
		return value{}, at(argument, "Fn::GetAtt needs a resource and an attribute, such as MyTable.Arn")
	}
	v, err := e.attribute(logicalID, name)
	if err != nil {
		return value{}, at(argument, "%v", err)
	}
	return v, nil
}

// text evaluates an argument that must be a scalar.
func (e *evaluator) text(n *node, function string) (string, error) {
	v, err := e.evaluate(n)
	if err != nil {
		return "", err
	}
	text, ok := v.text()
	if !ok {
		return "", at(n, "%s needs a text here, not %s", function, v.kind())
	}
	return text, nil
}

// list evaluates an argument that must be a list.
func (e *evaluator) list(n *node, function string) ([]value, error) {
	v, err := e.evaluate(n)
	if err != nil {
		return nil, err
	}
	items, ok := v.data.([]value)
	if !ok {
		return nil, at(n, "%s needs a list here, not %s", function, v.kind())
	}
	return items, nil
}

// arguments returns the arguments of a function that takes a certain number of them.
func arguments(n *node, function string, count int) ([]*node, error) {
	items, ok := n.data.([]*node)
	if !ok || n.tag != "" || len(items) != count {
		return nil, at(n, "%s needs a list of %d", function, count)
	}
	return items, nil
}

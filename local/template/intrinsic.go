package template

import (
	"strconv"
	"strings"
)

// sub evaluates Fn::Sub. Its argument is a text with ${Name}, ${Name.Attribute} and ${!literal}, or such a text and a
// map of further names.
func (e *evaluator) sub(argument *node) (value, error) {
	own := map[string]value{}
	source := argument
	if items, isList := argument.data.([]*node); isList {
		if len(items) != 2 {
			return value{}, at(argument, "Fn::Sub needs a text, or a list of a text and a map")
		}
		names, isMap := items[1].data.(*mapping)
		if !isMap {
			return value{}, at(items[1], "the second part of Fn::Sub must be a map")
		}
		for _, key := range names.keys {
			v, err := e.evaluate(names.values[key])
			if err != nil {
				return value{}, err
			}
			own[key] = v
		}
		source = items[0]
	}
	template, ok := source.data.(string)
	if !ok || source.tag != "" {
		return value{}, at(source, "Fn::Sub needs a text")
	}
	var result strings.Builder
	for {
		before, rest, found := strings.Cut(template, "${")
		result.WriteString(before)
		if !found {
			return value{data: result.String()}, nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return value{}, at(source, "Fn::Sub has a ${ without its }")
		}
		template = after
		text, err := e.substitute(source, strings.TrimSpace(name), own)
		if err != nil {
			return value{}, err
		}
		result.WriteString(text)
	}
}

func (e *evaluator) substitute(n *node, name string, own map[string]value) (string, error) {
	if literal, ok := strings.CutPrefix(name, "!"); ok {
		return "${" + literal + "}", nil
	}
	v, ok := own[name]
	if !ok {
		var err error
		if logicalID, attribute, dotted := strings.Cut(name, "."); dotted {
			v, err = e.attribute(logicalID, attribute)
			if err != nil {
				err = at(n, "%v", err)
			}
		} else {
			v, err = e.named(n, name)
		}
		if err != nil {
			return "", err
		}
	}
	text, ok := v.text()
	if !ok {
		return "", at(n, "${%s} is %s, not a text", name, v.kind())
	}
	return text, nil
}

// choose evaluates Fn::If. It evaluates only the branch that is taken, since the other one may name resources that do
// not exist.
func (e *evaluator) choose(argument *node) (value, error) {
	items, err := arguments(argument, "Fn::If", 3)
	if err != nil {
		return value{}, err
	}
	name, ok := items[0].data.(string)
	if !ok {
		return value{}, at(items[0], "Fn::If needs the name of a condition")
	}
	holds, err := e.holds(items[0], name)
	if err != nil {
		return value{}, err
	}
	if holds {
		return e.evaluate(items[1])
	}
	return e.evaluate(items[2])
}

func (e *evaluator) join(argument *node) (value, error) {
	items, err := arguments(argument, "Fn::Join", 2)
	if err != nil {
		return value{}, err
	}
	separator, err := e.text(items[0], "Fn::Join")
	if err != nil {
		return value{}, err
	}
	list, err := e.list(items[1], "Fn::Join")
	if err != nil {
		return value{}, err
	}
	texts := make([]string, len(list))
	for i, item := range list {
		var ok bool
		if texts[i], ok = item.text(); !ok {
			return value{}, at(items[1], "Fn::Join joins texts, not %s", item.kind())
		}
	}
	return value{data: strings.Join(texts, separator)}, nil
}

func (e *evaluator) split(argument *node) (value, error) {
	items, err := arguments(argument, "Fn::Split", 2)
	if err != nil {
		return value{}, err
	}
	separator, err := e.text(items[0], "Fn::Split")
	if err != nil {
		return value{}, err
	}
	if separator == "" {
		return value{}, at(items[0], "Fn::Split needs a separator that is not empty")
	}
	source, err := e.text(items[1], "Fn::Split")
	if err != nil {
		return value{}, err
	}
	var result []value
	for part := range strings.SplitSeq(source, separator) {
		result = append(result, value{data: part})
	}
	return value{data: result}, nil
}

func (e *evaluator) selectItem(argument *node) (value, error) {
	items, err := arguments(argument, "Fn::Select", 2)
	if err != nil {
		return value{}, err
	}
	text, err := e.text(items[0], "Fn::Select")
	if err != nil {
		return value{}, err
	}
	list, err := e.list(items[1], "Fn::Select")
	if err != nil {
		return value{}, err
	}
	index, err := strconv.Atoi(text)
	if err != nil || index < 0 || index >= len(list) {
		return value{}, at(items[0], "Fn::Select: there is no item %s in a list of %d", text, len(list))
	}
	return list[index], nil
}

func (e *evaluator) findInMap(argument *node) (value, error) {
	items, ok := argument.data.([]*node)
	if !ok || argument.tag != "" || len(items) < 3 || len(items) > 4 {
		return value{}, at(argument, "Fn::FindInMap needs a map, a first and a second key")
	}
	current := &node{line: argument.line, data: e.mappings}
	for _, item := range items[:3] {
		key, err := e.text(item, "Fn::FindInMap")
		if err != nil {
			return value{}, err
		}
		inner, isMap := current.data.(*mapping)
		if !isMap || inner == nil || inner.values[key] == nil {
			if len(items) == 4 {
				return e.mapDefault(items[3])
			}
			return value{}, at(item, "Fn::FindInMap: there is no %q", key)
		}
		current = inner.values[key]
	}
	return e.evaluate(current)
}

// mapDefault evaluates the fourth argument of Fn::FindInMap, {DefaultValue: …}.
func (e *evaluator) mapDefault(n *node) (value, error) {
	m, ok := n.data.(*mapping)
	if !ok || m.values["DefaultValue"] == nil {
		return value{}, at(n, "the fourth part of Fn::FindInMap must be a map with DefaultValue")
	}
	return e.evaluate(m.values["DefaultValue"])
}

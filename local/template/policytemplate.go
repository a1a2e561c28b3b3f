package template

import (
	_ "embed"
	"fmt"
)

// policyTemplates are SAM's policy templates, each with its parameters and its statements. They are those of
// aws/serverless-application-model (policy_templates.json, Apache License 2.0) without their descriptions.
//
//go:embed policytemplates.json
var policyTemplates []byte

// policyTemplate is the policy document of one of SAM's policy templates. An example of such a template is
// {DynamoDBCrudPolicy: {TableName: …}}.
func (r *reader) policyTemplate(from *resource, item *node, given *mapping) *node {
	root, err := parse(policyTemplates)
	if err != nil {
		r.fail(item.line, "SAM's policy templates cannot be read: %v", err)
		return nil
	}
	if len(given.keys) != 1 {
		r.fail(item.line, "%s.Policies: write one policy template at a time, and not %d in one map",
			from.where, len(given.keys))
		return nil
	}
	name := given.keys[0]
	known, _ := root.data.(*mapping)
	if known.values[name] == nil {
		r.fail(item.line, "%s.Policies: SAM has no policy template %s", from.where, name)
		return nil
	}
	values, err := parameters(known.values[name].data.(*mapping).values["Parameters"], given.values[name])
	if err != nil {
		r.fail(item.line, "%s.Policies.%s: %v", from.where, name, err)
		return nil
	}
	document := newMapping()
	document.set("Statement", replaced(known.values[name].data.(*mapping).values["Statement"], values, item.line))
	return &node{line: item.line, data: document}
}

// parameters returns the values that are given for the parameters of a policy template.
func parameters(names, given *node) (map[string]*node, error) {
	values, _ := given.data.(*mapping)
	if values == nil {
		values = newMapping()
	}
	result := map[string]*node{}
	items, _ := names.data.([]*node)
	for _, item := range items {
		name, _ := textOf(item)
		if values.values[name] == nil {
			return nil, fmt.Errorf("the parameter %s is missing", name)
		}
		result[name] = values.values[name]
	}
	for _, name := range values.keys {
		if result[name] == nil {
			return nil, fmt.Errorf("there is no parameter %s", name)
		}
	}
	return result, nil
}

// replaced returns a node of a policy template in which references to parameters are replaced by their values.
func replaced(n *node, values map[string]*node, line int) *node {
	if name, argument, ok := n.function(); ok && name == "Ref" {
		if parameter, _ := textOf(argument); values[parameter] != nil {
			return values[parameter]
		}
	}
	switch data := n.data.(type) {
	case []*node:
		items := make([]*node, len(data))
		for i, item := range data {
			items[i] = replaced(item, values, line)
		}
		return &node{line: line, tag: n.tag, data: items}
	case *mapping:
		result := newMapping()
		for _, key := range data.keys {
			result.set(key, replaced(data.values[key], values, line))
		}
		return &node{line: line, tag: n.tag, data: result}
	default:
		return &node{line: line, tag: n.tag, data: data}
	}
}

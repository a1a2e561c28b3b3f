package template

import "slices"

// holds evaluates a condition of the Conditions section by its name.
func (e *evaluator) holds(n *node, name string) (bool, error) {
	if e.conditions == nil || e.conditions.values[name] == nil {
		return false, at(n, "there is no condition %q", name)
	}
	if e.evaluating[name] {
		return false, at(n, "the condition %q depends on itself", name)
	}
	e.evaluating[name] = true
	defer delete(e.evaluating, name)
	return e.test(e.conditions.values[name])
}

// test evaluates a node that must be a condition.
func (e *evaluator) test(n *node) (bool, error) {
	e.depth++
	defer func() { e.depth-- }()
	if e.depth > maxEvaluation {
		return false, at(n, "conditions nest too deep")
	}
	if name, argument, ok := n.function(); ok {
		return e.condition(name, argument)
	}
	if m, ok := n.data.(*mapping); ok && len(m.keys) == 1 && m.keys[0] == "Condition" {
		return e.condition("Condition", m.values["Condition"])
	}
	if holds, ok := n.data.(bool); ok {
		return holds, nil
	}
	return false, at(n, "this is not a condition")
}

func (e *evaluator) condition(name string, argument *node) (bool, error) {
	switch name {
	case "Condition":
		other, ok := argument.data.(string)
		if !ok {
			return false, at(argument, "Condition needs the name of a condition")
		}
		return e.holds(argument, other)
	case "Fn::Equals":
		return e.equals(argument)
	case "Fn::Contains":
		return e.contains(argument)
	case "Fn::Not":
		items, err := arguments(argument, name, 1)
		if err != nil {
			return false, err
		}
		holds, err := e.test(items[0])
		return !holds, err
	case "Fn::And", "Fn::Or":
		return e.several(name, argument)
	default:
		return false, at(argument, "%s is not a condition", name)
	}
}

func (e *evaluator) equals(argument *node) (bool, error) {
	items, err := arguments(argument, "Fn::Equals", 2)
	if err != nil {
		return false, err
	}
	first, err := e.text(items[0], "Fn::Equals")
	if err != nil {
		return false, err
	}
	second, err := e.text(items[1], "Fn::Equals")
	return first == second, err
}

// contains evaluates Fn::Contains, which exists only in the Rules section.
func (e *evaluator) contains(argument *node) (bool, error) {
	items, err := arguments(argument, "Fn::Contains", 2)
	if err != nil {
		return false, err
	}
	list, err := e.list(items[0], "Fn::Contains")
	if err != nil {
		return false, err
	}
	wanted, err := e.text(items[1], "Fn::Contains")
	return slices.ContainsFunc(list, func(v value) bool { text, ok := v.text(); return ok && text == wanted }), err
}

// several evaluates Fn::And and Fn::Or. It evaluates all parts, so that it finds a mistake in any of them.
func (e *evaluator) several(name string, argument *node) (bool, error) {
	items, ok := argument.data.([]*node)
	// An And or Or has 2 to 10 conditions (CloudFormation, "Condition functions").
	if !ok || argument.tag != "" || len(items) < 2 || len(items) > 10 {
		return false, at(argument, "%s needs a list of 2 to 10 conditions", name)
	}
	all, some := true, false
	for _, item := range items {
		holds, err := e.test(item)
		if err != nil {
			return false, err
		}
		all, some = all && holds, some || holds
	}
	if name == "Fn::And" {
		return all, nil
	}
	return some, nil
}

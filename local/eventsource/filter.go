package eventsource

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// filter is a list of patterns. A record passes if it matches at least one of them, or if there are no patterns.
type filter struct{ patterns []map[string]any }

func newFilter(sources []json.RawMessage) (filter, error) {
	var f filter
	for _, source := range sources {
		var pattern map[string]any
		decoder := json.NewDecoder(strings.NewReader(string(source)))
		decoder.UseNumber()
		if err := decoder.Decode(&pattern); err != nil {
			return f, fmt.Errorf("a filter pattern is not a JSON object: %w", err)
		}
		if err := checkPattern(pattern); err != nil {
			return f, fmt.Errorf("a filter pattern: %w", err)
		}
		f.patterns = append(f.patterns, pattern)
	}
	return f, nil
}

func (f filter) matches(record any) bool {
	return len(f.patterns) == 0 ||
		slices.ContainsFunc(f.patterns, func(pattern map[string]any) bool { return matchObject(pattern, record) })
}

// checkPattern returns an error for a pattern that the matching here does not know.
func checkPattern(pattern map[string]any) error {
	for key, rule := range pattern {
		switch rule := rule.(type) {
		case map[string]any:
			if err := checkPattern(rule); err != nil {
				return err
			}
		case []any:
			if err := checkRules(key, rule); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s must hold an object or a list of rules", key)
		}
	}
	return nil
}

func checkRules(key string, rules []any) error {
	if len(rules) == 0 {
		return fmt.Errorf("%s has an empty list of rules", key)
	}
	for _, rule := range rules {
		operation, isObject := rule.(map[string]any)
		if !isObject {
			continue
		}
		if key == "$or" {
			if err := checkPattern(operation); err != nil {
				return err
			}
			continue
		}
		if len(operation) != 1 {
			return fmt.Errorf("a rule of %s must have one operator", key)
		}
		for name, argument := range operation {
			if err := checkOperator(name, argument); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
	}
	return nil
}

func checkOperator(name string, argument any) error {
	ok := false
	switch name {
	case "exists":
		_, ok = argument.(bool)
	case "prefix", "suffix", "equals-ignore-case":
		_, ok = argument.(string)
	case "anything-but":
		_, isObject := argument.(map[string]any)
		ok = !isObject
	case "numeric":
		bounds, isList := argument.([]any)
		ok = isList && len(bounds) > 0 && len(bounds)%2 == 0
	default:
		return fmt.Errorf("the local stack does not know the operator %q", name)
	}
	if !ok {
		return errors.New("the argument of " + name + " is of the wrong kind")
	}
	return nil
}

// matchObject reports whether an object matches a pattern. Every key of the pattern must match.
func matchObject(pattern map[string]any, event any) bool {
	object, _ := event.(map[string]any)
	for key, rule := range pattern {
		switch rule := rule.(type) {
		case map[string]any:
			inner, present := object[key]
			if !present && !onlyAbsence(rule) {
				return false
			}
			if !matchObject(rule, inner) {
				return false
			}
		case []any:
			if key == "$or" {
				if !slices.ContainsFunc(rule, func(option any) bool {
					alternative, ok := option.(map[string]any)
					return ok && matchObject(alternative, event)
				}) {
					return false
				}
				continue
			}
			value, present := object[key]
			if !slices.ContainsFunc(rule, func(one any) bool { return matchRule(one, value, present) }) {
				return false
			}
		}
	}
	return true
}

// onlyAbsence reports whether a pattern can match a key that is not there.
func onlyAbsence(pattern map[string]any) bool {
	for _, rule := range pattern {
		switch rule := rule.(type) {
		case map[string]any:
			if !onlyAbsence(rule) {
				return false
			}
		case []any:
			if !slices.ContainsFunc(rule, func(one any) bool { return matchRule(one, nil, false) }) {
				return false
			}
		}
	}
	return true
}

// matchRule reports whether a value matches one rule. A list matches if one of its items does.
func matchRule(rule, value any, present bool) bool {
	if operation, ok := rule.(map[string]any); ok {
		if wanted, ok := operation["exists"].(bool); ok {
			_, isObject := value.(map[string]any)
			return wanted == (present && !isObject)
		}
	}
	if !present {
		return false
	}
	if items, ok := value.([]any); ok {
		return slices.ContainsFunc(items, func(item any) bool { return matchRule(rule, item, true) })
	}
	operation, ok := rule.(map[string]any)
	if !ok {
		return equal(rule, value)
	}
	text, isText := value.(string)
	for name, argument := range operation {
		wanted, _ := argument.(string)
		switch name {
		case "prefix":
			return isText && strings.HasPrefix(text, wanted)
		case "suffix":
			return isText && strings.HasSuffix(text, wanted)
		case "equals-ignore-case":
			return isText && strings.EqualFold(text, wanted)
		case "anything-but":
			excluded, isList := argument.([]any)
			if !isList {
				excluded = []any{argument}
			}
			return !slices.ContainsFunc(excluded, func(one any) bool { return equal(one, value) })
		case "numeric":
			bounds, _ := argument.([]any)
			return matchNumeric(bounds, value)
		}
	}
	return false
}

func equal(a, b any) bool {
	first, firstIsNumber := rational(a)
	second, secondIsNumber := rational(b)
	if firstIsNumber && secondIsNumber {
		return first.Cmp(second) == 0
	}
	switch a := a.(type) {
	case string:
		text, ok := b.(string)
		return ok && a == text
	case bool:
		truth, ok := b.(bool)
		return ok && a == truth
	case nil:
		return b == nil
	default:
		return false
	}
}

// rational is the value of a JSON number.
func rational(value any) (*big.Rat, bool) {
	number, ok := value.(json.Number)
	if !ok || len(number) > 64 {
		return nil, false
	}
	return new(big.Rat).SetString(number.String())
}

// matchNumeric matches bounds such as [">", 0, "<=", 5]. DynamoDB JSON has numbers as texts, so a text counts as a
// number here.
func matchNumeric(bounds []any, value any) bool {
	if text, ok := value.(string); ok {
		value = json.Number(text)
	}
	number, ok := rational(value)
	if !ok {
		return false
	}
	for i := 0; i+1 < len(bounds); i += 2 {
		operator, _ := bounds[i].(string)
		limit, ok := rational(bounds[i+1])
		if !ok {
			return false
		}
		compared := number.Cmp(limit)
		holds := map[string]bool{
			"=":  compared == 0,
			">":  compared > 0,
			">=": compared >= 0,
			"<":  compared < 0,
			"<=": compared <= 0,
		}
		if !holds[operator] {
			return false
		}
	}
	return true
}

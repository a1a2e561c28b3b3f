package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// condition is one operator on one key. A statement applies only if all its conditions hold (IAM User Guide,
// "Conditions with multiple context keys or values").
type condition struct {
	key    string // in lower case
	values []string
	match  func(value, wanted string) bool
	// A negated operator is true if no wanted value matches.
	negated bool
	// set is forAnyValue or forAllValues, for keys with several values.
	set      quantifier
	ifExists bool
	// null is true for the operator that asks whether the key is absent.
	null bool
}

type quantifier string

const (
	single       quantifier = ""
	forAnyValue  quantifier = "ForAnyValue"
	forAllValues quantifier = "ForAllValues"
)

// operators are the operators that are evaluated. Any other operator is refused.
var operators = map[string]condition{
	"StringEquals":              {match: equal},
	"StringNotEquals":           {match: equal, negated: true},
	"StringEqualsIgnoreCase":    {match: strings.EqualFold},
	"StringNotEqualsIgnoreCase": {match: strings.EqualFold, negated: true},
	"StringLike":                {match: like},
	"StringNotLike":             {match: like, negated: true},
	"ArnEquals":                 {match: likeARN}, // IAM: "ArnEquals and ArnLike behave identically"
	"ArnLike":                   {match: likeARN},
	"Bool":                      {match: strings.EqualFold},
	"Null":                      {null: true},
}

// keys are the condition keys that have values in the local stack. A condition on another key could never be
// evaluated.
var keys = map[string]bool{leadingKeys: true, prefixKey: true}

// prefixKey is the condition key for the prefix of the keys that a call of S3 lists.
const prefixKey = "s3:prefix"

func equal(value, wanted string) bool { return value == wanted }
func like(value, wanted string) bool  { return Matches(wanted, value) }

func likeARN(value, wanted string) bool { return MatchesARN(wanted, value) }

func newConditions(from map[string]map[string]oneOrMany) ([]condition, error) {
	var conditions []condition
	for name, tests := range from {
		operator, err := operatorOf(name)
		if err != nil {
			return nil, err
		}
		for key, values := range tests {
			c := operator
			c.key, c.values = strings.ToLower(key), values
			if !keys[c.key] {
				return nil, fmt.Errorf("the local stack knows no value of the condition key %s", key)
			}
			for _, value := range values {
				if strings.Contains(value, "${") {
					return nil, fmt.Errorf("the local stack does not evaluate policy variables: %q", value)
				}
				if _, err := strconv.ParseBool(value); c.null && err != nil {
					return nil, fmt.Errorf("null needs true or false, not %q", value)
				}
			}
			conditions = append(conditions, c)
		}
	}
	return conditions, nil
}

func operatorOf(name string) (condition, error) {
	set := single
	rest := name
	for _, possible := range []quantifier{forAnyValue, forAllValues} {
		if after, ok := strings.CutPrefix(name, string(possible)+":"); ok {
			set, rest = possible, after
		}
	}
	rest, ifExists := strings.CutSuffix(rest, "IfExists")
	c, known := operators[rest]
	if !known || c.null && (ifExists || set != single) {
		return condition{}, fmt.Errorf("the local stack does not know the condition operator %s", name)
	}
	c.set, c.ifExists = set, ifExists
	return c, nil
}

// holds evaluates the condition. If the key is absent, a positive operator is false. A negated operator is then true,
// and so is one with IfExists or ForAllValues (IAM User Guide, "Single-valued vs. multivalued context keys").
func (c condition) holds(given map[string][]string) bool {
	values, present := given[c.key]
	present = present && len(values) > 0
	if c.null {
		return slices.ContainsFunc(c.values, func(wanted string) bool {
			absent, _ := strconv.ParseBool(wanted) // it was checked when it was read
			return absent == !present
		})
	}
	if !present {
		return c.ifExists || c.set == forAllValues || c.set == single && c.negated
	}
	fits := func(value string) bool {
		matched := slices.ContainsFunc(c.values, func(wanted string) bool { return c.match(value, wanted) })
		return matched != c.negated
	}
	if c.set == forAnyValue {
		return slices.ContainsFunc(values, fits)
	}
	return !slices.ContainsFunc(values, func(value string) bool { return !fits(value) })
}

package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/policy"
)

const (
	table = "arn:aws:dynamodb:us-east-1:123456789012:table/Messages"
	index = table + "/index/recalls"
)

// read makes a policy from statements in JSON.
func read(t *testing.T, statements ...string) (*policy.Policy, error) {
	t.Helper()
	var all []any
	for _, text := range statements {
		var statement any
		if err := json.Unmarshal([]byte(text), &statement); err != nil {
			t.Fatal(err)
		}
		all = append(all, statement)
	}
	return policy.New(all)
}

func TestWhatNoStatementAllowsIsDeniedAndADenyOutweighsEveryAllow(t *testing.T) {
	p, err := read(t,
		`{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],"Resource":"`+table+`"}`,
		`{"Effect":"Allow","Action":"dynamodb:*","Resource":["`+table+`/index/*"]}`,
		`{"Effect":"Deny","Action":"dynamodb:Delete*","Resource":"*"}`,
		`{"Effect":"Allow","Action":"dynamodb:DeleteItem","Resource":"`+table+`"}`,
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		action, resource string
		want             bool
	}{
		{"dynamodb:GetItem", table, true},
		{"DynamoDB:getitem", table, true}, // actions may be written in upper or lower case
		{"dynamodb:PutItem", table, false},
		{"dynamodb:GetItem", strings.ToLower(table), false}, // resources may not
		{"dynamodb:GetItem", table + "2", false},
		{"dynamodb:Query", index, true},
		{"dynamodb:Query", table + "/index", false},
		{"dynamodb:DeleteItem", table, false},
		{"sqs:GetItem", table, false},
	} {
		if allowed, _ := p.Allows(policy.Request{Action: test.action, Resource: test.resource}); allowed != test.want {
			t.Errorf("%s on %s: allowed is %v", test.action, test.resource, allowed)
		}
	}
	if !p.Denies(policy.Request{Action: "dynamodb:DeleteItem", Resource: table}) ||
		p.Denies(policy.Request{Action: "dynamodb:PutItem", Resource: table}) {
		t.Error("Denies does not distinguish an explicit denial from a missing grant")
	}
}

func TestAWildcardMatchesAnyRunOfCharacters(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "", true}, {"a*c", "abbbc", true}, {"a*c", "abcb", false}, {"a?c", "abc", true}, {"a?c", "ac", false},
		{"arn:*:table/*", "arn:aws:dynamodb:x:1:table/a/index/b", true},
		{"*a*b*a*", "xxaxbxxa", true},
		{"", "a", false},
		{"a", "A", false},
		{strings.Repeat("*a", 30) + "b", strings.Repeat("a", 200), false}, // it takes no time, and not 2^30 tries
	} {
		if got := policy.Matches(test.pattern, test.text); got != test.want {
			t.Errorf("%q matches %q: %v", test.pattern, test.text, got)
		}
	}
}

func TestConditionsHoldAsIAMSaysForPresentAndAbsentKeys(t *testing.T) {
	keys := func(values ...string) map[string][]string { return map[string][]string{"dynamodb:leadingkeys": values} }
	for _, test := range []struct {
		condition string
		keys      map[string][]string
		want      bool
	}{
		{`"StringEquals":{"dynamodb:LeadingKeys":"settings"}`, keys("settings"), true},
		{`"StringEquals":{"dynamodb:leadingkeys":["a","settings"]}`, keys("settings"), true},
		{`"StringEquals":{"dynamodb:LeadingKeys":"settings"}`, keys("Settings"), false},
		{`"StringEquals":{"dynamodb:LeadingKeys":"settings"}`, nil, false},
		{`"StringEqualsIfExists":{"dynamodb:LeadingKeys":"settings"}`, nil, true},
		{`"StringEqualsIgnoreCase":{"dynamodb:LeadingKeys":"settings"}`, keys("Settings"), true},
		{`"StringNotEquals":{"dynamodb:LeadingKeys":["a","b"]}`, keys("b"), false},
		{`"StringNotEquals":{"dynamodb:LeadingKeys":["a","b"]}`, keys("c"), true},
		{`"StringNotEquals":{"dynamodb:LeadingKeys":"a"}`, nil, true},
		{`"StringLike":{"dynamodb:LeadingKeys":"user#*"}`, keys("user#alice"), true},
		{`"StringLike":{"dynamodb:LeadingKeys":"user#*"}`, keys("group#a"), false},
		{`"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["a","b"]}`, keys("a", "b", "a"), true},
		{`"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["a","b"]}`, keys("a", "c"), false},
		{`"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["a"]}`, nil, true},
		{`"ForAnyValue:StringEquals":{"dynamodb:LeadingKeys":["a"]}`, keys("c", "a"), true},
		{`"ForAnyValue:StringEquals":{"dynamodb:LeadingKeys":["a"]}`, keys("c"), false},
		{`"ForAnyValue:StringEquals":{"dynamodb:LeadingKeys":["a"]}`, nil, false},
		{`"Null":{"dynamodb:LeadingKeys":"false"}`, keys("a"), true},
		{`"Null":{"dynamodb:LeadingKeys":false}`, nil, false},
		{`"Null":{"dynamodb:LeadingKeys":"true"}`, nil, true},
		{`"Null":{"dynamodb:LeadingKeys":"false"},"StringLike":{"dynamodb:LeadingKeys":"b*"}`, keys("a"), false},
	} {
		p, err := read(t, `{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*","Condition":{`+test.condition+`}}`)
		if err != nil {
			t.Errorf("%s: %v", test.condition, err)
			continue
		}
		allowed, _ := p.Allows(policy.Request{Action: "dynamodb:GetItem", Resource: table, Keys: test.keys})
		if allowed != test.want {
			t.Errorf("%s with %v: allowed is %v", test.condition, test.keys, allowed)
		}
	}
}

// conditional is a statement with a condition.
func conditional(condition string) string {
	return `{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*","Condition":` + condition + `}`
}

func TestWhatIsNotEvaluatedIsRefusedWhenThePolicyIsRead(t *testing.T) {
	for _, test := range []struct{ statement, reason string }{
		{`{"Effect":"Allow","NotAction":"dynamodb:GetItem","Resource":"*"}`, "NotAction"},
		{`{"Effect":"Allow","Action":"dynamodb:GetItem","NotResource":"*"}`, "NotResource"},
		{`{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*","Principal":"*"}`, "Principal"},
		{`{"Effect":"allow","Action":"dynamodb:GetItem","Resource":"*"}`, "Effect"},
		{`{"Effect":"Allow","Action":"GetItem","Resource":"*"}`, "no action"},
		{`{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"Messages"}`, "no ARN"},
		{`{"Effect":"Allow","Action":"dynamodb:GetItem"}`, "needs"},
		{
			`{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"arn:aws:dynamodb:::table/${aws:username}"}`,
			"variables",
		},
		{
			conditional(`{"NumericLessThan":{"dynamodb:LeadingKeys":"1"}}`),
			"operator NumericLessThan",
		},
		{
			conditional(`{"StringEquals":{"dynamodb:Select":"COUNT"}}`),
			"condition key dynamodb:Select",
		},
		{
			conditional(`{"StringEquals":{"dynamodb:LeadingKeys":"${www:sub}"}}`),
			"variables",
		},
		{`{"Effect":"Allow","Action":{"a":1},"Resource":"*"}`, "neither"},
		{`"AWSLambdaBasicExecutionRole"`, "not evaluate"},
	} {
		if _, err := read(t, test.statement); err == nil || !strings.Contains(err.Error(), test.reason) {
			t.Errorf("%s: %v", test.statement, err)
		}
	}
}

func TestAllowsNamesTheGrantsThatWereUsed(t *testing.T) {
	p, err := read(t,
		`{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],"Resource":["`+table+`","`+index+`"]}`,
		`{"Effect":"Deny","Action":"dynamodb:PutItem","Resource":"*"}`,
	)
	if err != nil {
		t.Fatal(err)
	}
	_, used := p.Allows(policy.Request{Action: "dynamodb:Query", Resource: index})
	if difference := cmp.Diff([]policy.Grant{{Action: "dynamodb:Query", Resource: index}}, used); difference != "" {
		t.Error(difference)
	}
	all := []policy.Grant{
		{"dynamodb:GetItem", table},
		{"dynamodb:GetItem", index},
		{"dynamodb:Query", table},
		{"dynamodb:Query", index},
	}
	if difference := cmp.Diff(all, p.Grants()); difference != "" {
		t.Error(difference)
	}
}

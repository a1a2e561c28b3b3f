package template

import (
	"fmt"
	"strings"
)

// resource is one entry of the Resources section whose condition holds.
type resource struct {
	logicalID, kind string
	line            int
	properties      *node
}

// reader turns a parsed template into its result.
type reader struct {
	result    *Template
	evaluator *evaluator
	problems  []error
	resources []resource
	byID      map[string]*resource
	absent    map[string]string // logical ID → the condition that does not hold
	generated map[string]string // logical IDs that SAM makes → the resource they come from
	globals   *mapping
	partition string
	suffix    string
	stackName string
	rules     *node
}

// knownSections are the sections of a template. Those not read say nothing about what runs.
var knownSections = map[string]bool{
	"AWSTemplateFormatVersion": true, "Transform": true, "Description": true, "Metadata": true, "Parameters": true,
	"Rules": true, "Mappings": true, "Conditions": true, "Globals": true, "Resources": true, "Outputs": true,
}

func newReader(options Options, sections *mapping) *reader {
	if options.Region == "" {
		options.Region = "us-east-1"
	}
	if options.AccountID == "" {
		options.AccountID = "123456789012"
	}
	if options.StackName == "" {
		options.StackName = "recall-local"
	}
	r := &reader{
		result: &Template{Region: options.Region, AccountID: options.AccountID, Parameters: map[string]string{}},
		byID:   map[string]*resource{}, absent: map[string]string{}, generated: map[string]string{},
		partition: "aws", suffix: "amazonaws.com", stackName: options.StackName,
	}
	for _, key := range sections.keys {
		if !knownSections[key] {
			r.fail(sections.values[key].line, "the local stack does not know the section %s", key)
		}
	}
	r.rules = sections.values["Rules"]
	parameters := parameterValues(sections.values["Parameters"], options.Parameters, &r.problems)
	for name, v := range parameters {
		if text, ok := v.text(); ok {
			r.result.Parameters[name] = text
		}
	}
	r.evaluator = &evaluator{
		parameters: parameters,
		pseudo: map[string]value{
			"AWS::Region":           {data: options.Region},
			"AWS::AccountId":        {data: options.AccountID},
			"AWS::Partition":        {data: r.partition},
			"AWS::URLSuffix":        {data: r.suffix},
			"AWS::StackName":        {data: options.StackName},
			"AWS::StackId":          {data: "arn:aws:cloudformation:" + options.Region + ":" + options.AccountID + ":stack/" + options.StackName + "/local"},
			"AWS::NotificationARNs": {data: []value{}},
			"AWS::NoValue":          {data: noValue{}},
		},
		mappings: r.section(sections, "Mappings"), conditions: r.section(sections, "Conditions"),
		reference: r.reference, attribute: r.attribute, evaluating: map[string]bool{},
	}
	r.globals = r.section(sections, "Globals")
	r.collect(r.section(sections, "Resources"))
	return r
}

func (r *reader) fail(line int, format string, arguments ...any) {
	r.problems = append(r.problems, fmt.Errorf("line %d: %s", line, fmt.Sprintf(format, arguments...)))
}

func (r *reader) warn(format string, arguments ...any) {
	r.result.Warnings = append(r.result.Warnings, fmt.Sprintf(format, arguments...))
}

// section is a top-level section that must be a map; absent, it is an empty one.
func (r *reader) section(sections *mapping, name string) *mapping {
	n := sections.values[name]
	if n == nil || n.data == nil {
		return newMapping()
	}
	m, ok := n.data.(*mapping)
	if !ok || n.tag != "" {
		r.fail(n.line, "%s must be a map", name)
		return newMapping()
	}
	return m
}

// collect lists the resources whose conditions hold, and the IDs that SAM will generate from them.
func (r *reader) collect(resources *mapping) {
	// CloudFormation quotas: 500 resources in a template.
	if len(resources.keys) > 500 {
		r.fail(0, "the template has %d resources; CloudFormation takes at most 500", len(resources.keys))
		return
	}
	for _, logicalID := range resources.keys {
		n := resources.values[logicalID]
		m, ok := n.data.(*mapping)
		if !ok || n.tag != "" {
			r.fail(n.line, "%s must be a map with a Type", logicalID)
			continue
		}
		kind, _ := textOf(m.values["Type"])
		if kind == "" {
			r.fail(n.line, "%s has no Type", logicalID)
			continue
		}
		if condition := m.values["Condition"]; condition != nil {
			name, _ := textOf(condition)
			holds, err := r.evaluator.holds(condition, name)
			if err != nil {
				r.problems = append(r.problems, err)
				continue
			}
			if !holds {
				r.absent[logicalID] = name
				continue
			}
		}
		properties := m.values["Properties"]
		if properties == nil {
			properties = &node{line: n.line, data: newMapping()}
		}
		properties = r.withGlobals(kind, properties)
		r.resources = append(r.resources, resource{logicalID: logicalID, kind: kind, line: n.line, properties: properties})
	}
	for i := range r.resources {
		found := &r.resources[i]
		r.byID[found.logicalID] = found
		r.generate(found)
	}
}

func textOf(n *node) (string, bool) {
	if n == nil || n.tag != "" {
		return "", false
	}
	text, ok := n.data.(string)
	return text, ok
}

// globalSections says which part of Globals goes into which type of resource.
var globalSections = map[string]string{
	"AWS::Serverless::Function":     "Function",
	"AWS::Serverless::WebSocketApi": "WebSocketApi",
}

// withGlobals merges Globals in as SAM does (SAM guide, "Globals section"): maps are merged, lists are appended to the
// global ones, and of anything else the resource's own value stands.
func (r *reader) withGlobals(kind string, own *node) *node {
	section := globalSections[kind]
	if section == "" || r.globals.values[section] == nil {
		return own
	}
	return merge(r.globals.values[section], own)
}

func merge(global, own *node) *node {
	if global.tag != "" || own.tag != "" {
		return own
	}
	switch ownData := own.data.(type) {
	case *mapping:
		globalData, ok := global.data.(*mapping)
		if _, _, call := own.function(); !ok || call {
			return own
		}
		result := newMapping()
		for _, key := range globalData.keys {
			result.set(key, globalData.values[key])
		}
		for _, key := range ownData.keys {
			if inherited := result.values[key]; inherited != nil {
				result.set(key, merge(inherited, ownData.values[key]))
			} else {
				result.set(key, ownData.values[key])
			}
		}
		return &node{line: own.line, data: result}
	case []*node:
		if globalData, ok := global.data.([]*node); ok {
			return &node{line: own.line, data: append(append([]*node(nil), globalData...), ownData...)}
		}
	}
	return own
}

// generate notes the logical IDs that SAM makes from a resource, since templates refer to them.
func (r *reader) generate(from *resource) {
	switch from.kind {
	case "AWS::Serverless::Function":
		for _, suffix := range []string{"Role", "Url", "Version"} {
			r.generated[from.logicalID+suffix] = from.logicalID
		}
	case "AWS::Serverless::WebSocketApi":
		properties, _ := from.properties.data.(*mapping)
		if properties == nil || properties.values["Routes"] == nil {
			return
		}
		routes, _ := properties.values["Routes"].data.(*mapping)
		if routes == nil {
			return
		}
		for _, key := range routes.keys {
			r.generated[routeID(from.logicalID, key)] = from.logicalID
		}
		r.generated[from.logicalID+"ConnectAuthorizer"] = from.logicalID
		r.generated[from.logicalID+"Stage"] = from.logicalID
	}
}

// routeID is the logical ID that SAM gives a route: the key without its $, as Python's str.capitalize() writes it.
func routeID(api, key string) string {
	key = strings.ToLower(strings.TrimPrefix(key, "$"))
	if key != "" {
		key = strings.ToUpper(key[:1]) + key[1:]
	}
	return api + key + "Route"
}

// read goes through all resources.
func (r *reader) read() {
	r.checkRules()
	for i := range r.resources {
		r.readResource(&r.resources[i])
	}
	r.readAPI()
	r.checkEventSources()
}

func (r *reader) readResource(from *resource) {
	switch from.kind {
	case "AWS::Serverless::Function":
		r.readFunction(from)
	case "AWS::Lambda::EventSourceMapping":
		r.readEventSourceMapping(from)
	case "AWS::DynamoDB::Table":
		r.readTable(from)
	case "AWS::SQS::Queue":
		r.readQueue(from)
	case "AWS::Events::EventBus":
		f := r.fields(from)
		r.result.EventBuses = append(r.result.EventBuses, EventBus{
			LogicalID: from.logicalID, Name: f.text("Name", from.logicalID), ARN: r.arn("events", "event-bus/"+f.text("Name", from.logicalID)),
		})
	case "AWS::IAM::Role":
		r.readRole(from)
	default:
		if !knownElsewhere[from.kind] {
			r.fail(from.line, "%s: the local stack does not know resources of type %s", from.logicalID, from.kind)
		}
	}
}

// knownElsewhere are types that change nothing on one machine, or that the reader of the API takes.
var knownElsewhere = map[string]bool{
	"AWS::ApiGateway::Account":                    true,
	"AWS::ApiGatewayV2::Api":                      true,
	"AWS::ApiGatewayV2::ApiMapping":               true,
	"AWS::ApiGatewayV2::Authorizer":               true,
	"AWS::ApiGatewayV2::Deployment":               true,
	"AWS::ApiGatewayV2::DomainName":               true,
	"AWS::ApiGatewayV2::Integration":              true,
	"AWS::ApiGatewayV2::Route":                    true,
	"AWS::ApiGatewayV2::RouteResponse":            true,
	"AWS::ApiGatewayV2::Stage":                    true,
	"AWS::ApplicationAutoScaling::ScalableTarget": true,
	"AWS::ApplicationAutoScaling::ScalingPolicy":  true,
	"AWS::Budgets::Budget":                        true,
	"AWS::CloudWatch::Alarm":                      true,
	"AWS::CloudWatch::CompositeAlarm":             true,
	"AWS::CloudWatch::Dashboard":                  true,
	"AWS::Events::Rule":                           true, // no clock runs functions on one machine
	"AWS::IAM::ManagedPolicy":                     true,
	"AWS::IAM::Policy":                            true,
	"AWS::KMS::Alias":                             true,
	"AWS::KMS::Key":                               true,
	"AWS::Lambda::Permission":                     true,
	"AWS::Logs::LogGroup":                         true,
	"AWS::Logs::MetricFilter":                     true,
	"AWS::Logs::QueryDefinition":                  true,
	"AWS::Logs::ResourcePolicy":                   true,
	"AWS::SNS::Subscription":                      true,
	"AWS::SNS::Topic":                             true,
	"AWS::SNS::TopicPolicy":                       true,
	"AWS::SQS::QueuePolicy":                       true,
	"AWS::SSM::Parameter":                         true,
	"AWS::Serverless::WebSocketApi":               true,
}

// fields evaluates all properties of a resource.
func (r *reader) fields(from *resource) fields {
	v, err := r.evaluator.evaluate(from.properties)
	if err != nil {
		r.problems = append(r.problems, fmt.Errorf("%s: %w", from.logicalID, err))
		return newFields(from.logicalID, value{line: from.line}, &[]error{})
	}
	return newFields(from.logicalID, v, &r.problems)
}

// checkRules holds the Rules section against the parameters, as CloudFormation does before it creates anything.
func (r *reader) checkRules() {
	if r.rules == nil {
		return
	}
	rules, ok := r.rules.data.(*mapping)
	if !ok {
		r.fail(r.rules.line, "Rules must be a map")
		return
	}
	for _, name := range rules.keys {
		if err := r.checkRule(name, rules.values[name]); err != nil {
			r.problems = append(r.problems, fmt.Errorf("rule %s: %w", name, err))
		}
	}
}

func (r *reader) checkRule(name string, n *node) error {
	rule, ok := n.data.(*mapping)
	if !ok {
		return at(n, "must be a map")
	}
	if condition := rule.values["RuleCondition"]; condition != nil {
		holds, err := r.evaluator.test(condition)
		if err != nil || !holds {
			return err
		}
	}
	assertions := rule.values["Assertions"]
	if assertions == nil {
		return at(n, "has no Assertions")
	}
	items, _ := assertions.data.([]*node)
	for _, item := range items {
		assertion, ok := item.data.(*mapping)
		if !ok || assertion.values["Assert"] == nil {
			return at(item, "an assertion needs Assert")
		}
		holds, err := r.evaluator.test(assertion.values["Assert"])
		if err != nil {
			return err
		}
		if !holds {
			text, _ := textOf(assertion.values["AssertDescription"])
			return at(item, "does not hold: %s", text)
		}
	}
	return nil
}

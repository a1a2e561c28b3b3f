package template

import (
	"fmt"
	"strings"
)

// resource is one CloudFormation resource whose condition is true. It is in the template, or SAM makes it.
type resource struct {
	logicalID, kind string
	// where is the name of the resource in findings. It is the logical ID, or the place in the SAM resource from
	// which it is made.
	where      string
	line       int
	properties *node
	metadata   *node
	dependsOn  []string
}

// reader turns a parsed template into its result.
type reader struct {
	findings
	result      *Template
	evaluator   *evaluator
	types       map[string]resourceType
	resources   []*resource
	byID        map[string]*resource
	aliased     map[string]bool   // the functions that have AutoPublishAlias
	absent      map[string]string // logical ID → the condition that is false
	globals     *mapping
	permissions []permission
	layers      map[string]string // folders by ARN
	policies    []attachedPolicy
	partition   string
	suffix      string
	stackName   string
	rules       *node
}

// knownSections are the sections of a template that the reader reads, or that do not matter for what runs.
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
		types:  resourceTypes(), byID: map[string]*resource{}, absent: map[string]string{}, layers: map[string]string{},
		aliased:   map[string]bool{},
		partition: "aws", suffix: "amazonaws.com", stackName: options.StackName,
	}
	for _, key := range sections.keys {
		if !knownSections[key] {
			r.notice(sections.values[key].line, "the local stack does not know the section %s", key)
		}
	}
	r.rules = sections.values["Rules"]
	parameters := parameterValues(sections.values["Parameters"], options.Parameters, &r.findings)
	for name, v := range parameters {
		if text, ok := v.text(); ok {
			r.result.Parameters[name] = text
		}
	}
	r.evaluator = &evaluator{
		parameters: parameters,
		pseudo:     r.pseudoParameters(options),
		mappings:   r.section(sections, "Mappings"), conditions: r.section(sections, "Conditions"),
		reference: r.reference, attribute: r.attribute, evaluating: map[string]bool{}, notice: r.notice,
	}
	r.globals = r.section(sections, "Globals")
	r.checkGlobals()
	r.collect(r.section(sections, "Resources"))
	return r
}

func (r *reader) pseudoParameters(options Options) map[string]value {
	return map[string]value{
		"AWS::Region":           {data: options.Region},
		"AWS::AccountId":        {data: options.AccountID},
		"AWS::Partition":        {data: r.partition},
		"AWS::URLSuffix":        {data: r.suffix},
		"AWS::StackName":        {data: options.StackName},
		"AWS::StackId":          {data: r.arn("cloudformation", "stack/"+options.StackName+"/local")},
		"AWS::NotificationARNs": {data: []value{}},
		"AWS::NoValue":          {data: noValue{}},
	}
}

// section returns a top-level section, which must be a map. If the section is absent, it returns an empty map.
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

// collect lists the resources whose conditions are true. SAM's own types are replaced by the resources that SAM makes
// of them.
func (r *reader) collect(resources *mapping) {
	// A template may have 500 resources (CloudFormation quotas).
	if len(resources.keys) > 500 {
		r.fail(0, "the template has %d resources; CloudFormation takes at most 500", len(resources.keys))
		return
	}
	for _, logicalID := range resources.keys {
		from, ok := r.present(logicalID, resources.values[logicalID])
		if !ok {
			continue
		}
		for _, made := range r.lower(from) {
			r.add(made)
		}
	}
}

// present reads one entry of Resources. It returns false if the entry is malformed or its condition is false.
func (r *reader) present(logicalID string, n *node) (*resource, bool) {
	m, ok := n.data.(*mapping)
	if !ok || n.tag != "" {
		r.fail(n.line, "%s must be a map with a Type", logicalID)
		return nil, false
	}
	kind, _ := textOf(m.values["Type"])
	if kind == "" {
		r.fail(n.line, "%s has no Type", logicalID)
		return nil, false
	}
	if condition := m.values["Condition"]; condition != nil {
		name, _ := textOf(condition)
		holds, err := r.evaluator.holds(condition, name)
		if err != nil {
			r.problems = append(r.problems, err)
			return nil, false
		}
		if !holds {
			r.absent[logicalID] = name
			return nil, false
		}
	}
	from := &resource{
		logicalID: logicalID, kind: kind, where: logicalID, line: n.line,
		properties: m.values["Properties"], metadata: m.values["Metadata"],
	}
	if from.properties == nil {
		from.properties = &node{line: n.line, data: newMapping()}
	}
	if dependsOn := m.values["DependsOn"]; dependsOn != nil {
		if name, ok := textOf(dependsOn); ok {
			from.dependsOn = []string{name}
		}
		items, _ := dependsOn.data.([]*node)
		for _, item := range items {
			name, _ := textOf(item)
			from.dependsOn = append(from.dependsOn, name)
		}
	}
	return from, true
}

// add adds a resource. A resource that SAM makes overwrites another one with the same logical ID, as in the result of
// SAM.
func (r *reader) add(added *resource) {
	if present := r.byID[added.logicalID]; present != nil {
		*present = *added
		return
	}
	r.byID[added.logicalID] = added
	r.resources = append(r.resources, added)
}

func textOf(n *node) (string, bool) {
	if n == nil || n.tag != "" {
		return "", false
	}
	text, ok := n.data.(string)
	return text, ok
}

// read goes through all resources.
func (r *reader) read() {
	r.checkRules()
	for _, from := range r.resources {
		known, ok := r.types[from.kind]
		switch {
		case !ok:
			r.notice(from.line, "%s: the local stack does not know resources of type %s", from.where, from.kind)
		case known.missing != "":
			r.notice(from.line, "%s (%s): %s", from.where, from.kind, known.missing)
		case known.read != nil:
			known.read(r, from)
		}
	}
	r.attachLayers()
	r.attachPolicies()
	r.readAPI()
	r.checkEventSources()
	r.checkSchedules()
}

// fields evaluates all properties of a resource.
func (r *reader) fields(from *resource) fields {
	v, err := r.evaluator.evaluate(from.properties)
	if err != nil {
		r.problems = append(r.problems, fmt.Errorf("%s: %w", from.where, err))
		return newFields(from.where, value{line: from.line}, &findings{})
	}
	if v.line == 0 {
		v.line = from.line
	}
	return newFields(from.where, v, &r.findings)
}

// of calls yield with each resource of a type and its properties.
func (r *reader) of(kind string, yield func(from *resource, f fields)) {
	for _, from := range r.resources {
		if from.kind == kind {
			yield(from, r.fields(from))
		}
	}
}

// checkRules checks the parameters against the Rules section, as CloudFormation does before it creates anything.
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

// functionARN returns the ARN of a function for its name, its ARN or a part of its ARN.
func (r *reader) functionARN(name string) string {
	if name == "" || strings.HasPrefix(name, "arn:") {
		return name
	}
	if _, rest, partial := strings.Cut(name, ":function:"); partial {
		name = rest
	}
	return r.arn("lambda", "function:"+name)
}

// Package template reads an AWS SAM or CloudFormation template and says what a local stack has to run: functions with
// their environment and event sources, the WebSocket API with its routes, tables, queues, buckets, event buses and
// roles.
//
// It evaluates parameters, conditions, Globals and intrinsic functions as CloudFormation and SAM do. It turns SAM's
// resources into those of CloudFormation and reads these. A notice names everything that the stack does not do, with
// resource, property and line. A strict reader refuses the template instead. Otherwise the local stack could differ
// from what is deployed, and nobody would notice.
package template

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Options are what a deployment knows but a template does not say.
type Options struct {
	// Parameters override the template's defaults.
	Parameters map[string]string
	Region     string // empty = us-east-1
	AccountID  string // empty = 123456789012
	StackName  string // empty = recall-local
	// Strict makes an error of what is otherwise a notice.
	Strict bool
}

// Template is a template after evaluation. All lists are in the order of the file.
type Template struct {
	Region, AccountID string
	Functions         []Function
	API               *API // nil if the template has none
	EventSources      []EventSource
	Tables            []Table
	Queues            []Queue
	Buckets           []Bucket
	EventBuses        []EventBus
	Roles             []Role
	// Parameters are the names and the values that are used. They may hold secrets.
	Parameters map[string]string
	// Notices name what the local stack does differently from AWS, and what AWS would refuse or punish.
	Notices   []Notice
	Schedules []Schedule
}

// Function is one Lambda function.
type Function struct {
	LogicalID, Name, ARN           string
	Runtime, Handler, Architecture string
	// CodeDirectory is where the code is, relative to the template; empty = it is not on this machine.
	CodeDirectory string
	// LayerDirectories are the folders of its layers, relative to the template.
	LayerDirectories []string
	// InlineCode is the code itself, if it is in the template.
	InlineCode      string
	Environment     map[string]string
	Timeout         time.Duration
	MemoryMegabytes int
	// ReservedConcurrency is how many invocations may run at once. Negative = as many as the account allows.
	ReservedConcurrency int
	// URLAuthorization is the AuthType of the function's URL, AWS_IAM or NONE; empty = it has no URL.
	URLAuthorization string
	// RoleARN is the role of the function.
	RoleARN string
	Line    int

	layers []string // their ARNs
}

// Role is an IAM role with the statements of its policies, decoded from JSON.
type Role struct {
	LogicalID, Name, ARN string
	Statements           []any
	// ManagedPolicies are the names and ARNs of policies that are not in the template.
	ManagedPolicies []string
	Line            int
}

// EventBus is an EventBridge bus.
type EventBus struct{ LogicalID, Name, ARN string }

// Load reads a template from a file.
func Load(path string, options Options) (*Template, error) {
	source, err := os.ReadFile(path) // #nosec G304 -- the developer's own file
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	result, err := Read(source, options)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return result, nil
}

// Read reads a template. Its error lists everything that is wrong, with one problem on each line.
func Read(source []byte, options Options) (*Template, error) {
	root, err := parse(source)
	if err != nil {
		return nil, err
	}
	sections, ok := root.data.(*mapping)
	if !ok || root.tag != "" {
		return nil, at(root, "a template must be a map")
	}
	r := newReader(options, sections)
	if err := errors.Join(r.problems...); err != nil {
		return nil, err
	}
	r.read()
	if err := r.err(options.Strict); err != nil {
		return nil, err
	}
	r.result.Notices = r.sorted()
	return r.result, nil
}

// Function finds a function by its name, logical ID or ARN (with or without a version or alias).
func (t *Template) Function(name string) (Function, bool) {
	for _, function := range t.Functions {
		if name == function.Name || name == function.LogicalID || name == function.ARN ||
			strings.HasPrefix(name, function.ARN+":") {
			return function, true
		}
	}
	return Function{}, false
}

// Role finds a role by its ARN.
func (t *Template) Role(arn string) (Role, bool) {
	i := slices.IndexFunc(t.Roles, func(r Role) bool { return r.ARN == arn })
	if i < 0 {
		return Role{}, false
	}
	return t.Roles[i], true
}

// ParameterNames returns the names of a template's parameters.
func ParameterNames(path string) (map[string]bool, error) {
	source, err := os.ReadFile(path) // #nosec G304 -- the developer's own file
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	root, err := parse(source)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	names := map[string]bool{}
	if sections, ok := root.data.(*mapping); ok && sections.values["Parameters"] != nil {
		if parameters, ok := sections.values["Parameters"].data.(*mapping); ok {
			for _, name := range parameters.keys {
				names[name] = true
			}
		}
	}
	return names, nil
}

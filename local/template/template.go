// Package template reads an AWS SAM or CloudFormation template and says what a local stack has to run: functions with
// their environment and event sources, the WebSocket API with its routes, tables, queues, event buses and roles.
//
// It puts in parameters, conditions, Globals and intrinsic functions as CloudFormation and SAM do, and refuses, with
// resource, property and line, whatever it does not know, since ignoring it would make the local stack differ from
// what is deployed without anybody noticing.
package template

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// Options are what a deployment would know and a template does not say.
type Options struct {
	// Parameters override the template's defaults.
	Parameters map[string]string
	Region     string // empty = us-east-1
	AccountID  string // empty = 123456789012
	StackName  string // empty = recall-local
}

// Template is a template with everything put in. All lists are in the order of the file.
type Template struct {
	Region, AccountID string
	Functions         []Function
	API               *API // nil when the template has none
	EventSources      []EventSource
	Tables            []Table
	Queues            []Queue
	EventBuses        []EventBus
	Roles             []Role
	// Parameters are the names and values in force. They may hold secrets.
	Parameters map[string]string
	// Warnings are sentences about what is allowed and yet hardly meant.
	Warnings []string
}

// Function is one Lambda function.
type Function struct {
	LogicalID, Name, ARN           string
	Runtime, Handler, Architecture string
	CodeDirectory                  string // CodeUri as written
	Environment                    map[string]string
	Timeout                        time.Duration
	MemoryMegabytes                int
	// ReservedConcurrency is how many invocations may run at once; negative = as many as the account allows.
	ReservedConcurrency int
	// URLAuthorization is the AuthType of the function's URL, AWS_IAM or NONE; empty = it has no URL.
	URLAuthorization string
	// RoleARN is the role it runs as; empty = one that SAM makes from Policies.
	RoleARN string
	// Statements are the IAM statements of its own Policies, as their JSON reads.
	Statements []any
	// ManagedPolicies are the names of others' policies among its Policies, SAM's policy templates included.
	ManagedPolicies []string
	Line            int
}

// Role is an IAM role with the statements of its inline policies, as their JSON reads.
type Role struct {
	LogicalID, ARN  string
	Statements      []any
	ManagedPolicies []string
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

// Read reads a template. Its error lists everything that is wrong, one problem a line.
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
	if err := errors.Join(r.problems...); err != nil {
		return nil, err
	}
	return r.result, nil
}

// Function finds a function by its name, logical ID or ARN (with or without a version).
func (t *Template) Function(name string) (Function, bool) {
	for _, function := range t.Functions {
		if name == function.Name || name == function.LogicalID || name == function.ARN {
			return function, true
		}
	}
	return Function{}, false
}

// Statements are the IAM statements in force for a function, of its own policies and of its role.
func (t *Template) Statements(function Function) []any {
	statements := append([]any(nil), function.Statements...)
	for _, role := range t.Roles {
		if role.ARN == function.RoleARN {
			statements = append(statements, role.Statements...)
		}
	}
	return statements
}

// ParameterNames are the names of a template's parameters.
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

// Package rights holds every call of a function against its role in the template: what the role does not grant is refused
// as AWS would refuse it. It remembers which grants were used, so that a test can find those that nobody needs.
package rights

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"example.com/recall/local/lambda"
	"example.com/recall/local/policy"
	"example.com/recall/local/template"
)

// Denied is what a caller gets who lacks a right. Its text is AWS's.
type Denied struct {
	Denial
	message string
}

func (d *Denied) Error() string { return d.message }

// Right is one grant of a function's role, and how often it was used.
type Right struct {
	Function string // logical ID
	policy.Grant
	Uses int
}

// Book knows the rights of all functions of a template.
type Book struct {
	template *template.Template
	byKey    map[string]*holder // by access key

	mutex  sync.Mutex // guards what follows, and uses of all holders
	denied map[Denial]int
}

// Denial is what a function tried and may not do.
type Denial struct{ Function, Action, Resource string }

// holder is a function with its role.
type holder struct {
	function template.Function
	policy   *policy.Policy
	uses     map[policy.Grant]int
}

// harmless managed policies grant nothing that is held against the template here.
var harmless = []string{"AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess"}

// New reads the roles. It fails on what it could not evaluate as AWS does.
func New(from *template.Template) (*Book, error) {
	b := &Book{template: from, byKey: map[string]*holder{}, denied: map[Denial]int{}}
	var problems []error
	for _, function := range from.Functions {
		h, err := b.newHolder(function)
		if err != nil {
			problems = append(problems, fmt.Errorf("the rights of %s: %w", function.LogicalID, err))
			continue
		}
		key := lambda.AccessKey(function.Name)
		if other := b.byKey[key]; other != nil {
			problems = append(problems, fmt.Errorf("%s and %s cannot be told apart by their credentials", other.function.Name, function.Name))
		}
		b.byKey[key] = h
	}
	return b, errors.Join(problems...)
}

func (b *Book) newHolder(function template.Function) (*holder, error) {
	managed := slices.Clone(function.ManagedPolicies)
	if function.RoleARN != "" {
		i := slices.IndexFunc(b.template.Roles, func(r template.Role) bool { return r.ARN == function.RoleARN })
		if i < 0 {
			return nil, fmt.Errorf("its role %s is not in the template", function.RoleARN)
		}
		managed = append(managed, b.template.Roles[i].ManagedPolicies...)
	}
	for _, name := range managed {
		if !slices.Contains(harmless, path.Base(name)) {
			return nil, fmt.Errorf("the local stack does not know what the managed policy %s grants", name)
		}
	}
	read, err := policy.New(b.template.Statements(function))
	return &holder{function: function, policy: read, uses: map[policy.Grant]int{}}, err
}

// Call decides about a call of DynamoDB, SQS or EventBridge: nil allows it. Callers who are no function of the template
// are people on this machine, who may do everything.
func (b *Book) Call(accessKey, service, operation string, body []byte) error {
	h := b.byKey[accessKey]
	if h == nil {
		return nil
	}
	if operation == "" {
		return fmt.Errorf("the call of %s names no operation in its X-Amz-Target header, and the local stack knows no other "+
			"form, such as the Query protocol of older clients", service)
	}
	requests, err := b.needs(service, operation, body)
	if err != nil {
		return err
	}
	return b.decide(h, requests)
}

// Connection decides about a call of @connections.
func (b *Book) Connection(accessKey, method, connectionID string) error {
	h := b.byKey[accessKey]
	if h == nil {
		return nil
	}
	// API Gateway guide, "Use @connections commands": the method and the path are part of the ARN.
	resource := b.arn("execute-api", b.template.API.ID+"/"+b.template.API.Stage+"/"+method+"/@connections/"+connectionID)
	return b.decide(h, []policy.Request{{Action: "execute-api:ManageConnections", Resource: resource}})
}

// EventSource decides whether Lambda may read a source for its function, as Lambda does when the mapping is created: it
// reads with the function's role (Lambda guide, "Using AWS Lambda with Amazon DynamoDB" and "… Amazon SQS", required
// permissions). A role that SAM makes has these rights.
func (b *Book) EventSource(source template.EventSource) error {
	function, _ := b.template.Function(source.FunctionARN)
	h := b.byKey[lambda.AccessKey(function.Name)]
	if h == nil || function.RoleARN == "" {
		return nil
	}
	actions := []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
	if source.Table != "" {
		actions = []string{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}
	}
	var requests []policy.Request
	for _, action := range actions {
		requests = append(requests, policy.Request{Action: action, Resource: source.SourceARN})
	}
	if source.OnFailureARN != "" {
		requests = append(requests, policy.Request{Action: "sqs:SendMessage", Resource: source.OnFailureARN})
	}
	if err := b.decide(h, requests); err != nil {
		return fmt.Errorf("%s: Lambda cannot read or keep its records: %w", source.LogicalID, err)
	}
	return nil
}

// Rights are all grants of all functions with their uses, in the template's order.
func (b *Book) Rights() []Right {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	var rights []Right
	for _, function := range b.template.Functions {
		h := b.byKey[lambda.AccessKey(function.Name)]
		for _, grant := range h.policy.Grants() {
			rights = append(rights, Right{Function: function.LogicalID, Grant: grant, Uses: h.uses[grant]})
		}
	}
	return rights
}

// Denials are all calls that were refused, with how often.
func (b *Book) Denials() map[Denial]int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return maps.Clone(b.denied)
}

// decide allows all or none of what a call needs.
func (b *Book) decide(h *holder, requests []policy.Request) error {
	var all []policy.Grant
	for _, request := range requests {
		allowed, used := h.policy.Allows(request)
		if !allowed {
			return b.deny(h, request)
		}
		all = append(all, used...)
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, grant := range all {
		h.uses[grant]++
	}
	return nil
}

func (b *Book) deny(h *holder, request policy.Request) error {
	role := h.function.LogicalID + "Role"
	if h.function.RoleARN != "" {
		role = path.Base(h.function.RoleARN)
	}
	because := "no identity-based policy allows the " + request.Action + " action"
	if h.policy.Denies(request) {
		because = "of an explicit deny in an identity-based policy"
	}
	denial := Denial{Function: h.function.LogicalID, Action: request.Action, Resource: request.Resource}
	b.mutex.Lock()
	b.denied[denial]++
	b.mutex.Unlock()
	return &Denied{
		Denial: denial,
		// IAM User Guide, "Troubleshoot access denied error messages".
		message: fmt.Sprintf("User: arn:aws:sts::%s:assumed-role/%s/%s is not authorized to perform: %s on resource: %s because %s",
			b.template.AccountID, role, h.function.Name, request.Action, request.Resource, because),
	}
}

func (b *Book) arn(service, resource string) string {
	return strings.Join([]string{"arn:aws", service, b.template.Region, b.template.AccountID, resource}, ":")
}

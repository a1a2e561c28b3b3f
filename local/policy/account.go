package policy

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"example.com/recall/local/signature"
)

// Function is a function and its role.
type Function struct {
	LogicalID, Name string
	// Role is the name of the role; empty = it is not in the template.
	Role       string
	Statements []any
	// ManagedPolicies are the names or ARNs of AWS's own policies that the role has.
	ManagedPolicies []string
}

// Table is a table with its partition key and the partition keys of its indexes. The indexes have their names as
// keys.
type Table struct {
	ARN, Key  string
	IndexKeys map[string]string
}

// Options say which functions, roles and resources there are.
type Options struct {
	Region, AccountID string
	API, Stage        string // the ID of the WebSocket API and its stage
	Functions         []Function
	Tables            []Table
}

// Denied is the error for a caller who does not have a right. Its text is the one that AWS uses.
type Denied struct {
	Denial
	message string
}

func (d *Denied) Error() string { return d.message }

// Use is one grant of a function's role and how often it was used.
type Use struct {
	Function string // logical ID
	Grant
	Times int
}

// Account checks the calls of functions against their roles. It refuses what a role does not grant, as AWS does. It
// remembers which grants were used, so that a test can find grants that nobody needs.
type Account struct {
	options Options
	callers map[string]*caller // by access key

	mutex   sync.Mutex // guards what follows, and the uses of all callers
	denials map[Denial]int
}

// Denial is something that a function tried to do and may not do.
type Denial struct{ Function, Action, Resource string }

// caller is a function and what its role allows.
type caller struct {
	Function
	policy *Policy
	uses   map[Grant]int
}

// NewAccount reads the roles. Its error names everything that it cannot evaluate as AWS does. It returns an account
// even then, and that account allows everything to the functions that the error names.
func NewAccount(options Options) (*Account, error) {
	a := &Account{options: options, callers: map[string]*caller{}, denials: map[Denial]int{}}
	var problems []error
	for _, function := range options.Functions {
		added, err := newCaller(function)
		if err != nil {
			problems = append(problems, fmt.Errorf("the rights of %s: %w", function.LogicalID, err))
			continue
		}
		key := signature.AccessKey(function.Name)
		if other := a.callers[key]; other != nil {
			problems = append(problems,
				fmt.Errorf("%s and %s cannot be told apart by their credentials", other.Name, function.Name))
		}
		a.callers[key] = added
	}
	return a, errors.Join(problems...)
}

func newCaller(function Function) (*caller, error) {
	if function.Role == "" {
		return nil, errors.New("its role is not in the template")
	}
	statements := slices.Clone(function.Statements)
	for _, name := range function.ManagedPolicies {
		granted, known := managed(path.Base(name))
		if !known {
			return nil, fmt.Errorf("the local stack does not know what the managed policy %s grants", name)
		}
		statements = append(statements, granted...)
	}
	read, err := New(statements)
	return &caller{Function: function, policy: read, uses: map[Grant]int{}}, err
}

// Call decides whether a call of DynamoDB, SQS or EventBridge is allowed; nil means yes. A caller that is not a
// function of the template is a person on this machine, who may do everything.
func (a *Account) Call(accessKey, service, operation string, body []byte) error {
	by := a.callers[accessKey]
	if by == nil {
		return nil
	}
	if operation == "" {
		return fmt.Errorf("the call of %s names no operation in its X-Amz-Target header; "+
			"the local stack does not know other forms, such as the Query protocol of older clients", service)
	}
	requests, err := a.requests(service, operation, body)
	if err != nil {
		return err
	}
	return a.decide(by, requests)
}

// Connection decides whether a call of @connections is allowed.
func (a *Account) Connection(accessKey, method, connectionID string) error {
	by := a.callers[accessKey]
	if by == nil {
		return nil
	}
	// The method and the path are part of the ARN (API Gateway guide, "Use @connections commands").
	resource := a.arn("execute-api", a.options.API+"/"+a.options.Stage+"/"+method+"/@connections/"+connectionID)
	return a.decide(by, []Request{{Action: "execute-api:ManageConnections", Resource: resource}})
}

// Invocation decides whether a direct invocation of a function is allowed.
func (a *Account) Invocation(accessKey, functionARN string) error {
	by := a.callers[accessKey]
	if by == nil {
		return nil
	}
	return a.decide(by, []Request{{Action: "lambda:InvokeFunction", Resource: functionARN}})
}

// EventSource decides whether Lambda may read a stream or queue for a function and send failed records to failureARN
// (empty = there is no such destination). Lambda does both with the function's role, and it checks this when the
// mapping is created (Lambda guide, "Using AWS Lambda with Amazon DynamoDB" and "… Amazon SQS", required
// permissions).
func (a *Account) EventSource(function, sourceARN, failureARN string) error {
	by := a.callers[signature.AccessKey(function)]
	if by == nil {
		return nil
	}
	actions := []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
	if strings.HasPrefix(sourceARN, a.arn("dynamodb", "")) {
		actions = []string{
			"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
		}
	}
	var requests []Request
	for _, action := range actions {
		requests = append(requests, Request{Action: action, Resource: sourceARN})
	}
	if failureARN != "" {
		requests = append(requests, Request{Action: "sqs:SendMessage", Resource: failureARN})
	}
	if err := a.decide(by, requests); err != nil {
		return fmt.Errorf("its records cannot be read or kept by Lambda: %w", err)
	}
	return nil
}

// Uses returns all grants of all functions and how often each was used, in the order of the functions.
func (a *Account) Uses() []Use {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	var uses []Use
	for _, function := range a.options.Functions {
		by := a.callers[signature.AccessKey(function.Name)]
		if by == nil {
			continue
		}
		for _, grant := range by.policy.Grants() {
			uses = append(uses, Use{Function: function.LogicalID, Grant: grant, Times: by.uses[grant]})
		}
	}
	return uses
}

// Denials returns all calls that were refused and how often.
func (a *Account) Denials() map[Denial]int {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return maps.Clone(a.denials)
}

// decide allows everything that a call needs, or nothing of it.
func (a *Account) decide(by *caller, requests []Request) error {
	var all []Grant
	for _, request := range requests {
		allowed, used := by.policy.Allows(request)
		if !allowed {
			return a.deny(by, request)
		}
		all = append(all, used...)
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for _, grant := range all {
		by.uses[grant]++
	}
	return nil
}

// deny remembers a refused call and returns its error.
func (a *Account) deny(by *caller, request Request) error {
	denied := a.denied(by, request)
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.denials[denied.Denial]++
	return denied
}

func (a *Account) denied(by *caller, request Request) *Denied {
	because := "no identity-based policy allows the " + request.Action + " action"
	if by.policy.Denies(request) {
		because = "of an explicit deny in an identity-based policy"
	}
	return &Denied{
		Denial: Denial{Function: by.LogicalID, Action: request.Action, Resource: request.Resource},
		// The words are those of the IAM User Guide, "Troubleshoot access denied error messages".
		message: fmt.Sprintf("User: arn:aws:sts::%s:assumed-role/%s/%s is not authorized to perform: %s "+
			"on resource: %s because %s",
			a.options.AccountID, by.Role, by.Name, request.Action, request.Resource, because),
	}
}

func (a *Account) arn(service, resource string) string {
	return strings.Join([]string{"arn:aws", service, a.options.Region, a.options.AccountID, resource}, ":")
}

package verify

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"example.com/recall/cmd/adminfunction"
	"example.com/recall/local/gatewayrules"
	"example.com/recall/local/state"
	"example.com/recall/local/streamrules"
	"example.com/recall/local/verified"
	"example.com/recall/protocol/conformance"
)

// Options say what to do with an account of AWS.
type Options struct {
	// Project is the directory of this project.
	Project string
	Region  string
	// Yes means that nobody is asked before stacks are made.
	Yes bool
	// Keep leaves the stacks there. Resume goes on with a run that was interrupted or kept.
	Keep, Resume bool
	// Slow also asks for the limits of 10 minutes and 2 hours.
	Slow bool
	// Stack is a deployment of Recall that is there already, which stays; with Resume, the run to go on with.
	Stack string
	// Smoke asks only what is asked after each deployment. It needs Stack.
	Smoke bool
	// Clients are the clients that meet on the deployment, with their drivers; none = they do not meet.
	Clients []conformance.Participant
	// Secret signs tokens for Stack; empty = the secret that its parameter TokenSecretArn names.
	Secret string
	// Settle is how long AWS may take until a changed right is in force, and until metrics and logs can be read; 0 = the
	// usual times.
	Settle time.Duration
	// Input has the answer to the question whether to go on. Output gets what is said.
	Input    io.Reader
	Output   io.Writer
	Answered func(rule verified.Rule, answer verified.Answer) error
}

func (o Options) say(format string, arguments ...any) {
	fmt.Fprintf(o.Output, format+"\n", arguments...)
}

// ErrDeclined means that somebody did not say yes.
var ErrDeclined = errors.New("nothing was made, because the answer was not yes")

// ErrLeft means that not everything could be removed. What it is has been printed.
var ErrLeft = errors.New("not everything could be removed")

// Found is the result of a run, and the words that must not be in its file.
type Found struct {
	Snapshot verified.Snapshot
	Secrets  []string
}

// AWS asks an account everything. Whatever happens, it takes down what it has made, unless it is told to keep it.
func AWS(ctx context.Context, options Options) (found Found, err error) {
	account, err := Open(ctx, options.Region)
	if err != nil {
		return Found{}, err
	}
	if options.Stack != "" && !options.Resume {
		return account.askStack(ctx, options)
	}
	run, err := account.begin(ctx, options)
	if err != nil {
		return Found{}, err
	}
	defer func() {
		if options.Keep {
			options.say("%s stays. Remove it with: recall verify --resume --stack %s", run.Name, run.Name)
			return
		}
		options.say("removing %s", run.Name)
		// The context may have ended, because somebody has interrupted the run.
		left := account.takeDown(context.WithoutCancel(ctx), run)
		for _, each := range left {
			options.say("NOT REMOVED: %s", each)
		}
		if len(left) > 0 {
			options.say("try again with: recall verify --resume --stack %s", run.Name)
			err = errors.Join(err, ErrLeft)
		}
	}()
	if err := run.deploy(ctx, options.Project, options.Output); err != nil {
		return Found{}, err
	}
	return account.askRun(ctx, options, run)
}

// begin reads the file of the run to go on with, or begins a new one after somebody has said yes.
func (a *Account) begin(ctx context.Context, options Options) (*Run, error) {
	if options.Resume {
		run, err := resume(options.Project, options.Stack)
		if err != nil {
			return nil, err
		}
		if run.Region != a.Region() {
			return nil, fmt.Errorf("%s is in %s, and not in %s", run.Name, run.Region, a.Region())
		}
		run.Slow = run.Slow || options.Slow
		return run, nil
	}
	before, err := a.Preflight(ctx)
	if err != nil {
		return nil, err
	}
	before.Print(options.Output, options.Slow)
	if !options.Yes {
		fmt.Fprint(options.Output, "\nGo on? Write yes: ")
		answer, _ := bufio.NewReader(options.Input).ReadString('\n') // no answer is not yes
		if strings.TrimSpace(answer) != "yes" {
			return nil, ErrDeclined
		}
	}
	run := newRun(options.Project, a.Region(), before, options.Slow, time.Now())
	return run, run.save()
}

// awsPatience is how long a probe waits on AWS. A function may have to start first.
const awsPatience = 30 * time.Second

// The limits of API Gateway (WebSocket API quotas).
const (
	idleLimit     = 10 * time.Minute
	durationLimit = 2 * time.Hour
)

// askRun asks what the stacks of a run can answer, and keeps each answer in the file of the run.
func (a *Account) askRun(ctx context.Context, options Options, run *Run) (Found, error) {
	target, err := a.gatewayTarget(ctx, run)
	if err != nil {
		return Found{}, err
	}
	deployed, err := a.stack(ctx, run.Name+product)
	if err != nil {
		return Found{}, err
	}
	if deployed == nil {
		return Found{}, fmt.Errorf("the stack %s is gone", run.Name)
	}
	operations, err := a.deployed(ctx, run.Name+product, run.Started)
	if err != nil {
		return Found{}, err
	}
	if err := operations.withReports(ctx); err != nil {
		return Found{}, err
	}
	stream, err := a.streamTarget(ctx, run)
	if err != nil {
		return Found{}, err
	}
	p := a.product(deployed, run.Secret)
	p.PerSecond, p.Clients = connectsPerSecond(run.Concurrency), options.Clients
	p.Measure = func(name string, sample []time.Duration) {
		run.Snapshot.Measures = append(run.Snapshot.Measures, summary(name, sample)...)
	}
	if options.Settle == 0 {
		options.Settle = settle
	} else {
		operations.patience = options.Settle
	}
	asked := Asked{
		Gateway: &target, Stream: stream, Product: &p, Operations: operations, Faults: operations.faults(p, options.Settle),
		Answered: func(rule verified.Rule, answer verified.Answer) error {
			return errors.Join(run.save(), options.Answered(rule, answer))
		},
	}
	err = Ask(ctx, asked, &run.Snapshot)
	if err == nil {
		run.measure(ctx, options, target, operations)
	}
	return Found{run.Snapshot, append(hosts(p.URL, target.URL, target.DefaultURL), a.number, run.Secret)}, err
}

// settle is how long a change of a role takes until all services know it, with a margin. IAM publishes no figure.
const settle = 20 * time.Second

// measure adds the figures that no probe has measured. What cannot be measured is said, and is no reason to fail.
func (r *Run) measure(ctx context.Context, options Options, target gatewayrules.Target, operations *Deployed) {
	posts, err := measurePosts(ctx, target)
	if err != nil {
		options.say("PostToConnection could not be measured: %v", err)
	}
	reports, err := operations.measureReports(ctx)
	if err != nil {
		options.say("the runs of the functions could not be measured: %v", err)
	}
	r.Snapshot.Measures = append(append(r.Snapshot.Measures, posts...), reports...)
}

// askStack asks a deployment that is there already.
func (a *Account) askStack(ctx context.Context, options Options) (Found, error) {
	deployed, err := a.stack(ctx, options.Stack)
	if err != nil {
		return Found{}, err
	}
	if deployed == nil {
		return Found{}, fmt.Errorf("there is no stack %s in %s", options.Stack, a.Region())
	}
	secret := options.Secret
	if arn := parameters(deployed)["TokenSecretArn"]; secret == "" && arn != "" {
		value, err := secretsmanager.NewFromConfig(a.config).GetSecretValue(ctx,
			&secretsmanager.GetSecretValueInput{SecretId: aws.String(arn)})
		if err != nil {
			return Found{}, fmt.Errorf("read the secret of the tokens: %w", err)
		}
		secret = aws.ToString(value.SecretString)
	}
	if secret == "" {
		return Found{}, errors.New("this deployment has no TokenSecretArn; " +
			"put the secret of its tokens into RECALL_TOKEN_SECRET")
	}
	p := a.product(deployed, secret)
	p.Clients = options.Clients
	asked := Asked{Product: &p, Answered: options.Answered}
	if options.Smoke {
		asked.Only = append(smokeRules(), interop) // the clients meet only if there are some
	}
	found := Found{verified.NewSnapshot(a.Region(), time.Now().UTC().Format(time.DateOnly)),
		append(hosts(p.URL), a.number, secret)}
	err = Ask(ctx, asked, &found.Snapshot)
	return found, err
}

// gatewayTarget is the stacks of local/gatewayrules as their probes need them.
func (a *Account) gatewayTarget(ctx context.Context, run *Run) (gatewayrules.Target, error) {
	target := gatewayrules.Target{
		Patience: awsPatience, Sign: gatewayrules.SignWith(a.config.Credentials, a.Region()),
		IdleLimit: idleLimit, DurationLimit: durationLimit,
	}
	for suffix, address := range map[string]*string{rules: &target.URL, rulesDefault: &target.DefaultURL} {
		stack, err := a.stack(ctx, run.Name+suffix)
		if err != nil {
			return target, err
		}
		if stack == nil {
			return target, fmt.Errorf("the stack %s is gone", run.Name+suffix)
		}
		*address = outputs(stack)["Address"]
	}
	target.ManagementURL = "http" + strings.TrimPrefix(target.URL, "ws")
	if run.Slow {
		target.IdleURL, target.DurationURL = target.URL, target.URL
	}
	return target, nil
}

// streamTarget is the stack of local/streamrules as its probes need it.
func (a *Account) streamTarget(ctx context.Context, run *Run) (*streamrules.Target, error) {
	stack, err := a.stack(ctx, run.Name+rulesStream)
	if err != nil {
		return nil, err
	}
	if stack == nil {
		return nil, fmt.Errorf("the stack %s is gone", run.Name+rulesStream)
	}
	target, err := streamrules.NewTarget(a.config, outputs(stack))
	return &target, err
}

// product is a deployment of Recall as its probes need it.
func (a *Account) product(deployed *types.Stack, secret string) Product {
	known, given := outputs(deployed), parameters(deployed)
	signer := state.State{
		TokenSecret: secret, TokenIssuer: given["TokenIssuer"], TokenAudience: given["TokenAudience"],
	}
	administer := func(address string) call {
		return func(ctx context.Context, request any) ([]byte, error) {
			body, err := json.Marshal(request)
			if err != nil {
				return nil, err
			}
			credentials, err := a.config.Credentials.Retrieve(ctx)
			if err != nil {
				return nil, err
			}
			return adminfunction.Call(ctx, address, credentials, a.Region(), body)
		}
	}
	return Product{
		URL:       known["WebSocketUrl"],
		Token:     func(user string) (string, error) { return signer.Token(user, time.Now(), tokenTime) },
		Invoke:    administer(adminfunction.InvocationAddress(a.Region(), known["AdminFunctionName"])),
		ByURL:     administer(known["AdminUrl"]),
		PerSecond: connectsPerSecond(0), Files: given["Attachments"] == "on",
		Prefix: fmt.Sprintf("verify-%x", time.Now().Unix()),
	}
}

// hosts are the hosts of addresses, which must not be in a result.
func hosts(addresses ...string) []string {
	var found []string
	for _, address := range addresses {
		if at, err := url.Parse(address); err == nil && at.Host != "" {
			found = append(found, at.Host)
		}
	}
	return found
}

package verify

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"example.com/recall/local/verified"
)

// The stacks of a run. The product's has the name of the run, and the others have these names after it.
const (
	product      = ""
	rules        = "-rules"
	rulesDefault = "-rules-default"
	rulesStream  = "-rules-stream"
)

// Run is one run on AWS, as it stands in a file until everything is taken down. A run that was interrupted goes on
// with this file.
type Run struct {
	Name   string `json:"name"`
	Region string `json:"region"`
	// Secret signs the tokens of this run.
	Secret string `json:"secret"`
	// CreatesLogRole means that API Gateway had no role for logs before the run.
	CreatesLogRole bool `json:"createsLogRole"`
	// Concurrency is how many environments of functions the account may have at once; 0 = it could not be read.
	Concurrency int               `json:"concurrency"`
	Slow        bool              `json:"slow"`
	Started     time.Time         `json:"started"`
	Stacks      []string          `json:"stacks"`
	Left        []leftover        `json:"left"`
	Snapshot    verified.Snapshot `json:"snapshot"`

	folder string
}

// runFolder is where the files of runs are, in the project.
func runFolder(project string) string { return filepath.Join(project, "build", "verify") }

func newRun(project, region string, before Preflight, slow bool, now time.Time) *Run {
	var name [4]byte
	var secret [24]byte
	_, _ = rand.Read(name[:])   // it never fails, according to crypto/rand
	_, _ = rand.Read(secret[:]) // it never fails, either
	run := &Run{
		Name: "recall-verify-" + hex.EncodeToString(name[:]), Region: region, Secret: hex.EncodeToString(secret[:]),
		CreatesLogRole: !before.HasLogRole, Concurrency: before.Concurrency, Slow: slow, Started: now,
		Snapshot: verified.NewSnapshot(region, now.UTC().Format(time.DateOnly)), folder: runFolder(project),
	}
	run.Snapshot.Run = run.Name
	return run
}

// resume reads the file of a run that was interrupted: that of a name, or the only one.
func resume(project, name string) (*Run, error) {
	pattern := name
	if name == "" {
		pattern = "recall-verify-*"
	}
	files, err := filepath.Glob(filepath.Join(runFolder(project), pattern+".json"))
	if err != nil {
		return nil, err
	}
	if len(files) != 1 {
		return nil, fmt.Errorf("there are %d runs to resume in %s (give --stack NAME if there are several)", len(files),
			runFolder(project))
	}
	content, err := os.ReadFile(files[0])
	if err != nil {
		return nil, err
	}
	r := &Run{folder: runFolder(project)}
	return r, json.Unmarshal(content, r)
}

func (r *Run) path(extension string) string { return filepath.Join(r.folder, r.Name+extension) }

// save writes the file of the run. It has the secret in it, so only its owner can read it.
func (r *Run) save() error {
	content, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(r.folder, 0o700); err != nil {
		return err
	}
	// A run that is killed while it writes must not lose the file that was there.
	if err := os.WriteFile(r.path(".json.new"), content, 0o600); err != nil {
		return err
	}
	return os.Rename(r.path(".json.new"), r.path(".json"))
}

// forget removes the files of a run that has left nothing.
func (r *Run) forget() error {
	if err := os.Remove(r.path(".toml")); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.Remove(r.path(".json"))
}

// configuration is the configuration file of sam. It is a file because a process list would show the secret.
func (r *Run) configuration(project string) string {
	role := "present"
	if r.CreatesLogRole {
		role = "create"
	}
	var b strings.Builder
	b.WriteString("version = 0.1\n")
	for _, each := range []struct{ environment, stack, template, parameters string }{
		{"product", r.Name + product, filepath.Join(project, ".aws-sam", "build", "template.yaml"),
			"StageName=verify LogRetentionDays=1 PointInTimeRecovery=false Attachments=on GatewayLogRole=" + role +
				" TokenSecret=" + r.Secret},
		{"rules", r.Name + rules, rulesTemplate(project), "DefaultRoute=no"},
		{"rules-default", r.Name + rulesDefault, rulesTemplate(project), "DefaultRoute=yes"},
		{"rules-stream", r.Name + rulesStream, filepath.Join(project, "local", "streamrules", "template.yaml"),
			"MaximumAge=60"},
	} {
		fmt.Fprintf(&b, `
[%s.deploy.parameters]
template_file = %q
stack_name = %q
region = %q
capabilities = "CAPABILITY_IAM"
confirm_changeset = false
fail_on_empty_changeset = false
resolve_s3 = true
s3_prefix = %q
tags = "application=recall stage=verify %s=%s"
parameter_overrides = %q
`, each.environment, each.template, each.stack, r.Region, r.Name, budgetTag, r.Name,
			each.parameters)
	}
	return b.String()
}

func rulesTemplate(project string) string {
	return filepath.Join(project, "local", "gatewayrules", "template.yaml")
}

// deploy makes the stacks that are not there yet.
func (r *Run) deploy(ctx context.Context, project string, output io.Writer) error {
	if err := os.WriteFile(r.path(".toml"), []byte(r.configuration(project)), 0o600); err != nil {
		return err
	}
	if err := sam(ctx, project, output, "build", "--parameter-overrides",
		"TokenSecret="+strings.Repeat("0", 32)); err != nil {
		return err
	}
	for _, stack := range []struct{ suffix, environment string }{
		{product, "product"}, {rules, "rules"}, {rulesDefault, "rules-default"},
		{rulesStream, "rules-stream"},
	} {
		// It is noted before it is made, so that it is taken down whatever happens in between.
		r.note(r.Name + stack.suffix)
		if err := r.save(); err != nil {
			return err
		}
		if err := sam(ctx, project, output, "deploy", "--config-file", r.path(".toml"), "--config-env",
			stack.environment); err != nil {
			return err
		}
	}
	return nil
}

func (r *Run) note(stack string) {
	for _, known := range r.Stacks {
		if known == stack {
			return
		}
	}
	r.Stacks = append(r.Stacks, stack)
}

// samGrace is how long sam may take to end after it was interrupted.
const samGrace = 10 * time.Second

// sam runs the command line of SAM.
func sam(ctx context.Context, project string, output io.Writer, arguments ...string) error {
	command := exec.CommandContext(ctx, "sam", arguments...) // #nosec G204 -- our own arguments
	command.Dir, command.Stdout, command.Stderr = project, output, output
	command.Env = append(os.Environ(), "SAM_CLI_TELEMETRY=0")
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = samGrace
	if err := command.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("sam %s: %w", arguments[0], err)
	}
	return nil
}

// stack returns a stack, or nil if there is none of the name.
func (a *Account) stack(ctx context.Context, name string) (*types.Stack, error) {
	described, err := a.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(name)})
	if isMissing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("describe the stack %s: %w", name, err)
	}
	if len(described.Stacks) == 0 || described.Stacks[0].StackStatus == types.StackStatusDeleteComplete {
		return nil, nil
	}
	return &described.Stacks[0], nil
}

func outputs(stack *types.Stack) map[string]string {
	found := map[string]string{}
	for _, output := range stack.Outputs {
		found[aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
	}
	return found
}

func parameters(stack *types.Stack) map[string]string {
	found := map[string]string{}
	for _, parameter := range stack.Parameters {
		found[aws.ToString(parameter.ParameterKey)] = aws.ToString(parameter.ParameterValue)
	}
	return found
}

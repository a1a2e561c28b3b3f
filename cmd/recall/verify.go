package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/recall/cmd/verify"
	"example.com/recall/local/verified"
	"example.com/recall/local/websocket"
	"example.com/recall/protocol/conformance"
)

// verifyCommand is `recall verify` and what follows a run.
type verifyCommand struct {
	Ask  verifyAskCommand  `cmd:"" default:"withargs" help:"Ask rule by rule (the default). Its --help has the flags."`
	Bill verifyBillCommand `cmd:"" help:"Add what AWS has billed for a run to its result, a day later."`
}

// verifyAskCommand is `recall verify` itself.
type verifyAskCommand struct {
	Local  bool   `help:"Ask the local stack, and not AWS."`
	Region string `help:"Region of AWS." placeholder:"REGION"`
	Yes    bool   `help:"Make the stacks without asking first."`
	Keep   bool   `help:"Leave the stacks there at the end."`
	Resume bool   `help:"Go on with a run that was interrupted or kept, and remove its stacks at the end."`
	Slow   bool   `help:"Also ask for the limits of 10 minutes and of two hours, which takes three hours in all."`
	Stack  string `help:"Ask this deployment, and make none. With --resume, the run." placeholder:"NAME"`
	Smoke  bool   `help:"With --stack, ask only what is asked after each deployment."`
	Secret string `help:"TokenSecret of --stack." env:"RECALL_TOKEN_SECRET" placeholder:"SECRET"`
	// Interop are the names of clients.
	Interop []string `help:"Also let these clients meet (${enum})." enum:"go,web,android,cpp,apple" placeholder:"CLIENT"`
	Output  string   `help:"Folder of the result file (default: verify in the project)." placeholder:"DIRECTORY"`

	Gateway websocket.Switches `embed:"" prefix:"gateway-" group:"With --local, what API Gateway may do differently"`
}

// Help is shown by `recall verify --help`.
func (verifyCommand) Help() string {
	return `Asks an account of AWS what is true of API Gateway and of Recall, rule by rule, and compares the answers with
what the local stack does. local/verified/expected.tsv has the rules, and docs/verified.md what is known so far.

It shows the account, the region, what it will make and what that costs, and waits for "yes". Then it makes four
stacks whose names begin with recall-verify- (sam must be on the PATH: . scripts/path.sh), asks, and removes
everything, whether the run ends well, fails or is interrupted. It says what it could not remove. If the command
itself was killed, recall verify --resume goes on where it was, and removes everything at the end.

The result is the file verify/REGION-DATE.json, or verify/local.json for the local stack, and the page
docs/verified.md. It has no account number, no token and no address in it, so it can be sent to others as it is. The
exit status is 1 if AWS and the local stack differ, or if a rule of Recall itself is broken.

  recall verify                                    everything that takes no hours, in your account
  recall verify --slow                             everything
  recall verify --local                            the same questions to the local stack
  recall verify --stack recall-prod --smoke        the short check after a deployment
  recall verify --interop go,web,android           also whether these clients understand each other (recall interop)
  recall verify bill verify/REGION-DATE.json       the bill of a run, a day later`
}

// errDifferences means that the answers are not as expected.
var errDifferences = errors.New("not everything is as expected")

// Validate is called by kong.
func (c *verifyAskCommand) Validate() error {
	switch {
	case c.Local && (c.Stack != "" || c.Resume || c.Keep || c.Slow || c.Smoke || c.Region != ""):
		return errors.New("--local goes with --output and --gateway-… only")
	case !c.Local && c.Gateway != (websocket.Switches{}):
		return errors.New("--gateway-… changes the local stack, so it needs --local")
	case c.Smoke && (c.Stack == "" || c.Resume):
		return errors.New("--smoke needs --stack with the name of a deployment")
	case c.Stack != "" && !c.Resume && (c.Keep || c.Slow):
		return errors.New("--stack makes nothing, so --keep and --slow change nothing")
	}
	return nil
}

// Run asks, writes the result and prints the differences.
func (c *verifyAskCommand) Run(ctx context.Context) error {
	asksDeployment := c.Stack != "" && !c.Resume
	project := ""
	if !asksDeployment || c.Output != "" || len(c.Interop) > 0 { // a deployment is asked without this project, too
		baseline, err := baselineProject()
		if err != nil {
			return err
		}
		project = filepath.Dir(filepath.Dir(baseline))
	}
	clients, err := c.clients(ctx, project)
	if err != nil {
		return err
	}
	if c.Local {
		return c.askLocal(ctx, project, clients)
	}
	found, err := verify.AWS(ctx, verify.Options{
		Project: project, Region: c.Region, Yes: c.Yes, Keep: c.Keep, Resume: c.Resume, Slow: c.Slow, Stack: c.Stack,
		Smoke: c.Smoke, Clients: clients, Secret: c.Secret, Input: os.Stdin, Output: os.Stderr, Answered: c.answered,
	})
	// What was found is worth keeping even if something could not be removed.
	if err != nil && !errors.Is(err, verify.ErrLeft) {
		return err
	}
	if asksDeployment && c.Output == "" {
		return errors.Join(err, c.broken(found.Snapshot)) // it is no result for others
	}
	c.say("in a day, recall verify bill adds to the result what AWS has billed")
	return errors.Join(err, c.write(project, found), c.compare(project, found.Snapshot))
}

// clients builds the drivers of the clients that meet, before anything is made on AWS.
func (c *verifyAskCommand) clients(ctx context.Context, project string) ([]conformance.Participant, error) {
	if len(c.Interop) == 0 {
		return nil, nil
	}
	without := slices.DeleteFunc(interopClients(), func(name string) bool { return slices.Contains(c.Interop, name) })
	present, missing := interopCommand{Clients: filepath.Join(project, "clients"), Without: without}.participants()
	if len(present) < 2 || len(missing) > 0 {
		return nil, fmt.Errorf("%d clients of %s have a driver.sh, and two at least must meet", len(present),
			strings.Join(c.Interop, ", "))
	}
	return present, verify.BuildDrivers(ctx, present, func(text string) { c.say("%s", text) })
}

func (c *verifyAskCommand) askLocal(ctx context.Context, project string, clients []conformance.Participant) error {
	python := filepath.Join(project, ".tools", "lambda-python", "bin")
	if err := os.Setenv("PATH", python+string(filepath.ListSeparator)+os.Getenv("PATH")); err != nil {
		return err
	}
	if os.Getenv("NODE_PATH") == "" {
		if err := os.Setenv("NODE_PATH", filepath.Join(project, ".tools", "lambda-node", "node_modules")); err != nil {
			return err
		}
	}
	found, err := verify.Local(ctx, verify.LocalOptions{
		Project: project, Switches: c.Gateway, Clients: clients, Answered: c.answered,
		Progress: func(text string) { c.say("%s", text) },
	})
	if err != nil {
		return err
	}
	// With a switch it is not what the local stack does by itself.
	if c.Gateway == (websocket.Switches{}) || c.Output != "" {
		if err := c.write(project, verify.Found{Snapshot: found}); err != nil {
			return err
		}
	}
	return c.broken(found)
}

func (verifyAskCommand) say(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
}

// answered prints one answer.
func (c *verifyAskCommand) answered(rule verified.Rule, answer verified.Answer) error {
	text := ""
	if answer.Outcome != verified.Kept {
		text = ": " + verified.Redact(answer.Text)
	}
	_, err := fmt.Printf("%-9s  %-32s  %s%s\n", answer.Outcome, rule.ID, rule.Text, text)
	return err
}

// write writes the result, and docs/verified.md if the result is among those of the project.
func (c *verifyAskCommand) write(project string, found verify.Found) error {
	folder := c.Output
	if folder == "" {
		folder = filepath.Join(project, "verify")
	}
	path, err := found.Snapshot.Write(folder, found.Secrets...)
	if err != nil {
		return err
	}
	c.say("the result is in %s", path)
	if c.Output != "" {
		return nil
	}
	return verified.WriteDocument(project)
}

// compare prints in what AWS and the local stack differ, and returns an error if they do.
func (c *verifyAskCommand) compare(project string, found verified.Snapshot) error {
	local, _, err := verified.ReadAll(filepath.Join(project, "verify"))
	if err != nil {
		return err
	}
	differences := verified.Compare(found, local)
	for _, difference := range differences {
		fmt.Printf("different: %v\n", difference)
	}
	fmt.Printf("AWS and the local stack differ in %d rules\n", len(differences))
	if len(differences) > 0 {
		return errDifferences
	}
	return nil
}

// broken prints how many rules are kept, and returns an error if one is broken.
func (c *verifyAskCommand) broken(found verified.Snapshot) error {
	count := map[verified.Outcome]int{}
	for _, answer := range found.Answers {
		count[answer.Outcome]++
	}
	fmt.Printf("%d rules kept, %d broken\n", count[verified.Kept], count[verified.Broken])
	if count[verified.Broken] > 0 {
		return errDifferences
	}
	return nil
}

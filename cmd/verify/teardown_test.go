package verify

import (
	"strings"
	"syscall"
	"testing"
)

func TestWhateverStepIsInterruptedNothingIsLeft(t *testing.T) {
	t.Parallel()
	for _, step := range []string{
		"build", "product:before", "product:after", "rules:before", "rules:after", "rules-default:before",
		"rules-default:after", "rules-stream:before", "rules-stream:after", "asking",
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			asked := c.silent()
			running, said := c.run(Options{Yes: true}, step)
			var err error
			if step == "asking" {
				err = c.interruptWhileItAsks(running, said, asked)
			} else {
				c.must(running.Start())
				c.awaitStep(said)
				c.must(running.Process.Signal(syscall.SIGTERM))
				err = running.Wait()
			}
			if err == nil {
				t.Errorf("a run that was interrupted ends well: %s", said)
			}
			c.wantNothingLeft(said)
		})
	}
}

func TestARunThatWasKilledIsTakenDownWithResume(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"build", "product:before", "product:after", "rules:after", "rules-stream:after"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			asked := c.silent()
			killed, said := c.run(Options{Yes: true}, step)
			killed.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			c.must(killed.Start())
			c.awaitStep(said)
			c.must(syscall.Kill(-killed.Process.Pid, syscall.SIGKILL))
			_ = killed.Wait() // it was killed
			if len(c.left()) == 0 {
				t.Fatal("the run that was killed has left nothing, not even its file")
			}
			resumed, said := c.run(Options{Resume: true}, "")
			_ = c.interruptWhileItAsks(resumed, said, asked)
			c.wantNothingLeft(said)
		})
	}
}

func TestWhatCannotBeRemovedIsSaidAndAnotherTryRemovesIt(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	asked := c.silent()
	c.refuse("DeleteTable", "DeleteLogGroup")
	running, said := c.run(Options{Yes: true}, "")
	if err := c.interruptWhileItAsks(running, said, asked); err == nil {
		t.Error("it ends well")
	}
	for _, part := range []string{
		"NOT REMOVED: the table ", "NOT REMOVED: the log group /aws/lambda/", "you may not",
		"try again with: recall verify --resume --stack recall-verify-",
	} {
		if !strings.Contains(said.String(), part) {
			t.Errorf("it does not say %q, but: %s", part, said)
		}
	}
	c.refuse()
	for len(asked) > 0 {
		<-asked
	}
	again, said := c.run(Options{Resume: true}, "")
	_ = c.interruptWhileItAsks(again, said, asked)
	c.wantNothingLeft(said)
}

func TestTheRoleThatAPIGatewayHasForLogsStays(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	const role = "arn:aws:iam::123456789012:role/of-another-project"
	c.must(setLogRole(t.Context(), c.account.gateway, role))
	asked := c.silent()
	running, said := c.run(Options{Yes: true}, "")
	_ = c.interruptWhileItAsks(running, said, asked)
	if left := c.left(); len(left) != 1 || left[0] != "API Gateway's role "+role {
		t.Errorf("there is %q; the command says: %s", left, said)
	}
	if !strings.Contains(said.String(), "it has one, which stays as it is") {
		t.Errorf("it says %s", said)
	}
}

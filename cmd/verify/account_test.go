package verify

import (
	"bytes"
	"strings"
	"testing"
)

func TestWithoutAYesNothingIsMade(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	for _, answer := range []string{"", "no\n", "y\n"} {
		running, said := c.run(Options{}, "")
		running.Stdin = strings.NewReader(answer)
		if err := running.Run(); err == nil || !strings.Contains(said.String(), "the answer was not yes") {
			t.Errorf("the answer is %q, and it says %s", answer, said)
		}
		for _, part := range []string{
			"account                     " + c.number, "region                      eu-central-1",
			"environments        10, as in a new account", "it has none. The run creates one", "well below $1",
			"about 40 minutes", "Go on? Write yes",
		} {
			if !strings.Contains(said.String(), part) {
				t.Errorf("it does not say %q, but: %s", part, said)
			}
		}
	}
	if left := c.left(); len(left) > 0 {
		t.Errorf("there is %q", left)
	}
}

func TestAQuotaThatCannotBeReadIsSaid(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	Preflight{Account: "1", Region: region, HasLogRole: true}.Print(&said, true)
	for _, part := range []string{"environments        could not be read", "about three hours"} {
		if !strings.Contains(said.String(), part) {
			t.Errorf("it does not say %q, but: %s", part, said.String())
		}
	}
}

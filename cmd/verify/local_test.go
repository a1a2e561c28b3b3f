package verify

import (
	"context"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"example.com/recall/local/stack"
	"example.com/recall/local/verified"
	"example.com/recall/local/websocket"
)

func ignore(verified.Rule, verified.Answer) error { return nil }

func localOptions() LocalOptions {
	return LocalOptions{Project: project, Progress: func(string) {}}
}

// startLocal starts Recall on this machine.
func startLocal(t *testing.T) *stack.Stack {
	t.Helper()
	running, err := startProduct(t.Context(), localOptions(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(running.Close)
	return running
}

// isOfProduct is whether a rule is about the product itself.
func isOfProduct(id string) bool {
	return productProbes()[id] != nil || strings.HasPrefix(id, "faults.")
}

// askProductRules asks all rules of the product beside each other.
func askProductRules(t *testing.T, p Product, faults map[string]fault) map[string]verified.Answer {
	t.Helper()
	var group errgroup.Group
	var mutex sync.Mutex
	answers := map[string]verified.Answer{}
	for _, rule := range verified.Rules() {
		if !isOfProduct(rule.ID) {
			continue
		}
		group.Go(func() error {
			into := verified.NewSnapshot(verified.LocalRegion, "")
			err := Ask(t.Context(), Asked{
				Product: &p, Faults: faults, Only: []string{rule.ID}, Answered: ignore,
			}, &into)
			mutex.Lock()
			defer mutex.Unlock()
			answers[rule.ID], _ = into.Answer(rule.ID)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	return answers
}

func TestTheLocalStackKeepsTheRulesOfTheProductUnlessItTellsNobody(t *testing.T) {
	t.Parallel()
	running := startLocal(t)
	t.Run("it does what its result file says", func(t *testing.T) {
		committed, err := verified.Read(filepath.Join(project, "verify", "local.json"))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]verified.Answer{}
		for _, answer := range committed.Answers {
			if isOfProduct(answer.Rule) {
				want[answer.Rule] = answer
			}
		}
		got := askProductRules(t, localProduct(running), localFaults(localOptions()))
		if difference := cmp.Diff(want, got); difference != "" {
			t.Errorf("run: recall verify --local; the file and the local stack differ (-file +now):\n%s", difference)
		}
	})
	t.Run("if it tells nobody, it breaks all of them", func(t *testing.T) {
		defer running.Gateway().Faults().Add(websocket.PostFault{Status: http.StatusGone})()
		p := localProduct(running)
		p.Patience = 2 * time.Second
		p.Invoke = func(ctx context.Context, request any) ([]byte, error) {
			asked, _ := request.(map[string]any)
			if asked["action"] == "putMember" && asked["group"] == "verify-group-501" {
				return []byte(`{"ok":true}`), nil // the group has its members from before, and to add them takes long
			}
			return running.Admin(ctx, request)
		}
		faults := localFaults(localOptions())
		for id := range faults {
			faults[id] = func(context.Context) (Product, func(context.Context) error, error) {
				return p, func(context.Context) error { return nil }, nil // this product fails by itself
			}
		}
		got := askProductRules(t, p, faults)
		want := []string{
			"faults.permission", "faults.time-out", "recall.admin-invoke", "recall.admin-url", "recall.files",
			"recall.group-3", "recall.group-501", "recall.offline", "recall.recall", "recall.send",
		}
		if difference := cmp.Diff(want, slices.Sorted(maps.Keys(got))); difference != "" {
			t.Errorf("other rules are asked (-want +got):\n%s", difference)
		}
		for id, answer := range got {
			if answer.Outcome != verified.Broken || !strings.Contains(answer.Text, "does not come") &&
				!strings.Contains(answer.Text, "frames did not come: 0 of") {
				t.Errorf("%s: it is %s: %s", id, answer.Outcome, answer.Text)
			}
		}
	})
}

package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/gatewayrules/locally"
	"example.com/recall/local/verified"
	"example.com/recall/local/websocket"
)

func ignore(verified.Rule, verified.Answer) error { return nil }

// productAnswers are the answers to the rules of the product itself.
func productAnswers(s verified.Snapshot) []verified.Answer {
	return slices.DeleteFunc(slices.Clone(s.Answers), func(answer verified.Answer) bool {
		return productProbes()[answer.Rule] == nil && !strings.HasPrefix(answer.Rule, "faults.")
	})
}

func askLocalProduct(t *testing.T, switches websocket.Switches, patience time.Duration) verified.Snapshot {
	t.Helper()
	options := LocalOptions{Project: project, Switches: switches, Progress: func(string) {}}
	running, err := startProduct(t.Context(), options, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(running.Close)
	p := localProduct(running)
	p.Patience = patience
	into := verified.NewSnapshot(verified.LocalRegion, "")
	faults := localFaults(options)
	if patience > 0 { // this product fails by itself
		for id := range faults {
			faults[id] = func(context.Context) (Product, func(context.Context) error, error) {
				return p, func(context.Context) error { return nil }, nil
			}
		}
	}
	if err := Ask(t.Context(), Asked{Product: &p, Faults: faults, Answered: ignore}, &into); err != nil {
		t.Fatal(err)
	}
	return into
}

func TestTheLocalStackKeepsTheRulesOfTheProductAsItsResultFileSays(t *testing.T) {
	committed, err := verified.Read(filepath.Join(project, "verify", "local.json"))
	if err != nil {
		t.Fatal(err)
	}
	found := askLocalProduct(t, websocket.Switches{}, 0)
	if difference := cmp.Diff(productAnswers(committed), productAnswers(found)); difference != "" {
		t.Errorf("run: recall verify --local; the file and the local stack differ (-file +now):\n%s", difference)
	}
}

func TestAProductThatTellsNobodyIsFound(t *testing.T) {
	found := askLocalProduct(t, websocket.Switches{FailedPosts: 1, FailedPostStatus: 410}, 5*time.Second)
	var broken []string
	for _, answer := range found.Answers {
		if answer.Outcome == verified.Broken {
			broken = append(broken, answer.Rule)
		}
	}
	want := []string{
		"recall.send", "recall.recall", "recall.offline", "recall.group-3", "recall.group-501", "recall.admin-invoke",
		"recall.admin-url", "faults.time-out", "faults.permission",
	}
	if difference := cmp.Diff(want, broken); difference != "" {
		t.Errorf("other rules are broken (-want +got):\n%s", difference)
	}
}

// The stacks of this run are local ones. Everything else of AWS is simulated.
func TestAWholeRunAnswersAsTheLocalStackDoesAndLeavesNothing(t *testing.T) {
	node, err := filepath.Abs(filepath.Join(project, ".tools", "lambda-node", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("NODE_PATH", node)
	rules, err := locally.Start(t.Context(), locally.Options{
		Folder: filepath.Join(project, "local", "gatewayrules"), NoLimits: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rules.Close)
	running, err := startProduct(t.Context(), LocalOptions{Project: project, Progress: func(string) {}}, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(running.Close)
	c := newCloud(t)
	c.invoked = running.Addresses().Lambda
	c.outputs = map[string]map[string]string{
		"product": {
			"WebSocketUrl": running.Addresses().WebSocket, "AdminUrl": running.Addresses().Admin,
			"AdminFunctionName": running.State().AdminFunction,
		},
		"rules":         {"Address": rules.Target.URL},
		"rules-default": {"Address": rules.Target.DefaultURL},
	}
	command, said := c.run(Options{Yes: true}, "")
	var printed bytes.Buffer
	command.Stdout = &printed
	c.must(command.Start())
	// The local stack takes the tokens of the run.
	c.await("the file of the run", said, func() bool {
		run, err := resume(c.folder, "")
		if err == nil {
			running.RotateTokenSecret(run.Secret)
		}
		return err == nil
	})
	if err := command.Wait(); err != nil {
		t.Fatalf("%v; the command says: %s", err, said)
	}
	var found Found
	c.must(json.Unmarshal(printed.Bytes(), &found))
	local, err := verified.Read(filepath.Join(project, "verify", "local.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, difference := range verified.Compare(found.Snapshot, local) {
		t.Errorf("%v", difference)
	}
	if asked := len(found.Snapshot.Answers); asked < 90 {
		t.Errorf("only %d rules have an answer", asked)
	}
	if left := c.left(); len(left) > 0 {
		t.Errorf("there is still %q; the command says: %s", left, said)
	}
	changes := []string{
		"posts allowed: true", // when the stack was made
		`{"MemorySize":128,"Timeout":1}`, `{"FunctionVersion":"2"}`,
		`{"MemorySize":1024,"Timeout":20}`, `{"FunctionVersion":"3"}`,
		"posts allowed: false", "posts allowed: true",
	}
	if difference := cmp.Diff(changes, c.called); difference != "" {
		t.Errorf("the faults are others (-want +got):\n%s", difference)
	}
	measured := map[string]bool{}
	for _, each := range found.Snapshot.Measures {
		measured[each.Name] = true
	}
	for _, name := range []string{
		"recall to last notice, group of 3, p50", "recall to first notice, group of 501, largest of 10",
		"PostToConnection, from outside AWS, p50",
	} {
		if !measured[name] {
			t.Errorf("%s is not measured, but %v", name, measured)
		}
	}
	folder := t.TempDir()
	path, err := found.Snapshot.Write(folder, found.Secrets...)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"123456789012", "127.0.0.1", running.State().TokenSecret} {
		if strings.Contains(string(content), secret) {
			t.Errorf("%s is in the result", secret)
		}
	}
}

func TestTheSmokeTestAsksADeploymentThatIsThereAndLeavesIt(t *testing.T) {
	running, err := startProduct(t.Context(), LocalOptions{Project: project, Progress: func(string) {}}, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(running.Close)
	c := newCloud(t)
	template := `{
		"Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "of-prod"}}},
		"Outputs": {"WebSocketUrl": {"Value": "` + running.Addresses().WebSocket + `"}}
	}`
	_, err = c.account.stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String("recall-prod"), TemplateBody: aws.String(template),
	})
	c.must(err)
	for _, each := range []struct {
		secret string
		want   []string
	}{
		{running.State().TokenSecret, []string{"kept recall.send", "kept recall.recall", "kept recall.offline"}},
		{"", []string{"put the secret of its tokens into RECALL_TOKEN_SECRET"}},
	} {
		command, said := c.run(Options{Stack: "recall-prod", Smoke: true, Secret: each.secret}, "")
		if err := command.Run(); (err == nil) != (each.secret != "") {
			t.Errorf("it ends with %v: %s", err, said)
		}
		for _, part := range each.want {
			if !strings.Contains(said.String(), part) {
				t.Errorf("it does not say %q, but: %s", part, said)
			}
		}
		if strings.Contains(said.String(), "handshake.") || strings.Contains(said.String(), "group-501") {
			t.Errorf("it asks more than a smoke test: %s", said)
		}
	}
	if left := c.left(); len(left) != 2 {
		t.Errorf("the deployment is not as it was: %q", left)
	}
}

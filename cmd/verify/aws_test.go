package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/gatewayrules/locally"
	"example.com/recall/local/stack"
	"example.com/recall/local/streamrules"
	"example.com/recall/local/verified"
)

// The stacks of these runs are local ones. Everything else of AWS is simulated.
func TestRunsInAnAccount(t *testing.T) {
	t.Parallel()
	running := startLocal(t)
	t.Run("a whole run answers as the local stack does, and leaves nothing", func(t *testing.T) {
		runWhole(t, running)
	})
	t.Run("the smoke test asks a deployment that is there, and leaves it", func(t *testing.T) {
		runSmoke(t, running)
	})
}

// startRules starts the API of the rules of API Gateway on this machine.
func startRules(t *testing.T) *locally.Running {
	t.Helper()
	rules, err := locally.Start(t.Context(), locally.Options{
		Folder: filepath.Join(project, "local", "gatewayrules"), NoLimits: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rules.Close)
	return rules
}

func runWhole(t *testing.T, running *stack.Stack) {
	t.Helper()
	rules := startRules(t)
	streaming, stream, err := streamrules.Start(t.Context(), filepath.Join(project, "local", "streamrules"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(streaming.Close)
	c := newCloud(t)
	c.stream = streaming.Addresses()
	c.invoked, c.settings = running.Addresses().Lambda, accountSettings(1000)
	c.outputs = map[string]map[string]string{
		"product": {
			"WebSocketUrl": running.Addresses().WebSocket, "AdminUrl": running.Addresses().Admin,
			"AdminFunctionName": running.State().AdminFunction,
		},
		"rules":         {"Address": rules.Target.URL},
		"rules-default": {"Address": rules.Target.DefaultURL},
		"rules-stream": {
			"Table": stream.Table, "Queue": stream.QueueURL, "MaximumAge": fmt.Sprint(stream.MaximumAge.Seconds()),
		},
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
	checkAnswers(t, found.Snapshot)
	c.wantNothingLeft(said)
	changes := []string{
		"posts allowed: true", // when the stack was made
		`{"MemorySize":128,"Timeout":1}`, `{"FunctionVersion":"2"}`,
		`{"MemorySize":1024,"Timeout":20}`, `{"FunctionVersion":"3"}`,
		"posts allowed: false", "posts allowed: true",
	}
	if difference := cmp.Diff(changes, c.called); difference != "" {
		t.Errorf("the faults are others (-want +got):\n%s", difference)
	}
	path, err := found.Snapshot.Write(t.TempDir(), found.Secrets...)
	c.must(err)
	content, err := os.ReadFile(path)
	c.must(err)
	for _, secret := range []string{c.number, "127.0.0.1", running.State().TokenSecret} {
		if strings.Contains(string(content), secret) {
			t.Errorf("%s is in the result", secret)
		}
	}
}

// checkAnswers checks that a run has answers like those of the local stack, and figures.
func checkAnswers(t *testing.T, found verified.Snapshot) {
	t.Helper()
	local, err := verified.Read(filepath.Join(project, "verify", "local.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, difference := range verified.Compare(found, local) {
		t.Errorf("%v", difference)
	}
	if asked := len(found.Answers); asked < 96 {
		t.Errorf("only %d rules have an answer", asked)
	}
	measured := map[string]bool{}
	for _, each := range found.Measures {
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
}

func runSmoke(t *testing.T, running *stack.Stack) {
	t.Helper()
	c := newCloud(t)
	template := `{
		"Parameters": {"Attachments": {"Type": "String", "Default": "on"}},
		"Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "of-prod"}}},
		"Outputs": {"WebSocketUrl": {"Value": "` + running.Addresses().WebSocket + `"}}
	}`
	_, err := c.account.stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String("recall-prod"), TemplateBody: aws.String(template),
	})
	c.must(err)
	for _, each := range []struct {
		secret string
		want   []string
	}{
		{running.State().TokenSecret, []string{
			"kept recall.send", "kept recall.recall", "kept recall.offline", "kept recall.files",
		}},
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

func TestMoreDevicesConnectAtOnceInAnAccountThatMayRunMoreFunctions(t *testing.T) {
	t.Parallel()
	for environments, want := range map[int]float64{0: 20, 10: 20, 100: 200, 1000: 300} {
		if got := connectsPerSecond(environments); got != want {
			t.Errorf("%d environments: %v a second, not %v", environments, got, want)
		}
	}
}

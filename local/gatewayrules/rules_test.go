package gatewayrules_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/gatewayrules"
	"example.com/recall/local/stack"
	"example.com/recall/local/state"
	"example.com/recall/local/websocket"
)

// start runs the API of the rules and returns its addresses.
func start(t *testing.T, withDefault string, limits websocket.Limits, switches websocket.Switches) state.Addresses {
	t.Helper()
	running, err := stack.Start(t.Context(), stack.Options{
		Template: "template.yaml", Strict: true, Parameters: map[string]string{"DefaultRoute": withDefault},
		Limits: limits, Switches: switches,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(running.Close)
	return running.Addresses()
}

// target runs everything that the rules need. switches set the rules that are not certain.
func target(t *testing.T, switches websocket.Switches) gatewayrules.Target {
	t.Helper()
	node, err := filepath.Abs("../../.tools/lambda-node/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(node, "aws-lambda-ric")); err != nil {
		t.Fatalf("the runtime is missing (%v); run: scripts/require.sh lambda-runtimes", err)
	}
	t.Setenv("NODE_PATH", node)
	addresses := start(t, "no", websocket.Limits{}, switches)
	return gatewayrules.Target{
		URL: addresses.WebSocket, ManagementURL: addresses.Management,
		DefaultURL:  start(t, "yes", websocket.Limits{}, switches).WebSocket,
		IdleURL:     start(t, "no", websocket.Limits{IdleTimeout: time.Second}, switches).WebSocket,
		DurationURL: start(t, "no", websocket.Limits{ConnectionDuration: 5 * time.Second}, switches).WebSocket,
		Sign: gatewayrules.SignWith(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "tester", SecretAccessKey: "secret"}, nil
		}), "us-east-1"),
		Patience: time.Minute, Quiet: 300 * time.Millisecond,
	}
}

func TestTheLocalStackKeepsEveryRule(t *testing.T) {
	results := gatewayrules.Verify(t.Context(), target(t, websocket.Switches{}), nil)
	if len(results) < 40 {
		t.Errorf("there are only %d rules", len(results))
	}
	for _, result := range results {
		switch {
		case !result.Probed:
			t.Errorf("%s: %s: it was not probed", result.Section, result.Text)
		case result.Failure != nil:
			t.Errorf("%s: %s: %v", result.Section, result.Text, result.Failure)
		}
	}
}

func TestASwitchBreaksExactlyTheRuleThatItIsFor(t *testing.T) {
	results := gatewayrules.Verify(t.Context(), target(t, websocket.Switches{
		UnknownStageStatus:      404,
		AuthorizerFailureStatus: 503,
		HideConnectHeaders:      true,
		ExpiredCloseCode:        1000,
		DeleteCloseCode:         1001,
		AcceptInvalidText:       true,
		ReplaceInvalidText:      true,
		NativeAuthorizerValues:  true,
		FailedStatusFrame:       true,
		UnsignedManagement:      true,
	}), nil)
	var broken []string
	for _, result := range results {
		if result.Failure != nil {
			broken = append(broken, result.Text)
		}
	}
	want := []string{
		"Another stage gets 403", "Any other error of the authorizer gets 500",
		"An authorizer's answer without a policy gets 500",
		"Other headers of the `$connect` answer are on the 101",
		"Numbers and booleans of the authorizer's context are texts",
		"`statusCode` 500 of a message's function has no effect",
		"A text that is not UTF-8 closes with 1007", "10 minutes without a message close with 1001 `Going away`",
		"2 hours close with 1001 `Going away`, whatever is sent", "A body that is not UTF-8 gets 400 BadRequestException",
		"DELETE closes with 1000", "A call that is not signed gets 403",
	}
	if difference := cmp.Diff(want, broken); difference != "" {
		t.Errorf("other rules are broken (-want +got):\n%s", difference)
	}
}

func TestAnAddressWhereNothingListensKeepsNoRule(t *testing.T) {
	target := gatewayrules.Target{
		URL: "ws://127.0.0.1:1/rules", DefaultURL: "ws://127.0.0.1:1/rules", IdleURL: "ws://127.0.0.1:1/rules",
		DurationURL:   "ws://127.0.0.1:1/rules",
		ManagementURL: "http://127.0.0.1:1/rules", Patience: time.Minute,
		Sign: gatewayrules.SignWith(aws.AnonymousCredentials{}, "us-east-1"),
	}
	for _, result := range gatewayrules.Verify(t.Context(), target, nil) {
		if result.Failure == nil {
			t.Errorf("%s: %s: it is kept", result.Section, result.Text)
		}
	}
}

func TestAnAddressWithoutAStageBreaksTheRuleAboutAnotherStageInWords(t *testing.T) {
	for _, rule := range gatewayrules.Rules() {
		if rule.Section != "handshake" || rule.Text != "Another stage gets 403" {
			continue
		}
		result := gatewayrules.Probe(t.Context(), gatewayrules.Target{URL: "ws://127.0.0.1:1", Patience: time.Minute}, rule)
		if !result.Probed || result.Failure == nil || result.Failure.Error() != "the address has no stage" {
			t.Errorf("probed: %t, and it is broken by %v", result.Probed, result.Failure)
		}
		return
	}
	t.Error("there is no such rule")
}

var update = flag.Bool("update", false, "write the table of rules into the README of local/websocket")

func TestTheREADMEHasTheTableOfRules(t *testing.T) {
	const path, begin, end = "../websocket/README.md", "<!-- rules: begin -->\n", "<!-- rules: end -->\n"
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, foundBegin := strings.Cut(string(content), begin)
	table, after, foundEnd := strings.Cut(rest, end)
	if !foundBegin || !foundEnd {
		t.Fatalf("%s has no place for the table: %s…%s", path, begin, end)
	}
	if table == gatewayrules.Table() {
		return
	}
	if !*update {
		t.Fatalf("the table in %s is out of date; run: go test ./local/gatewayrules -update", path)
	}
	if err := os.WriteFile(path, []byte(before+begin+gatewayrules.Table()+end+after), 0o600); err != nil {
		t.Fatal(err)
	}
}

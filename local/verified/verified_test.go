package verified_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/verified"
)

var update = flag.Bool("update", false, "write docs/verified.md")

const project = "../.."

func TestEveryRuleHasAnIDOfItsOwnAnExpectedAnswerAndABasis(t *testing.T) {
	seen := map[string]bool{}
	for _, rule := range verified.Rules() {
		if seen[rule.ID] {
			t.Errorf("two rules are named %s", rule.ID)
		}
		seen[rule.ID] = true
		if rule.Text == "" || rule.Section == "" || rule.Source == "" {
			t.Errorf("%s: a column is empty: %+v", rule.ID, rule)
		}
		if rule.Basis != verified.Documentation && rule.Basis != verified.Guess {
			t.Errorf("%s: the basis is %q", rule.ID, rule.Basis)
		}
	}
}

// When somebody commits the result of an account, this fails for each rule in which the local stack is different.
func TestTheLocalStackDoesWhatAWSDidInEveryCommittedResult(t *testing.T) {
	local, aws, err := verified.ReadAll(filepath.Join(project, "verify"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range aws {
		for _, difference := range verified.Compare(s, local) {
			t.Errorf("%s: %v", s.File(), difference)
		}
	}
}

func TestTheDocumentIsMadeOfTheCommittedResults(t *testing.T) {
	path := filepath.Join(project, "docs", "verified.md")
	if *update {
		if err := verified.WriteDocument(project); err != nil {
			t.Fatal(err)
		}
	}
	local, aws, err := verified.ReadAll(filepath.Join(project, "verify"))
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if difference := cmp.Diff(string(content), verified.Document(local, aws)); difference != "" {
		t.Errorf("run: go test ./local/verified -update; docs/verified.md is old (-file +now):\n%s", difference)
	}
}

func TestARuleInWhichTwoRunsDifferIsFoundWithItsSwitch(t *testing.T) {
	local, remote := verified.NewSnapshot(verified.LocalRegion, ""), verified.NewSnapshot("eu-central-1", "2026-11-26")
	add := func(s *verified.Snapshot, rule string, outcome verified.Outcome, text string) {
		s.Add(verified.Answer{Rule: rule, Outcome: outcome, Text: text})
	}
	add(&local, "handshake.no-upgrade", verified.Kept, "426")
	add(&remote, "handshake.no-upgrade", verified.Kept, "426 with other words")
	add(&local, "handshake.other-stage", verified.Kept, "403")
	add(&remote, "handshake.other-stage", verified.Broken, "the status is 404, not 403")
	add(&local, "handshake.version", verified.Broken, "the status is 426, not 400")
	add(&remote, "handshake.version", verified.Broken, "the status is 404, not 400")
	add(&local, "handshake.denied", verified.Kept, "403")
	add(&remote, "handshake.denied", verified.NotAsked, "it takes too long")

	differences := verified.Compare(remote, local)
	var ids []string
	for _, difference := range differences {
		ids = append(ids, difference.Rule.ID)
	}
	if want := []string{"handshake.version", "handshake.other-stage"}; !cmp.Equal(want, ids) {
		t.Fatalf("the differences are %v, not %v", ids, want)
	}
	text := differences[1].String()
	for _, part := range []string{"handshake.other-stage", "404", "the switch is UnknownStageStatus"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
	document := verified.Document(local, []verified.Snapshot{remote})
	for _, part := range []string{
		"| eu-central-1, 2026-11-26 |", "| **broken**: the status is 404, not 403 | `UnknownStageStatus` |",
		"- handshake.forwarded", "- events.forwarded: is this true?",
	} {
		if strings.Contains(document, part) != (part != "- handshake.forwarded") {
			t.Errorf("wrong in the document: %s", part)
		}
	}
	if strings.Contains(document, "- handshake.other-stage: is this true?") {
		t.Error("a question that was answered is still open")
	}
}

func TestAResultIsReadAsItWasWrittenAndALaterAnswerReplacesTheEarlierOne(t *testing.T) {
	model := 1.5
	written := verified.NewSnapshot("eu-central-1", "2026-11-26")
	written.Add(verified.Answer{Rule: "handshake.denied", Outcome: verified.NotAsked})
	written.Add(verified.Answer{Rule: "handshake.denied", Outcome: verified.Kept, Text: "403 <&>"})
	written.Measures = []verified.Measure{{Name: "recall to first notice, p50", Unit: "ms", Value: 2, Model: &model}}
	folder := t.TempDir()
	path, err := written.Write(folder)
	if err != nil || filepath.Base(path) != "eu-central-1-2026-11-26.json" {
		t.Fatalf("%s, %v", path, err)
	}
	read, err := verified.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if difference := cmp.Diff(written, read); difference != "" || len(read.Answers) != 1 {
		t.Errorf("it is read as another one: %s", difference)
	}
}

func TestAResultOfAnotherFormatIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	if err := os.WriteFile(path, []byte(`{"format": 2}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := verified.Read(path); err == nil || !strings.Contains(err.Error(), "only 1 is known") {
		t.Errorf("got %v", err)
	}
}

func TestNoAccountNumberTokenOrAddressIsInAResult(t *testing.T) {
	secrets := []string{
		"123456789012", "abcdef1234.execute-api.eu-central-1.amazonaws.com", "wss://abcdef1234.example/rules",
		"arn:aws:lambda:eu-central-1:123456789012:function:x", "192.0.2.7:51234", "[2001:db8::1:7]:443", "2001:db8:0:1::7",
		"AKIAIOSFODNN7EXAMPLE", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl", "L0SM9cOFvHcCIhw=",
		"FwoGZXIvYXdzEBYaDHqa0AP1/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh", "x7k2p.lambda-url.eu-central-1.on.aws",
	}
	s := verified.NewSnapshot("eu-central-1", "2026-11-26")
	for _, secret := range secrets {
		s.Add(verified.Answer{Rule: "handshake.denied", Outcome: verified.Broken,
			Text: "dial tcp " + secret + `: it says {"connectionId":"` + secret + `"} for "` + secret + `", not 403`})
		text := s.Answers[0].Text
		if strings.Contains(text, secret) {
			t.Errorf("it is left in the answer: %s", text)
		}
		if !strings.Contains(text, "not 403") || !strings.Contains(text, "it says") {
			t.Errorf("too much is taken out: %s", text)
		}
	}
}

func TestWordsThatAreNoSecretStay(t *testing.T) {
	for _, text := range []string{
		`closed with 1001 "Going away"`, `{"message": "Internal server error", "connectionId":"…", "requestId":"…"}`,
		"410 GoneException", "the status is 404, not 403", "requestContext.disconnectStatusCode is 1006, not 1005",
		"p50 12.5 ms of 300 at 10:15", "3 alarms: INSUFFICIENT_DATA", "all of 100 frames are taken",
	} {
		if got := verified.Redact(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func TestAResultWithASecretOfTheRunIsNotWritten(t *testing.T) {
	s := verified.NewSnapshot("eu-central-1", "2026-11-26")
	s.Add(verified.Answer{Rule: "handshake.denied", Outcome: verified.Broken, Text: "the token is hush-hush"})
	folder := t.TempDir()
	if _, err := s.Write(folder, "", "hush-hush"); err == nil {
		t.Error("it is written")
	}
	if files, _ := os.ReadDir(folder); len(files) > 0 {
		t.Errorf("there is %v", files)
	}
}

// The committed files are what others sent, so they are looked at again.
func TestCommittedResultsHaveNothingThatIsRedacted(t *testing.T) {
	local, aws, err := verified.ReadAll(filepath.Join(project, "verify"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(aws, local) {
		for _, answer := range s.Answers {
			if again := verified.Redact(answer.Text); again != answer.Text {
				t.Errorf("%s: %s: %q has something that does not belong there", s.File(), answer.Rule, answer.Text)
			}
		}
	}
}

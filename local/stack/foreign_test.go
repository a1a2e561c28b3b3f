package stack_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"example.com/recall/local/stack"
)

// described are templates that we wrote after projects of other authors. Each uses the same constructs as its
// original. The originals were run by hand, unmodified; local/README.md has the table.
var described = []struct {
	folder, template string
	parameters       map[string]string
	query            string
	// frames are texts that are sent, each with a part of the answer.
	frames [][2]string
	// notices are parts of the notices that the template must get.
	notices []string
}{
	{
		folder: "chat-node", template: "template.yaml",
		frames: [][2]string{
			{`{"action":"sendmessage","data":"hello"}`, "hello"},
			{`{"action":"other"}`, `"message": "Forbidden"`},
		},
	},
	{
		folder: "chat-python", template: "template.yaml",
		frames: [][2]string{
			{`{"action":"sendtext","text":"hello"}`, "the local stack has no bedrock, and lets no call of it through to AWS"},
			{`{"action":"other"}`, "say sendtext"},
		},
	},
	{
		folder: "images-go", template: "template.yaml", parameters: map[string]string{"ApiKey": "none"},
		frames: [][2]string{{`{"action":"generate","text":"a cat"}`, "the event is on its way"}},
		notices: []string{
			"Api: there is no AWS::ApiGatewayV2::Stage",
			"Steps (AWS::Serverless::StateMachine): there is no Step Functions here",
			"Rule.EventPattern: the local stack does not emulate this property",
		},
	},
	{
		folder: "synthesized", template: "template.json", query: "?name=ann",
		frames: [][2]string{{`{"action":"other"}`, "nobody knows that action"}},
	},
	{
		folder: "devices-node", template: "template.yaml", parameters: map[string]string{"WebsiteName": "example"},
		frames:  [][2]string{{`{"message":"enter","data":"lamp"}`, "lamp is here"}},
		notices: []string{"Website.WebsiteConfiguration: the local stack does not emulate", "and on AWS with nodejs10.x"},
	},
}

func TestProjectsOfOtherAuthorsRunFromTheirTemplates(t *testing.T) {
	withRuntimes(t)
	for _, project := range described {
		t.Run(project.folder, func(t *testing.T) {
			directory := t.TempDir()
			if err := os.CopyFS(directory, os.DirFS(filepath.Join("testdata", "foreign", project.folder))); err != nil {
				t.Fatal(err)
			}
			buildGo(t, filepath.Join("testdata", "foreign", project.folder), directory)
			running, report := start(t, stack.Options{
				Template:   filepath.Join(directory, project.template),
				Parameters: project.parameters,
			})
			connection, _, err := websocket.Dial(t.Context(), running.Addresses().WebSocket+project.query, nil)
			if err != nil {
				t.Fatalf("%v\n%s", err, report.text())
			}
			t.Cleanup(func() { _ = connection.CloseNow() })
			for _, frame := range project.frames {
				if got := said(t, connection, frame[0]); !strings.Contains(got, frame[1]) {
					t.Errorf("%s is answered with %q\n%s", frame[0], got, report.text())
				}
			}
			for _, notice := range project.notices {
				reported(t, report, notice)
			}
		})
	}
}

// buildGo builds the Go programs of a project's functions as its makefile would: a bootstrap beside each main.go.
func buildGo(t *testing.T, from, to string) {
	t.Helper()
	programs, err := filepath.Glob(filepath.Join(from, "*", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range programs {
		folder := filepath.Base(filepath.Dir(program))
		ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
		defer cancel()
		build := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(to, folder, "bootstrap"),
			"./"+filepath.Dir(program))
		if output, err := build.CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", folder, err, output)
		}
	}
}

package verify

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"example.com/recall/protocol/conformance"
)

// The group is made by signed invocations of the admin function, as on AWS.
func TestTheClientsMeetOnADeployment(t *testing.T) {
	t.Parallel()
	running := startLocal(t)
	c := newCloud(t)
	c.invoked = running.Addresses().Lambda
	driver, err := filepath.Abs(filepath.Join(project, "clients", "go", "driver.sh"))
	c.must(err)
	clients := []conformance.Participant{{User: "one", Driver: []string{driver}}, {User: "two", Driver: []string{driver}}}
	c.must(BuildDrivers(t.Context(), clients, func(string) {}))
	template, err := json.Marshal(object{
		"Resources": object{"Role": role()},
		"Outputs": object{
			"WebSocketUrl":      object{"Value": running.Addresses().WebSocket},
			"AdminFunctionName": object{"Value": running.State().AdminFunction},
		},
	})
	c.must(err)
	_, err = c.account.stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String("recall-prod"), TemplateBody: aws.String(string(template)),
	})
	c.must(err)
	options := Options{Stack: "recall-prod", Smoke: true, Secret: running.State().TokenSecret, Clients: clients}
	command, said := c.run(options, "")
	if err := command.Run(); err != nil || !strings.Contains(said.String(), "kept recall.interop one, two") {
		t.Errorf("it ends with %v: %s", err, said)
	}
	options.Clients[1].Driver = []string{"false"}
	command, said = c.run(options, "")
	if err := command.Run(); err != nil || !strings.Contains(said.String(), "broken recall.interop verify-") {
		t.Errorf("with a client that does not run, it ends with %v: %s", err, said)
	}
}

package verify

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/recall/cmd/adminfunction"
	"example.com/recall/local/gatewayrules/locally"
	"example.com/recall/local/stack"
	"example.com/recall/local/streamrules"
	"example.com/recall/local/verified"
	"example.com/recall/local/websocket"
	"example.com/recall/protocol/conformance"
)

// LocalOptions say what is asked of the local stack.
type LocalOptions struct {
	// Project is the directory of this project.
	Project  string
	Switches websocket.Switches
	Only     []string
	// Clients are the clients that meet, with their drivers; none = they do not meet.
	Clients  []conformance.Participant
	Progress func(text string)
	Answered func(rule verified.Rule, answer verified.Answer) error
}

// Local asks the local stack everything that it can answer.
func Local(ctx context.Context, options LocalOptions) (verified.Snapshot, error) {
	into := verified.NewSnapshot(verified.LocalRegion, "")
	options.Progress("starting the API of local/gatewayrules")
	rules, err := locally.Start(ctx, locally.Options{
		Folder: filepath.Join(options.Project, "local", "gatewayrules"), Switches: options.Switches,
	})
	if err != nil {
		return into, err
	}
	defer rules.Close()
	options.Progress("starting the stream of local/streamrules")
	streaming, stream, err := streamrules.Start(ctx, filepath.Join(options.Project, "local", "streamrules"))
	if err != nil {
		return into, err
	}
	defer streaming.Close()
	product, err := startProduct(ctx, options, "")
	if err != nil {
		return into, err
	}
	defer product.Close()
	p := localProduct(product)
	p.Clients = options.Clients
	err = Ask(ctx, Asked{
		Gateway: &rules.Target, Stream: &stream, Product: &p, Faults: localFaults(options), Only: options.Only,
		Answered: options.Answered,
	}, &into)
	return into, err
}

// startProduct runs Recall from a template; empty = that of the project.
func startProduct(ctx context.Context, options LocalOptions, template string) (*stack.Stack, error) {
	return stack.Start(ctx, stack.Options{
		Project: options.Project, Template: template, Strict: true, Switches: options.Switches,
		Progress: options.Progress, Parameters: map[string]string{"Attachments": "on"},
	})
}

// localFaults are the faults of AWS, made by another template.
func localFaults(options LocalOptions) map[string]fault {
	slow := options
	slow.Switches.PostDelay = slowPost
	return map[string]fault{
		faultTimeout: localFault(slow, func(template string) string {
			return strings.Replace(template, "tells every device.\n      MemorySize: 1024",
				"tells every device.\n      MemorySize: 128\n      Timeout: 1", 1)
		}),
		faultPermission: localFault(options, func(template string) string {
			before, policy, _ := strings.Cut(template, "PolicyName: revoke\n")
			return before + "PolicyName: revoke\n" + strings.Replace(policy, "Action: execute-api:ManageConnections",
				"Action: execute-api:InvalidateCache", 1)
		}),
	}
}

// slowPost is longer than the function may run.
const slowPost = 1500 * time.Millisecond

// localFault runs Recall from a template that was changed.
func localFault(options LocalOptions, change func(template string) string) fault {
	return func(ctx context.Context) (Product, func(context.Context) error, error) {
		content, err := os.ReadFile(filepath.Join(options.Project, "template.yaml"))
		if err != nil {
			return Product{}, nil, err
		}
		changed := change(string(content))
		if changed == string(content) {
			return Product{}, nil, errors.New("the template has another form than this fault expects")
		}
		// It is in the project, because its functions are there.
		file, err := os.CreateTemp(options.Project, ".verify-*.yaml")
		if err != nil {
			return Product{}, nil, err
		}
		defer os.Remove(file.Name())
		if _, err := file.WriteString(changed); err != nil {
			return Product{}, nil, errors.Join(err, file.Close())
		}
		if err := file.Close(); err != nil {
			return Product{}, nil, err
		}
		running, err := startProduct(ctx, options, file.Name())
		if err != nil {
			return Product{}, nil, err
		}
		return localProduct(running), func(context.Context) error { running.Close(); return nil }, nil
	}
}

// tokenTime is longer than any run.
const tokenTime = 4 * time.Hour

// localPerSecond is below the quota of 500, which the local stack has too.
const localPerSecond = 300

func localProduct(running *stack.Stack) Product {
	region := running.State().Region
	return Product{
		URL:    running.Addresses().WebSocket,
		Token:  func(user string) (string, error) { return running.Token(user, tokenTime) },
		Invoke: func(ctx context.Context, request any) ([]byte, error) { return running.Admin(ctx, request) },
		ByURL: func(ctx context.Context, request any) ([]byte, error) {
			body, err := json.Marshal(request)
			if err != nil {
				return nil, err
			}
			credentials := aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}
			return adminfunction.Call(ctx, running.Addresses().Admin, credentials, region, body)
		},
		PerSecond: localPerSecond, Prefix: "verify", Files: true,
	}
}

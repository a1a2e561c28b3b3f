package verify

import (
	"context"
	"encoding/json"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/recall/cmd/adminfunction"
	"example.com/recall/local/gatewayrules/locally"
	"example.com/recall/local/stack"
	"example.com/recall/local/verified"
	"example.com/recall/local/websocket"
)

// LocalOptions say what is asked of the local stack.
type LocalOptions struct {
	// Project is the directory of this project.
	Project  string
	Switches websocket.Switches
	Only     []string
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
	product, err := startProduct(ctx, options)
	if err != nil {
		return into, err
	}
	defer product.Close()
	p := localProduct(product)
	err = Ask(ctx, Asked{
		Gateway: &rules.Target, Product: &p, Only: options.Only, Answered: options.Answered,
	}, &into)
	return into, err
}

func startProduct(ctx context.Context, options LocalOptions) (*stack.Stack, error) {
	return stack.Start(ctx, stack.Options{
		Project: options.Project, Strict: true, Switches: options.Switches, Progress: options.Progress,
	})
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
		PerSecond: localPerSecond, Prefix: "verify",
	}
}

package streamrules

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"example.com/recall/local/elasticmq"
	"example.com/recall/local/stack"
	"example.com/recall/local/tables"
)

// localAge is shorter than Lambda allows, so that the rule can be asked soon.
const localAge = 2 * time.Second

// Start runs the template of a folder on the local stack. Its function is a Python program, so the python3 on the PATH
// must have AWS's runtime interface client: scripts/require.sh lambda-runtimes.
func Start(ctx context.Context, folder string) (*stack.Stack, Target, error) {
	template, err := os.ReadFile(filepath.Join(folder, "template.yaml")) // #nosec G304 -- a folder of this project
	if err != nil {
		return nil, Target{}, err
	}
	running, err := StartTemplate(ctx, string(template), 0)
	if err != nil {
		return nil, Target{}, err
	}
	target, err := LocalTarget(ctx, running, "")
	if err != nil {
		running.Close()
		return nil, Target{}, err
	}
	return running, target, nil
}

// api is what the local stack cannot do without. It has no routes.
const api = `Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: none, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: none, AutoDeploy: true}}
`

// StartTemplate runs a template like that of this folder on the local stack. pause is RetryPause of stack.Options.
func StartTemplate(ctx context.Context, template string, pause time.Duration) (*stack.Stack, error) {
	folder, err := os.MkdirTemp("", "recall-streamrules-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "template.yaml")
	if err := os.WriteFile(path, []byte(strings.Replace(template, "Resources:\n", api, 1)), 0o600); err != nil {
		return nil, err
	}
	return stack.Start(ctx, stack.Options{
		Template: path, Strict: true, RetryPause: pause,
		Parameters: map[string]string{"MaximumAge": fmt.Sprintf("%.0f", localAge.Seconds())},
	})
}

// LocalTarget returns what a local stack runs. The names of its resources may have something behind them.
func LocalTarget(ctx context.Context, running *stack.Stack, behind string) (Target, error) {
	region, at := running.State().Region, running.Addresses()
	queues := elasticmq.Client(at.Queues, region)
	queue, err := queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("SeenQueue" + behind)})
	if err != nil {
		return Target{}, fmt.Errorf("look for the queue: %w", err)
	}
	return Target{
		Tables: tables.Client(at.DynamoDB, region), Queues: queues, Table: "RecordsTable" + behind,
		QueueURL: aws.ToString(queue.QueueUrl), MaximumAge: localAge, Patience: 5 * time.Minute, Quiet: 5 * time.Second,
	}, nil
}

// Package elasticmq runs ElasticMQ, a local SQS, as a child process that never outlives its parent. It creates a
// template's queues in it.
package elasticmq

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"example.com/recall/local/javaserver"
	"example.com/recall/local/template"
)

// Options say how to run ElasticMQ. The zero value takes a free port.
type Options struct {
	// Address to listen on; empty = 127.0.0.1.
	Address string
	// Port to listen on; 0 = a free one.
	Port int
	// JarDirectory holds the jars in lib/; empty = .tools/elasticmq in the working directory or the nearest directory
	// above it that has one.
	JarDirectory string
	// Region and AccountID appear in ARNs and URLs.
	Region, AccountID string
	// Log gets what the server prints; nil = dropped.
	Log io.Writer
}

// Server is a running ElasticMQ. It has the methods of javaserver.Server: Endpoint, ProcessID, Done and Close. All
// messages are lost when it ends.
type Server struct{ *javaserver.Server }

//go:embed LoopbackServer.java
var source []byte

// Start starts ElasticMQ and waits until it answers. Its errors say what to do if Java or the jars are missing or the
// port is taken.
func Start(ctx context.Context, options Options) (*Server, error) {
	server, err := javaserver.Start(ctx, javaserver.Program{
		Name: "ElasticMQ", Tool: "elasticmq", Jar: "elasticmq-server_*.jar", Source: source,
		Options:   func(string) []string { return []string{"-Xmx256m"} },
		Arguments: []string{options.Region, options.AccountID},
	}, javaserver.Options{Address: options.Address, Port: options.Port, Tools: options.JarDirectory, Log: options.Log})
	if err != nil {
		return nil, err
	}
	return &Server{server}, nil
}

// Client is an SQS client for a local endpoint. Such an endpoint accepts any credentials.
func Client(endpoint, region string) *sqs.Client {
	return sqs.New(sqs.Options{
		Region: region, BaseEndpoint: aws.String(endpoint),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
}

// Create creates all queues of a template, dead-letter queues first, and returns their local URLs by ARN.
func Create(ctx context.Context, client *sqs.Client, from *template.Template) (map[string]string, error) {
	urls := map[string]string{}
	remaining := append([]template.Queue(nil), from.Queues...)
	for len(remaining) > 0 {
		var waiting []template.Queue
		for _, queue := range remaining {
			if queue.DeadLetterARN != "" && urls[queue.DeadLetterARN] == "" {
				waiting = append(waiting, queue)
				continue
			}
			url, err := create(ctx, client, queue)
			if err != nil {
				return nil, fmt.Errorf("create the queue %s: %w", queue.Name, err)
			}
			urls[queue.ARN] = url
		}
		if len(waiting) == len(remaining) {
			return nil, fmt.Errorf("the queue %s has a dead-letter queue that the template does not have: %s",
				waiting[0].Name, waiting[0].DeadLetterARN)
		}
		remaining = waiting
	}
	return urls, nil
}

func create(ctx context.Context, client *sqs.Client, queue template.Queue) (string, error) {
	seconds := func(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }
	attributes := map[string]string{
		string(types.QueueAttributeNameVisibilityTimeout):             seconds(queue.VisibilityTimeout),
		string(types.QueueAttributeNameDelaySeconds):                  seconds(queue.Delay),
		string(types.QueueAttributeNameReceiveMessageWaitTimeSeconds): seconds(queue.ReceiveWait),
	}
	if queue.DeadLetterARN != "" {
		policy, err := json.Marshal(map[string]any{
			"deadLetterTargetArn": queue.DeadLetterARN,
			"maxReceiveCount":     queue.MaximumReceives,
		})
		if err != nil {
			return "", err
		}
		attributes[string(types.QueueAttributeNameRedrivePolicy)] = string(policy)
	}
	output, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &queue.Name, Attributes: attributes})
	if err != nil {
		return "", err
	}
	return *output.QueueUrl, nil
}

// Name returns the name of a queue, which is the last part of its ARN or URL.
func Name(address string) string {
	return address[strings.LastIndexAny(address, ":/")+1:]
}

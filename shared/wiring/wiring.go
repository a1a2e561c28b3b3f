// Package wiring puts the rules and their adapters together for the functions that need all of them. It decides nothing.
package wiring

import (
	"log/slog"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/frame"
	"example.com/recall/shared/function"
	"example.com/recall/shared/gateway"
	"example.com/recall/shared/queue"
	"example.com/recall/shared/recall"
)

// Parts are what a function is made of.
type Parts struct {
	Service *recall.Service
	Log     *slog.Logger
	Metrics *function.Metrics
	// AWS is for a function's further clients.
	AWS aws.Config
}

// Build makes the service with its stores, and, where the function has an endpoint to post to, its notifier and queue.
// It fails where the environment lacks what every function needs.
func Build(environment function.Environment) (Parts, error) {
	if err := environment.Storage(); err != nil {
		return Parts{}, err
	}
	client := function.HTTPClient()
	config := environment.AWS(client)
	clock := recall.SystemClock{}
	log := function.NewLogger(environment, os.Stdout)
	metrics := &function.Metrics{Function: environment.FunctionName, Output: os.Stdout, Clock: clock}
	tables := dynamodb.NewFromConfig(config, func(o *dynamodb.Options) {
		o.BaseEndpoint = function.Endpoint(environment.DynamoDBEndpoint)
	})
	presence := &dynamo.Presence{Client: tables, Table: environment.ConnectionsTable, Clock: clock}
	service := &recall.Service{
		Store:     &dynamo.Store{Client: tables, Table: environment.MessagesTable},
		Presence:  presence,
		Clock:     clock,
		Window:    environment.RecallWindow,
		Retention: environment.Retention,
		Log:       log,
		Observer:  metrics,
	}
	if environment.RequestsPerMinute > 0 {
		service.Limiter = recall.NewLimiter(environment.RequestsPerMinute)
	}
	if environment.ManagementEndpoint != "" {
		service.Notifier = notifier(environment, config, presence, metrics, log)
		service.Queue = chunks(environment, config)
	}
	environment.Warm(client, environment.DynamoDBAddress(), environment.ManagementEndpoint)
	return Parts{Service: service, Log: log, Metrics: metrics, AWS: config}, nil
}

func notifier(environment function.Environment, config aws.Config, presence *dynamo.Presence, metrics *function.Metrics, log *slog.Logger) *gateway.Poster {
	return &gateway.Poster{
		Client:   gateway.NewClient(config, recall.SystemClock{}, environment.ManagementEndpoint),
		Presence: presence,
		Clock:    recall.SystemClock{},
		Observer: metrics,
		Log:      log,
	}
}

func chunks(environment function.Environment, config aws.Config) *queue.Queue {
	return &queue.Queue{
		URL:    environment.ChunksQueueURL,
		Client: queue.NewSender(config, recall.SystemClock{}, environment.SQSAddress()),
	}
}

// Frames answers the frames of a function's routes.
func (p Parts) Frames() frame.Frames {
	return frame.Frames{Service: p.Service, Log: p.Log, Metrics: p.Metrics}
}

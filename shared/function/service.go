package function

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/gateway"
	"example.com/recall/shared/queue"
	"example.com/recall/shared/recall"
)

// Parts are what a function is made of.
type Parts struct {
	Service *recall.Service
	Log     *slog.Logger
	Metrics *Metrics
	// AWS is for a function's further clients.
	AWS aws.Config
}

// Posts is how many notices a function posts at the same time: it opens so many connections while it starts.
type Posts int

// What the functions post.
const (
	// NoPosts is for a function that leaves all notices to the queue.
	NoPosts Posts = 0
	// FewPosts is for a function that only tells other devices of the same user.
	FewPosts Posts = 1
	// ManyPosts is for a function that tells the members of a group.
	ManyPosts Posts = gateway.ParallelPosts
)

// Files makes the storage of files with the name of a bucket: objects.New.
type Files func(config aws.Config, endpoint *string, bucket string) recall.Objects

// NoFiles is for a function that neither reads nor deletes files. Its program does without the client of S3.
func NoFiles(aws.Config, *string, string) recall.Objects { return nil }

// Build makes the service with its stores, a notifier and a queue if the function has an endpoint to post to, and the
// storage of files if the deployment has one. It fails if the environment lacks what every function needs.
func Build(environment Environment, posts Posts, files Files) (Parts, error) {
	return build(environment, posts, files, HTTPClient())
}

func build(environment Environment, posts Posts, files Files, client aws.HTTPClient) (Parts, error) {
	if err := environment.Storage(); err != nil {
		return Parts{}, err
	}
	config := environment.AWS(client)
	clock := recall.SystemClock{}
	log := NewLogger(environment, os.Stdout)
	metrics := &Metrics{Function: environment.FunctionName, Output: os.Stdout, Clock: clock}
	tables := dynamo.NewClient(config, environment.DynamoDBEndpoint)
	presence := &dynamo.Presence{Client: tables, Table: environment.ConnectionsTable, Clock: clock}
	service := &recall.Service{
		Store:     &dynamo.Store{Client: tables, Table: environment.MessagesTable},
		Presence:  presence,
		Clock:     clock,
		Window:    environment.RecallWindow,
		Retention: environment.Retention,

		ConnectionsPerUser: environment.ConnectionsPerUser,
		Log:                log,
		Observer:           metrics,
	}
	if environment.AttachmentsBucket != "" {
		service.Objects = files(config, environment.S3Endpoint, environment.AttachmentsBucket)
		service.MaxAttachmentBytes = environment.MaxAttachmentBytes
	}
	if environment.RequestsPerMinute > 0 {
		service.Limiter = recall.NewLimiter(environment.RequestsPerMinute)
	}
	if len(environment.PushKinds) > 0 {
		service.Push = pushOf(environment, config, tables)
	}
	address, err := dynamo.Address(context.Background(), tables)
	if err != nil {
		return Parts{}, err
	}
	pools := []Pool{{Address: address, Connections: callsAtOnce}}
	if environment.ManagementEndpoint != "" {
		service.Notifier = &gateway.Poster{
			Client:   gateway.NewClient(config, environment.ManagementEndpoint),
			Presence: presence, Clock: clock, Observer: metrics, Log: log,
		}
		service.Queue = &queue.Queue{
			URL:    environment.ChunksQueueURL,
			Client: queue.NewClient(config, environment.SQSEndpoint),
		}
		if posts != NoPosts {
			pools = append(pools, Pool{Address: environment.ManagementEndpoint, Connections: int(posts)})
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), warmFor)
	defer cancel()
	Warm(ctx, client, pools...)
	return Parts{Service: service, Log: log, Metrics: metrics, AWS: config}, nil
}

// pushOf makes what the function needs for notifications. A function without the table only queues jobs, and one
// without the queue only registers devices.
func pushOf(environment Environment, config aws.Config, tables dynamo.API) *recall.Push {
	push := &recall.Push{
		Devices:      &dynamo.Devices{Client: tables, Table: environment.PushTable},
		Kinds:        environment.PushKinds,
		WebPushKey:   environment.WebPushKey,
		WebPushHosts: environment.WebPushHosts,
		ShowsText:    environment.PushShowsText,
	}
	if environment.PushQueueURL != "" {
		push.Queue = &queue.PushQueue{
			URL:    environment.PushQueueURL,
			Client: queue.NewClient(config, environment.SQSEndpoint),
		}
	}
	return push
}

// warmFor bounds the warming: a function must start although it cannot reach a service.
const warmFor = 2 * time.Second

// callsAtOnce is how many calls of DynamoDB a recall in a group of 500 members makes at the same time: five batches of
// presence, and the head (docs/performance.md, "Calls and units").
const callsAtOnce = 6

// Frames answers the frames of a function's routes.
func (p Parts) Frames() Frames {
	return Frames{Service: p.Service, Log: p.Log, Metrics: p.Metrics}
}

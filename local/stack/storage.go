package stack

import (
	"context"

	"example.com/recall/local/dynamodblocal"
	"example.com/recall/local/elasticmq"
	"example.com/recall/local/tables"
)

func (s *Stack) startStorage(ctx context.Context) error {
	if len(s.template.Tables) == 0 {
		return nil
	}
	s.options.Progress("starting DynamoDB Local")
	server, err := dynamodblocal.Start(ctx, dynamodblocal.Options{
		Address: s.options.Address,
		Port:    s.options.Ports.DynamoDB,
	})
	if err != nil {
		return err
	}
	s.onClose(server.Close)
	s.dynamodb = server
	if err := tables.Create(ctx, tables.Client(server.Endpoint(), s.template.Region), s.template); err != nil {
		return err
	}
	return nil
}

func (s *Stack) startQueues(ctx context.Context) error {
	if len(s.template.Queues) == 0 {
		return nil
	}
	s.options.Progress("starting ElasticMQ")
	server, err := elasticmq.Start(ctx, elasticmq.Options{
		Address: s.options.Address, Port: s.options.Ports.Queues, Region: s.template.Region, AccountID: s.template.AccountID,
	})
	if err != nil {
		return err
	}
	s.onClose(server.Close)
	s.queues = server
	if s.queueURLs, err = elasticmq.Create(ctx, elasticmq.Client(server.Endpoint(), s.template.Region),
		s.template); err != nil {
		return err
	}
	return nil
}

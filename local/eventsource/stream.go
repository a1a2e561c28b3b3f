package eventsource

import (
	"context"
	"errors"
	"hash/fnv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

const (
	// shardInterval is how often the list of shards is read again.
	shardInterval = 2 * time.Second
	// laneCapacity is how many records may wait in a lane. If it is full, the shard is not read further.
	laneCapacity = 1000
)

// stream reads all shards of one table's stream.
type stream struct {
	Options
	filter filter
	arn    string // as DynamoDB has it

	mutex   sync.Mutex
	started map[string]bool // shards whose reading has begun
	ended   map[string]bool // shards that are read to their end
}

// runStream reads the stream's shards. It reads a parent before its children, so that the changes of one item stay in
// order.
func runStream(ctx context.Context, options Options, filter filter) {
	s := &stream{Options: options, filter: filter, started: map[string]bool{}, ended: map[string]bool{}}
	var readers sync.WaitGroup
	defer readers.Wait()
	first := true
	for {
		shards, err := s.shards(ctx)
		if err != nil && ctx.Err() == nil {
			s.Trouble("cannot look for the shards of the stream of " + s.Source.Table + ": " + err.Error())
		}
		for _, shard := range s.ready(shards) {
			position := types.ShardIteratorTypeTrimHorizon
			if first && s.Source.StartingPosition == "LATEST" {
				position = types.ShardIteratorTypeLatest
			}
			readers.Go(func() {
				s.readShard(ctx, shard, position)
				s.mutex.Lock()
				defer s.mutex.Unlock()
				s.ended[shard] = true
			})
		}
		if err == nil {
			first = false
		}
		if !pause(ctx, shardInterval) {
			return
		}
	}
}

// shards lists the stream's shards.
func (s *stream) shards(ctx context.Context) ([]types.Shard, error) {
	if s.arn == "" {
		listed, err := s.Streams.ListStreams(ctx, &dynamodbstreams.ListStreamsInput{TableName: &s.Source.Table})
		if err != nil {
			return nil, err
		}
		if len(listed.Streams) == 0 {
			return nil, errors.New("the table has no stream")
		}
		s.arn = *listed.Streams[len(listed.Streams)-1].StreamArn
	}
	var shards []types.Shard
	input := &dynamodbstreams.DescribeStreamInput{StreamArn: &s.arn}
	for {
		output, err := s.Streams.DescribeStream(ctx, input)
		if err != nil {
			return nil, err
		}
		shards = append(shards, output.StreamDescription.Shards...)
		if output.StreamDescription.LastEvaluatedShardId == nil {
			return shards, nil
		}
		input.ExclusiveStartShardId = output.StreamDescription.LastEvaluatedShardId
	}
}

// ready returns the shards that can be begun now, and notes that they have begun.
func (s *stream) ready(shards []types.Shard) []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	listed := map[string]bool{}
	for _, shard := range shards {
		listed[*shard.ShardId] = true
	}
	var ready []string
	for _, shard := range shards {
		id := *shard.ShardId
		waits := shard.ParentShardId != nil && listed[*shard.ParentShardId] && !s.ended[*shard.ParentShardId]
		if !s.started[id] && !waits {
			s.started[id] = true
			ready = append(ready, id)
		}
	}
	return ready
}

// readShard reads one shard to its end. It has one lane for each batch that the mapping runs in parallel.
func (s *stream) readShard(ctx context.Context, shard string, position types.ShardIteratorType) {
	lanes := make([]chan record, s.Source.Parallelization)
	var working sync.WaitGroup
	for i := range lanes {
		lanes[i] = make(chan record, laneCapacity)
		l := &lane{stream: s, shard: shard, records: lanes[i]}
		working.Go(func() { l.run(ctx) })
	}
	defer working.Wait()
	defer func() {
		for _, lane := range lanes {
			close(lane)
		}
	}()
	var iterator, last *string
	for ctx.Err() == nil {
		if iterator == nil {
			var err error
			if iterator, err = s.iterator(ctx, shard, position, last); err != nil {
				s.complain(ctx, shard, err)
				pause(ctx, s.PollInterval)
				continue
			}
		}
		output, err := s.Streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator})
		if err != nil {
			// DynamoDB Local sometimes returns this error for an iterator that was made while the shard was empty. A
			// new iterator works.
			var trimmed *types.TrimmedDataAccessException
			if !errors.As(err, &trimmed) {
				s.complain(ctx, shard, err)
			}
			iterator = nil // it may have expired
			pause(ctx, s.PollInterval)
			continue
		}
		for i := range output.Records {
			r := newRecord(&output.Records[i], s.Source.SourceARN, s.Region)
			last = &r.sequenceNumber
			if !s.filter.matches(r.event) {
				continue
			}
			select {
			case lanes[laneOf(r, len(lanes))] <- r:
			case <-ctx.Done():
				return
			}
		}
		if output.NextShardIterator == nil {
			return // the shard is closed and read to its end
		}
		iterator = output.NextShardIterator
		if len(output.Records) == 0 {
			pause(ctx, s.PollInterval)
		}
	}
}

func (s *stream) complain(ctx context.Context, shard string, err error) {
	if ctx.Err() == nil {
		s.Trouble("cannot read shard " + shard + " of the stream of " + s.Source.Table + ": " + err.Error())
	}
}

// iterator returns an iterator at the beginning of a shard, or after the last record that was read.
func (s *stream) iterator(
	ctx context.Context, shard string, position types.ShardIteratorType, last *string,
) (*string, error) {
	if last != nil {
		position = types.ShardIteratorTypeAfterSequenceNumber
	}
	output, err := s.Streams.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{
		StreamArn: &s.arn, ShardId: &shard, ShardIteratorType: position, SequenceNumber: last,
	})
	if err != nil {
		return nil, err
	}
	return output.ShardIterator, nil
}

// laneOf returns the lane of a record. All changes of one item are in one lane, so that they stay in order.
func laneOf(r record, lanes int) int {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(r.key))
	return int(hash.Sum32() % uint32(lanes)) // #nosec G115 -- a handful of lanes
}

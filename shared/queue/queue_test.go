package queue_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/queue"
	"example.com/recall/shared/recall"
)

// api stands for SQS. It takes every batch, unless fail says otherwise for the batch with that number.
type api struct {
	fail    func(call int) (refused int, err error)
	batches [][]string
	delays  []int32
}

func (a *api) SendMessageBatch(
	_ context.Context, input *sqs.SendMessageBatchInput, _ ...func(*sqs.Options),
) (*sqs.SendMessageBatchOutput, error) {
	if *input.QueueUrl != "https://queue" {
		return nil, errors.New("another queue")
	}
	var bodies []string
	ids := make(map[string]bool)
	for _, entry := range input.Entries {
		if ids[*entry.Id] {
			return nil, &types.BatchEntryIdsNotDistinct{}
		}
		ids[*entry.Id] = true
		bodies = append(bodies, *entry.MessageBody)
		a.delays = append(a.delays, entry.DelaySeconds)
	}
	a.batches = append(a.batches, bodies)
	output := &sqs.SendMessageBatchOutput{}
	if a.fail == nil {
		return output, nil
	}
	refused, err := a.fail(len(a.batches))
	output.Failed = make([]types.BatchResultErrorEntry, refused)
	return output, err
}

// chunks are parts of 500 users with the longest IDs.
func chunks(count int) []recall.Chunk {
	chunks := make([]recall.Chunk, count)
	for i := range chunks {
		chunks[i] = recall.Chunk{
			Conversation: recall.InGroup("engineers"), Due: recall.DueRevoked,
			MessageIDs: []recall.MessageID{"01HF7YATZ8000000000000A1C2"}, Except: "phone=", Since: 1_790_000_000_000,
		}
		for j := range 500 {
			user := fmt.Sprintf("%d-%d", i, j)
			chunks[i].Users = append(chunks[i].Users, recall.UserID(user+strings.Repeat("x", 64-len(user))))
		}
	}
	return chunks
}

// retries name 500 connections each, with the longest IDs.
func retries(count int) []recall.Chunk {
	retries := chunks(count)
	for i := range retries {
		for _, user := range retries[i].Users {
			retries[i].Connections = append(retries[i].Connections, recall.Connection{
				User:           user,
				ID:             recall.ConnectionID(strings.Repeat("c", 40)),
				ConnectedAt:    1_790_000_000_001,
				TokenExpiresAt: 1_790_000_000_002,
			})
		}
		retries[i].Users, retries[i].Except, retries[i].Attempt = nil, "", 3
	}
	return retries
}

func TestChunksComeOutOfTheQueueAsTheyWentIn(t *testing.T) {
	queued := &api{}
	put := append(chunks(25), retries(25)...)
	if err := (&queue.Queue{Client: queued, URL: "https://queue"}).Enqueue(t.Context(), put); err != nil {
		t.Fatal(err)
	}
	var taken []recall.Chunk
	for _, batch := range queued.batches {
		size := 0
		for _, body := range batch {
			size += len(body)
			chunk, err := queue.Decode(body)
			if err != nil {
				t.Fatal(err)
			}
			taken = append(taken, chunk)
		}
		if len(batch) > 10 || size > 262_144 {
			t.Errorf("a batch of %d messages and %d bytes; SQS takes 10 and 262,144", len(batch), size)
		}
	}
	if difference := cmp.Diff(put, taken, cmp.AllowUnexported(recall.Conversation{})); difference != "" {
		t.Errorf("-put +taken\n%s", difference)
	}
}

// Whoever may read the queue, or its dead letters for 14 days, learns no text and no reason there.
func TestG10AChunkInTheQueueNamesAndHoldsNothingElse(t *testing.T) {
	queued := &api{}
	if err := (&queue.Queue{Client: queued, URL: "https://queue"}).Enqueue(t.Context(), chunks(1)); err != nil {
		t.Fatal(err)
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal([]byte(queued.batches[0][0]), &keys); err != nil {
		t.Fatal(err)
	}
	want := []string{"conversation", "due", "except", "messageIds", "since", "users"}
	if got := slices.Sorted(maps.Keys(keys)); !slices.Equal(got, want) {
		t.Errorf("a chunk has the keys %v, known are %v", got, want)
	}
}

func TestTheQueueKeepsAChunkBackForItsDelay(t *testing.T) {
	queued := &api{}
	put := chunks(3)
	put[1].Delay, put[2].Delay = 4*time.Second, 4*time.Second+time.Millisecond
	if err := (&queue.Queue{Client: queued, URL: "https://queue"}).Enqueue(t.Context(), put); err != nil {
		t.Fatal(err)
	}
	if want := []int32{0, 4, 5}; !slices.Equal(queued.delays, want) {
		t.Errorf("the queue keeps them back for %v seconds, want %v", queued.delays, want)
	}
}

func TestAnEmptyListOfChunksMakesNoCall(t *testing.T) {
	queued := &api{}
	err := (&queue.Queue{Client: queued, URL: "https://queue"}).Enqueue(t.Context(), nil)
	if err != nil || len(queued.batches) != 0 {
		t.Errorf("error %v, %d calls", err, len(queued.batches))
	}
}

func TestAQueueThatDoesNotTakeEverythingIsUnavailable(t *testing.T) {
	for name, failure := range map[string]func(int) (int, error){
		"at the first batch": func(int) (int, error) { return 0, errors.New("connection refused") },
		"at the last batch": func(call int) (int, error) {
			if call < 3 {
				return 0, nil
			}
			return 0, errors.New("connection refused")
		},
		"one entry": func(int) (int, error) { return 1, nil },
	} {
		t.Run(name, func(t *testing.T) {
			err := (&queue.Queue{Client: &api{fail: failure}, URL: "https://queue"}).Enqueue(t.Context(), chunks(25))
			if err == nil || recall.NameOf(err) != recall.Unavailable {
				t.Errorf("error %v, want unavailable", err)
			}
		})
	}
}

func TestEnqueueWithoutAQueueIsAnErrorThatSaysSo(t *testing.T) {
	err := (&queue.Queue{Client: &api{}}).Enqueue(t.Context(), chunks(1))
	if err == nil || recall.NameOf(err) != recall.Internal || !strings.Contains(err.Error(), "no queue is configured") {
		t.Errorf("error %v", err)
	}
}

func TestATextThatIsNoChunkIsRefused(t *testing.T) {
	for _, body := range []string{
		"", "null", "[]", `{"conversation":""}`, `{"conversation":"elsewhere"}`, `{"conversation":"c2c#b#a"}`, `{"users":1}`,
		"\xff",
	} {
		if chunk, err := queue.Decode(body); err == nil {
			t.Errorf("%q was read as %+v", body, chunk)
		}
	}
}

package eventsource

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"example.com/recall/local/template"
)

// Lambda treats the whole batch as failed if the answer names a message that is not in the batch.
func TestAPartialAnswerKeepsWhatItNamesInTheQueue(t *testing.T) {
	for name, c := range map[string]struct {
		reports bool
		answer  string
		done    []string
	}{
		"nothing failed": {true, `{"batchItemFailures":[]}`, []string{"a", "b"}},
		"one failed":     {true, `{"batchItemFailures":[{"itemIdentifier":"a"}]}`, []string{"b"}},
		"all failed": {
			true, `{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"}]}`, nil,
		},
		"a message of another batch": {
			true, `{"batchItemFailures":[{"itemIdentifier":"of another batch"}]}`, nil,
		},
		"one of the batch and one of another": {
			true, `{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"of another batch"}]}`, nil,
		},
		"an empty identifier": {true, `{"batchItemFailures":[{"itemIdentifier":""}]}`, nil},
		"the mapping does not ask for a partial": {
			false, `{"batchItemFailures":[{"itemIdentifier":"a"}]}`, []string{"a", "b"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			q := &queue{Options: Options{Source: template.EventSource{ReportBatchItemFailures: c.reports}}}
			var messages []types.Message
			for _, id := range []string{"a", "b"} {
				messages = append(messages, types.Message{MessageId: &id})
			}
			var done []string
			for _, message := range q.succeeded(messages, Answer{Payload: []byte(c.answer)}) {
				done = append(done, *message.MessageId)
			}
			if !slices.Equal(done, c.done) {
				t.Errorf("done are %q, wanted %q", done, c.done)
			}
		})
	}
}

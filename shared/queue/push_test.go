package queue_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/queue"
	"example.com/recall/shared/recall"
)

func TestAJobComesOutOfTheQueueAsItWentIn(t *testing.T) {
	var service api
	job := recall.PushJob{
		Conversation: recall.Between("alice", "bob"), MessageID: "01HF7YATZ8000000000000A1C2",
		Users: []recall.UserID{"bob"}, Devices: []recall.DeviceID{"device"}, Attempt: 2, Since: 1_700_000_000_000,
		Delay: 4*time.Second + 1,
	}
	jobs := &queue.PushQueue{Client: &service, URL: "https://queue"}
	if err := jobs.EnqueuePush(t.Context(), []recall.PushJob{job}); err != nil {
		t.Fatal(err)
	}
	if service.delays[0] != 5 {
		t.Errorf("it is kept back for %d s", service.delays[0])
	}
	got, err := queue.DecodePush(service.batches[0][0])
	job.Delay = 0
	same := cmp.Comparer(func(a, b recall.Conversation) bool { return a == b })
	if difference := cmp.Diff(job, got, same); err != nil || difference != "" {
		t.Error(err, difference)
	}
	for _, body := range []string{"", "{}", `{"conversation":"nowhere"}`} {
		if _, err := queue.DecodePush(body); err == nil {
			t.Errorf("%q was read", body)
		}
	}
}

package latency

import (
	"context"
	"time"

	"example.com/recall/performance/measure"
	"example.com/recall/performance/rig"
)

// Hanging is the effect of a receiver that never answers its posts on the other receivers.
type Hanging struct {
	// Reply is how long the sender waits, Last how long the last of the other receivers.
	Reply measure.Summary `json:"reply"`
	Last  measure.Summary `json:"last"`
	// Bound is what docs/design.md promises for Reply: NoticeBudget behind the commit.
	Bound time.Duration `json:"-"`
}

// noticeBudget is Recall's bound of the time that an answer waits for receivers.
const noticeBudget = 3 * time.Second

func measureHanging(ctx context.Context, stand *rig.Rig, options Options) (Hanging, error) {
	scenario := Scenario{Members: 10, Online: 10}
	result := Hanging{Bound: noticeBudget + scenario.floor(options.Injected, options.Seed).First}
	open, err := open(ctx, stand, options, scenario, "hanging")
	if err != nil {
		return result, err
	}
	defer open.close()
	defer stand.Calm()
	var reply, last []time.Duration
	for range options.HangingSamples {
		stand.Inject() // the message reaches everybody
		took, err := open.recall(ctx, open.count-1, func() { stand.Inject(open.users[1]) })
		if err != nil {
			return result, err
		}
		reply, last = append(reply, took.Reply), append(last, took.Last)
	}
	result.Reply, result.Last = measure.Summarize(reply), measure.Summarize(last)
	return result, nil
}

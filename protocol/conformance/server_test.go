package conformance

import (
	"reflect"
	"testing"
)

func TestAStepSeesASyncWithoutTheBarrierAndTheBarrierIsAnsweredAllTheSame(t *testing.T) {
	bob := map[string]any{"conversation": "c2c_bob", "cursor": "c1"}
	barrier := map[string]any{"conversation": barrierConversation}
	for name, each := range map[string]struct {
		asked, seen []any
		answered    int
	}{
		"together with another conversation": {[]any{barrier, bob}, []any{bob}, 2},
		"another conversation alone":         {[]any{bob}, []any{bob}, 1},
		"the barrier alone":                  {[]any{barrier}, []any{barrier}, 1},
	} {
		request := map[string]any{"action": "sync", "conversations": each.asked}
		setBarrierAside(request)
		if seen := request["conversations"]; !reflect.DeepEqual(seen, each.seen) {
			t.Errorf("%s: the step sees %v, want %v", name, seen, each.seen)
		}
		reply := map[string]any{"conversations": []any{map[string]any{"conversation": "c2c_bob"}}}
		answerBarrier(request, reply)
		if answered := len(reply["conversations"].([]any)); answered != each.answered {
			t.Errorf("%s: %d conversations are answered, want %d", name, answered, each.answered)
		}
	}
}

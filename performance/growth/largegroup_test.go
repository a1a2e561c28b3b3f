package growth

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestTheGoalsOfLargeGroupsAreKeptInTime(t *testing.T) {
	for _, each := range []struct {
		members, online int
		seconds         float64
	}{{10_000, 10_000, 2}, {100_000, 5_000, 3}} {
		got := SimulateLargeRecall(each.members, each.online)
		if got.LastSeconds > each.seconds || got.LastSeconds < got.RosterSeconds/2 {
			t.Errorf("%d of %d online: the last is told after %.2f s, want at most %v s", each.online, each.members,
				got.LastSeconds, each.seconds)
		}
		if got.BeyondQuota > 0 {
			t.Errorf("%d of %d online: %v posts are beyond the quota", each.online, each.members, got.BeyondQuota)
		}
	}
}

func TestWhatALargeRecallCostsIsMostlyPostsAndPresence(t *testing.T) {
	for _, recall := range LargeRecalls() {
		if rest := recall.Dollars - recall.Posts - recall.Presence; rest < 0 || rest > 0.1*recall.Dollars+0.0001 {
			t.Errorf("%+v: %.5f dollars are neither posts nor presence", recall, rest)
		}
		if posts := float64(recall.Online) / 1e6; math.Abs(recall.Posts-posts) > 1e-9 {
			t.Errorf("%d posts cost %v", recall.Online, recall.Posts)
		}
	}
}

func TestPostsTakeTokensUntilTheBucketIsEmpty(t *testing.T) {
	if refused := beyondQuota([]float64{0, 0}, 2_500); refused != 0 {
		t.Errorf("%v of 5,000 posts are refused", refused)
	}
	if refused := beyondQuota([]float64{0, 0, 0}, 2_500); refused != 2_500 {
		t.Errorf("%v of 7,500 posts at once are refused, want 2,500", refused)
	}
	if refused := beyondQuota([]float64{0.25, 0, 0}, 2_500); refused != 0 {
		t.Errorf("%v are refused although a quarter of a second brings 2,500 tokens", refused)
	}
}

func TestALargeGroupIsToldAsTheCodeTellsIt(t *testing.T) {
	for file, lines := range map[string][]string{
		"../../shared/dynamo/group.go":   {"const pageMembers = 5_000"},
		"../../shared/recall/service.go": {fmt.Sprintf("ChunkUsers       = %d", chunkUsers)},
		"../../shared/queue/queue.go":    {fmt.Sprintf("batchEntries = %d", chunksOfABatch)},
		"../../template.yaml": {
			fmt.Sprintf("MemorySize: %d\n", deliverMegabytes),
			fmt.Sprintf("ScalingConfig: {MaximumConcurrency: %d}", chunksAtOnce),
		},
	} {
		content := read(t, file)
		for _, line := range lines {
			if !strings.Contains(content, line) {
				t.Errorf("%s has no %q", file, line)
			}
		}
	}
}

func TestTheModelUsesWhatWasMeasured(t *testing.T) {
	if own().Source == "" || own().Seconds <= 0 || own().PostSeconds <= 0 || own().MemberSeconds <= 0 {
		t.Errorf("measured.json has %+v", own())
	}
	if ownSeconds != own().Seconds || ownPostSeconds != own().PostSeconds {
		t.Errorf("the model uses %v and %v", ownSeconds, ownPostSeconds)
	}
}

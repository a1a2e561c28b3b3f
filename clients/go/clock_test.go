package client

import (
	"bytes"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
)

func TestTheServersClockIsTheMidpointsCarriedOnByTheMachines(t *testing.T) {
	local := time.Unix(5_000, 0)
	clock := &serverClock{now: func() time.Time { return local }}
	if _, known := clock.milliseconds(); known {
		t.Fatal("the server's clock is known before hello")
	}
	clock.set(local, local.Add(200*time.Millisecond), 1_700_000_000_000)
	local = local.Add(1_100 * time.Millisecond)
	if got, _ := clock.milliseconds(); got != 1_700_000_001_000 {
		t.Fatalf("the server's clock is %d", got)
	}
}

func TestMessageIDsSortInTheOrderMade(t *testing.T) {
	ids := newMessageIDs(nil)
	made := []string{}
	for _, at := range []int64{1_000, 1_000, 1_000, 999, 500, 1_001, 1_001, 0, 2_000} {
		id, err := ids.next(at)
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, id)
	}
	if !slices.IsSorted(made) || len(slices.Compact(slices.Clone(made))) != len(made) {
		t.Fatalf("not sorted or not unique: %v", made)
	}
	ids.startOver()
	if id, _ := ids.next(500); id >= made[0] {
		t.Fatalf("after a correction of the clock %s still sorts after %s", id, made[0])
	}
}

func TestAMillisecondWhoseRandomPartIsUsedUpBorrowsFromTheNext(t *testing.T) {
	ids := newMessageIDs(io.MultiReader(bytes.NewReader(bytes.Repeat([]byte{0xff}, 10)),
		bytes.NewReader(bytes.Repeat([]byte{1}, 1<<10))))
	first, err := ids.next(1_000)
	if err != nil {
		t.Fatal(err)
	}
	second, err := ids.next(1_000)
	if err != nil || second <= first {
		t.Fatalf("%s, %s, %v", first, second, err)
	}
	if parsed, err := ulid.ParseStrict(second); err != nil || parsed.Time() > 1_001 {
		t.Fatalf("%s: %v", second, err)
	}
}

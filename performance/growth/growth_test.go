package growth

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"example.com/recall/performance/measure"
)

// golden reads the units of an action from the golden table, which is measured.
func golden(t *testing.T, action string) (reads, writes, posts float64) {
	t.Helper()
	document, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	for row := range strings.Lines(string(document)) {
		cells := strings.Split(row, "|")
		if len(cells) != 8 || strings.Trim(cells[1], " *") != action {
			continue
		}
		var numbers [3]float64
		for i := range numbers {
			if numbers[i], err = strconv.ParseFloat(strings.TrimSpace(cells[4+i]), 64); err != nil {
				t.Fatalf("%s: %v", action, err)
			}
		}
		return numbers[0], numbers[1], numbers[2]
	}
	t.Fatalf("the table of calls has no row %q", action)
	return 0, 0, 0
}

func TestTheUnitsAreThoseThatAreMeasured(t *testing.T) {
	expect := func(action string, reads, writes float64) {
		t.Helper()
		if goldenReads, goldenWrites, _ := golden(t, action); reads != goldenReads || writes != goldenWrites {
			t.Errorf("%s: simulated with %v read and %v write units, measured are %v and %v", action, reads, writes,
				goldenReads, goldenWrites)
		}
	}
	expect("send 1:1", directSendReads, sendWrites)
	expect("revoke 1:1", directRevokeReads, revokeWrites)
	for _, members := range []int{2, 50, 500} {
		expect(fmt.Sprintf("send, group of %d", members), groupSendReads(members), sendWrites)
		expect(fmt.Sprintf("revoke by the sender, group of %d", members), groupRevokeReads(members), revokeWrites)
	}
	expect("sync, 20 conversations without news", 20*syncReads, 0)
	expect("conversations, 20 of them", 1+20*listReads, 0)
	expect("finish, nothing is due any more", finishReads, 0)
	expect("connect", 0, connectWrites/2)
	expect("disconnect", 0, connectWrites/2)
}

func TestADayIsTheSameForTheSameSeed(t *testing.T) {
	first, again, other := Simulate(Usual(), 1e4, 1), Simulate(Usual(), 1e4, 1), Simulate(Usual(), 1e4, 2)
	if first != again {
		t.Errorf("%+v, then %+v", first, again)
	}
	if first == other {
		t.Error("another seed gives the same day to the last digit")
	}
}

func TestTenTimesTheUsersCostTenTimesAsMuchExceptForFixedCosts(t *testing.T) {
	small, large := Simulate(Usual(), 1e5, 1).Month, Simulate(Usual(), 1e6, 1).Month
	for place, each := range small.items() {
		switch ratio := large.items()[place].dollars / each.dollars; {
		case each.name == "watching":
			if ratio != 1 {
				t.Errorf("watching costs %.2f times as much", ratio)
			}
		case each.name == "finish": // more changes find their way into a run, and there are more shards
			if ratio < 1 || ratio > 12 {
				t.Errorf("finish costs %.2f times as much", ratio)
			}
		case math.Abs(ratio-10) > 0.1:
			t.Errorf("%s: %.0f and %.0f dollars: %.2f times", each.name, each.dollars, large.items()[place].dollars, ratio)
		}
	}
}

func TestAQuotaIsUsedUpWhereItIsFoundToBe(t *testing.T) {
	users := UsedUpAt(Usual(), Requests, 1)
	below, above := Simulate(Usual(), users*0.9, 1), Simulate(Usual(), users*1.1, 1)
	if below.Used[Requests] >= 1 || above.Used[Requests] <= 1 {
		t.Errorf("%.0f users: %.2f of the quota below, %.2f above", users, below.Used[Requests], above.Used[Requests])
	}
	if below.LongestWaitSeconds >= 1 || above.LongestWaitSeconds < 60 {
		t.Errorf("waits of %.1f s below, %.1f s above", below.LongestWaitSeconds, above.LongestWaitSeconds)
	}
}

func TestABucketServesItsRateAndItsBurst(t *testing.T) {
	b := bucket{rate: 10, burst: 5, tokens: 5}
	for i, step := range []struct{ amount, waiting float64 }{{15, 0}, {10, 0}, {12, 2}, {0, 0}, {20, 5}} {
		if b.take(step.amount); b.waiting != step.waiting {
			t.Errorf("step %d: %v waits, want %v", i, b.waiting, step.waiting)
		}
	}
}

func TestPoissonHasItsMean(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, mean := range []float64{0, 0.3, 7, 49, 51, 4000} {
		const draws = 20_000
		sum := 0.0
		for range draws {
			sum += poisson(random, mean)
		}
		if off := math.Abs(sum/draws - mean); off > 5*math.Sqrt(mean/draws) {
			t.Errorf("mean %v: drawn %v", mean, sum/draws)
		}
	}
}

func TestFinishWaitsOnlyForWhatIsStillDue(t *testing.T) {
	settled, due := finish(100, 0, 4), finish(100, 0.05, 4)
	if settled.ReadUnits != 0 || due.ReadUnits <= 0 {
		t.Errorf("looks again at %v settled changes, and at %v that are due", settled.ReadUnits, due.ReadUnits)
	}
	if due.GigabyteHours < 2*settled.GigabyteHours {
		t.Errorf("waiting is not billed: %v and %v GB-hours", settled.GigabyteHours, due.GigabyteHours)
	}
	if alone := finish(0.1, 0, 1e6); math.Abs(alone.Invocations-0.1) > 1e-3 {
		t.Errorf("a change of a quiet shard takes %v runs, want one", 10*alone.Invocations)
	}
	if busy := finish(1000, 0, 4); busy.Invocations > 4 {
		t.Errorf("4 shards run %v times a second, more often than they gather", busy.Invocations)
	}
	if nothing := finish(0, 0, 4); nothing != (measure.Consumption{}) {
		t.Errorf("nothing changed, and it used %+v", nothing)
	}
}

func TestTheTotalIsTheSumOfTheBill(t *testing.T) {
	month := Month{
		Frames: 1, ConnectionMinutes: 2, DataOut: 4, DynamoDB: 8, Storage: 16, Recovery: 32, Lambda: 64, Finish: 128,
		Logs:     256,
		Watching: 512, Traces: 1024,
	}
	if month.Total() != 1023 {
		t.Errorf("the total is %v, want all but the traces", month.Total())
	}
	shares := month.Frames + month.ConnectionMinutes + month.DynamoDB + month.Lambda + month.Finish + month.besides()
	if shares != month.Total() {
		t.Errorf("the shares of the table come to %v of %v", shares, month.Total())
	}
}

package emulators

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"example.com/recall/local/gatewayrules"
	"example.com/recall/performance/devices"
	"example.com/recall/performance/measure"
	"example.com/recall/performance/rig"
)

func TestMemoryIsThatOfAProcessAndItsDescendants(t *testing.T) {
	directory := t.TempDir()
	for id, p := range map[string]struct{ status, rollup string }{
		"10": {"Name:\trecall\nPPid:\t1\n", "Rss:   2000 kB\nPss:   1000 kB\nPss_Dirty: 7 kB\n"},
		"11": {"Name:\tbootstrap\nPPid:\t10\n", "Pss:   200 kB\n"},
		"12": {"Name:\tjava\nPPid:\t11\n", "Pss:  5000 kB\n"},
		"20": {"Name:\tother\nPPid:\t1\n", "Pss:   9000 kB\n"},
		"30": {"Name:\tkernel\nPPid:\t2\n", ""},
	} {
		if err := os.MkdirAll(filepath.Join(directory, id), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(directory, id, "status"), []byte(p.status), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(directory, id, "smaps_rollup"), []byte(p.rollup), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := sum(10, processes(directory)); got != Memory(6200<<10) {
		t.Errorf("got %+v", got)
	}
}

func TestTheTableHasAColumnForEachEmulatorAndTheRulesThatItBreaks(t *testing.T) {
	other := measuredSide("other", 4)
	other.Broken = []string{"a rule"}
	other.Connections = nil
	table := Report{Sides: []*Side{measuredSide("local stack", 1), other}}.Table()
	wantRows(t, table,
		"| | local stack | other |",
		"| rules kept, of those probed | 79 of 80 | 76 of 80 |",
		"| start-up, ms | 10 | 40 |",
		"| round trip, ms, p50 / p99 | 1.00 / 1.00 | 4.00 / 4.00 |",
		"| frames a second, 16 clients | 300 | 300 |",
		"| memory with 1 connection, MB | 10 | 10 |",
		"| memory with 1000, MB | 30.0 | not measured |",
		"Rules that other breaks:", "- a rule",
	)
}

func TestASideThatCouldNotBeMeasuredHasWordsInPlaceOfFigures(t *testing.T) {
	silent := &Side{Name: "silent", Connections: []Crowd{{Count: 1000, Seconds: 0.1, Failed: "connection refused"}}}
	silent.note("start-up", errors.New("it ended"))
	silent.note("start-up", errors.New("it ended with another port"))
	silent.finish()
	table := Report{Sides: []*Side{measuredSide("local stack", 1), silent}}.Table()
	wantRows(t, table,
		"| rules kept, of those probed | 79 of 80 | not probed |",
		"| start-up, ms | 10 | did not start |",
		"| round trip, ms, p50 / p99 | 1.00 / 1.00 | did not answer |",
		"| frames a second, 16 clients | 300 | did not answer all |",
		"| memory with 1 connection, MB | 10 | not measured |",
		"| connecting up to 1000, s | 1.0 | did not all connect |",
		"| memory with 1000, MB | 30.0 | did not all connect |",
		"What silent could not do:\n\n- start-up: it ended\n",
	)
	if strings.Contains(table, "another port") {
		t.Errorf("the same failure of a later round is told again:\n%s", table)
	}
}

func TestNothingCountsUnlessEveryFrameIsAnswered(t *testing.T) {
	for name, test := range map[string]struct {
		answer  string
		answers int
	}{
		"the connection ends":             {answered, warmUp + 3},
		"an error is no answer":           {`{"message":"Internal server error"}`, 1},
		"nor is the request that is back": {`{"action":"ask","say":"{\"type\":\"reply\"}"}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			caller := dial(t, serve(t, test.answer, test.answers))
			sample, err := roundTrips(t.Context(), caller, 10)
			if err == nil || len(sample) != 0 {
				t.Errorf("%d round trips are counted, with the error %v", len(sample), err)
			}
		})
	}
	t.Run("all are answered", func(t *testing.T) {
		caller := dial(t, serve(t, answered, 1000))
		if sample, err := roundTrips(t.Context(), caller, 10); err != nil || len(sample) != 10 {
			t.Errorf("%d round trips are counted, with the error %v", len(sample), err)
		}
	})
}

func TestAFloodInWhichAClientIsNotAnsweredIsAFailure(t *testing.T) {
	url := serve(t, answered, 5)
	if frames, err := flood(t.Context(), url, time.Minute); err == nil {
		t.Errorf("%.0f frames a second are told of clients whose connections ended", frames)
	}
}

func TestAnEmulatorThatEndsOrIsSilentKeepsNoRules(t *testing.T) {
	for name, start := range map[string]func() (*running, error){
		"it does not start": func() (*running, error) { return nil, errors.New("no such file") },
		"its connection ends without an answer": func() (*running, error) {
			return stub(t, serve(t, "", 0)), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			side := &Side{Name: "other"}
			err := verify(t.Context(), Options{Progress: func(string) {}},
				emulator{"other", func(context.Context, bool) (*running, error) { return start() }}, side)
			if err == nil || side.Rules != 0 {
				t.Errorf("%d of %d rules are kept, with the error %v", side.Kept, side.Rules, err)
			}
		})
	}
}

func TestARuleThatWasNotProbedIsNotCounted(t *testing.T) {
	var side Side
	side.add(gatewayrules.Result{})
	side.add(gatewayrules.Result{Probed: true})
	side.add(gatewayrules.Result{Probed: true, Failure: errors.New("it closes")})
	if side.Rules != 2 || side.Kept != 1 || len(side.Broken) != 1 {
		t.Errorf("got %d of %d rules, broken: %q", side.Kept, side.Rules, side.Broken)
	}
}

// The template is deployed to MiniStack without them, and they are made afterwards.
func TestRouteResponsesAreTakenOutOfTheTemplateAndNothingElse(t *testing.T) {
	template, err := os.ReadFile(filepath.Join("..", "..", "local", "gatewayrules", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	rest := string(routeResponses.ReplaceAll(template, nil))
	if strings.Contains(rest, "AWS::ApiGatewayV2::RouteResponse") {
		t.Errorf("a route response is left in\n%s", rest)
	}
	kept := []string{"AWS::ApiGatewayV2::Route,", "AWS::ApiGatewayV2::Route\n", "AWS::Lambda::Function\n"}
	for _, resource := range kept {
		if got, want := strings.Count(rest, resource), strings.Count(string(template), resource); got != want {
			t.Errorf("%d of %d resources of type %s are left", got, want, strings.Trim(resource, ",\n"))
		}
	}
	if !strings.Contains(rest, "\nOutputs:\n") {
		t.Errorf("the outputs are gone from\n%s", rest)
	}
}

// answered is what the function of the rules answers to echo.
const answered = `{"type":"reply"}`

func measuredSide(name string, ms int) *Side {
	s := &Side{
		Name: name, Rules: 80, Kept: 80 - ms,
		starts: []float64{float64(ms * 10), float64(ms), float64(ms * 20)}, frames: []float64{300},
		sample:      slices.Repeat([]time.Duration{time.Duration(ms) * time.Millisecond}, measure.SampleForP99),
		memories:    []float64{10e6},
		Connections: []Crowd{{Count: 1000, Seconds: float64(ms), Memory: 30e6}},
	}
	s.finish()
	return s
}

func wantRows(t *testing.T, table string, rows ...string) {
	t.Helper()
	for _, row := range rows {
		if !strings.Contains(table, row) {
			t.Errorf("%q is not in\n%s", row, table)
		}
	}
}

// serve serves WebSockets of which each gets that many answers to its frames, and then ends.
func serve(t *testing.T, answer string, answers int) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer socket.CloseNow()
		for n := 1; ; n++ {
			if _, _, err := socket.Read(r.Context()); err != nil || n > answers {
				return
			}
			if err := socket.Write(r.Context(), websocket.MessageText, []byte(answer)); err != nil || n == answers {
				return
			}
		}
	}))
	t.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http")
}

func dial(t *testing.T, url string) *rig.Caller {
	t.Helper()
	caller, err := rig.Call(t.Context(), devices.Dial{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(caller.Close)
	return caller
}

func stub(t *testing.T, url string) *running {
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return &running{target: gatewayrules.Target{URL: url}, ended: make(chan struct{}), log: log, stop: func() {}}
}

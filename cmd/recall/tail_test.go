package main

import (
	"strings"
	"testing"
	"time"
)

const tailSample = `{"time":"2023-11-14T22:13:20.123Z","level":"INFO","msg":"recall","function":"recall-revoke",` +
	`"requestId":"r1","operator":"alice","role":"sender","outcome":"ok","messages":1,"notices":2,"gone":1,"failed":0,` +
	`"noticeMilliseconds":12}`

func tailed(t *testing.T, input string, asJSON bool) []string {
	t.Helper()
	var output strings.Builder
	if err := tailLines(strings.NewReader(input), &tailView{output: &output, asJSON: asJSON}); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(output.String(), "\n"), "\n")
}

func TestTailShowsARecallAsOneReadableLine(t *testing.T) {
	at := time.UnixMilli(1_700_000_000_123).Local().Format("15:04:05.000")
	for name, input := range map[string]string{
		"a bare line":                  tailSample,
		"aws logs tail --format short": "2023-11-14T22:13:20 " + tailSample,
		"aws logs tail":                "2023-11-14T22:13:20.123000+00:00 2023/11/14/[$LATEST]abcdef " + tailSample,
		"aws logs tail --format json": "2023-11-14T22:13:20 stream " + strings.ReplaceAll(
			strings.ReplaceAll(tailSample, ",", ",\n    "), "{", "{\n    "),
	} {
		got := tailed(t, input+"\n", false)
		want := strings.Fields(at + " alice sender recalled 1 2 12 ms 1 0")
		if len(got) != 2 || strings.Join(strings.Fields(got[1]), " ") != strings.Join(want, " ") {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestTailNamesRefusalsAndRepeats(t *testing.T) {
	refused := strings.NewReplacer(`"sender"`, `""`, `"ok"`, `"recall_window_expired"`).Replace(tailSample)
	repeated := strings.ReplaceAll(tailSample, `"ok"`, `"repeated"`)
	got := tailed(t, refused+"\n"+repeated+"\n", false)
	if len(got) != 3 || !strings.Contains(got[1], "recall_window_expired") ||
		!strings.Contains(got[2], "recalled before") {
		t.Errorf("got %q", got)
	}
}

func TestTailSaysThatALargeGroupIsToldThroughTheQueue(t *testing.T) {
	queued := strings.NewReplacer(`"notices":2`, `"notices":0`, `"noticeMilliseconds":12`,
		`"noticeMilliseconds":0`).Replace(tailSample)
	if got := tailed(t, queued+"\n", false); !strings.Contains(got[1], " queued ") {
		t.Errorf("got %q", got)
	}
}

func TestTailSkipsEveryLineThatIsNoRecall(t *testing.T) {
	input := strings.Join([]string{
		"START RequestId: x", `{"msg":"frame","operator":"eve"}`, `{"msg":"recall"}`, `not { json`,
		`{"Recalls":[1],"_aws":{}}`, "2023 {broken", "a {", tailSample, "}", "",
	}, "\n")
	got := tailed(t, input, true)
	if len(got) != 1 || got[0] != tailSample {
		t.Errorf("got %q", got)
	}
}

func TestTailKeepsControlCharactersOffTheTerminal(t *testing.T) {
	got := tailed(t, strings.ReplaceAll(tailSample, "alice", `al\u001b[2Jice`), false)
	if strings.Contains(got[1], "\x1b") {
		t.Errorf("got %q", got)
	}
}

package verify

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/verified"
)

// charge makes Cost Explorer answer with these pages, each with groups of one day or more. A group is a service, a
// usage type, dollars, and a quantity with its unit.
func (c *cloud) charge(pages ...[][][5]string) {
	c.t.Helper()
	var results []object
	for number, page := range pages {
		days := []object{}
		for _, day := range page {
			groups := []object{}
			for _, group := range day {
				groups = append(groups, object{"Keys": group[:2], "Metrics": object{
					"UnblendedCost": object{"Amount": group[2], "Unit": "USD"},
					"UsageQuantity": object{"Amount": group[3], "Unit": group[4]},
				}})
			}
			days = append(days, object{"Groups": groups})
		}
		result := object{"ResultsByTime": days}
		if number < len(pages)-1 {
			result["NextPageToken"] = "more"
		}
		results = append(results, result)
	}
	body, err := json.Marshal(object{"account_id": c.number, "results": results})
	c.must(err)
	answer, err := http.Post(c.address+"/moto-api/static/ce/cost-and-usage-results", "application/json",
		bytes.NewReader(body))
	c.must(err)
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		c.t.Fatalf("the simulation answers %s", answer.Status)
	}
}

// aRun is the result of a run on AWS.
func aRun() verified.Snapshot {
	s := verified.NewSnapshot(region, "2026-11-26")
	s.Run = "recall-verify-1a2b3c4d"
	s.Measures = []verified.Measure{{Name: "send: runs", Value: 7}, verified.BillMeasure("all", 99)}
	return s
}

func TestTheBillOfARunStandsBesideTheModel(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	messages := [5]string{"Amazon API Gateway", "EUC1-ApiGatewayMessage", "0.012", "10000", "Messages"}
	c.charge(
		[][][5]string{{
			messages, {"AmazonCloudWatch", "EUC1-CW:Requests", "0.0001", "10", "Requests"},
		}, {
			messages,
		}},
		[][][5]string{{
			{"AWS Lambda", "EUC1-Lambda-GB-Second-ARM", "0.03", "1500", "Lambda-GB-Second"},
		}},
	)
	found, err := c.account.bill(t.Context(), aRun(), false)
	c.must(err)
	folder := t.TempDir()
	path, err := found.Snapshot.Write(folder, found.Secrets...)
	c.must(err)
	written, err := verified.Read(path)
	c.must(err)
	document := verified.Document(verified.NewSnapshot(verified.LocalRegion, ""), []verified.Snapshot{written})
	_, table, _ := strings.Cut(document, "## Billed in eu-central-1, 2026-11-26\n")
	_, table, _ = strings.Cut(table, "|---|---|---|\n")
	want := `| AWS Lambda, Lambda-GB-Second-ARM: 1500 Lambda-GB-Second | 0.03 $ | 0.02 $ |
| Amazon API Gateway, ApiGatewayMessage: 20000 Messages | 0.024 $ | 0.02 $ |
| AmazonCloudWatch, CW:Requests: 10 Requests | 0.0001 $ |  |
| all | 0.0541 $ | 0.04 $ |
`
	if difference := cmp.Diff(want, table); difference != "" {
		t.Errorf("another table (-want +got):\n%s", difference)
	}
	if !strings.Contains(document, "| send: runs | 7  |  |") {
		t.Errorf("the other figures are gone: %s", document)
	}
	content, err := os.ReadFile(filepath.Clean(path))
	c.must(err)
	if strings.Contains(string(content), c.number) {
		t.Error("the account's number is in the result")
	}
	if len(c.called) != 2 {
		t.Fatalf("Cost Explorer is asked %d times: %v", len(c.called), c.called)
	}
	for _, part := range []string{
		`"TimePeriod":{"End":"2026-11-28","Start":"2026-11-26"}`,
		`"Tags":{"Key":"budget","Values":["recall-verify-1a2b3c4d"]}`, `"Key":"RECORD_TYPE","Values":["Usage"]`,
	} {
		if !strings.Contains(c.called[0], part) {
			t.Errorf("the question has no %s: %s", part, c.called[0])
		}
	}
}

func TestABillWithoutTheTagIsThatOfTheAccount(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	_, err := c.account.bill(t.Context(), aRun(), false)
	for _, part := range []string{
		"nothing with the tag budget=recall-verify-1a2b3c4d", "a day later", "TagKey=budget,Status=Active",
		"--backfill-from 2026-11-01T00:00:00Z", "--account",
	} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("it does not say %q, but: %v", part, err)
		}
	}
	c.charge([][][5]string{{{"Amazon DynamoDB", "EUC1-ReadRequestUnits", "1", "8000000", "ReadRequestUnits"}}})
	found, err := c.account.bill(t.Context(), aRun(), true)
	c.must(err)
	if last := c.called[len(c.called)-1]; strings.Contains(last, `"Tags"`) {
		t.Errorf("it asks for a tag: %s", last)
	}
	if got := found.Snapshot.Measures[1]; got.Value != 1 || *got.Model != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestWhatHasNoBillIsSaid(t *testing.T) {
	t.Parallel()
	deployment := aRun()
	deployment.Run = ""
	for want, s := range map[string]verified.Snapshot{
		"only a run on AWS has a bill": verified.NewSnapshot(verified.LocalRegion, ""),
		"no name of a run":             deployment,
	} {
		if _, err := Bill(t.Context(), s, false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, not %q", err, want)
		}
	}
}

func TestAllStacksOfARunHaveItsNameAsTheirBudget(t *testing.T) {
	t.Parallel()
	run := newRun(t.TempDir(), region, Preflight{}, false, time.Now())
	file := run.configuration("p")
	stacks, tagged := strings.Count(file, "stack_name = "), strings.Count(file, " budget="+run.Name+`"`)
	if stacks == 0 || tagged != stacks || run.Snapshot.Run != run.Name {
		t.Errorf("%d of %d stacks have the tag, and the result is of the run %q", tagged, stacks, run.Snapshot.Run)
	}
}

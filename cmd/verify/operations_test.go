package verify

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// operating is a stack whose alarms, metrics, logs and dashboard are in a simulation of AWS.
func operating(t *testing.T) (*cloud, *Deployed) {
	t.Helper()
	c := newCloud(t)
	d := &Deployed{account: c.account, name: "recall-verify-x", since: time.Now(), patience: time.Millisecond}
	for logicalID, kind := range map[string]string{
		"RevokeFunction": "AWS::Lambda::Function", "AccessLogGroup": "AWS::Logs::LogGroup",
		"RevokeLogGroup": "AWS::Logs::LogGroup", "QuietAlarm": "AWS::CloudWatch::Alarm",
		"Dashboard": "AWS::CloudWatch::Dashboard",
	} {
		d.resources = append(d.resources, types.StackResourceSummary{
			LogicalResourceId: aws.String(logicalID), ResourceType: aws.String(kind),
			PhysicalResourceId: aws.String(d.name + "-" + logicalID),
		})
	}
	for _, group := range d.ofType("AWS::Logs::LogGroup") {
		_, err := c.account.logs.CreateLogGroup(t.Context(),
			&cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(group)})
		c.must(err)
		_, err = c.account.logs.CreateLogStream(t.Context(), &cloudwatchlogs.CreateLogStreamInput{
			LogGroupName: aws.String(group), LogStreamName: aws.String("s"),
		})
		c.must(err)
	}
	return c, d
}

func (c *cloud) log(group, line string) {
	c.t.Helper()
	_, err := c.account.logs.PutLogEvents(c.t.Context(), &cloudwatchlogs.PutLogEventsInput{
		LogGroupName: aws.String("recall-verify-x-" + group), LogStreamName: aws.String("s"),
		LogEvents: []logtypes.InputLogEvent{{Message: aws.String(line), Timestamp: aws.Int64(time.Now().UnixMilli())}},
	})
	c.must(err)
}

func TestTheOperationOfAStackIsSeen(t *testing.T) {
	t.Parallel()
	c, d := operating(t)
	// says checks what a probe says: a part of the failure, or of what it saw after "kept".
	says := func(id, want string) {
		t.Helper()
		seen, err := operationProbes()[id](t.Context(), d)
		got := "kept " + seen
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, not %q", id, got, want)
		}
	}
	says("operations.metrics", "NoticeMilliseconds does not come")
	put := func(action string, form url.Values) {
		t.Helper()
		c.must(c.account.monitoring(t.Context(), action, form, &struct{}{}))
	}
	put("PutMetricData", url.Values{
		"Namespace": {"Recall"}, "MetricData.member.1.MetricName": {"NoticeMilliseconds"},
		"MetricData.member.1.Value": {"12"}, "MetricData.member.1.Dimensions.member.1.Name": {"Function"},
		"MetricData.member.1.Dimensions.member.1.Value": {"recall-verify-x-RevokeFunction"},
	})
	says("operations.metrics", "kept")

	says("operations.access-log", "the line of a handshake does not come")
	c.log("AccessLogGroup", `{"eventType":"CONNECT","status":""}`)
	says("operations.access-log", "the line of a handshake does not come")
	c.log("AccessLogGroup", `{"eventType":"CONNECT","status":"200"}`)
	says("operations.access-log", "kept")

	says("operations.secrecy", "kept 2 log groups")
	c.log("RevokeLogGroup", `{"msg":"received `+Marker+`"}`)
	says("operations.secrecy", "recall-verify-x-RevokeLogGroup has the text of a message in 1 lines")

	put("PutMetricAlarm", url.Values{
		"AlarmName": {"recall-verify-x-QuietAlarm"}, "Namespace": {"Recall"}, "MetricName": {"m"}, "Period": {"60"},
		"EvaluationPeriods": {"1"}, "Threshold": {"1"}, "Statistic": {"Sum"},
		"ComparisonOperator": {"GreaterThanThreshold"},
	})
	for state, want := range map[string]string{
		"OK": "kept 1 OK, 0 INSUFFICIENT_DATA, of 1", "ALARM": "in ALARM: QuietAlarm",
	} {
		put("SetAlarmState", url.Values{
			"AlarmName": {"recall-verify-x-QuietAlarm"}, "StateValue": {state}, "StateReason": {"a test"},
		})
		says("operations.alarms", want)
	}

	for body, want := range map[string]string{
		`{"widgets":[]}`: "the dashboard has no widgets", `{"widgets":[{}]}`: "kept 1 widgets",
	} {
		put("PutDashboard", url.Values{"DashboardName": {"recall-verify-x-Dashboard"}, "DashboardBody": {body}})
		says("operations.dashboard", want)
	}
}

func TestTheLinesOfLambdaGiveColdStartsAndBilledTime(t *testing.T) {
	t.Parallel()
	c, d := operating(t)
	for _, metrics := range []string{`{"billedDurationMs":100,"initDurationMs":80.5}`, `{"billedDurationMs":20}`} {
		c.log("RevokeLogGroup", `{"time":"x","type":"platform.report","record":{"metrics":`+metrics+`}}`)
	}
	c.log("RevokeLogGroup", `{"level":"INFO","msg":"this is not a platform.report"}`)
	measured, err := d.measureReports(t.Context())
	c.must(err)
	var got []string
	for _, each := range measured {
		got = append(got, strings.TrimSpace(fmt.Sprint(each.Name, " = ", each.Value, " ", each.Unit)))
	}
	want := "revoke: runs = 2; revoke: billed time of a run, p50 = 100 ms; revoke: billed time of all runs = 120 ms; " +
		"revoke: cold start, p50 = 80.5 ms; revoke: cold start, largest of 1 = 80.5 ms"
	if strings.Join(got, "; ") != want {
		t.Errorf("%s", strings.Join(got, "; "))
	}
}

func TestOnlyTheRightToPostIsTakenFromAPolicy(t *testing.T) {
	t.Parallel()
	const posts = `{"Action":"execute-api:ManageConnections","Effect":"Allow"}`
	const reads = `{"Action":"dynamodb:GetItem","Effect":"Allow"}`
	got, err := withoutPosts(`{"Version":"2012-10-17","Statement":[` + posts + `,` + reads + `]}`)
	if want := `{"Version":"2012-10-17","Statement":[` + reads + `]}`; got != want || err != nil {
		t.Errorf("got %s, %v", got, err)
	}
	for _, document := range []string{`{"Statement":[` + reads + `]}`, `x`} {
		if _, err := withoutPosts(document); err == nil {
			t.Errorf("%s is taken", document)
		}
	}
}

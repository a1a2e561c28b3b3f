package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

// Deployed is a stack of Recall on AWS, as the probes of its operation see it.
type Deployed struct {
	account *Account
	name    string
	since   time.Time
	// patience is how long metrics and logs may take to arrive.
	patience  time.Duration
	resources []types.StackResourceSummary
}

// arrival is longer than CloudWatch usually takes to show a metric or a line of a log.
const arrival = 5 * time.Minute

func (a *Account) deployed(ctx context.Context, name string, since time.Time) (*Deployed, error) {
	d := &Deployed{account: a, name: name, since: since, patience: arrival}
	pages := cloudformation.NewListStackResourcesPaginator(a.stacks,
		&cloudformation.ListStackResourcesInput{StackName: aws.String(name)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		d.resources = append(d.resources, page.StackResourceSummaries...)
	}
	return d, nil
}

// resource returns the name that AWS gave to a resource of the template.
func (d *Deployed) resource(logicalID string) (string, error) {
	for _, each := range d.resources {
		if aws.ToString(each.LogicalResourceId) == logicalID {
			return aws.ToString(each.PhysicalResourceId), nil
		}
	}
	return "", fmt.Errorf("the stack has no %s", logicalID)
}

// ofType returns the names of all resources of a type.
func (d *Deployed) ofType(kind string) []string {
	var names []string
	for _, each := range d.resources {
		if aws.ToString(each.ResourceType) == kind {
			names = append(names, aws.ToString(each.PhysicalResourceId))
		}
	}
	return names
}

func operationProbes() map[string]func(ctx context.Context, d *Deployed) (string, error) {
	return map[string]func(ctx context.Context, d *Deployed) (string, error){
		"operations.metrics":    metricsArrive,
		"operations.access-log": handshakesAreLogged,
		"operations.alarms":     alarmsAreQuiet,
		"operations.dashboard":  dashboardIsThere,
		"operations.secrecy":    logsKeepSecrets,
	}
}

const pauseBetweenLooks = 5 * time.Second

// eventually looks again until something is there.
func (d *Deployed) eventually(ctx context.Context, what string, look func() (bool, error)) (string, error) {
	started := time.Now()
	for {
		found, err := look()
		if err != nil {
			return "", err
		}
		if found {
			return "", nil
		}
		if time.Since(started) > d.patience {
			return "", fmt.Errorf("%s does not come within %v", what, d.patience)
		}
		select {
		case <-time.After(pauseBetweenLooks):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// metricsArrive looks for what the function that recalls wrote in the embedded metric format.
func metricsArrive(ctx context.Context, d *Deployed) (string, error) {
	function, err := d.resource("RevokeFunction")
	if err != nil {
		return "", err
	}
	return d.eventually(ctx, "NoticeMilliseconds", func() (bool, error) {
		var found struct {
			Counts []float64 `xml:"GetMetricStatisticsResult>Datapoints>member>SampleCount"`
		}
		err := d.account.monitoring(ctx, "GetMetricStatistics", url.Values{
			"Namespace": {"Recall"}, "MetricName": {"NoticeMilliseconds"},
			"Dimensions.member.1.Name": {"Function"}, "Dimensions.member.1.Value": {function},
			"StartTime": {d.since.Add(-time.Minute).UTC().Format(time.RFC3339)},
			"EndTime":   {time.Now().Add(time.Minute).UTC().Format(time.RFC3339)},
			"Period":    {"60"}, "Statistics.member.1": {"SampleCount"},
		}, &found)
		return err == nil && len(found.Counts) > 0, err
	})
}

func handshakesAreLogged(ctx context.Context, d *Deployed) (string, error) {
	group, err := d.resource("AccessLogGroup")
	if err != nil {
		return "", err
	}
	return d.eventually(ctx, "the line of a handshake", func() (bool, error) {
		lines, err := d.lines(ctx, group, `"CONNECT"`)
		return slices.ContainsFunc(lines, func(line string) bool {
			var logged struct{ EventType, Status string }
			return json.Unmarshal([]byte(line), &logged) == nil && logged.EventType == "CONNECT" && logged.Status != ""
		}), err
	})
}

// lines returns the lines of a log group that contain a phrase in quotation marks.
func (d *Deployed) lines(ctx context.Context, group, phrase string) ([]string, error) {
	var lines []string
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(d.account.logs, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: aws.String(group), FilterPattern: aws.String(phrase),
		StartTime: aws.Int64(d.since.Add(-time.Minute).UnixMilli()),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, event := range page.Events {
			lines = append(lines, aws.ToString(event.Message))
		}
	}
	return lines, nil
}

func alarmsAreQuiet(ctx context.Context, d *Deployed) (string, error) {
	names := d.ofType("AWS::CloudWatch::Alarm")
	if len(names) == 0 {
		return "", errors.New("the stack has no alarms")
	}
	form := url.Values{}
	for n, name := range names {
		form.Set(fmt.Sprintf("AlarmNames.member.%d", n+1), name)
	}
	var described struct {
		Alarms []struct {
			AlarmName, StateValue string
		} `xml:"DescribeAlarmsResult>MetricAlarms>member"`
	}
	if err := d.account.monitoring(ctx, "DescribeAlarms", form, &described); err != nil {
		return "", err
	}
	count := map[string]int{}
	var loud []string
	for _, alarm := range described.Alarms {
		count[alarm.StateValue]++
		if alarm.StateValue == "ALARM" {
			loud = append(loud, strings.TrimPrefix(alarm.AlarmName, d.name+"-"))
		}
	}
	if len(loud) > 0 {
		return "", fmt.Errorf("in ALARM: %s", strings.Join(loud, ", "))
	}
	return fmt.Sprintf("%d OK, %d INSUFFICIENT_DATA, of %d", count["OK"], count["INSUFFICIENT_DATA"],
		len(names)), nil
}

func dashboardIsThere(ctx context.Context, d *Deployed) (string, error) {
	name, err := d.resource("Dashboard")
	if err != nil {
		return "", err
	}
	var dashboard struct {
		Body string `xml:"GetDashboardResult>DashboardBody"`
	}
	form := url.Values{"DashboardName": {name}}
	if err := d.account.monitoring(ctx, "GetDashboard", form, &dashboard); err != nil {
		return "", err
	}
	var body struct{ Widgets []json.RawMessage }
	if err := json.Unmarshal([]byte(dashboard.Body), &body); err != nil || len(body.Widgets) == 0 {
		return "", errors.New("the dashboard has no widgets")
	}
	return fmt.Sprintf("%d widgets", len(body.Widgets)), nil
}

// tokenHeader begins every token that this program signs: {"alg":"HS256","typ":"JWT"} in base64url.
// #nosec G101 -- the header of a token is no secret
const tokenHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

// logsKeepSecrets looks for the text of the messages and for tokens.
func logsKeepSecrets(ctx context.Context, d *Deployed) (string, error) {
	groups := d.ofType("AWS::Logs::LogGroup")
	for _, group := range groups {
		for secret, phrase := range map[string]string{"the text of a message": Marker, "a token": tokenHeader} {
			lines, err := d.lines(ctx, group, `"`+phrase+`"`)
			if err != nil {
				return "", err
			}
			if len(lines) > 0 {
				return "", fmt.Errorf("%s has %s in %d lines", group, secret, len(lines))
			}
		}
	}
	return fmt.Sprintf("%d log groups", len(groups)), nil
}

package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"example.com/recall/local/gatewayrules"
	"example.com/recall/local/verified"
	"example.com/recall/performance/measure"
)

// summary returns the middle of a sample, and its 99th percentile or, of a small sample, its largest value.
func summary(name string, sample []time.Duration) []verified.Measure {
	s := measure.Summarize(sample)
	top, value := "p99", s.P99
	if s.Count < measure.SampleForP99 {
		top, value = "largest", s.Max
	}
	return []verified.Measure{
		{Name: name + ", p50", Unit: "ms", Value: measure.Milliseconds(s.P50)},
		{Name: fmt.Sprintf("%s, %s of %d", name, top, s.Count), Unit: "ms", Value: measure.Milliseconds(value)},
	}
}

// postSamples is how often PostToConnection is measured.
const postSamples = measure.SampleForP99

// measurePosts measures PostToConnection from here.
func measurePosts(ctx context.Context, target gatewayrules.Target) ([]verified.Measure, error) {
	sample, err := gatewayrules.Posts(ctx, target, postSamples)
	if err != nil {
		return nil, err
	}
	return summary("PostToConnection, from outside AWS", sample), nil
}

// report is what Lambda writes after each run of a function (Lambda Telemetry API, platform.report).
type report struct {
	Type   string
	Record struct {
		Metrics struct{ BilledDurationMs, InitDurationMs float64 }
	}
}

// withReports makes all functions write the lines that Lambda adds after each run. The template leaves them out.
func (d *Deployed) withReports(ctx context.Context) error {
	for _, function := range d.ofType("AWS::Lambda::Function") {
		now, err := d.account.lambda.GetFunctionConfiguration(ctx,
			&lambda.GetFunctionConfigurationInput{FunctionName: aws.String(function)})
		if err != nil {
			return err
		}
		logging := now.LoggingConfig
		if logging == nil || logging.LogFormat != lambdatypes.LogFormatJson {
			continue // it writes them already
		}
		logging.SystemLogLevel = lambdatypes.SystemLogLevelInfo
		if _, err := d.account.lambda.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{
			FunctionName: aws.String(function), LoggingConfig: logging,
		}); err != nil {
			return err
		}
		if err := d.updated(ctx, function); err != nil {
			return err
		}
	}
	return nil
}

// measureReports reads what Lambda wrote of each function.
func (d *Deployed) measureReports(ctx context.Context) ([]verified.Measure, error) {
	var all []verified.Measure
	for _, resource := range d.resources {
		name, isFunction := strings.CutSuffix(aws.ToString(resource.LogicalResourceId), "Function")
		if !isFunction || aws.ToString(resource.ResourceType) != "AWS::Lambda::Function" {
			continue
		}
		group, err := d.resource(name + "LogGroup")
		if err != nil {
			continue // it has no group of its own
		}
		lines, err := d.lines(ctx, group, `"platform.report"`)
		if err != nil {
			return nil, err
		}
		all = append(all, reported(strings.ToLower(name), lines)...)
	}
	return all, nil
}

// reported are the figures of one function.
func reported(function string, lines []string) []verified.Measure {
	var starts []time.Duration
	var billed []float64
	for _, line := range lines {
		var r report
		if json.Unmarshal([]byte(line), &r) != nil || r.Type != "platform.report" {
			continue
		}
		billed = append(billed, r.Record.Metrics.BilledDurationMs)
		if r.Record.Metrics.InitDurationMs > 0 {
			starts = append(starts, time.Duration(r.Record.Metrics.InitDurationMs*float64(time.Millisecond)))
		}
	}
	if len(billed) == 0 {
		return nil
	}
	total := 0.0
	for _, each := range billed {
		total += each
	}
	slices.Sort(billed)
	figures := []verified.Measure{
		{Name: function + ": runs", Value: float64(len(billed))},
		{Name: function + ": billed time of a run, p50", Unit: "ms", Value: billed[len(billed)/2]},
		{Name: function + ": billed time of all runs", Unit: "ms", Value: total},
	}
	if len(starts) > 0 {
		figures = append(figures, summary(function+": cold start", starts)...)
	}
	return figures
}

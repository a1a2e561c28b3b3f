package template

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// readEventBus reads an AWS::Events::EventBus.
func (r *reader) readEventBus(from *resource) {
	f := r.fields(from)
	name := f.text("Name", from.logicalID)
	f.harmless("Description", "KmsKeyIdentifier", "Tags", "LogConfig")
	f.notEmulated("Policy", "DeadLetterConfig", "EventSourceName")
	f.finish()
	bus := EventBus{LogicalID: from.logicalID, Name: name, ARN: r.arn("events", "event-bus/"+name)}
	r.result.EventBuses = append(r.result.EventBuses, bus)
}

// Schedule invokes a function at regular intervals.
type Schedule struct {
	LogicalID, ARN, FunctionARN string
	Every                       time.Duration
	Input                       string // the event; empty = the event that EventBridge sends
	// Permitted says whether EventBridge may invoke the function.
	Permitted bool
	Line      int
}

// readRule reads the schedule of an AWS::Events::Rule. A notice names a rule that reacts to events.
func (r *reader) readRule(from *resource) {
	f := r.fields(from)
	expression := f.text("ScheduleExpression", "")
	enabled := f.text("State", "ENABLED") == "ENABLED"
	f.harmless("Name", "Description")
	f.notEmulated("EventPattern", "EventBusName", "RoleArn")
	targets := f.list("Targets")
	f.finish()
	if expression == "" || !enabled {
		return
	}
	every, err := rate(expression)
	if err != nil {
		f.noticeAt("ScheduleExpression", "%v", err)
		return
	}
	for _, item := range targets {
		target := newFields(from.where+".Targets", item, &r.findings)
		target.harmless("Id")
		schedule := Schedule{
			LogicalID: from.logicalID, ARN: r.arn("events", "rule/"+f.text("Name", from.logicalID)), Every: every,
			Line: from.line, FunctionARN: target.required("Arn"), Input: target.text("Input", ""),
		}
		target.finish()
		r.result.Schedules = append(r.result.Schedules, schedule)
	}
}

// rate reads an expression such as rate(5 minutes) (EventBridge guide, "Rate expressions").
func rate(expression string) (time.Duration, error) {
	inner, ok := strings.CutPrefix(expression, "rate(")
	number, unit, separated := strings.Cut(strings.TrimSuffix(inner, ")"), " ")
	n, err := strconv.Atoi(number)
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	length := units[strings.TrimSuffix(unit, "s")]
	if !ok || !separated || err != nil || n < 1 || length == 0 {
		return 0, fmt.Errorf("the local stack knows rates such as rate(5 minutes), not %s", expression)
	}
	return time.Duration(n) * length, nil
}

// checkSchedules checks each schedule and the function that it invokes.
func (r *reader) checkSchedules() {
	for i := range r.result.Schedules {
		schedule := &r.result.Schedules[i]
		function, found := r.result.Function(schedule.FunctionARN)
		if !found {
			r.notice(schedule.Line, "%s: the local stack runs functions by schedules, and %s is none", schedule.LogicalID,
				schedule.FunctionARN)
			continue
		}
		schedule.Permitted = r.permits(function.ARN, "events.amazonaws.com", schedule.ARN)
		if !schedule.Permitted {
			r.notice(schedule.Line, "%s: no AWS::Lambda::Permission lets EventBridge invoke %s, so the schedule never runs it",
				schedule.LogicalID, function.LogicalID)
		}
	}
}

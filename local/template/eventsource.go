package template

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// EventSource is an event source mapping from a DynamoDB stream or an SQS queue to a function. Defaults and limits
// are those of CreateEventSourceMapping in the Lambda API reference.
type EventSource struct {
	LogicalID   string
	FunctionARN string
	SourceARN   string
	// Table is the table whose stream is read, and Queue is the queue. Exactly one of them is not empty.
	Table, Queue string
	Enabled      bool
	BatchSize    int
	// BatchingWindow is how long records are gathered before an invocation.
	BatchingWindow time.Duration
	// Filters are JSON patterns. A record must match one of them. Without patterns every record matches.
	Filters                 []json.RawMessage
	ReportBatchItemFailures bool

	// The following fields are for streams only.
	StartingPosition string // TRIM_HORIZON or LATEST
	Parallelization  int
	BisectOnError    bool
	RetryAttempts    int           // negative = until the record expires
	MaximumAge       time.Duration // negative = until the record expires
	OnFailureARN     string        // empty = none

	// The following field is for queues only.
	MaximumConcurrency int // 0 = no limit of its own
	Line               int
}

func (r *reader) readEventSourceMapping(from *resource) {
	f := r.fields(from)
	source := EventSource{
		LogicalID:   from.logicalID,
		FunctionARN: r.functionARN(f.required("FunctionName")),
		SourceARN:   f.required("EventSourceArn"),
		Line:        from.line,
	}
	sourceARN := source.SourceARN
	if table, ok := strings.CutPrefix(sourceARN, r.arn("dynamodb", "table/")); ok {
		source.Table, _, _ = strings.Cut(table, "/stream/")
		r.readStreamSource(&source, f)
	} else if queue, ok := strings.CutPrefix(sourceARN, r.arn("sqs", "")); ok {
		source.Queue = queue
		r.readQueueSource(&source, f)
	} else if sourceARN != "" {
		f.noticeAt("EventSourceArn", "the local stack does not know the event source %s", sourceARN)
		return
	}
	source.Enabled = f.boolean("Enabled", true)
	source.BatchingWindow = time.Duration(f.integer("MaximumBatchingWindowInSeconds", 0, 0, 300)) * time.Second
	for _, kind := range f.texts("FunctionResponseTypes") {
		if kind != "ReportBatchItemFailures" {
			f.failAt("FunctionResponseTypes", "the local stack does not know %q", kind)
		}
		source.ReportBatchItemFailures = true
	}
	criteria := f.fields("FilterCriteria")
	for _, item := range criteria.list("Filters") {
		filter := newFields(from.where+".FilterCriteria.Filters", item, &r.findings)
		pattern := filter.required("Pattern")
		if pattern != "" && !json.Valid([]byte(pattern)) {
			filter.failAt("Pattern", "is not valid JSON")
		}
		source.Filters = append(source.Filters, json.RawMessage(pattern))
		filter.finish()
	}
	criteria.finish()
	f.harmless("Tags", "KmsKeyArn", "MetricsConfig")
	f.finish()
	r.result.EventSources = append(r.result.EventSources, source)
}

func (r *reader) readStreamSource(source *EventSource, f fields) {
	source.BatchSize = f.integer("BatchSize", 100, 1, 10_000)
	source.StartingPosition = f.required("StartingPosition")
	if !slices.Contains([]string{"TRIM_HORIZON", "LATEST"}, source.StartingPosition) {
		f.failAt("StartingPosition", "must be TRIM_HORIZON or LATEST for a DynamoDB stream")
	}
	source.Parallelization = f.integer("ParallelizationFactor", 1, 1, 10)
	source.BisectOnError = f.boolean("BisectBatchOnFunctionError", false)
	source.RetryAttempts = f.integer("MaximumRetryAttempts", -1, -1, 10_000)
	age := f.integer("MaximumRecordAgeInSeconds", -1, -1, 604_800)
	source.MaximumAge = time.Duration(age) * time.Second
	if f.integer("TumblingWindowInSeconds", 0, 0, 900) != 0 {
		f.noticeAt("TumblingWindowInSeconds", "the local stack does not know tumbling windows")
	}
	failure := f.fields("DestinationConfig").fields("OnFailure")
	source.OnFailureARN = failure.text("Destination", "")
	if source.OnFailureARN != "" && !strings.HasPrefix(source.OnFailureARN, r.arn("sqs", "")) {
		failure.noticeAt("Destination", "the local stack only knows SQS queues as destinations")
		source.OnFailureARN = ""
	}
	failure.finish()
}

func (r *reader) readQueueSource(source *EventSource, f fields) {
	source.BatchSize = f.integer("BatchSize", 10, 1, 10_000)
	scaling := f.fields("ScalingConfig")
	source.MaximumConcurrency = scaling.integer("MaximumConcurrency", 0, 2, 1000)
	scaling.finish()
}

// checkEventSources checks that the resources that event sources name exist.
func (r *reader) checkEventSources() {
	for _, source := range r.result.EventSources {
		function, found := r.result.Function(source.FunctionARN)
		if !found {
			r.fail(source.Line, "%s: there is no function %s", source.LogicalID, source.FunctionARN)
			continue
		}
		if source.Table != "" &&
			!slices.ContainsFunc(r.result.Tables, func(t Table) bool { return t.Name == source.Table && t.StreamView != "" }) {
			r.fail(source.Line, "%s: there is no table %s with a stream", source.LogicalID, source.Table)
		}
		for _, name := range []string{source.Queue, strings.TrimPrefix(source.OnFailureARN, r.arn("sqs", ""))} {
			r.checkQueue(source, function, name)
		}
	}
}

func (r *reader) checkQueue(source EventSource, function Function, name string) {
	if name == "" {
		return
	}
	i := slices.IndexFunc(r.result.Queues, func(q Queue) bool { return q.Name == name })
	switch {
	case i < 0:
		r.fail(source.Line, "%s: there is no queue %s", source.LogicalID, name)
	case name == source.Queue && r.result.Queues[i].VisibilityTimeout < function.Timeout:
		// Lambda refuses such a mapping (Lambda guide, "Using Lambda with Amazon SQS").
		r.fail(source.Line, "%s: the queue's VisibilityTimeout is shorter than the Timeout of %s",
			source.LogicalID, function.LogicalID)
	}
}

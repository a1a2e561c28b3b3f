package growth

import (
	"fmt"
	"strings"

	"example.com/recall/performance/measure"
)

// Prices of us-east-1 in dollars, besides those of package measure. docs/performance.md, "What a month costs", names
// the pages. No free tier is taken off, and no volume discount.
const (
	perConnectionMinute    = 0.25e-6
	perGigabyteOut         = 0.09
	perLogGigabyte         = 0.50
	perStoredGigabyte      = 0.25 // and month
	perRecoverableGigabyte = 0.20 // and month
	perTrace               = 5e-6
	perMetric              = 0.30 // and month
	perAlarmMetric         = 0.10 // and month
	perDashboard           = 3.00 // and month
	perSecret              = 0.40 // and month
	perQueueRequest        = 0.40e-6
)

// What is there whether or not anybody sends: the metrics that the template's alarms look at, the metrics of our own
// that usually occur (a name, function and outcome is one), and Lambda's five pollers of the queue, which wait 20 s
// each.
const (
	alarmMetrics      = 34
	ownMetrics        = 30
	pollsOfEmptyQueue = 5 * daysAMonth * secondsADay / 20
)

const (
	daysAMonth = 30
	gigabyte   = 1e9
)

// usage is the consumption of one day.
type usage struct {
	// frames has all units and posts, and the functions that answer frames and handshakes. finish is the stream's
	// function.
	frames, finish   measure.Consumption
	connectedMinutes float64
	logBytes         float64
	messages         float64
	traces           float64
}

func (u *usage) add(kind activity, times float64) {
	uses := kind.uses
	u.frames.Posts += times * uses.Posts
	u.frames.Frames += times * uses.Frames
	u.frames.ReadUnits += times * uses.ReadUnits
	u.frames.WriteUnits += times * uses.WriteUnits
	u.frames.Invocations += times * uses.Invocations
	u.frames.GigabyteHours += times * uses.GigabyteHours
	u.logBytes += times * kind.logBytes
	u.messages += times * kind.messages
}

// Month is the cost of thirty such days, in dollars, by what is paid for.
type Month struct {
	Frames            float64 `json:"frames"`
	ConnectionMinutes float64 `json:"connectionMinutes"`
	DataOut           float64 `json:"dataOut"`
	DynamoDB          float64 `json:"dynamodb"`
	Storage           float64 `json:"storage"`
	Recovery          float64 `json:"recovery"`
	Lambda            float64 `json:"lambda"`
	// Finish is the stream's function: a look at each change, and the waiting for what is still due.
	Finish   float64 `json:"finish"`
	Logs     float64 `json:"logs"`
	Watching float64 `json:"watching"`
	// Traces are paid for with Tracing=true only, and are not in the total.
	Traces float64 `json:"traces"`
}

// item is a line of the bill.
type item struct {
	name, of string
	dollars  float64
}

// items returns the lines of the bill that are always paid. Their sum is the total.
func (m Month) items() []item {
	return []item{
		{"frames", "requests, replies and posts of up to 32 KB", m.Frames},
		{"connections", "minutes that devices are connected", m.ConnectionMinutes},
		{"data out", fmt.Sprintf("%d bytes a frame to a device, headers included", outFrameBytes), m.DataOut},
		{"DynamoDB", "read and write units", m.DynamoDB},
		{"storage", fmt.Sprintf("%d bytes a message, kept %d days (`RetentionDays`)", storedBytes, keptDays), m.Storage},
		{"recovery", "of the same table (`PointInTimeRecovery=true`)", m.Recovery},
		{"functions", "what answers frames and handshakes", m.Lambda},
		{"finish", "looks at each change, and waits for what is still due; reading the stream is free", m.Finish},
		{"logs", "of the functions at `LogLevel=info`, and of the API", m.Logs},
		{"watching", fmt.Sprintf("%d own metrics, %d metrics in alarms, the dashboard, polling the queue, the secret",
			ownMetrics, alarmMetrics), m.Watching},
	}
}

// Total returns the sum of all items.
func (m Month) Total() float64 {
	total := 0.0
	for _, each := range m.items() {
		total += each.dollars
	}
	return total
}

// besides returns the cost of everything except frames, connections, units of DynamoDB and functions.
func (m Month) besides() float64 {
	return m.DataOut + m.Storage + m.Recovery + m.Logs + m.Watching
}

// stored is the size of the table in gigabytes at the time when the oldest messages begin to be deleted.
func stored(messagesADay float64) float64 { return messagesADay * keptDays * storedBytes / gigabyte }

// functionsOf returns the part of the consumption that is paid as Lambda.
func functionsOf(all measure.Consumption) measure.Consumption {
	return measure.Consumption{Invocations: all.Invocations, GigabyteHours: all.GigabyteHours}
}

func monthOf(day usage) Month {
	out := day.frames.Posts + (day.frames.Frames-day.frames.Posts)/2 // one reply to each request
	readUnits := day.frames.ReadUnits + day.finish.ReadUnits
	dollars := func(of measure.Consumption) float64 { return daysAMonth * of.Dollars() }
	return Month{
		Frames:            dollars(measure.Consumption{Frames: day.frames.Frames}),
		ConnectionMinutes: daysAMonth * day.connectedMinutes * perConnectionMinute,
		DataOut:           daysAMonth * out * outFrameBytes / gigabyte * perGigabyteOut,
		DynamoDB:          dollars(measure.Consumption{ReadUnits: readUnits, WriteUnits: day.frames.WriteUnits}),
		Storage:           stored(day.messages) * perStoredGigabyte,
		Recovery:          stored(day.messages) * perRecoverableGigabyte,
		Lambda:            dollars(functionsOf(day.frames)),
		Finish:            dollars(functionsOf(day.finish)),
		Logs:              daysAMonth * day.logBytes / gigabyte * perLogGigabyte,
		Watching: ownMetrics*perMetric + alarmMetrics*perAlarmMetric + perDashboard +
			pollsOfEmptyQueue*perQueueRequest + perSecret,
		Traces: daysAMonth * day.traces * perTrace,
	}
}

// Bill is what a month of each size costs, by what is paid for, as Markdown.
func (r Report) Bill() string {
	var b strings.Builder
	b.WriteString("| $ a month |")
	for _, day := range r.Days {
		fmt.Fprintf(&b, " %s |", count(day.Users))
	}
	b.WriteString(" of |\n|---|" + strings.Repeat("---:|", len(r.Days)) + "---|\n")
	row := func(name, of string, dollarsOf func(Month) float64) {
		fmt.Fprintf(&b, "| %s |", name)
		for _, day := range r.Days {
			fmt.Fprintf(&b, " %s |", count(dollarsOf(day.Month)))
		}
		fmt.Fprintf(&b, " %s |\n", of)
	}
	for place, each := range (Month{}).items() {
		row(each.name, each.of, func(m Month) float64 { return m.items()[place].dollars })
	}
	row("**all**", "", Month.Total)
	row("traces", "on top with `Tracing=true`: the first run of each second, and 5 % of the others",
		func(m Month) float64 { return m.Traces })
	return b.String()
}

// MillionRecalls says what a million recalls between two people cost, with one device to be told.
func MillionRecalls() string {
	uses := change(0, directRevokeReads, revokeWrites, 1, 3, revokeGigabytes).uses
	frames := 1e6 * measure.Consumption{Frames: uses.Frames}.Dollars()
	units := 1e6 * measure.Consumption{ReadUnits: directRevokeReads, WriteUnits: revokeWrites}.Dollars()
	function := 1e6 * measure.Consumption{Invocations: 1, GigabyteHours: uses.GigabyteHours}.Dollars()
	return fmt.Sprintf("%.0f messages ($%.2f), %d write and %d read units ($%.2f), and RevokeFunction, "+
		"%v GB × %.0f ms ($%.2f):"+
		" about **$%.2f** a million",
		uses.Frames, frames, revokeWrites, directRevokeReads, units, revokeGigabytes,
		1000*3600*uses.GigabyteHours/revokeGigabytes, function, frames+units+function)
}

// MillionLooks says what finish costs for a million changes, where each run finds one alone.
func MillionLooks() string {
	alone := finish(1, 0, 1e6) // With so many shards no run finds two changes.
	return fmt.Sprintf("$%.2f a million where each run finds one change alone",
		1e6*measure.Consumption{
			ReadUnits:     finishReads,
			Invocations:   alone.Invocations,
			GigabyteHours: alone.GigabyteHours,
		}.Dollars())
}

// MillionSends says what the log lines of a million sends cost, and what keeping these messages for a year does.
func MillionSends() (logs, kept string) {
	bytes := send(0, 0, 0, 0).logBytes
	return fmt.Sprintf("%.1f KB a send, $%.2f a million,", bytes/1000, 1e6*bytes/gigabyte*perLogGigabyte),
		fmt.Sprintf("%d bytes a message: a million kept for a year cost $%.2f", storedBytes,
			12*1e6*storedBytes/gigabyte*perStoredGigabyte)
}

// Package growth simulates a day of a deployment with 10,000 to 100 million connected users, second by second,
// against AWS's quotas: what is used up first, how long notices then wait, and what a month costs, with all that is
// on the bill.
//
// It is a simulation with measured constants, not a measurement: calls and units are those of the golden table in
// docs/performance.md, which a test holds; quotas and prices are AWS's published defaults; what people do is
// Workload.
package growth

// Package recalltest is for tests of the rules. RunStore and RunPresence are the conformance suites of the stores,
// which the fakes in this package and the DynamoDB adapter pass. The fakes keep everything in memory. There are also a
// clock that a test moves, and a notifier and a queue that record what they were given.
package recalltest

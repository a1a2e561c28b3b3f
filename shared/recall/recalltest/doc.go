// Package recalltest is what tests of the rules stand on: RunStore and RunPresence, the conformance suites of the
// stores, which the fakes here and the DynamoDB adapter pass alike, and the fakes themselves, a clock that the test
// moves, and a notifier that writes down what it was told.
//
// The fakes are for tests only: they forget everything and hold everything in memory.
package recalltest

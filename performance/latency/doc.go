// Package latency measures how long a recall takes: from the sender's revoke frame to their reply, to the first and
// to the last notice, between two people, in groups, and in a group so large that its notices go through the queue.
//
// Beside each it puts the floor, which is what the injected latencies alone allow, and the own time, which is what
// does not wait for DynamoDB or @connections. The stack knows when each call began and ended, so nothing is estimated.
package latency

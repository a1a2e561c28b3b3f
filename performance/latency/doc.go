// Package latency measures how long a recall takes: from the sender's revoke frame to their reply, to the first and
// to the last notice, between two people, in groups, and in a group so large that its notices go through the queue.
//
// Beside each it puts the floor, which is what the injected latencies alone allow, and the harness: a function on the
// same stack that makes the same calls and does nothing else. What the harness takes above the floor is the
// machine's.
package latency

// Package recall holds the rules of message recall: who may take a message back, until when, and who is told.
//
// It knows no AWS and no wire format. Service is the entry. What it needs from outside (Store, Presence, Notifier,
// Queue, Publisher, Clock) are interfaces declared here and implemented by the adapters beside this package. All times
// are Instants: the server's clock, milliseconds since 1970 UTC. Every error that a caller can act on is an *Error;
// anything else is a fault of a dependency or a bug.
//
// Where to find a rule: who may revoke is in revoke.go, and the window in window.go. The window is enforced by the
// condition of the write, RevokeMessage in package dynamo. The way of a change from its commit to its notices is in
// outbox.go. What happens after a function died is in finish.go, and when a device is closed is in retry.go. An error
// gets its code in error.go.
package recall

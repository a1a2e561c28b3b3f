// Package recall holds the rules of message recall: who may take a message back, until when, and who is told.
//
// It knows no AWS and no wire format. Service is the entry; what it needs from outside (Store, Presence, Notifier,
// Queue, Publisher, Clock) are interfaces declared here and implemented by the adapters beside this package. All times
// are Instants: the server's clock, milliseconds since 1970 UTC. Every error that a caller can act on is an *Error;
// anything else is a fault of a dependency or a bug.
package recall

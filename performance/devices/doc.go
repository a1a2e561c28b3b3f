// Package devices is many WebSocket clients that do nothing but note when a frame comes.
//
// They run in this process or, where both ends of thousands of connections would exceed the open files that one
// process may have, in a child process (Remote), which is the same program serving Serve.
package devices

// Package conformance plays the server of a scenario against a client that is wrapped in a driver, so that clients in
// several languages are held to one behaviour; and lets several such clients meet in one conversation of a real
// server. README.md has the driver's contract and the scenario format.
package conformance

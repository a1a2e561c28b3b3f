// Package endtoend tests the whole of Recall as it would be deployed: the functions' own programs, started from
// template.yaml by the local stack, with DynamoDB Local, behind a WebSocket API, and clients that know nothing of our
// code.
package endtoend

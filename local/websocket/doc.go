// Package websocket emulates one stage of an Amazon API Gateway WebSocket API on this machine: the handshake with its
// authorizer, route selection, the frames API Gateway itself sends, connection limits, and the @connections API.
//
// It knows nothing of the functions behind the routes: an Invoker runs them. It knows nothing of templates: an
// APIDefinition says what the stage consists of. README.md lists every rule with its source and the switch that changes it.
//
// # Framing
//
// Handshake checks, reading, control frames and the closing handshake are github.com/coder/websocket's work. Two things are done
// here, because that library has no way to them:
//
//   - Outgoing data frames go into a bounded buffer per connection instead of straight to the socket. The library's
//     Write blocks for as long as a client does not read, and takes its pongs and close frame along; API Gateway
//     answers LimitExceededException instead. The library's socket is therefore the buffer (type outbound).
//   - A message over 32 KB is split into frames of at most 32 KB, the last of which ends it. The library can only end a
//     split message with a further, empty frame.
//
// # Time
//
// Options.Clock gives the times in events and runs integration time-outs. Options.LifetimeClock runs the idle and the
// two-hour limit, so that these can be sped up without cutting the time that functions get.
package websocket

// Package websocket emulates one stage of an Amazon API Gateway WebSocket API on this machine: the handshake with its
// authorizer, route selection, the frames API Gateway itself sends, connection limits, and the @connections API.
//
// It knows nothing of the functions behind the routes: an Invoker runs them. It knows nothing of templates: an
// APIDefinition says what the stage consists of. README.md lists every rule with its source and the switch that
// changes it.
//
// # Framing
//
// The library github.com/coder/websocket checks handshakes, reads, and handles control frames and the closing
// handshake. This package does two things itself, because the library cannot do them:
//
//   - Outgoing data frames go into a bounded buffer per connection instead of straight to the socket. The library's
//     Write blocks for as long as a client does not read, and then pongs and the close frame wait too. API Gateway
//     answers LimitExceededException instead. Therefore the library writes to the buffer (type outbound).
//   - A message over 32 KB is split into frames of at most 32 KB, and the last of these frames ends the message. The
//     library can end a split message only with one more frame that is empty.
//
// # Time
//
// Options.Clock gives the times in events and runs integration time-outs. Options.LifetimeClock runs the idle and the
// two-hour limit, so that these can be sped up without cutting the time that functions get.
package websocket

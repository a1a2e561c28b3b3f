package websocket

import "time"

// Switches change behaviour that AWS does not document, and inject faults that AWS sometimes has. The zero value is
// the behaviour that the best available evidence suggests. A command line can embed the struct: its tags describe the
// flags.
type Switches struct {
	// Serialize handles the frames of one connection one after the other. API Gateway runs them concurrently.
	Serialize bool `help:"Handle the frames of a connection one after the other. API Gateway handles them at once."`
	// FrameJitter delays each frame by a random time up to this, so that frames overtake each other.
	FrameJitter time.Duration `help:"Delay each frame by a random time up to this, so that frames overtake each other."`
	// DropDisconnect is the share of connections, 0 to 1, whose $disconnect is lost.
	DropDisconnect float64 `help:"Share of connections (0 to 1) whose $$disconnect is lost. API Gateway may lose it."`
	// PostDelay delays every post. Faults can delay the posts of single connections while the gateway runs.
	PostDelay time.Duration `help:"Delay every post to @connections by this."`
	// FailedPosts is the share of posts, 0 to 1, that fail with FailedPostStatus.
	FailedPosts float64 `help:"Share of posts to @connections (0 to 1) that fail."`
	// FailedPostStatus is 410, 429 or 500; 0 means 500.
	FailedPostStatus int `help:"HTTP status of the posts that fail: 410, 429 or 500 (500 if 0)."`

	// NoDisconnectAfterDelete keeps $disconnect from running after DELETE @connections.
	NoDisconnectAfterDelete bool `help:"Do not run $$disconnect after DELETE @connections."`
	// PingKeepsAlive lets a client's ping and pong frames count as activity for the idle limit.
	PingKeepsAlive bool `help:"Let ping and pong frames count as activity for the idle limit."`
	// AcceptInvalidText accepts text frames that are not UTF-8. Otherwise the connection is closed with 1007.
	AcceptInvalidText bool `help:"Accept text frames that are not UTF-8. Otherwise the connection is closed with 1007."`
	// ReplaceInvalidText posts bodies that are not UTF-8 and replaces the wrong bytes by U+FFFD. Otherwise they get
	// 400.
	ReplaceInvalidText bool `help:"Post bodies that are not UTF-8 with replacement characters. Otherwise they get 400."`
	// RouteReservedKeys lets a frame select $connect, $disconnect or $default by its action. Otherwise such a frame
	// goes to $default.
	RouteReservedKeys bool `help:"Let a frame select $$connect or $$disconnect by its action."`
	// NativeAuthorizerValues passes numbers and booleans of the authorizer's context on as they are. Otherwise they
	// become strings.
	NativeAuthorizerValues bool `help:"Pass numbers and booleans of the authorizer context as they are, not as strings."`
	// FailedStatusFrame sends "Internal server error" if a function answers a message with a status of 400 or more.
	FailedStatusFrame bool `help:"Send the frame Internal server error if a function answers with status 400 or more."`
	// FunctionTimeoutFrame sends "Endpoint request timed out" also if the function's own, shorter time-out is over.
	FunctionTimeoutFrame bool `help:"Send the frame Endpoint request timed out also for the function's own time-out."`
	// HideConnectHeaders leaves the headers of the $connect answer out of the 101, except Sec-WebSocket-Protocol.
	HideConnectHeaders bool `help:"Keep all headers of the $$connect answer but Sec-WebSocket-Protocol off the 101."`
	// UnsignedManagement accepts @connections requests without an AWS signature.
	UnsignedManagement bool `help:"Accept @connections requests without an AWS signature."`

	// UnknownStageStatus is the answer to requests to another stage; 0 means 403.
	UnknownStageStatus int `help:"HTTP status for an unknown stage (403 if 0)."`
	// AuthorizerFailureStatus is the answer to a handshake if the authorizer failed or its answer is malformed; 0
	// means 500.
	AuthorizerFailureStatus int `help:"Handshake status when the authorizer fails (500 if 0)."`
	// ConnectTimeoutStatus is the answer to a handshake if the $connect function took too long; 0 means 504.
	ConnectTimeoutStatus int `help:"Handshake status when the $$connect function times out (504 if 0)."`
	// ThrottledHandshakeStatus is the answer to handshakes over the limit; 0 means 429.
	ThrottledHandshakeStatus int `help:"Handshake status when throttled (429 if 0)."`
	// ThrottledMessage is the message of the frame for a throttled message; empty means "Too Many Requests".
	ThrottledMessage string `help:"Message of the frame that answers a throttled message (Too Many Requests if empty)."`
	// ExpiredCloseCode is the close code for connections that were idle too long or are two hours old; 0 means 1001.
	ExpiredCloseCode int `help:"Close code for idle and two-hour-old connections (1001 if 0)."`
	// ExpiredCloseReason is the reason beside ExpiredCloseCode; empty means "Going away".
	ExpiredCloseReason string `help:"Close reason for idle and two-hour-old connections (Going away if empty)."`
	// DeleteCloseCode is the close code for DELETE @connections; 0 means 1000.
	DeleteCloseCode int `help:"Close code for DELETE @connections (1000 if 0)."`
}

func (s Switches) withDefaults() Switches {
	setDefault(&s.FailedPostStatus, 500)
	setDefault(&s.UnknownStageStatus, 403)
	setDefault(&s.AuthorizerFailureStatus, 500)
	setDefault(&s.ConnectTimeoutStatus, 504)
	setDefault(&s.ThrottledHandshakeStatus, 429)
	setDefault(&s.ThrottledMessage, "Too Many Requests")
	setDefault(&s.ExpiredCloseCode, 1001)
	setDefault(&s.ExpiredCloseReason, "Going away")
	setDefault(&s.DeleteCloseCode, 1000)
	return s
}

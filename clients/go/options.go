package client

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"
)

// Options configure a Client. Only URL is required.
type Options struct {
	// URL is the WebSocket API's address with its stage: wss://{api}.execute-api.{region}.amazonaws.com/{stage}, locally
	// ws://127.0.0.1:3001/local. It never carries the token.
	URL string

	// TokenProvider returns a new token when the old one is over. Without one, or when it fails, outstanding calls fail
	// with CodeTokenExpired and Listener.OnTokenExpired is called.
	TokenProvider func(ctx context.Context) (string, error)

	// Storage keeps conversations, and what is not sent yet, also when the process ends; [NewFileStorage] makes one.
	// Without one, each login begins with nothing held.
	Storage Storage

	// RequestTimeout is the time for one of the three attempts of a request; default 10 s.
	RequestTimeout time.Duration
	// ReconnectMinimum and ReconnectMaximum bound the back-off: the first wait is at most the minimum, each later one at
	// most twice the one before, up to the maximum. Default 0.5 s and 30 s.
	ReconnectMinimum time.Duration
	ReconnectMaximum time.Duration

	// PingInterval is the time between two WebSocket pings, which tell whether the connection is alive; default 30 s. A
	// ping without an answer within 10 s, or within RequestTimeout where that is less, ends the connection, and a new
	// one is made. Pings cost no message.
	PingInterval time.Duration

	// Now is the machine's clock; default time.Now. It may be wrong: the server's time is learnt from the server.
	Now func() time.Time
	// Random returns numbers in [0,1) for jitter; default math/rand/v2.Float64.
	Random func() float64
	// Entropy feeds messageIds; default crypto/rand.
	Entropy io.Reader
	// HTTPClient makes the handshake, and uploads and downloads attachments; default http.DefaultClient. Its Timeout must
	// be 0.
	HTTPClient *http.Client
	// Logger gets connection events; default none. Texts, reasons and tokens are never logged.
	Logger *slog.Logger
}

func (o Options) withDefaults() (Options, error) {
	address, err := url.Parse(o.URL)
	if err != nil || (address.Scheme != "ws" && address.Scheme != "wss") || address.Host == "" {
		return o, errors.New(
			"client: Options.URL must be a ws:// or wss:// address with the stage, e.g. ws://127.0.0.1:3001/local")
	}
	if o.RequestTimeout < 0 || o.ReconnectMinimum < 0 || o.ReconnectMaximum < 0 || o.PingInterval < 0 {
		return o, errors.New("client: Options has a negative duration")
	}
	o.RequestTimeout = orDefault(o.RequestTimeout, 10*time.Second)
	o.ReconnectMinimum = orDefault(o.ReconnectMinimum, 500*time.Millisecond)
	o.ReconnectMaximum = max(orDefault(o.ReconnectMaximum, 30*time.Second), o.ReconnectMinimum)
	o.PingInterval = orDefault(o.PingInterval, 30*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.HTTPClient == nil {
		o.HTTPClient = http.DefaultClient
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

func orDefault(value, standard time.Duration) time.Duration {
	if value == 0 {
		return standard
	}
	return value
}

// backOff returns the wait before a repeated attempt (0 = the first repeat): exponential with full jitter.
func (o Options) backOff(repeat int) time.Duration {
	ceiling := o.ReconnectMinimum
	for range repeat {
		if ceiling >= o.ReconnectMaximum {
			break
		}
		ceiling *= 2
	}
	return time.Duration(o.Random() * float64(min(ceiling, o.ReconnectMaximum)))
}

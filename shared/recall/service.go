package recall

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Service has the rules of recall. It works on the parts that it is given. It may be used by many goroutines.
type Service struct {
	Store    Store
	Presence Presence
	Notifier Notifier
	// Queue takes the notices of groups with more than MembersInCall members, and the retries.
	Queue Queue
	// Objects keeps the bytes of attachments. It is nil if the deployment has no attachments, and in functions that
	// neither read nor delete them.
	Objects Objects
	// MaxAttachmentBytes is the size that an attachment may have. It is 0 if the deployment has no attachments.
	MaxAttachmentBytes AttachmentSize
	// Publisher is there only in the function that publishes.
	Publisher Publisher
	// Push is nil in a deployment without push, and in functions that have nothing to do with it.
	Push  *Push
	Clock Clock
	// Window is the deployment's default; settings and groups may have their own.
	Window Window
	// Retention is how long messages are kept; 0 is for ever.
	Retention time.Duration
	// ConnectionsPerUser is how many connections a user may have at the same time; 0 is DefaultConnectionsPerUser.
	ConnectionsPerUser int
	// Limiter is nil where no rate limit is configured.
	Limiter *Limiter
	// Log gets the failures after a commit, which no caller is told of. Nil discards them.
	Log *slog.Logger
	// Observer gets the values of metrics. Nil discards them.
	Observer Observer
	// Sleep waits; nil is a timer. Finish uses it to let the committing function finish first.
	Sleep func(ctx context.Context, duration time.Duration) error

	settings settingsCache
}

// Store keeps messages, rosters and lists of conversations. It is all that the rules need of a store. Each part is
// declared in the file whose rules call it. recalltest.RunStore is its conformance suite, which the DynamoDB adapter
// and the fake in recalltest pass.
//
// Every method returns unavailable when the store cannot be reached; other failures are plain errors. Reads are
// consistent: what a returned write stored is found by every later read.
type Store interface {
	SendStore
	RevokeStore
	OutboxStore
	SyncStore
	ReadStore
	ListStore
	WindowStore
	GroupStore
	AdminStore
}

// Caller is the user who asks, and the connection on which they ask. Their token proves both, and nothing in a frame
// can change them.
type Caller struct {
	User       UserID
	Connection ConnectionID
	// TokenExpiresAt is the token's exp. From then on every request is refused.
	TokenExpiresAt Instant
}

// Hello is what a client learns about the server and itself.
type Hello struct {
	ServerTime     Instant
	User           UserID
	RecallWindow   Window
	MaxBodyBytes   int
	TokenExpiresAt Instant
	// MaxAttachmentBytes is 0 if the deployment has no attachments.
	MaxAttachmentBytes AttachmentSize
	// WebPushKey is the public key that a browser needs to subscribe. It is empty where there is no web push.
	WebPushKey string
}

// Limits of the service, with their reasons in docs/design.md.
const (
	// MembersInCall is the largest number of members that the committing call tells itself. Larger groups are told
	// through the queue.
	MembersInCall = 500
	// ChunkUsers is how many users one queued chunk names, ChunkConnections how many connections. With the longest names
	// a chunk stays below 128 KB, half of what SQS takes as one message (SQS quotas).
	ChunkUsers       = 500
	ChunkConnections = 500
	// RevocationsPerNotice is how many recalls one event tells: with the longest reasons, 50 stay below the 128 KB that
	// API Gateway takes as one message (WebSocket quotas).
	RevocationsPerNotice = 50
	// NoticeBudget bounds how long an answer waits for receivers after the commit. A device that is not told by then
	// gets a retry.
	NoticeBudget = 3 * time.Second
	// SettleBudget bounds how long queueing the retries and settling take after that.
	SettleBudget = 2 * time.Second
	// ChunkBudget bounds how long the posts of one chunk take. A device that is not told by then gets a retry.
	ChunkBudget = 20 * time.Second
	// ClockTolerance is how far a messageId's time may differ from the server's.
	ClockTolerance = 30 * time.Second
	// UnsentFor is how long a message that was never stored can be cancelled, counted from the time in its ID.
	UnsentFor = 24 * time.Hour
	// MaximumConnectionAge is API Gateway's limit of a connection (Developer Guide, WebSocket quotas).
	MaximumConnectionAge = 2 * time.Hour
	// YoungConnection is the age below which a gone connection may be one whose handshake still runs.
	YoungConnection = 30 * time.Second
)

// Observer takes the values of metrics.
type Observer interface {
	Observe(metric Metric, value float64, outcome string)
}

// Metric is the name of a metric.
type Metric string

// The metrics. The outcome of a value is an error's name or ok. It is empty for metrics that have no outcomes.
const (
	MetricRecalls            Metric = "Recalls"
	MetricSends              Metric = "Sends"
	MetricWindowRefusals     Metric = "WindowRefusals"
	MetricCollectionFull     Metric = "CollectionFull"
	MetricNotices            Metric = "Notices"
	MetricNoticeMilliseconds Metric = "NoticeMilliseconds"
	MetricNoticesFailed      Metric = "NoticesFailed"
	MetricGone               Metric = "Gone"
	MetricRetries            Metric = "Retries"
	MetricDueFound           Metric = "DueFound"
	MetricDisconnects        Metric = "Disconnects"
	MetricQueueMilliseconds  Metric = "QueueMilliseconds"
	MetricPushes             Metric = "Pushes"
)

func (s *Service) now() Instant { return At(s.Clock.Now()) }

func (s *Service) observe(metric Metric, value float64, outcome string) {
	if s.Observer != nil {
		s.Observer.Observe(metric, value, outcome)
	}
}

// observeRefusal counts those refusals of a send or a recall that have a metric of their own. An operator has to make
// room in a full conversation, so the log names it.
func (s *Service) observeRefusal(ctx context.Context, conversation Conversation, err error) {
	switch NameOf(err) {
	case RecallWindowExpired:
		s.observe(MetricWindowRefusals, 1, "")
	case ConversationFull:
		s.observe(MetricCollectionFull, 1, "")
		if s.Log != nil {
			s.Log.WarnContext(ctx, "conversation is full", "conversation", conversation.Key(), "error", err)
		}
	}
}

// unfinished logs what failed after a commit. The message is still due, so Finish does it again.
func (s *Service) unfinished(ctx context.Context, step string, conversation Conversation, err error) {
	if s.Log != nil && err != nil {
		s.Log.WarnContext(ctx, "left to finish", "step", step, "conversation", conversation.Key(), "error", err)
	}
}

func (s *Service) sleep(ctx context.Context, duration time.Duration) error {
	if duration <= 0 {
		return ctx.Err()
	}
	if s.Sleep != nil {
		return s.Sleep(ctx, duration)
	}
	return Sleep(ctx, duration)
}

func (s *Service) expiresAt(sentAt Instant) Instant {
	if s.Retention == 0 {
		return 0
	}
	return sentAt.Add(s.Retention)
}

// Hello tells a client what it needs to know of the server and of itself.
func (s *Service) Hello(ctx context.Context, caller Caller) (Hello, error) {
	window, err := s.defaultWindow(ctx)
	if err != nil {
		return Hello{}, err
	}
	return Hello{
		ServerTime:     s.now(),
		User:           caller.User,
		RecallWindow:   window,
		MaxBodyBytes:   MaximumBodyBytes,
		TokenExpiresAt: caller.TokenExpiresAt,
		WebPushKey:     s.webPushKey(),

		MaxAttachmentBytes: s.MaxAttachmentBytes,
	}, nil
}

// Admit checks that the caller's token has not expired and that the user does not make too many requests. It returns
// token_expired or too_many_requests.
func (s *Service) Admit(caller Caller) error {
	now := s.now()
	if caller.TokenExpiresAt != 0 && now >= caller.TokenExpiresAt {
		return Fail(TokenExpired, "the token has expired; connect again with a new one")
	}
	if s.Limiter != nil && !s.Limiter.Allow(caller.User, now) {
		return Fail(TooManyRequests, "too many requests; wait and retry")
	}
	return nil
}

// Limiter bounds each user's requests a minute, in memory. It needs no round trip. Its price is that every function
// environment counts for itself, so a user whose requests are spread over n environments gets up to n times the rate.
type Limiter struct {
	perMinute int
	mutex     sync.Mutex
	users     map[UserID]*rate.Limiter
}

// maximumUsers bounds the memory. Beyond it, users who may make all their requests again are forgotten.
const maximumUsers = 10_000

// NewLimiter makes a limiter of that many requests a minute for each user. A user may make all of them at once.
func NewLimiter(perMinute int) *Limiter {
	return &Limiter{perMinute: perMinute, users: make(map[UserID]*rate.Limiter)}
}

// Allow reports whether the user may make one more request, and counts it if so.
func (l *Limiter) Allow(user UserID, now Instant) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	limiter, known := l.users[user]
	if !known {
		l.makeRoom(now)
		limiter = rate.NewLimiter(rate.Every(time.Minute/time.Duration(l.perMinute)), l.perMinute)
		l.users[user] = limiter
	}
	return limiter.AllowN(now.Time(), 1)
}

// Users returns how many users are kept in memory.
func (l *Limiter) Users() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return len(l.users)
}

func (l *Limiter) makeRoom(now Instant) {
	if len(l.users) < maximumUsers {
		return
	}
	for user, limiter := range l.users {
		if limiter.TokensAt(now.Time()) >= float64(l.perMinute) {
			delete(l.users, user)
		}
	}
	if len(l.users) >= maximumUsers {
		clear(l.users)
	}
}

// outcomeOf is ok, or the error's name.
func outcomeOf(err error) string {
	if err == nil {
		return "ok"
	}
	return string(NameOf(err))
}

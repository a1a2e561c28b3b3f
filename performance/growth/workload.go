package growth

import (
	"math"

	"example.com/recall/performance/measure"
)

// Workload is what people do. All of it is an assumption. docs/performance.md shows Usual.
type Workload struct {
	// MessagesPerHour are sent by a connected user.
	MessagesPerHour float64 `json:"messagesPerHour"`
	// RecalledShare is how many of the messages are recalled.
	RecalledShare float64 `json:"recalledShare"`
	// Groups are the sizes of groups, with the share of messages that go to each; the other messages are direct.
	Groups []GroupShare `json:"groups"`
	// OnlineShare is how many of a conversation's other members are connected.
	OnlineShare float64 `json:"onlineShare"`
	// Conversations are synchronised after each connect.
	Conversations float64 `json:"conversations"`
	// NightShare is how many of the users of the busiest minute are connected in the quietest.
	NightShare float64 `json:"nightShare"`
}

// GroupShare is a size of groups.
type GroupShare struct {
	Members int     `json:"members"`
	Share   float64 `json:"share"`
}

// Usual is a messenger of people who mostly write to each other.
func Usual() Workload {
	return Workload{
		MessagesPerHour: 6, RecalledShare: 0.01,
		Groups:      []GroupShare{{10, 0.25}, {50, 0.10}, {500, 0.02}},
		OnlineShare: 0.5, Conversations: 10, NightShare: 0.25,
	}
}

const secondsADay = 24 * 60 * 60

// connected are the users at a second of the day: a wave with its top at 20:00.
func (w Workload) connected(most float64, second int) float64 {
	wave := (1 + math.Cos(2*math.Pi*(float64(second)/secondsADay-20.0/24))) / 2
	return most * (w.NightShare + (1-w.NightShare)*wave)
}

// activity is one kind of event, and what each event uses.
type activity struct {
	// perSecond is how often it happens for each connected user.
	perSecond float64
	uses      measure.Consumption
	// requests are what the account's quota counts: handshakes, frames from clients, and posts.
	requests float64
	// environmentSeconds are how long Lambda's environments are occupied.
	environmentSeconds float64
	// changes are those of messages, which finish looks at, and dueSeconds how long each is due after its commit.
	changes, dueSeconds float64
	// messages are those that are stored.
	messages float64
	// logBytes are those of all log lines.
	logBytes float64
}

// What an invocation waits for, as the benchmarks inject it (docs/performance.md).
const (
	dynamoDBSeconds = 0.004
	postSeconds     = 0.015
	parallelPosts   = 128
)

// Memory of the functions in template.yaml.
const (
	usualGigabytes  = 0.5
	revokeGigabytes = 1
)

// What clients do by themselves: hello when they have sent nothing for 8 to 9 minutes, of which this is the middle,
// and a new connection when API Gateway ends one.
const (
	helloAfterSeconds     = 8.5 * 60
	reconnectEverySeconds = 2 * 60 * 60
)

// Units of the golden table. finish looks at every message that was due once.
const (
	sendWrites, revokeWrites           = 3, 3
	directSendReads, directRevokeReads = 3, 2
	finishReads                        = 1
	syncReads                          = 4 // for each conversation without news
	listReads                          = 2 // for each conversation of the list, and one for the list
	connectWrites                      = 2 // with the disconnect
)

// What log lines take in bytes, with CloudWatch's 26 for each line: the access log's, the one of each frame, the
// figures of a send or recall, and the lines "recall", "connected" and "disconnected". A test holds them against the
// lines themselves.
const (
	accessLineBytes     = 280
	frameLineBytes      = 285
	figureLineBytes     = 780
	recallLineBytes     = 325
	connectionLineBytes = 240
)

// What is assumed of sizes and of how long messages are kept. An item has DynamoDB's 100 bytes beside keys and
// attributes.
const (
	storedBytes   = 500
	keptDays      = 365
	outFrameBytes = 500
)

// rosterReads are the read units of a group's roster, 4 KB each.
func rosterReads(members int) float64 {
	const bytesPerMember = 56
	return math.Ceil(float64(members) * bytesPerMember / 4096)
}

func groupSendReads(members int) float64 { return 2 + rosterReads(members) + float64(members) }

// firstMembers are read for one unit beside the write of a recall.
const firstMembers = 21

// revokeReadsRosterTwice reports that the first members, which are read beside the write, are not all.
func revokeReadsRosterTwice(members int) bool { return members > firstMembers }

// groupRevokeReads are the roster, the head that has its version, and the presence of each member.
func groupRevokeReads(members int) float64 {
	reads := rosterReads(members) + 1 + float64(members)
	if revokeReadsRosterTwice(members) {
		reads++
	}
	return reads
}

// activities returns all kinds of activity.
func (w Workload) activities() []activity {
	messages := w.MessagesPerHour / 3600
	all := []activity{w.hello(), w.connect(1.0 / reconnectEverySeconds)}
	direct := 1.0
	for _, group := range w.Groups {
		direct -= group.Share
		posts := w.OnlineShare * float64(group.Members-1)
		revokeCalls := 3.0
		if revokeReadsRosterTwice(group.Members) {
			revokeCalls++
		}
		all = append(all,
			send(messages*group.Share, groupSendReads(group.Members), posts, 4),
			recalled(messages*group.Share*w.RecalledShare, groupRevokeReads(group.Members), posts, revokeCalls))
	}
	return append(all,
		send(messages*direct, directSendReads, w.OnlineShare, 3),
		recalled(messages*direct*w.RecalledShare, directRevokeReads, w.OnlineShare, 3))
}

func send(perSecond, reads, posts, calls float64) activity {
	made := change(perSecond, reads, sendWrites, posts, calls, usualGigabytes)
	made.messages = 1
	made.logBytes = accessLineBytes + frameLineBytes + figureLineBytes
	return made
}

func recalled(perSecond, reads, posts, calls float64) activity {
	made := change(perSecond, reads, revokeWrites, posts, calls, revokeGigabytes)
	made.logBytes = accessLineBytes + frameLineBytes + figureLineBytes + recallLineBytes
	return made
}

// change is a send or a recall, with the read unit of the look that follows it; calls are DynamoDB's, one after the
// other.
func change(perSecond, reads, writes, posts, calls, gigabytes float64) activity {
	seconds := ownSeconds + posts*ownPostSeconds + calls*dynamoDBSeconds + math.Ceil(posts/parallelPosts)*postSeconds
	return activity{
		perSecond: perSecond,
		uses: measure.Consumption{
			Posts: posts, Frames: 2 + posts, ReadUnits: reads + finishReads, WriteUnits: writes,
			Invocations: 1, GigabyteHours: gigabytes * seconds / 3600,
		},
		requests:           1 + posts,
		environmentSeconds: seconds,
		changes:            1,
		dueSeconds:         seconds - ownSeconds,
	}
}

// hello is sent after each time of helloAfterSeconds without another frame. With messages at random moments, a rate of
// r a second leaves r / (e^(r * helloAfterSeconds) - 1) such times a second.
func (w Workload) hello() activity {
	perSecond := 1.0 / helloAfterSeconds
	if messages := w.MessagesPerHour / 3600; messages > 0 {
		perSecond = messages / math.Expm1(messages*helloAfterSeconds)
	}
	return activity{
		perSecond:          perSecond,
		requests:           1,
		environmentSeconds: ownSeconds,
		logBytes:           accessLineBytes + frameLineBytes,
		uses: measure.Consumption{
			Frames:        2,
			Invocations:   1,
			GigabyteHours: usualGigabytes * ownSeconds / 3600,
		},
	}
}

// connect is a handshake with authorizer and presence, hello, the list of conversations, a sync, and the disconnect
// that comes at its end.
func (w Workload) connect(perSecond float64) activity {
	const invocations = 6
	seconds := invocations*ownSeconds + 7*dynamoDBSeconds
	return activity{
		perSecond: perSecond, requests: 4, environmentSeconds: seconds,
		logBytes: 5*accessLineBytes + 3*frameLineBytes + 2*connectionLineBytes,
		uses: measure.Consumption{
			Frames: 6, ReadUnits: 1 + w.Conversations*(listReads+syncReads), WriteUnits: connectWrites,
			Invocations: invocations, GigabyteHours: usualGigabytes * seconds / 3600,
		},
	}
}

package reliability

import (
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/recall"
)

// fate is what the clients know of one message from their answers. Without an answer they know nothing, because the
// process may have died.
type fate struct {
	id           recall.MessageID
	conversation recall.Conversation
	sender       recall.UserID
	body         recall.Body
	// hasFile means that it has a file: a new one, or that of the message forwarded. attached is what the client sends
	// for it, once the new one is uploaded.
	hasFile   bool
	forwarded *fate
	attached  []recall.SendAttachment
	// stored is set once a send was answered with the message.
	stored *recall.Message
	// revoked is set once a recall was answered with success.
	revoked *recall.Revocation
	// tried are those who have tried to recall it.
	tried map[recall.UserID]bool
	// dropped means that its sender has given it up, because its ID is too old.
	dropped bool
}

// model is the simplest thing that keeps the guarantees: a list of fates, and what contradicts it.
type model struct {
	mutex      sync.Mutex
	fates      []*fate
	readUpTo   map[string]recall.MessageID
	violations []string
}

func newModel() *model { return &model{readUpTo: make(map[string]recall.MessageID)} }

func (m *model) violate(format string, arguments ...any) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.violations = append(m.violations, fmt.Sprintf(format, arguments...))
}

// of returns the fates of a conversation.
func (m *model) of(conversation recall.Conversation) []*fate {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var fates []*fate
	for _, each := range m.fates {
		if each.conversation == conversation {
			fates = append(fates, each)
		}
	}
	return fates
}

func (m *model) add(f *fate) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	f.tried = make(map[recall.UserID]bool)
	m.fates = append(m.fates, f)
}

// now returns a copy of what is known of a message when a request begins.
func (m *model) now(f *fate) fate {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return *f
}

// sent takes the answer to a send.
func (m *model) sent(f *fate, before fate, result recall.SendResult, err error, clock span) {
	if before.revoked != nil && err == nil {
		m.violate("G6: a send of the recalled %s was answered with success", f.id)
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	switch name := recall.NameOf(err); {
	case err == nil:
		if f.stored != nil &&
			(f.stored.RecallableUntil != result.Message.RecallableUntil || f.stored.SentAt != result.Message.SentAt) {
			m.violations = append(m.violations, fmt.Sprintf("G7: %s was answered with two times", f.id))
		}
		f.stored = &result.Message
	case name == recall.Unavailable:
	case name == recall.AlreadyRecalled && len(f.tried) > 0:
	case f.forwarded != nil && name == recall.OtherMessageRecalled && len(f.forwarded.tried) > 0:
	case name == recall.StaleMessageID && before.stored == nil && clock.apart(f.id) > recall.ClockTolerance:
		f.dropped = true
	default:
		m.violations = append(m.violations, fmt.Sprintf("the send of %s was answered %v", f.id, err))
	}
}

// operator is who recalls: moderates tells whether they may recall others' messages there.
type operator struct {
	user      recall.UserID
	moderates bool
	unsent    bool
}

// recalled takes the answer to one recall. clock is what its process read: it alone judges the window.
func (m *model) recalled(by operator, f *fate, before fate, result recall.RevokeResult, clock span) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	complain := func(format string, arguments ...any) {
		m.violations = append(m.violations, fmt.Sprintf(format, arguments...))
	}
	if result.Err == nil {
		m.accepted(by, f, result.Revoked, complain)
		return
	}
	switch name := recall.NameOf(result.Err); {
	case before.revoked != nil && before.revoked.By == by.user && name != recall.Unavailable:
		complain("G2: the repeat of the recall of %s was answered %v", f.id, result.Err)
	case name == recall.Unavailable:
	case name == recall.AlreadyRecalled && len(f.tried) > 0:
	case name == recall.MessageNotFound && before.stored == nil && before.revoked == nil:
	case name == recall.StaleMessageID && by.unsent && before.stored == nil:
	case name == recall.RecallDenied && f.sender != by.user && !by.moderates:
	case name == recall.RecallWindowExpired && f.sender == by.user && !by.moderates:
		if before.stored != nil && clock.latest <= before.stored.RecallableUntil {
			complain("G1: the recall of %s was refused at %d, before %d", f.id, clock.latest, before.stored.RecallableUntil)
		}
	default:
		complain("%s's recall of %s was answered %v", by.user, f.id, result.Err)
	}
}

func (m *model) accepted(by operator, f *fate, revoked recall.Revocation, complain func(string, ...any)) {
	if f.revoked != nil && *f.revoked != revoked {
		complain("G2: the recall of %s was first by %s at %d, then by %s at %d", f.id, f.revoked.By, f.revoked.At,
			revoked.By, revoked.At)
	}
	if revoked.By != by.user {
		complain("G2: %s got the recall of %s as their own", by.user, revoked.By)
	}
	if revoked.Role == recall.RoleSender && f.sender != by.user {
		complain("G1: %s recalled %s's message as its sender", by.user, f.sender)
	}
	if revoked.Role == recall.RoleSender && f.stored != nil && revoked.At > f.stored.RecallableUntil {
		complain("G1: %s was recalled at %d, after %d", f.id, revoked.At, f.stored.RecallableUntil)
	}
	if revoked.Role == recall.RoleModerator && !by.moderates {
		complain("G1: %s is no moderator and recalled %s", by.user, f.id)
	}
	f.revoked = &revoked
}

func (m *model) read(user recall.UserID, conversation recall.Conversation, upTo recall.MessageID) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	name := string(user) + " " + conversation.Key()
	if upTo < m.readUpTo[name] {
		m.violations = append(m.violations, fmt.Sprintf("read: %s's mark moved back to %s", user, upTo))
	}
	m.readUpTo[name] = upTo
}

// compare holds what clients were told against the stored items of a conversation. It returns those that were
// cancelled before they were stored.
func (m *model) compare(conversation recall.Conversation,
	items []map[string]types.AttributeValue) (cancelled []recall.MessageID) {
	stored := make(map[recall.MessageID]recall.Message, len(items))
	for _, item := range items {
		message, _ := dynamo.MessageOf(item)
		stored[message.ID] = message
		// A message has a window; what was cancelled before it was stored has none.
		if message.Revoked != nil && message.RecallableUntil == message.SentAt {
			cancelled = append(cancelled, message.ID)
		}
	}
	for _, f := range m.of(conversation) {
		message, found := stored[f.id]
		switch {
		case f.stored != nil && !found:
			m.violate("loss: %s was confirmed and is not stored", f.id)
		case f.revoked != nil && message.Revoked == nil:
			m.violate("G6: the recall of %s was confirmed and is not stored", f.id)
		case f.revoked != nil && *message.Revoked != *f.revoked:
			m.violate("G2: the recall of %s was confirmed otherwise than it is stored", f.id)
		case found && message.Revoked == nil && message.Body != f.body:
			m.violate("loss: %s is stored with another body", f.id)
		case found && message.Revoked != nil && len(f.tried) == 0:
			m.violate("G1: nobody tried to recall %s", f.id)
		}
	}
	return cancelled
}

package recall

import (
	"cmp"
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"sync"
	"time"
)

// SyncStore is what Sync needs of the store, besides counting what is unread.
type SyncStore interface {
	MembershipReader
	HistoryReader
}

// SyncRequest asks for what changed in up to MaximumSyncs conversations.
type SyncRequest struct {
	Conversations []SyncItem
}

// Limits of a sync.
const (
	MaximumSyncs       = 20
	DefaultSyncLimit   = 50
	MaximumSyncLimit   = 100
	MaximumCursorBytes = 256
)

// SyncItem asks for one conversation. With Cursor it asks for what changed since then, with Before for the messages
// before that one, and otherwise for the newest messages. A request with Before has no other item.
type SyncItem struct {
	Conversation Conversation
	Cursor       string
	Before       MessageID
	Limit        int
}

// SyncResult is one conversation's changes.
type SyncResult struct {
	Conversation Conversation
	Messages     []Message
	Revocations  []RevokedMessage
	// Cursor continues from here; empty when paging back and when nothing was read yet.
	Cursor string
	// More is true if there is more to read: since the cursor, or, paging back, before the first message.
	More bool
	// Older is true, without a cursor, if there are messages before the first.
	Older bool
	// Unread counts the messages as this result gives them.
	Unread   int
	ReadUpTo MessageID
	Err      error

	// next is the cursor before the answer is cut to its size. postponed is true if nothing of the result fitted.
	next      cursor
	postponed bool
}

// SyncOverlap is how far a sync reads behind its cursor: 30 s in which an ID may be older than its commit, and 30 s
// that a function may take to commit. So a slow commit is not jumped over.
const SyncOverlap = 60 * time.Second

// cursor says what a client knows of a conversation. Clients do not look into it. With a forged cursor a client only
// reads again what it may read.
type cursor struct {
	// started is the server's time at which the reading began; what was committed before the overlap is known.
	started Instant
	// messages and recalls are set while there is more to read: the last IDs that were returned.
	messages, recalls string
	reading           bool
}

const cursorVersion = "1"

func (c cursor) encode() string {
	text := cursorVersion + ":" + strconv.FormatInt(int64(c.started), 10)
	if c.reading {
		text += ":" + c.messages + ":" + c.recalls
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

func decodeCursor(text string) (cursor, error) {
	bad := Invalid("cursor", "is not one that this server gave")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) > MaximumCursorBytes {
		return cursor{}, bad
	}
	parts := strings.Split(string(raw), ":")
	if len(parts) != 2 && len(parts) != 4 || parts[0] != cursorVersion {
		return cursor{}, bad
	}
	started, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || started <= 0 {
		return cursor{}, bad
	}
	c := cursor{started: Instant(started)}
	if len(parts) == 4 {
		c.messages, c.recalls, c.reading = parts[2], parts[3], true
		if !MessageID(c.messages).Valid() || !MessageID(c.recalls).Valid() {
			return cursor{}, bad
		}
	}
	return c, nil
}

// positions are the IDs behind which to read on.
func (c cursor) positions() (messages, recalls string) {
	if c.reading {
		return c.messages, c.recalls
	}
	earliest := EarliestID(c.started.Add(-SyncOverlap))
	return earliest, earliest
}

// SyncBudgetBytes bounds a sync's answer well below API Gateway's 128 KB of a message.
const SyncBudgetBytes = 96_000

// What an item weighs in an answer beside its body: names, IDs, times and a recall's reason, escaped.
const (
	messageOverheadBytes = 640
	recallOverheadBytes  = 640
	reasonFactor         = 6
	// A name takes twice its bytes if every character is escaped.
	attachmentOverheadBytes = 120
	attachmentNameFactor    = 2
)

// Sync returns what a device missed. Each conversation has a result of its own, in the order of the request. One that
// fails has an error (conversation_not_found, invalid_request for a cursor that this server did not give, unavailable)
// and does not make the others fail. Sync may return again what the device has, and never omits anything.
func (s *Service) Sync(ctx context.Context, caller Caller, request SyncRequest) []SyncResult {
	results := make([]SyncResult, len(request.Conversations))
	var group sync.WaitGroup
	for i, item := range request.Conversations {
		group.Go(func() { results[i] = s.syncOne(ctx, caller.User, item) })
	}
	group.Wait()
	budget := SyncBudgetBytes
	for i := range results {
		results[i].fit(&budget, request.Conversations[i])
	}
	for i := range results {
		results[i].finish()
	}
	return results
}

func (s *Service) syncOne(ctx context.Context, user UserID, item SyncItem) SyncResult {
	result := SyncResult{Conversation: item.Conversation}
	now := s.now()
	membership, err := s.membership(ctx, user, item.Conversation)
	if err != nil {
		result.Err = err
		return result
	}
	// The count is read before the page. So the page is the later truth, and the count can be made to agree with it.
	count, err := s.unread(ctx, membership, user, item.Conversation, now)
	if err != nil {
		result.Err = err
		return result
	}
	switch {
	case item.Before != "":
		s.pageBack(ctx, item, now, &result)
	case item.Cursor == "":
		s.newest(ctx, item, now, &result)
	default:
		s.since(ctx, item, now, &result)
	}
	if result.Err != nil {
		return result
	}
	mark := result.agree(count, membership, user)
	if mark.Unread < MaximumUnread && len(count.Messages) == MaximumUnread {
		// The count stopped at its limit, and one of its messages is no longer unread. Others may be behind the limit.
		return s.syncOne(ctx, user, item)
	}
	result.Unread, result.ReadUpTo = mark.Unread, mark.ReadUpTo
	return result
}

// agree returns the mark of a count as of the messages and recalls of the result, which were read after it. A client
// that hears of one of them later, by an event, knows it already and does not count it again.
func (r *SyncResult) agree(count UnreadCount, membership Membership, user UserID) ReadMark {
	unread := make(map[MessageID]bool)
	for _, id := range count.Messages {
		unread[id] = true
	}
	for _, message := range r.Messages {
		unread[message.ID] = message.Revoked == nil && message.Sender != user
		if message.Sender == user {
			count.Own = max(count.Own, message.ID)
		}
	}
	for _, recalled := range r.Revocations {
		unread[recalled.MessageID] = false
	}
	mark := count.mark(membership)
	behind := max(membership.readBefore(r.Conversation), count.Own)
	mark.Unread = 0
	for id, counts := range unread {
		if counts && id > behind && mark.Unread < MaximumUnread {
			mark.Unread++
		}
	}
	return mark
}

// membership reads the user's list row, which in a group says whether the user may read at all. The request of a user
// who is not in the group ends here, after the same reads whether or not the group exists.
func (s *Service) membership(ctx context.Context, user UserID, conversation Conversation) (Membership, error) {
	if conversation.IsGroup() {
		member, err := s.member(ctx, conversation.Group(), user)
		return member.Membership, err
	}
	membership, _, err := s.Store.Membership(ctx, user, conversation)
	return membership, err
}

func (s *Service) newest(ctx context.Context, item SyncItem, now Instant, result *SyncResult) {
	page, err := s.Store.Messages(ctx, item.Conversation, MessageRange{Newest: true, Limit: item.Limit, Now: now})
	result.Messages, result.Older, result.Err = page.Items, page.More, err
	result.next = cursor{started: now}
}

func (s *Service) pageBack(ctx context.Context, item SyncItem, now Instant, result *SyncResult) {
	before := MessageRange{Newest: true, Before: string(item.Before), Limit: item.Limit, Now: now}
	page, err := s.Store.Messages(ctx, item.Conversation, before)
	result.Messages, result.More, result.Err = page.Items, page.More, err
}

func (s *Service) since(ctx context.Context, item SyncItem, now Instant, result *SyncResult) {
	from, err := decodeCursor(item.Cursor)
	if err != nil {
		result.Err = err
		return
	}
	messagesAfter, recallsAfter := from.positions()
	recalls := begin(func() (Page[RevokedMessage], error) {
		return s.Store.Revocations(ctx, item.Conversation, RevocationID(recallsAfter), MaximumSyncLimit)
	})
	messages, messagesErr := s.Store.Messages(
		ctx, item.Conversation, MessageRange{After: messagesAfter, Limit: item.Limit, Now: now},
	)
	recalled, recalledErr := recalls()
	result.Err = cmp.Or(messagesErr, recalledErr)
	result.Messages = messages.Items
	result.Revocations = recalled.Items
	result.More = messages.More || recalled.More
	started := now
	if from.reading {
		started = from.started
	}
	result.next = cursor{started: started, messages: messagesAfter, recalls: recallsAfter, reading: true}
}

// fit cuts the result to what is left of the budget and takes its size from it. What is cut off is read again: since a
// cursor the oldest are kept and More says to go on; of the newest and of a page back, the newest are kept.
func (r *SyncResult) fit(budget *int, item SyncItem) {
	if r.Err != nil {
		return
	}
	recalls := 0
	for recalls < len(r.Revocations) && r.Revocations[recalls].weight() <= *budget {
		*budget -= r.Revocations[recalls].weight()
		recalls++
	}
	cut := recalls < len(r.Revocations)
	r.Revocations = r.Revocations[:recalls]
	newestFirst := item.Cursor == ""
	kept := 0
	for !cut && kept < len(r.Messages) {
		next := r.Messages[kept]
		if newestFirst {
			next = r.Messages[len(r.Messages)-1-kept]
		}
		if next.weight() > *budget {
			break
		}
		*budget -= next.weight()
		kept++
	}
	if kept == len(r.Messages) && !cut {
		return
	}
	if !newestFirst {
		r.Messages, r.More = r.Messages[:kept], true
		return
	}
	r.cutNewest(kept, item)
}

// cutNewest keeps the newest messages. If none fits, the item is to be asked again as it was.
func (r *SyncResult) cutNewest(kept int, item SyncItem) {
	r.Messages = r.Messages[len(r.Messages)-kept:]
	switch {
	case item.Before != "":
		r.More = true
	case kept == 0:
		r.More, r.postponed = true, true
	default:
		r.Older = true
	}
}

// finish writes the cursor for what the result now holds.
func (r *SyncResult) finish() {
	if r.Err != nil || r.postponed || r.next.started == 0 {
		return
	}
	next := r.next
	if next.reading && !r.More {
		next = cursor{started: next.started}
	}
	if next.reading {
		if n := len(r.Messages); n > 0 {
			next.messages = string(r.Messages[n-1].ID)
		}
		if n := len(r.Revocations); n > 0 {
			next.recalls = string(r.Revocations[n-1].Revocation.ID)
		}
	}
	r.Cursor = next.encode()
}

func (m Message) weight() int {
	weight := messageOverheadBytes + len(m.Body)
	for _, attachment := range m.Attachments {
		weight += attachmentOverheadBytes + attachmentNameFactor*len(attachment.Name) + len(attachment.Type)
	}
	if m.Revoked != nil {
		weight += reasonFactor * len(m.Revoked.Reason)
	}
	return weight
}

func (r RevokedMessage) weight() int {
	return recallOverheadBytes + reasonFactor*len(r.Revocation.Reason)
}

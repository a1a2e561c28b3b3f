package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"sync"

	"github.com/oklog/ulid/v2"
)

// script answers a client's hello, conversations and sync as a handshake step says.
type script struct {
	now         func() int64
	serverTime  int64 // what hello says; 0: now
	maxBytes    int   // of an attachment, as hello says; 0: there are no attachments
	answerLater bool
	user        string
	list        [][]any
	noPongs     bool // pings get no answer on this connection
	later       *memory

	mutex    sync.Mutex
	pages    map[string][]map[string]any // what is left to be told of each conversation
	open     map[string]bool             // conversations that are not synchronised yet
	greeted  bool
	listed   bool
	complete chan struct{}
}

// memory is what the server last sent of each conversation. Later synchronisations need it.
type memory struct {
	mutex  sync.Mutex
	unread map[string]any
	cursor map[string]any
}

func newMemory() *memory { return &memory{unread: map[string]any{}, cursor: map[string]any{}} }

func newScript(
	h *Handshake, filled func(any) (any, error), now func() int64, user string, later *memory,
) (*script, error) {
	s := &script{
		now: now, serverTime: h.ServerTime, answerLater: h.AnswerLater == nil || *h.AnswerLater, user: user, later: later,
		noPongs: h.NoPongs, maxBytes: h.MaxAttachmentBytes,
		pages: map[string][]map[string]any{}, open: map[string]bool{}, complete: make(chan struct{}),
	}
	if err := s.readList(h.Conversations, filled); err != nil {
		return nil, err
	}
	for conversation, raw := range h.Sync {
		if err := s.readPages(conversation, raw, filled); err != nil {
			return nil, err
		}
		s.open[conversation] = true
	}
	return s, nil
}

func (s *script) readList(raw json.RawMessage, filled func(any) (any, error)) error {
	entries := []any{}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &entries); err != nil {
			return fmt.Errorf("conversations: %w", err)
		}
	}
	value, err := filled(entries)
	if err != nil {
		return err
	}
	entries = value.([]any) // fill keeps the kind of value
	s.list = [][]any{entries}
	if len(entries) > 0 {
		if _, paged := entries[0].([]any); paged {
			s.list = nil
			for _, page := range entries {
				list, _ := page.([]any)
				s.list = append(s.list, list)
			}
		}
	}
	for _, page := range s.list {
		for _, element := range page {
			entry, ok := element.(map[string]any)
			name, _ := entry["conversation"].(string)
			if !ok || name == "" {
				return fmt.Errorf("conversations: an entry needs a conversation")
			}
			setDefault(entry, "lastChangeAt", s.now())
			setDefault(entry, "unread", 0)
			s.open[name] = true
		}
	}
	return nil
}

func (s *script) readPages(conversation string, raw json.RawMessage, filled func(any) (any, error)) error {
	var pages []any
	if err := json.Unmarshal(raw, &pages); err != nil {
		var page map[string]any
		if err := json.Unmarshal(raw, &page); err != nil {
			return fmt.Errorf("sync of %s: %w", conversation, err)
		}
		pages = []any{page}
	}
	value, err := filled(pages)
	if err != nil {
		return err
	}
	for i, element := range value.([]any) { // fill keeps the kind of value
		page, ok := element.(map[string]any)
		if !ok {
			return fmt.Errorf("sync of %s: page %d is no object", conversation, i)
		}
		page["conversation"] = conversation
		if page["error"] != nil {
			s.pages[conversation] = append(s.pages[conversation], page)
			continue
		}
		setDefault(page, "messages", []any{})
		setDefault(page, "revocations", []any{})
		setDefault(page, "cursor", "cursor-"+strconv.Itoa(i))
		setDefault(page, "more", i < len(pages)-1)
		setDefault(page, "unread", 0)
		completeMessages(conversation, page["messages"])
		s.pages[conversation] = append(s.pages[conversation], page)
	}
	return nil
}

// completeMessages adds the fields that a scenario may leave out to messages.
func completeMessages(conversation string, messages any) {
	list, _ := messages.([]any)
	for _, element := range list {
		message, ok := element.(map[string]any)
		if !ok {
			continue
		}
		setDefault(message, "conversation", conversation)
		text, _ := message["messageId"].(string)
		if id, err := ulid.ParseStrict(text); err == nil {
			setDefault(message, "sentAt", id.Time())
			setDefault(message, "recallableUntil", id.Time()+120_000)
		}
	}
}

func setDefault(object map[string]any, name string, value any) {
	if _, exists := object[name]; !exists {
		object[name] = value
	}
}

// answer replies to a frame where the script covers it, and reports whether it did.
func (s *script) answer(c *serverConnection, frame map[string]any) bool {
	switch frame["action"] {
	case "hello":
		later := s.done()
		s.answerHello(c, frame)
		return !later || s.answerLater
	case "conversations":
		return s.answerConversations(c, frame)
	case "sync":
		return s.answerSync(c, frame)
	default:
		return false
	}
}

func (s *script) answerHello(c *serverConnection, frame map[string]any) {
	serverTime := s.serverTime
	if serverTime == 0 {
		serverTime = s.now()
	}
	fields := map[string]any{
		"serverTime": serverTime, "user": s.user, "recallWindowSeconds": 120, "maxBodyBytes": 12_288,
		"tokenExpiresAt": s.now() + 3_600_000,
	}
	if s.maxBytes > 0 {
		fields["maxAttachmentBytes"] = s.maxBytes
	}
	c.reply(frame, fields)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.greeted = true
	s.check()
}

func (s *script) answerConversations(c *serverConnection, frame map[string]any) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.done() && !s.answerLater {
		return false
	}
	page := 0
	if after, ok := frame["after"].(string); ok {
		page, _ = strconv.Atoi(after) // Any other value than next begins again at the first page.
	}
	if page >= len(s.list) {
		page = 0
	}
	fields := map[string]any{"conversations": s.list[page]}
	if page+1 < len(s.list) {
		fields["next"] = strconv.Itoa(page + 1)
	} else {
		s.listed = true
	}
	c.reply(frame, fields)
	s.check()
	return true
}

func (s *script) answerSync(c *serverConnection, frame map[string]any) bool {
	items, _ := frame["conversations"].([]any)
	if len(items) > 20 {
		c.fail(fmt.Errorf("a sync of %d conversations; 20 are the most", len(items)))
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.covers(items) {
		return false
	}
	answers := make([]any, 0, len(items))
	for _, element := range items {
		item, _ := element.(map[string]any)
		name, _ := item["conversation"].(string)
		page, err := s.nextPage(name, item)
		if err != nil {
			c.fail(err)
		}
		answers = append(answers, page)
	}
	c.reply(frame, map[string]any{"conversations": answers})
	s.check()
	return true
}

// covers says whether the script answers a sync: pages of history are always a step's matter, and after the handshake
// everything is, where it says so.
func (s *script) covers(items []any) bool {
	onlyBarrier := true
	for _, element := range items {
		item, _ := element.(map[string]any)
		if item["before"] != nil {
			return false
		}
		onlyBarrier = onlyBarrier && item["conversation"] == barrierConversation
	}
	return !s.done() || s.answerLater || onlyBarrier
}

// nextPage returns the next page of a conversation.
func (s *script) nextPage(name string, item map[string]any) (map[string]any, error) {
	s.later.mutex.Lock()
	defer s.later.mutex.Unlock()
	pages := s.pages[name]
	if len(pages) == 0 {
		delete(s.open, name)
		page := emptyPage(name)
		if item["cursor"] != nil {
			page["cursor"] = item["cursor"]
		} else if s.later.cursor[name] != nil {
			page["cursor"] = s.later.cursor[name]
		}
		if s.later.unread[name] != nil {
			page["unread"] = s.later.unread[name]
		}
		return page, nil
	}
	page := maps.Clone(pages[0])
	var err error
	if wanted, ok := page["expectCursor"].(string); ok {
		if carried, _ := item["cursor"].(string); carried != wanted {
			err = fmt.Errorf("sync of %s: wanted the cursor %q, the client sent %q", name, wanted, carried)
		}
		delete(page, "expectCursor")
	}
	s.pages[name] = pages[1:]
	if page["error"] == nil {
		s.later.unread[name], s.later.cursor[name] = page["unread"], page["cursor"]
	}
	if more, _ := page["more"].(bool); !more && (page["error"] == nil || len(pages) == 1) {
		delete(s.open, name)
	}
	return page, err
}

// emptyPage is the answer to a sync of a conversation in which nothing is.
func emptyPage(conversation string) map[string]any {
	return map[string]any{
		"conversation": conversation, "messages": []any{}, "revocations": []any{}, "more": false, "cursor": "cursor-0",
		"unread": 0,
	}
}

func (s *script) done() bool {
	select {
	case <-s.complete:
		return true
	default:
		return false
	}
}

// check ends the handshake when everything is told. The mutex is held.
func (s *script) check() {
	if s.greeted && s.listed && len(s.open) == 0 && !s.done() {
		close(s.complete)
	}
}

package clienttest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// record is a conversation as the server keeps it.
type record struct {
	members  []string
	messages map[string]*stored
	changes  []string // messageIds in the order of what was sent and recalled
	readUpTo map[string]string
	changed  int64
}

type stored struct {
	MessageID       string
	Sender          string
	SentAt          int64
	RecallableUntil int64
	Body            json.RawMessage
	ReplyTo         string
	Revoked         map[string]any
}

type request struct {
	Action        string          `json:"action"`
	ID            string          `json:"id"`
	Conversation  string          `json:"conversation"`
	MessageID     string          `json:"messageId"`
	MessageIDs    []string        `json:"messageIds"`
	Body          json.RawMessage `json:"body"`
	ReplyTo       string          `json:"replyTo"`
	UnlessRevoked string          `json:"unlessRevoked"`
	Reason        string          `json:"reason"`
	Unsent        bool            `json:"unsent"`
	Conversations []struct {
		Conversation string `json:"conversation"`
		Cursor       string `json:"cursor"`
		Before       string `json:"before"`
		Limit        int    `json:"limit"`
	} `json:"conversations"`
}

func fault(code int, name string) map[string]any {
	return map[string]any{"code": code, "name": name, "desc": name, "retryable": code == 10023}
}

func (r request) reply(fields map[string]any) map[string]any {
	reply := map[string]any{"type": "reply", "action": r.Action, "id": r.ID, "ok": true}
	for name, value := range fields {
		reply[name] = value
	}
	return reply
}

func (r request) refusal(code int, name string, retryable bool) map[string]any {
	problem := fault(code, name)
	problem["retryable"] = retryable
	return r.reply(map[string]any{"ok": false, "error": problem})
}

// do executes a request. It returns the reply and the events for others.
func (s *Server) do(user string, r request) (map[string]any, []event) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch r.Action {
	case "hello":
		return r.reply(map[string]any{
			"serverTime": s.now().UnixMilli(), "user": user, "recallWindowSeconds": int(s.window.Seconds()),
			"maxBodyBytes": 12_288, "tokenExpiresAt": s.now().Add(time.Hour).UnixMilli(),
		}), nil
	case "conversations":
		return r.reply(map[string]any{"conversations": s.list(user)}), nil
	case "sync":
		items := []any{}
		for _, item := range r.Conversations {
			items = append(items, s.sync(user, item.Conversation, item.Cursor, item.Before, item.Limit))
		}
		return r.reply(map[string]any{"conversations": items}), nil
	case "send", "revoke", "read":
		key, kept := s.find(user, r.Conversation)
		if kept == nil {
			return r.refusal(10015, "conversation_not_found", false), nil
		}
		switch r.Action {
		case "send":
			return s.store(user, key, kept, r)
		case "revoke":
			return s.revoke(user, key, kept, r)
		}
		return s.markRead(user, kept, r)
	default:
		return r.refusal(7014, "unknown_action", false), nil
	}
}

// find returns a conversation by the name that its viewer gives it, making one between two people.
func (s *Server) find(user, conversation string) (string, *record) {
	if peer, ok := strings.CutPrefix(conversation, "c2c_"); ok && peer != "" {
		members := []string{user, peer}
		slices.Sort(members)
		return s.open("c2c#"+strings.Join(members, "#"), members)
	}
	group, ok := strings.CutPrefix(conversation, "group_")
	if !ok || !slices.Contains(s.groups[group], user) {
		return "", nil
	}
	return s.open("group#"+group, s.groups[group])
}

func (s *Server) open(key string, members []string) (string, *record) {
	kept := s.conversations[key]
	if kept == nil {
		kept = &record{messages: map[string]*stored{}, readUpTo: map[string]string{}}
		s.conversations[key] = kept
	}
	kept.members = slices.Compact(slices.Clone(members))
	return key, kept
}

// name is the conversation as a viewer calls it.
func name(key, viewer string) string {
	parts := strings.Split(key, "#")
	if parts[0] == "group" {
		return "group_" + parts[1]
	}
	if parts[1] == viewer {
		return "c2c_" + parts[2]
	}
	return "c2c_" + parts[1]
}

func (m *stored) frame(key, viewer string) map[string]any {
	frame := map[string]any{
		"messageId": m.MessageID, "conversation": name(key, viewer), "sender": m.Sender, "sentAt": m.SentAt,
		"recallableUntil": m.RecallableUntil,
	}
	if m.Revoked != nil {
		frame["revoked"] = m.Revoked
		return frame
	}
	frame["body"] = m.Body
	if m.ReplyTo != "" {
		frame["replyTo"] = m.ReplyTo
	}
	return frame
}

func (s *Server) store(user, key string, kept *record, r request) (map[string]any, []event) {
	m, duplicate := kept.messages[r.MessageID]
	switch {
	case duplicate && m.Revoked != nil:
		return r.refusal(20023, "already_recalled", false), nil
	case duplicate && (m.Sender != user || string(m.Body) != string(r.Body)):
		return r.refusal(76002, "message_id_taken", false), nil
	case !duplicate && r.UnlessRevoked != "" && kept.messages[r.UnlessRevoked] == nil:
		return r.refusal(20022, "message_not_found", false), nil
	case !duplicate && r.UnlessRevoked != "" && kept.messages[r.UnlessRevoked].Revoked != nil:
		return r.refusal(76004, "other_message_recalled", false), nil
	case !duplicate:
		now := s.now().UnixMilli()
		m = &stored{
			MessageID: r.MessageID, Sender: user, SentAt: now, RecallableUntil: now + s.window.Milliseconds(),
			Body: r.Body, ReplyTo: r.ReplyTo,
		}
		kept.messages[m.MessageID] = m
		kept.changes = append(kept.changes, m.MessageID)
		kept.changed = now
	}
	message := m.frame(key, user)
	delete(message, "body")
	events := []event{}
	if !duplicate {
		for _, member := range kept.members {
			events = append(events, event{member, map[string]any{"type": "message", "message": m.frame(key, member)}})
		}
	}
	return r.reply(map[string]any{"message": message, "duplicate": duplicate}), events
}

func (s *Server) revoke(user, key string, kept *record, r request) (map[string]any, []event) {
	ids := r.MessageIDs
	if r.MessageID != "" {
		ids = []string{r.MessageID}
	}
	results, fields, told := []any{}, map[string]any{}, []any{}
	for _, id := range ids {
		result, revocation := s.revokeOne(user, kept, id, r)
		results = append(results, result)
		if result["ok"] == false {
			fields["ok"] = false
			if r.MessageID != "" {
				fields["error"] = result["error"]
			}
		}
		if revocation != nil {
			told = append(told, revocation)
		}
	}
	fields["results"] = results
	events := []event{}
	for _, member := range kept.members {
		if len(told) > 0 {
			events = append(events, event{member, map[string]any{
				"type": "revoked", "conversation": name(key, member), "revocations": told,
			}})
		}
	}
	return r.reply(fields), events
}

func (s *Server) revokeOne(user string, kept *record, id string, r request) (result, revocation map[string]any) {
	refuse := func(code int, name string) (map[string]any, map[string]any) {
		return map[string]any{"messageId": id, "ok": false, "error": fault(code, name)}, nil
	}
	now := s.now().UnixMilli()
	m := kept.messages[id]
	switch {
	case m == nil && !r.Unsent:
		return refuse(20022, "message_not_found")
	case m == nil:
		m = &stored{MessageID: id, Sender: user, SentAt: now}
		kept.messages[id] = m
	case m.Revoked != nil && m.Revoked["by"] == user:
		return map[string]any{"messageId": id, "ok": true, "repeated": true, "revoked": m.Revoked}, nil
	case m.Revoked != nil:
		return refuse(20023, "already_recalled")
	case m.Sender != user:
		return refuse(10032, "recall_denied")
	case m.RecallableUntil >= 0 && now > m.RecallableUntil:
		return refuse(20016, "recall_window_expired")
	}
	m.Revoked = map[string]any{"at": now, "by": user, "role": "sender"}
	if r.Reason != "" {
		m.Revoked["reason"] = r.Reason
	}
	m.Body = nil
	kept.changes = append(kept.changes, id)
	kept.changed = now
	return map[string]any{"messageId": id, "ok": true, "revoked": m.Revoked}, m.revocation()
}

func (m *stored) revocation() map[string]any {
	return map[string]any{"messageId": m.MessageID, "sender": m.Sender, "sentAt": m.SentAt, "revoked": m.Revoked}
}

func (s *Server) markRead(user string, kept *record, r request) (map[string]any, []event) {
	kept.readUpTo[user] = max(kept.readUpTo[user], r.MessageID)
	unread := kept.unread(user)
	notice := event{user, map[string]any{
		"type": "read", "conversation": r.Conversation, "readUpTo": kept.readUpTo[user], "unread": unread,
	}}
	return r.reply(map[string]any{"readUpTo": kept.readUpTo[user], "unread": unread}), []event{notice}
}

func (k *record) unread(user string) int {
	count := 0
	for _, m := range k.messages {
		if m.Sender != user && m.Revoked == nil && m.MessageID > k.readUpTo[user] {
			count++
		}
	}
	return count
}

func (s *Server) list(user string) []any {
	list := []any{}
	for key, kept := range s.conversations {
		if slices.Contains(kept.members, user) && len(kept.messages) > 0 {
			list = append(list, map[string]any{
				"conversation": name(key, user), "lastChangeAt": kept.changed, "unread": kept.unread(user),
			})
		}
	}
	return list
}

// sync returns what changed since the cursor, which is the number of changes known, in pages.
func (s *Server) sync(user, conversation, cursor, before string, limit int) map[string]any {
	key, kept := s.find(user, conversation)
	if kept == nil {
		return map[string]any{"conversation": conversation, "error": fault(10015, "conversation_not_found")}
	}
	if limit <= 0 || limit > 100 {
		limit = 50
	}
	ids, next, more := kept.since(cursor, before, limit)
	messages, revocations := []any{}, []any{}
	for _, id := range ids {
		m := kept.messages[id]
		messages = append(messages, m.frame(key, user))
		if m.Revoked != nil {
			revocations = append(revocations, m.revocation())
		}
	}
	return map[string]any{
		"conversation": conversation, "messages": messages, "revocations": revocations, "cursor": next, "more": more,
		"unread": kept.unread(user), "readUpTo": kept.readUpTo[user],
	}
}

func (k *record) since(cursor, before string, limit int) (ids []string, next string, more bool) {
	next = strconv.Itoa(len(k.changes))
	if from, err := strconv.Atoi(cursor); err == nil && from <= len(k.changes) {
		to := min(from+limit, len(k.changes))
		ids = append(ids, k.changes[from:to]...)
		next, more = strconv.Itoa(to), to < len(k.changes)
	} else {
		for id := range k.messages {
			if before == "" || id < before {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if cursor == "" && len(ids) > limit {
		ids, more = ids[len(ids)-limit:], before != ""
	}
	return ids, next, more
}

// Message is one message as the server keeps it.
type Message struct {
	MessageID string
	Sender    string
	Text      string // the body's text; "" once recalled
	RevokedBy string // "" unless recalled
}

// Messages returns a conversation as the server keeps it, sorted by messageId. user is the viewer whose name for the
// conversation is given.
func (s *Server) Messages(user, conversation string) []Message {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_, kept := s.find(user, conversation)
	if kept == nil {
		return nil
	}
	messages := []Message{}
	for _, m := range kept.messages {
		var body struct {
			Text string `json:"text"`
		}
		if m.Body != nil {
			_ = json.Unmarshal(m.Body, &body) // a body without text has none
		}
		by, _ := m.Revoked["by"].(string)
		messages = append(messages, Message{MessageID: m.MessageID, Sender: m.Sender, Text: body.Text, RevokedBy: by})
	}
	slices.SortFunc(messages, func(a, b Message) int { return strings.Compare(a.MessageID, b.MessageID) })
	return messages
}

// Unread returns the server's unread number.
func (s *Server) Unread(user, conversation string) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_, kept := s.find(user, conversation)
	if kept == nil {
		return 0
	}
	return kept.unread(user)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	client "example.com/recall/clients/go"
)

const chatHelp = `-- what is typed is sent. Commands:
--   /recall            takes your last message back
--   /recall N [REASON] takes message #N back, and says why
--   /reply N TEXT      answers message #N
--   /list              shows the messages that are held, with their numbers and IDs
--   /history           shows older messages
--   /unread            shows all conversations with their unread messages
--   /quit              ends (Ctrl-D too); a line that begins with // is sent with one /`

// read executes each line until the input ends. Then it waits for the answers that are still missing.
func (r *chatRoom) read(ctx context.Context, next func() (string, error)) error {
	lines, ended := make(chan string), make(chan error, 1)
	go func() {
		for {
			line, err := next()
			if err != nil {
				ended <- err
				return
			}
			select {
			case lines <- line:
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case line := <-lines:
			if r.do(ctx, line) {
				r.finish(ctx)
				return nil
			}
		case err := <-ended:
			r.finish(ctx)
			if errors.Is(err, io.EOF) {
				return endOf(ctx)
			}
			return fmt.Errorf("read what is typed: %w", err)
		case <-ctx.Done():
			return endOf(ctx)
		}
	}
}

// endOf returns why the chat had to end, or nil if a person ended it.
func endOf(ctx context.Context) error {
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// finish waits for the answers to all sends and recalls. It prints that it waits if this takes long.
func (r *chatRoom) finish(ctx context.Context) {
	answered := make(chan struct{})
	go func() {
		r.calls.Wait()
		close(answered)
	}()
	select {
	case <-answered:
		return
	case <-time.After(time.Second):
		r.say("-- waiting for the answers to what was sent")
	}
	select {
	case <-answered:
	case <-ctx.Done():
	}
}

// do executes one line and reports whether it was the last one.
func (r *chatRoom) do(ctx context.Context, line string) (quit bool) {
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case word == "":
	case strings.HasPrefix(word, "//"):
		r.send(ctx, strings.TrimPrefix(strings.TrimSpace(line), "/"), "")
	case !strings.HasPrefix(word, "/"):
		r.send(ctx, strings.TrimSpace(line), "")
	case word == "/recall":
		r.recall(ctx, rest)
	case word == "/reply":
		r.reply(ctx, rest)
	case word == "/list":
		for _, m := range r.client.Messages(r.conversation) {
			r.list(m)
		}
	case word == "/history":
		r.history(ctx)
	case word == "/unread":
		for _, entry := range r.client.Conversations() {
			r.say("-- %-30s %s unread", printable(entry.Conversation), unreadCount(entry.Unread))
		}
	case word == "/quit":
		return true
	case word == "/help":
		r.say("%s", chatHelp)
	default:
		r.refuse("-- there is no command %s; /help lists them, and a line that begins with // is sent", printable(word))
	}
	return false
}

// send sends a text without waiting for the answer, so that it can be taken back at once.
func (r *chatRoom) send(ctx context.Context, text, replyTo string) {
	id, err := r.client.NewMessageID()
	if err != nil {
		r.refuse("-- not sent: %s", why(err))
		return
	}
	r.mutex.Lock()
	number := r.number(id)
	r.mine = append(r.mine, id)
	r.mutex.Unlock()
	options := []client.SendOption{client.WithMessageID(id)}
	if replyTo != "" {
		options = append(options, client.WithReplyTo(replyTo))
	}
	r.calls.Go(func() {
		sent, err := r.client.SendMessage(ctx, r.conversation, map[string]string{"text": text}, options...)
		r.mutex.Lock()
		defer r.mutex.Unlock()
		switch {
		case client.Code(err) == client.CodeAlreadyRecalled:
			// The recall has printed this already.
		case err != nil:
			if client.Code(err) != client.CodeTimeout {
				r.mine = slices.DeleteFunc(r.mine, func(each string) bool { return each == id })
			}
			r.fail("#%d not sent: %s", number, why(err))
		case sent.Revoked == nil:
			r.renumber(id, sent.MessageID)
			r.print("#%d sent%s", number, until(sent))
		}
	})
}

// renumber gives the number of a message to the new ID under which it had to be sent. The caller holds the mutex.
func (r *chatRoom) renumber(id, sent string) {
	if id == sent {
		return
	}
	number := r.numbers[id]
	delete(r.numbers, id)
	r.numbers[sent], r.ids[number-1] = number, sent
	if place := slices.Index(r.mine, id); place >= 0 {
		r.mine[place] = sent
	}
}

func until(m client.Message) string {
	switch m.RecallableUntil {
	case -1:
		return "; it can always be recalled"
	case 0:
		return "; it cannot be recalled"
	}
	return "; it can be recalled until " + time.UnixMilli(m.RecallableUntil).Local().Format("15:04:05")
}

// numbered finds a message by what was typed as its number.
func (r *chatRoom) numbered(text string) (messageID string, number int, found bool) {
	number, err := strconv.Atoi(strings.TrimPrefix(text, "#"))
	if err != nil {
		return "", 0, false
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if number < 1 || number > len(r.ids) {
		return "", number, false
	}
	return r.ids[number-1], number, true
}

// recall takes the message of a number back, or the last one sent.
func (r *chatRoom) recall(ctx context.Context, arguments string) {
	first, reason, _ := strings.Cut(arguments, " ")
	id, number, found := r.numbered(first)
	if first == "" {
		id, number, found = r.last()
		if !found {
			r.refuse("-- you have sent nothing that could be recalled")
			return
		}
	}
	if !found {
		r.refuse("-- %q is no message's number; /list shows them", printable(first))
		return
	}
	r.calls.Go(func() {
		err := r.client.RevokeMessage(ctx, r.conversation, id, strings.TrimSpace(reason))
		r.mutex.Lock()
		defer r.mutex.Unlock()
		if err != nil {
			r.fail("#%d not recalled: %s", number, why(err))
			return
		}
		r.mine = slices.DeleteFunc(r.mine, func(each string) bool { return each == id })
		r.print("#%d [message recalled]", number)
	})
}

// last returns the latest message of this user that is not recalled. It may be from before this chat.
func (r *chatRoom) last() (messageID string, number int, found bool) {
	held := r.client.Messages(r.conversation)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if len(r.mine) > 0 {
		id := r.mine[len(r.mine)-1]
		// The next /recall takes the message before, even while this recall is not answered yet.
		r.mine = r.mine[:len(r.mine)-1]
		return id, r.number(id), true
	}
	for _, m := range slices.Backward(held) {
		if m.Sender == r.user && m.Revoked == nil {
			return m.MessageID, r.number(m.MessageID), true
		}
	}
	return "", 0, false
}

func (r *chatRoom) reply(ctx context.Context, arguments string) {
	first, text, _ := strings.Cut(arguments, " ")
	id, _, found := r.numbered(first)
	if !found || strings.TrimSpace(text) == "" {
		r.refuse("-- /reply N TEXT: N is the number of the message to answer; /list shows them")
		return
	}
	r.send(ctx, strings.TrimSpace(text), id)
}

const historyPage = 20

// history shows the page of messages before the oldest message on the screen.
func (r *chatRoom) history(ctx context.Context) {
	r.mutex.Lock()
	before := ""
	if len(r.ids) > 0 {
		before = slices.Min(r.ids)
	}
	r.mutex.Unlock()
	page, err := r.client.History(ctx, r.conversation, before, historyPage)
	if err != nil {
		r.refuse("-- no history: %s", why(err))
		return
	}
	if len(page) == 0 {
		r.say("-- that is all")
	}
	for _, m := range page {
		r.show(m)
	}
}

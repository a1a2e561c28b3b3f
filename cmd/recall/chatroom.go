package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	client "example.com/recall/clients/go"
)

// chatRoom is one conversation on the screen. Messages get numbers in the order in which they are shown, which stay.
type chatRoom struct {
	user         string
	conversation string
	client       *client.Client
	output       io.Writer

	calls sync.WaitGroup // what the server has not answered yet

	mutex   sync.Mutex
	numbers map[string]int // by messageId
	ids     []string       // the messageId of number n is ids[n-1]
	mine    []string       // sent here, in order; what was recalled is taken out
	lost    bool           // the connection
}

func newChatRoom(user, conversation string, talking *client.Client, output io.Writer) *chatRoom {
	return &chatRoom{user: user, conversation: conversation, client: talking, output: output, numbers: map[string]int{}}
}

func (r *chatRoom) say(format string, values ...any) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.print(format, values...)
}

// print writes a line; the mutex is held, so that lines do not mix.
func (r *chatRoom) print(format string, values ...any) {
	// A terminal that is gone ends the input too.
	_, _ = fmt.Fprintf(r.output, format+"\n", values...)
}

// number gives a message its number; the mutex is held.
func (r *chatRoom) number(messageID string) int {
	if number := r.numbers[messageID]; number > 0 {
		return number
	}
	r.ids = append(r.ids, messageID)
	r.numbers[messageID] = len(r.ids)
	return len(r.ids)
}

func (r *chatRoom) listener(end context.CancelCauseFunc) client.Listener {
	return client.Listener{
		OnRecvNewMessage: r.received,
		OnMessageRevoked: r.recalled,
		OnDisconnected: func() {
			r.mutex.Lock()
			defer r.mutex.Unlock()
			r.lost = true
			r.print("-- the connection is lost; connecting again")
		},
		OnSynchronised: func() {
			r.mutex.Lock()
			defer r.mutex.Unlock()
			if r.lost {
				r.lost = false
				r.print("-- connected again")
			}
		},
		OnTokenExpired: func() { end(errors.New("the token is over; start again with a new one (recall token)")) },
	}
}

const welcomeMessages = 10

func (r *chatRoom) welcome() {
	r.say("-- you are %s in %s; type to send, /recall takes the last message back, /help lists more", r.user, r.title())
	held := r.client.Messages(r.conversation)
	for _, m := range held[max(0, len(held)-welcomeMessages):] {
		r.show(m)
	}
	if unread := r.client.Unread(r.conversation); unread > 0 {
		r.say("-- %d unread", unread)
	}
	r.readUpTo(held)
}

// title names the conversation for people.
func (r *chatRoom) title() string {
	kind, id, _ := strings.Cut(r.conversation, "_")
	if kind == "c2c" {
		return "a chat with " + id
	}
	for _, entry := range r.client.Conversations() {
		if entry.Conversation == r.conversation && entry.Name != "" {
			return fmt.Sprintf("group %s (%s)", id, printable(entry.Name))
		}
	}
	return "group " + id
}

func (r *chatRoom) received(m client.Message) {
	if m.Conversation != r.conversation {
		r.say("-- %s wrote in %s", printable(m.Sender), printable(m.Conversation))
		return
	}
	r.show(m)
	r.readUpTo([]client.Message{m})
}

// readUpTo tells the server that the latest of the messages was read. A failure only leaves a number too high.
func (r *chatRoom) readUpTo(messages []client.Message) {
	if len(messages) == 0 {
		return
	}
	last := messages[len(messages)-1].MessageID
	// The end of the chat need not wait for it: a logout ends it.
	go func() { _, _ = r.client.MarkRead(context.Background(), r.conversation, last) }()
}

func (r *chatRoom) show(m client.Message) {
	quote := r.quote(m.ReplyTo)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	at := time.UnixMilli(m.SentAt).Local().Format("15:04")
	number := r.number(m.MessageID)
	if m.Revoked != nil {
		r.print("#%d %s %s: [message recalled%s]", number, at, printable(m.Sender), by(m))
		return
	}
	r.print("#%d %s %s: %s%s", number, at, printable(m.Sender), quote, textOf(m))
}

// quote is what a reply shows of the message it answers: that of now, which may be recalled.
func (r *chatRoom) quote(replyTo string) string {
	if replyTo == "" {
		return ""
	}
	for _, m := range r.client.Messages(r.conversation) {
		if m.MessageID != replyTo {
			continue
		}
		if m.Revoked != nil {
			return "(re: message recalled) "
		}
		return fmt.Sprintf("(re %s: %s) ", printable(m.Sender), cut(textOf(m), 20))
	}
	return "(re: an older message) "
}

// recalled changes a bubble that is on the screen, by a line that names it.
func (r *chatRoom) recalled(m client.Message) {
	if m.Conversation != r.conversation {
		return
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.mine = slices.DeleteFunc(r.mine, func(id string) bool { return id == m.MessageID })
	if number := r.numbers[m.MessageID]; number > 0 {
		r.print("#%d [message recalled%s]", number, by(m))
		return
	}
	r.print("#%d %s: [message recalled%s]", r.number(m.MessageID), printable(m.Sender), by(m))
}

// by says who recalled a message, if not its sender, and why.
func by(m client.Message) string {
	text := ""
	if m.Revoked.By != m.Sender {
		text = " by " + printable(m.Revoked.By)
	}
	if m.Revoked.Reason != "" {
		text += ": " + printable(m.Revoked.Reason)
	}
	return text
}

// textOf is a message's text on one line, free of control characters; another body is shown as JSON.
func textOf(m client.Message) string {
	var body struct {
		Text *string `json:"text"`
	}
	if json.Unmarshal(m.Body, &body) == nil && body.Text != nil {
		return printable(*body.Text)
	}
	return printable(string(m.Body))
}

// why says in words why a call failed.
func why(err error) string {
	switch client.Code(err) {
	case client.CodeRecallWindowExpired, client.CodeGroupRecallWindowExpired, client.CodeClientWindowOver:
		return "too late: the time in which it could be recalled is over"
	case client.CodeMessageNotFound, client.CodeGroupMessageNotFound:
		return "there is no such message here"
	case client.CodeAlreadyRecalled:
		return "it was recalled before"
	case client.CodeRecallDenied:
		return "only its sender, or an owner or admin of the group, may recall it"
	case client.CodeConversationNotFound:
		return "there is no such group, or you are not in it"
	case client.CodeBodyTooLarge:
		return "it is too long: 12,288 bytes are the most"
	case client.CodeTimeout:
		return "no answer; it may or may not have been done"
	case client.CodeTooManyRequests:
		return "too many at once; wait a little"
	case client.CodeNotLoggedIn, client.CodeTokenExpired:
		return "not logged in any more"
	}
	var failure *client.Error
	if errors.As(err, &failure) {
		return fmt.Sprintf("%s (%d)", failure.Desc, failure.Code)
	}
	return err.Error()
}

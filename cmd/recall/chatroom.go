package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
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
	stack        *followedStack // nil = none is followed

	calls sync.WaitGroup // the calls that the server has not answered yet

	mutex   sync.Mutex
	numbers map[string]int // by messageId
	ids     []string       // the messageId of number n is ids[n-1]
	mine    []string       // sent here, in order; what was recalled is taken out
	lost    bool           // the connection
	failed  int            // lines that were not done
	found   func()         // ends the search for a stack that has moved
}

func newChatRoom(user, conversation string, talking *client.Client, output io.Writer) *chatRoom {
	return &chatRoom{
		user:         user,
		conversation: conversation,
		client:       talking,
		output:       output,
		numbers:      map[string]int{},
		found:        func() {},
	}
}

func (r *chatRoom) say(format string, values ...any) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.print(format, values...)
}

// print writes a line. The caller holds the mutex, so that lines do not mix.
func (r *chatRoom) print(format string, values ...any) {
	// A terminal that is gone ends the input too.
	_, _ = fmt.Fprintf(r.output, format+"\n", values...)
}

// number returns the number of a message and assigns one if it has none. The caller holds the mutex.
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
		OnDisconnected:   func() { r.disconnected(end) },
		OnSynchronised:   r.connectedAgain,
		OnTokenExpired: func() {
			if r.stack != nil && r.stack.refusal() != nil {
				end(r.stack.refusal())
				return
			}
			end(errors.New("the token is over; start again with a new one (recall token)"))
		},
		OnKickedOffline: func(reason string) { end(kickedOffline(reason)) },
	}
}

// kickedOffline returns an error that says why the server ended this chat.
func kickedOffline(reason string) error {
	switch reason {
	case client.KickedConnectionLimit:
		return errors.New("this device was disconnected: the same user has connected on too many other devices since; " +
			"start again to come back")
	case client.KickedByAdministrator:
		return errors.New("this device was disconnected by an administrator")
	}
	return fmt.Errorf("this device was disconnected by the server: %s", reason)
}

// disconnected prints that the connection is lost. It also watches for a local stack that is started again at another
// address, because the client would never find it there.
func (r *chatRoom) disconnected(end context.CancelCauseFunc) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.lost = true
	if r.stack == nil {
		r.print("-- the connection is lost; connecting again")
		return
	}
	r.print("-- %s", r.stack.lost())
	r.found()
	searching, found := context.WithCancel(context.Background())
	r.found = found
	go func() {
		if err := r.stack.moved(searching); err != nil {
			end(err)
		}
	}()
}

func (r *chatRoom) connectedAgain() {
	text, startedAgain := "connected again", false
	if r.stack != nil {
		text, startedAgain = r.stack.connected()
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.lost {
		return // the first connection
	}
	r.lost = false
	r.found()
	r.print("-- %s", text)
	if startedAgain {
		// The answer comes by this goroutine's own frames, so that it must not be waited for here.
		go func() {
			if err := r.isThere(context.Background()); err != nil {
				r.say("-- %v", err)
			}
		}()
	}
}

// isThere returns an error if the group does not exist or this user is not a member.
func (r *chatRoom) isThere(ctx context.Context) error {
	group, is := strings.CutPrefix(r.conversation, "group_")
	if !is {
		return nil
	}
	_, err := r.client.History(ctx, r.conversation, "", 1)
	if client.Code(err) != client.CodeConversationNotFound {
		return nil // Any other error is shown when a message is sent.
	}
	return fmt.Errorf(
		"there is no group %s, or %s is not in it; "+
			"recall admin put-group %s makes it, and recall admin put-member %s %s adds to it",
		group, r.user, group, group, r.user)
}

// enter shows the conversation, or returns an error if it cannot be read.
func (r *chatRoom) enter(ctx context.Context, address string) error {
	if err := r.isThere(ctx); err != nil {
		return err
	}
	r.welcome(address)
	return nil
}

// outcome returns an error if lines of a script failed, so that the exit code shows it.
func (r *chatRoom) outcome(interactive bool) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if interactive || r.failed == 0 {
		return nil
	}
	return fmt.Errorf("%d of the lines could not be done; what is printed above says why", r.failed)
}

// fail prints why a line was not executed. The caller holds the mutex.
func (r *chatRoom) fail(format string, values ...any) {
	r.failed++
	r.print(format, values...)
}

func (r *chatRoom) refuse(format string, values ...any) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.fail(format, values...)
}

const welcomeMessages = 10

func (r *chatRoom) welcome(address string) {
	if r.stack != nil {
		address = r.stack.String()
	}
	r.say("-- you are %s in %s, on %s", r.user, r.title(), address)
	r.say("-- type to send, /recall takes the last message back, /help lists more")
	held := r.client.Messages(r.conversation)
	for _, m := range held[max(0, len(held)-welcomeMessages):] {
		r.show(m)
	}
	if unread := r.client.Unread(r.conversation); unread > 0 {
		r.say("-- %s unread", unreadCount(unread))
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
	// The end of the chat does not wait for this call, because a logout ends it.
	go func() { _, _ = r.client.MarkRead(context.Background(), r.conversation, last) }()
}

func (r *chatRoom) show(m client.Message) { r.line(m, "") }

// list shows a message with its ID, which recall admin revoke takes.
func (r *chatRoom) list(m client.Message) { r.line(m, m.MessageID+" ") }

func (r *chatRoom) line(m client.Message, before string) {
	quote := r.quote(m.ReplyTo)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	at := time.UnixMilli(m.SentAt).Local().Format("15:04")
	number := r.number(m.MessageID)
	if m.Revoked != nil {
		r.print("#%d %s%s %s: [message recalled%s]", number, before, at, printable(m.Sender), by(m))
		return
	}
	r.print("#%d %s%s %s: %s%s", number, before, at, printable(m.Sender), quote, textOf(m))
}

// quote returns what a reply shows of the message that it answers. If that message is recalled by now, it shows this.
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

// recalled prints that a message on the screen is recalled. The line contains the number of the message.
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

// by returns who recalled a message and why. It leaves out the name if it was the sender.
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

// textOf returns the text of a message on one line and without control characters. A body without text becomes JSON.
func textOf(m client.Message) string {
	var body struct {
		Text *string `json:"text"`
	}
	if json.Unmarshal(m.Body, &body) == nil && body.Text != nil {
		return printable(*body.Text)
	}
	return printable(string(m.Body))
}

// why returns in words why a call failed.
func why(err error) string {
	switch client.Code(err) {
	case client.CodeRecallWindowExpired, client.CodeGroupRecallWindowExpired, client.CodeClientWindowOver:
		return "too late: the time in which it could be recalled is over"
	case client.CodeMessageNotFound, client.CodeGroupMessageNotFound:
		return "there is no such message here"
	case client.CodeAlreadyRecalled:
		return "it was recalled before"
	case client.CodeOtherMessageRecalled:
		return "the message that it answers was recalled"
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

// unreadCount returns a number of unread messages in words. The server counts up to 100, and 100 means more than 99.
func unreadCount(number int) string {
	if number > 99 {
		return "99+"
	}
	return strconv.Itoa(number)
}

// Command driver wraps the Go client for the conformance runner: commands as JSON lines on standard input, results and
// callbacks as JSON lines on standard output. protocol/conformance/README.md has the contract.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	client "example.com/recall/clients/go"
)

func main() {
	d := &driver{output: json.NewEncoder(os.Stdout)}
	if folder := os.Getenv("RECALL_STORAGE"); folder != "" {
		storage, err := client.NewFileStorage(folder)
		if err != nil {
			fmt.Fprintf(os.Stderr, "driver: %v\n", err)
			os.Exit(1)
		}
		d.storage = storage
	}
	if err := d.run(os.Stdin); err != nil {
		fmt.Fprintf(os.Stderr, "driver: %v\n", err)
		os.Exit(1)
	}
}

// driver is the client, and the state that the commands have set.
type driver struct {
	printing sync.Mutex
	output   *json.Encoder
	storage  client.Storage // nil without a folder

	mutex      sync.Mutex
	client     *client.Client
	configured configuration // of the client
	token      string        // what the token provider returns; "" is no provider
}

// command is one line of input; each action reads the fields it needs.
type command struct {
	Do           string          `json:"do"`
	Call         string          `json:"call"`
	URL          string          `json:"url"`
	User         string          `json:"user"`
	Token        string          `json:"token"`
	Conversation string          `json:"conversation"`
	MessageID    string          `json:"messageId"`
	MessageIDs   []string        `json:"messageIds"`
	ReplyTo      string          `json:"replyTo"`
	Unless       string          `json:"unlessRevoked"`
	Listener     string          `json:"listener"`
	To           string          `json:"to"`
	Then         string          `json:"then"`
	Body         json.RawMessage `json:"body"`
	Reason       string          `json:"reason"`
	Before       string          `json:"before"`
	Limit        int             `json:"limit"`
	Options      options         `json:"options"`

	Attachments  []client.Attachment `json:"attachments"`
	Name         string              `json:"name"`
	Type         string              `json:"type"`
	Content      string              `json:"content"`
	Times        int                 `json:"times"`
	AttachmentID string              `json:"attachmentId"`
	Remove       bool                `json:"remove"`
}

// options are those of a login.
type options struct {
	RequestTimeoutMilliseconds   int64 `json:"requestTimeoutMilliseconds"`
	ReconnectMinimumMilliseconds int64 `json:"reconnectMinimumMilliseconds"`
	ReconnectMaximumMilliseconds int64 `json:"reconnectMaximumMilliseconds"`
	PingIntervalMilliseconds     int64 `json:"pingIntervalMilliseconds"`
}

// configuration has the options with which a client is made.
type configuration struct {
	url     string
	options options
}

// run reads commands until quit or the end of input. Commands that wait for the server run beside each other.
func (d *driver) run(input io.Reader) error {
	scanner := bufio.NewScanner(input)
	scanner.Buffer(make([]byte, 64<<10), 16<<20)
	for scanner.Scan() {
		var c command
		if err := json.Unmarshal(scanner.Bytes(), &c); err != nil {
			d.finish(c.Call, nil, &client.Error{Code: client.CodeInvalidRequest, Desc: "not a command"})
			continue
		}
		if c.Do == "quit" {
			break
		}
		d.begin(c)
	}
	d.logout()
	return scanner.Err()
}

// begin starts a command. What must be in order, or answers at once, is done here; the rest waits on its own
// goroutine.
func (d *driver) begin(c command) {
	switch c.Do {
	case "login":
		d.login(c)
	case "token":
		d.setToken(c.Token)
		d.finish(c.Call, nil, nil)
	case "logout":
		d.logout()
		d.finish(c.Call, nil, nil)
	case "check":
		d.current().CheckConnection()
		d.finish(c.Call, nil, nil)
	case "capabilities":
		d.finish(c.Call, capabilities(), nil)
	case "listen":
		d.listen(c)
		d.finish(c.Call, nil, nil)
	case "clear":
		d.finish(c.Call, nil, d.current().ClearStorage(c.User))
	case "send":
		d.send(c)
	case "work":
		d.work(c)
	case "view", "unsent", "conversations":
		d.finish(c.Call, d.held(c), nil)
	case "limits":
		d.finish(c.Call, map[string]any{"maxAttachmentBytes": d.current().MaxAttachmentBytes()}, nil)
	case "attach":
		go d.attach(c)
	case "download":
		go d.download(c)
	case "registerPush":
		go d.registerPush(c)
	case "revoke", "history", "read":
		go d.ask(c)
	default:
		d.finish(c.Call, nil, &client.Error{Code: client.CodeInvalidRequest, Desc: "no such command"})
	}
}

// capabilities says what the client can do, and why it cannot do the rest.
func capabilities() map[string]any {
	return map[string]any{
		"capabilities": []string{"persistence", "batches", "unlessRevoked", "attachments", "push"},
		"lacks": map[string]string{
			"findMessages":      "Messages returns all that is held of a conversation",
			"newConversations":  "OnConversationChanged is called for new conversations too",
			"totalUnread":       "the application adds the numbers of Conversations up",
			"throwingListeners": "a panic in a callback ends the program, as anywhere in Go",
			"executor":          "callbacks run on a goroutine of the client",
		},
	}
}

func (d *driver) login(c command) {
	current, err := d.configure(configuration{c.URL, c.Options})
	if err != nil {
		d.finish(c.Call, nil, &client.Error{Code: client.CodeInvalidRequest, Desc: err.Error()})
		return
	}
	go func() { d.finish(c.Call, nil, current.Login(context.Background(), c.User, c.Token)) }()
}

// configure returns the client, and makes another one where the configuration is another, as an application would.
func (d *driver) configure(wanted configuration) (*client.Client, error) {
	if wanted == d.configured {
		return d.current(), nil
	}
	d.logout()
	made, err := client.New(client.Options{
		URL:              wanted.url,
		TokenProvider:    d.provideToken,
		RequestTimeout:   milliseconds(wanted.options.RequestTimeoutMilliseconds),
		ReconnectMinimum: milliseconds(wanted.options.ReconnectMinimumMilliseconds),
		ReconnectMaximum: milliseconds(wanted.options.ReconnectMaximumMilliseconds),
		PingInterval:     milliseconds(wanted.options.PingIntervalMilliseconds),
		Storage:          d.storage,
	})
	if err != nil {
		return nil, err
	}
	made.AddListener(d.listener())
	d.mutex.Lock()
	d.client, d.configured = made, wanted
	d.mutex.Unlock()
	return made, nil
}

func milliseconds(count int64) time.Duration { return time.Duration(count) * time.Millisecond }

func (d *driver) logout() {
	if c := d.current(); c != nil {
		c.Logout()
	}
}

// current returns the client; before the first login, one that is not logged in.
func (d *driver) current() *client.Client {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.client == nil {
		d.client, _ = client.New(client.Options{URL: "ws://localhost/none"}) // These options are valid.
	}
	return d.client
}

func (d *driver) setToken(token string) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.token = token
}

func (d *driver) provideToken(context.Context) (string, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.token, nil
}

// send prints the messageId at once. Without a clock there is none yet, and the send fails as the client says.
func (d *driver) send(c command) {
	current := d.current()
	if c.MessageID == "" {
		id, err := current.NewMessageID()
		if err != nil {
			d.finish(c.Call, nil, err)
			return
		}
		c.MessageID = id
	}
	d.print(map[string]any{"event": "sending", "call": c.Call, "messageId": c.MessageID})
	go func() {
		sent, err := current.SendMessage(context.Background(), c.Conversation, c.Body,
			client.WithMessageID(c.MessageID), client.WithReplyTo(c.ReplyTo), client.UnlessRevoked(c.Unless),
			client.WithAttachments(c.Attachments...))
		d.finish(c.Call, map[string]any{
			"messageId": sent.MessageID, "sentAt": sent.SentAt, "recallableUntil": sent.RecallableUntil,
		}, err)
	}()
}

// registerPush registers a device of Firebase, as an app in Go on Android would.
func (d *driver) registerPush(c command) {
	call := d.current().RegisterPush
	if c.Remove {
		call = d.current().UnregisterPush
	}
	d.finish(c.Call, nil, call(context.Background(), client.PushDevice{Kind: "fcm", Token: c.Token}))
}

// attach uploads what the command has.
func (d *driver) attach(c command) {
	content := strings.Repeat(c.Content, max(c.Times, 1))
	uploaded, err := d.current().Attach(context.Background(), client.File{
		Name: c.Name, Type: c.Type, Size: int64(len(content)), Content: strings.NewReader(content),
		Progress: d.progress(c.Call),
	})
	d.finish(c.Call, map[string]any{"attachmentId": uploaded.AttachmentID}, err)
}

// download prints the content if it is short.
func (d *driver) download(c command) {
	var content strings.Builder
	err := d.current().Download(context.Background(), c.Conversation, c.MessageID, c.AttachmentID,
		&content, d.progress(c.Call))
	result := map[string]any{"bytes": content.Len()}
	if content.Len() <= shownContentBytes {
		result["content"] = content.String()
	}
	d.finish(c.Call, result, err)
}

const shownContentBytes = 1_000

func (d *driver) progress(call string) func(done, size int64) {
	return func(done, size int64) {
		d.print(map[string]any{"event": "progress", "call": call, "done": done, "size": size})
	}
}

// work begins to work on a message. Its result comes when the message is recalled.
func (d *driver) work(c command) {
	ctx, cancel := d.current().MessageContext(context.Background(), c.Conversation, c.MessageID)
	go func() {
		defer cancel()
		<-ctx.Done()
		d.finish(c.Call, nil, nil)
	}()
}

// ask executes a command that waits for the server.
func (d *driver) ask(c command) {
	ctx, current := context.Background(), d.current()
	switch c.Do {
	case "revoke":
		if c.MessageIDs != nil {
			results, err := current.RevokeMessages(ctx, c.Conversation, c.MessageIDs, c.Reason)
			d.finish(c.Call, map[string]any{"results": outcomes(results)}, err)
			return
		}
		d.finish(c.Call, nil, current.RevokeMessage(ctx, c.Conversation, c.MessageID, c.Reason))
	case "history":
		messages, err := current.History(ctx, c.Conversation, c.Before, c.Limit)
		d.finish(c.Call, map[string]any{"messages": shown(messages)}, err)
	case "read":
		unread, err := current.MarkRead(ctx, c.Conversation, c.MessageID)
		d.finish(c.Call, map[string]any{"unread": unread}, err)
	}
}

// outcomes shows the results of several recalls.
func outcomes(results []client.RevokeResult) []map[string]any {
	list := make([]map[string]any, 0, len(results))
	for _, each := range results {
		outcome := map[string]any{"messageId": each.MessageID, "ok": each.Err == nil}
		if each.Err != nil {
			outcome["code"] = each.Err.Code
		}
		list = append(list, outcome)
	}
	return list
}

// held answers a command from the view of the client.
func (d *driver) held(c command) map[string]any {
	current := d.current()
	switch c.Do {
	case "view":
		return map[string]any{
			"messages": shown(current.Messages(c.Conversation)), "unread": current.Unread(c.Conversation),
		}
	case "unsent":
		messages := []map[string]any{}
		for _, each := range current.Unsent(c.Conversation) {
			message := map[string]any{"messageId": each.MessageID, "body": each.Body}
			if each.Failed != 0 {
				message["failed"] = each.Failed
			}
			messages = append(messages, message)
		}
		return map[string]any{"messages": messages}
	}
	conversations := current.Conversations()
	if conversations == nil {
		conversations = []client.Conversation{}
	}
	return map[string]any{"conversations": conversations}
}

func shown(messages []client.Message) []client.Message {
	if messages == nil {
		return []client.Message{}
	}
	return messages
}

func (d *driver) listener() client.Listener {
	event := func(name string) func() { return func() { d.print(map[string]any{"event": name}) } }
	return client.Listener{
		OnConnected:    event("connected"),
		OnDisconnected: event("disconnected"),
		OnTokenExpired: event("tokenExpired"),
		OnKickedOffline: func(reason string) {
			d.print(map[string]any{"event": "kickedOffline", "reason": reason})
		},
		OnRecvNewMessage: func(message client.Message) {
			d.print(map[string]any{"event": "onRecvNewMessage", "message": message})
		},
		OnMessageRevoked: func(tombstone client.Message) {
			d.print(map[string]any{
				"event": "onRecvMessageRevoked", "messageId": tombstone.MessageID, "conversation": tombstone.Conversation,
				"operator": tombstone.Revoked.By, "reason": tombstone.Revoked.Reason,
			})
		},
	}
}

// listen adds another listener, which may leave in its own callback.
func (d *driver) listen(c command) {
	if c.To == "conversations" {
		d.current().AddListener(client.Listener{OnConversationChanged: func(entry client.Conversation) {
			d.print(map[string]any{
				"event": "onConversationChanged", "listener": c.Listener, "conversation": entry.Conversation,
				"unread": entry.Unread,
			})
		}})
		return
	}
	adding := make(chan func(), 1) // A callback may come before AddListener has returned.
	heard := func(callback, messageID string) {
		d.print(map[string]any{
			"event": "heard", "listener": c.Listener, "callback": callback, "messageId": messageID,
		})
		if c.Then == "leave" {
			remove := <-adding
			remove()
			adding <- remove
		}
	}
	adding <- d.current().AddListener(client.Listener{
		OnRecvNewMessage:     func(message client.Message) { heard("onRecvNewMessage", message.MessageID) },
		OnRecvMessageRevoked: func(messageID, _, _ string) { heard("onRecvMessageRevoked", messageID) },
	})
}

// finish prints the result of a command.
func (d *driver) finish(call string, fields map[string]any, err error) {
	result := map[string]any{"event": "result", "call": call, "ok": err == nil}
	if err != nil {
		result["code"], result["desc"] = client.Code(err), err.Error()
	} else {
		for name, value := range fields {
			result[name] = value
		}
	}
	d.print(result)
}

func (d *driver) print(line map[string]any) {
	d.printing.Lock()
	defer d.printing.Unlock()
	if err := d.output.Encode(line); err != nil {
		fmt.Fprintf(os.Stderr, "driver: nobody reads the output: %v\n", err)
	}
}

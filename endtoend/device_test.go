package endtoend

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// frame is a frame as a client that does not use our code reads it.
type frame = map[string]any

// line is a connection to the API, either by the library that this package uses or by another program.
type line interface {
	read() ([]byte, error)
	write(ctx context.Context, kind websocket.MessageType, data []byte) error
	close()
}

// device is one connection of one user.
type device struct {
	t    *testing.T
	user string
	line line

	mutex   sync.Mutex
	arrived *sync.Cond
	frames  []frame
	taken   []bool
	closed  error
	nextID  int
}

func connect(t *testing.T, user string) *device {
	t.Helper()
	token, err := shared.Token(user, time.Hour)
	if err != nil {
		t.Fatalf("token for %s: %v", user, err)
	}
	return connectTo(t, shared.Addresses().WebSocket, user, token)
}

func connectTo(t *testing.T, url, user, token string) *device {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	socket, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		t.Fatalf("connect %s: %v", user, err)
	}
	socket.SetReadLimit(1 << 20)
	return newDevice(t, user, library{socket})
}

func newDevice(t *testing.T, user string, over line) *device {
	d := &device{t: t, user: user, line: over}
	d.arrived = sync.NewCond(&d.mutex)
	go d.read()
	t.Cleanup(d.leave)
	return d
}

// library is a connection by coder/websocket.
type library struct{ socket *websocket.Conn }

func (l library) read() ([]byte, error) {
	_, data, err := l.socket.Read(context.Background())
	return data, err
}

func (l library) write(ctx context.Context, kind websocket.MessageType, data []byte) error {
	return l.socket.Write(ctx, kind, data)
}

func (l library) close() { _ = l.socket.CloseNow() }

func (d *device) leave() { d.line.close() }

func (d *device) read() {
	for {
		data, err := d.line.read()
		var read frame
		if err == nil {
			if failed := json.Unmarshal(data, &read); failed != nil {
				read = frame{"unreadable": string(data)}
			}
		}
		d.mutex.Lock()
		if err != nil {
			d.closed = err
		} else {
			d.frames, d.taken = append(d.frames, read), append(d.taken, false)
		}
		d.mutex.Unlock()
		d.arrived.Broadcast()
		if err != nil {
			return
		}
	}
}

// take waits for the first wanted frame that no earlier call has taken.
func (d *device) take(what string, wanted func(frame) bool) frame {
	d.t.Helper()
	late := time.AfterFunc(patience, d.arrived.Broadcast)
	defer late.Stop()
	deadline := time.Now().Add(patience)
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for {
		for i, read := range d.frames {
			if !d.taken[i] && wanted(read) {
				d.taken[i] = true
				return read
			}
		}
		if d.closed != nil {
			d.t.Fatalf("%s waits for %s, but the connection is closed: %v", d.user, what, d.closed)
		}
		if !time.Now().Before(deadline) {
			d.t.Fatalf("%s waits for %s in vain; got %v", d.user, what, d.frames)
		}
		d.arrived.Wait()
	}
}

// event waits for an event of a type.
func (d *device) event(kind string) frame {
	d.t.Helper()
	return d.take("event "+kind, func(f frame) bool { return f["type"] == kind })
}

// none fails if a frame of the type has arrived. Call it after a later frame has arrived on the same connection.
func (d *device) none(kind string) {
	d.t.Helper()
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for i, read := range d.frames {
		if read["type"] == kind && !d.taken[i] {
			d.t.Errorf("%s got a %s event that is not for them: %v", d.user, kind, read)
		}
	}
}

func (d *device) write(kind websocket.MessageType, data []byte) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := d.line.write(ctx, kind, data); err != nil {
		d.t.Fatalf("%s writes: %v", d.user, err)
	}
}

// ask sends a request with an ID of its own and waits for its reply.
func (d *device) ask(action string, fields frame) frame {
	d.t.Helper()
	d.mutex.Lock()
	d.nextID++
	id := fmt.Sprintf("r%d", d.nextID)
	d.mutex.Unlock()
	request := frame{"action": action, "id": id}
	for name, value := range fields {
		request[name] = value
	}
	data, err := json.Marshal(request)
	if err != nil {
		d.t.Fatal(err)
	}
	d.write(websocket.MessageText, data)
	return d.take("the reply to "+action, func(f frame) bool { return f["type"] == "reply" && f["id"] == id })
}

// must sends a request as ask does, and fails if the reply is not ok.
func (d *device) must(action string, fields frame) frame {
	d.t.Helper()
	reply := d.ask(action, fields)
	if reply["ok"] != true {
		d.t.Fatalf("%s of %s: %v", action, d.user, reply)
	}
	return reply
}

// send sends a text and returns the message's ID.
func (d *device) send(conversation, text string) string {
	d.t.Helper()
	reply := d.must("send", frame{"conversation": conversation, "body": frame{"text": text}})
	return reply["message"].(frame)["messageId"].(string)
}

// code returns the number of the error in a reply, or 0 if there is no error.
func code(reply frame) int {
	if failure, ok := reply["error"].(frame); ok {
		return int(failure["code"].(float64))
	}
	return 0
}

// messageID returns the ID in a message event, or the ID of the first revocation in a revoked event.
func messageID(event frame) string {
	if message, ok := event["message"].(frame); ok {
		return message["messageId"].(string)
	}
	return event["revocations"].([]any)[0].(frame)["messageId"].(string)
}

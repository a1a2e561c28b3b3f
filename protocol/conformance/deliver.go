package conformance

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// onConnection does a step that concerns the latest connection.
func (p *run) onConnection(ctx context.Context, step Step) error {
	connection := p.server.latest()
	if connection == nil {
		return errors.New("there is no connection yet")
	}
	switch {
	case step.ExpectFrame != nil:
		return p.expectFrame(ctx, step)
	case step.Reply != nil:
		return p.reply(connection, step)
	case step.SendFrame != nil, step.SendRaw != nil:
		return p.repeatText(connection, step)
	case step.SendBinary != nil:
		data, err := base64.StdEncoding.DecodeString(*step.SendBinary)
		if err != nil {
			return fmt.Errorf("sendBinary is not base64: %w", err)
		}
		return connection.write(websocket.MessageBinary, data)
	case step.SendHuge > 0:
		frame := `{"type":"huge","padding":"` + strings.Repeat("x", step.SendHuge) + `"}`
		return ignoreClosed(connection.write(websocket.MessageText, []byte(frame)))
	case step.Drop:
		return ignoreClosed(connection.socket.CloseNow())
	default:
		return ignoreClosed(connection.socket.Close(websocket.StatusCode(step.Close), ""))
	}
}

// expectFrame waits for a frame on the latest connection, which may become another one meanwhile.
func (p *run) expectFrame(ctx context.Context, step Step) error {
	for {
		short, cancel := context.WithTimeout(ctx, time.Second)
		err := p.take(short, p.server.latest().frames, step.ExpectFrame, step.As)
		cancel()
		if err == nil || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
	}
}

// ignoreClosed drops the error of closing, or of a frame that the client may refuse by closing: the client may have
// closed first, and that is as good.
func ignoreClosed(error) error { return nil }

func (p *run) reply(connection *serverConnection, step Step) error {
	request, ok := p.variables.taken[step.To].(map[string]any)
	if !ok {
		return fmt.Errorf("no frame was taken as %q", step.To)
	}
	value, err := p.variables.fill(step.Reply, 0)
	if err != nil {
		return err
	}
	fields := value.(map[string]any) // fill keeps the kind of value
	if _, failed := fields["error"]; failed {
		setDefault(fields, "ok", false)
	}
	connection.reply(request, fields)
	return nil
}

func (p *run) repeatText(connection *serverConnection, step Step) error {
	for index := range max(step.Times, 1) {
		if step.SendRaw != nil {
			text, err := p.variables.fillText(*step.SendRaw, index)
			if err != nil {
				return err
			}
			if err := connection.write(websocket.MessageText, []byte(text)); err != nil {
				return nil // the client may drop a connection that floods it
			}
			continue
		}
		frame, err := p.variables.fill(step.SendFrame, index)
		if err != nil {
			return err
		}
		if err := connection.send(frame); err != nil {
			return nil // as above
		}
	}
	return nil
}

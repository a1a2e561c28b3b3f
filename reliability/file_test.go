package reliability

import (
	"errors"
	"strings"

	"pgregory.net/rapid"

	"example.com/recall/local/template"
	"example.com/recall/reliability/simulation"
	"example.com/recall/shared/recall"
)

// expirations are the rules of the bucket in the template.
func expirations() ([]template.Expiration, error) {
	read, err := template.Load("../template.yaml", template.Options{
		Parameters: map[string]string{"TokenSecret": strings.Repeat("x", 32), "Attachments": "on"},
	})
	if err != nil {
		return nil, err
	}
	if len(read.Buckets) != 1 || len(read.Buckets[0].Expirations) == 0 {
		return nil, errors.New("the template has no bucket whose objects expire")
	}
	return read.Buckets[0].Expirations, nil
}

// expire deletes the objects that have expired.
func (m *machine) expire() {
	if err := m.world.Expire(m.ctx, m.expirations); err != nil {
		m.model.violate("expire: %v", err)
	}
}

// drawFile draws whether a new message has a file: a new one, or that of a message that its sender can see.
func (m *machine) drawFile(t *rapid.T, f *fate) {
	switch rapid.SampledFrom([]string{"none", "none", "a new one", "a forwarded one"}).Draw(t, "file") {
	case "a new one":
		f.hasFile = true
	case "a forwarded one":
		if files := m.files(f.sender); len(files) > 0 {
			f.hasFile, f.forwarded = true, rapid.SampledFrom(files).Draw(t, "forwarded message")
		}
	}
}

// files are the stored messages with a file that a user can see.
func (m *machine) files(user recall.UserID) []*fate {
	var files []*fate
	for _, conversation := range m.inside(user) {
		for _, f := range m.model.of(conversation) {
			if f.stored != nil && f.hasFile {
				files = append(files, f)
			}
		}
	}
	return files
}

// attach makes ready what a message is sent with: it uploads the new file, or names the forwarded one. Each attempt of
// the message sends the same.
func (m *machine) attach(device *simulation.Device, f *fate) error {
	switch {
	case !f.hasFile || f.attached != nil:
		return nil
	case f.forwarded != nil:
		f.attached = []recall.SendAttachment{{
			ID:   f.forwarded.attached[0].ID,
			From: recall.MessageReference{Conversation: f.forwarded.conversation, MessageID: f.forwarded.id},
		}}
		return nil
	}
	id, err := m.world.Upload(m.ctx, m.healthy(), device.Caller())
	f.attached = []recall.SendAttachment{{ID: id}}
	return err
}

// download gives out the address of a file. After a recall, no address may lead to the file any more.
func (m *machine) download(t *rapid.T) (operation, bool) {
	device, ok := m.open(t, m.users[:3]...)
	if !ok {
		return operation{}, false
	}
	files := m.files(device.User())
	if len(files) == 0 {
		return operation{}, false
	}
	f := rapid.SampledFrom(files).Draw(t, "message with a file")
	return operation{name: "download", run: func(process *recall.Service) func() {
		before := m.model.now(f)
		err := m.world.GiveOut(m.ctx, process, device.Caller(), *f.stored)
		return func() {
			switch name := recall.NameOf(err); {
			case err == nil && before.revoked != nil:
				m.model.violate("G3: the address of a file of the recalled %s was given out", f.id)
			case err == nil, name == recall.Unavailable, name == recall.AlreadyRecalled && len(f.tried) > 0:
			default:
				m.model.violate("the download of %s was answered %v", f.id, err)
			}
		}
	}}, true
}

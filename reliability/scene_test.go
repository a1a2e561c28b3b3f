package reliability

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/reliability/simulation"
	"example.com/recall/shared/recall"
)

// scene is a conversation with its devices, before the action whose process has a fault.
type scene struct {
	world        *simulation.World
	conversation recall.Conversation
	members      []recall.UserID
	actor        *simulation.Device
	bystander    *simulation.Device
	ids          []recall.MessageID
	// file is an upload of the actor's that is complete, where the action needs one.
	file recall.AttachmentID
	// newcomer is a user who is in no conversation yet.
	newcomer recall.UserID
}

// theBody and theReason hold the canary that no log line may show.
const (
	theBody   recall.Body   = `{"text":"hello ` + simulation.Canary + `"}`
	theReason recall.Reason = "why " + simulation.Canary
)

// crowd is the only big group of a world, because filling one for every scene would take most of the time.
const crowd recall.GroupID = "crowd"

// stage makes the scene: its own users, their connections, and the messages that were sent before.
func stage(t *testing.T, world *simulation.World, a action, take int) *scene {
	t.Helper()
	healthy := world.Process(simulation.Healthy{})
	name := func(role string) recall.UserID { return recall.UserID(fmt.Sprintf("%s%d", role, take)) }
	s := &scene{world: world, members: []recall.UserID{name("actor"), name("bystander")}, newcomer: name("newcomer")}
	s.conversation = recall.Between(s.members[0], s.members[1])
	if a.group {
		s.conversation = recall.InGroup(recall.GroupID(fmt.Sprintf("group%d", take)))
		if a.big {
			s.conversation = recall.InGroup(crowd)
		}
		must(t, healthy.PutGroup(t.Context(), recall.AdminPutGroup{Group: s.conversation.Group(), Name: "group"}))
		must(t, healthy.PutMember(t.Context(), recall.AdminPutMember{
			Group: s.conversation.Group(),
			User:  s.members[0],
			Role:  recall.MemberMember,
		}))
		must(t, healthy.PutMember(t.Context(), recall.AdminPutMember{
			Group: s.conversation.Group(),
			User:  s.members[1],
			Role:  recall.MemberOwner,
		}))
	}
	s.actor = connected(t, world, s.members[0])
	s.bystander = connected(t, world, s.members[1])
	if a.aged {
		world.Clock.Advance(simulation.YoungFor + simulation.ClockRange + time.Second)
	}
	for range a.sent {
		id := world.NewMessageID()
		if a.files {
			s.upload(t)
			must(t, sendFile(t.Context(), healthy, s, id, recall.SendAttachment{ID: s.file}))
			s.giveOut(t, id)
		} else {
			must(t, send(t.Context(), healthy, s, s.actor, id))
		}
		s.ids = append(s.ids, id)
	}
	if a.files {
		s.upload(t)
	}
	must(t, world.Deliver(t.Context(), func() *recall.Service { return healthy }))
	s.ids = append(s.ids, world.NewMessageID())
	return s
}

// upload lets the actor upload a file.
func (s *scene) upload(t *testing.T) {
	t.Helper()
	file, err := s.world.Upload(t.Context(), s.world.Process(simulation.Healthy{}), s.actor.Caller())
	must(t, err)
	s.file = file
}

// giveOut gives the bystander the address of the file of a message.
func (s *scene) giveOut(t *testing.T, id recall.MessageID) {
	t.Helper()
	healthy := s.world.Process(simulation.Healthy{})
	message, _, err := healthy.Store.Message(t.Context(), s.conversation, id)
	must(t, err)
	must(t, s.world.GiveOut(t.Context(), healthy, s.bystander.Caller(), message))
}

// sendFile sends a message of the actor's with an attachment.
func sendFile(
	ctx context.Context, process *recall.Service, s *scene, id recall.MessageID, attachment recall.SendAttachment,
) error {
	result, err := process.Send(ctx, s.actor.Caller(), recall.SendRequest{
		Conversation: s.conversation, MessageID: id, Body: theBody, Attachments: []recall.SendAttachment{attachment},
	})
	if err == nil {
		s.actor.Acknowledged(s.conversation, result.Message.ID, theBody, 0)
	}
	return err
}

// fillCrowd adds more members to the big group than one call can serve.
func fillCrowd(t *testing.T, world *simulation.World) {
	t.Helper()
	var rows []types.TransactWriteItem
	for i := range recall.MembersInCall {
		rows = append(rows, types.TransactWriteItem{
			Put: &types.Put{TableName: aws.String(world.MessagesTable), Item: memberRow(fmt.Sprint("crowd", i))},
		})
		if len(rows) == 100 || i == recall.MembersInCall-1 {
			_, err := world.Database.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: rows})
			must(t, err)
			rows = nil
		}
	}
}

func connected(t *testing.T, world *simulation.World, user recall.UserID) *simulation.Device {
	t.Helper()
	device, err := world.Connect(t.Context(), world.Process(simulation.Healthy{}), user, nil)
	must(t, err)
	return device
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func send(ctx context.Context, process *recall.Service, s *scene, device *simulation.Device,
	id recall.MessageID) error {
	return sendUnlessRevoked(ctx, process, s, device, id, "")
}

func sendUnlessRevoked(ctx context.Context, process *recall.Service, s *scene, device *simulation.Device,
	id, other recall.MessageID) error {
	result, err := process.Send(ctx, device.Caller(), recall.SendRequest{
		Conversation:  s.conversation,
		MessageID:     id,
		Body:          theBody,
		UnlessRevoked: other,
	})
	if err == nil {
		device.Acknowledged(s.conversation, result.Message.ID, theBody, 0)
	}
	return err
}

func revoke(ctx context.Context, process *recall.Service, s *scene, device *simulation.Device, unsent bool,
	ids ...recall.MessageID) error {
	results := process.Revoke(ctx, device.Caller(), recall.RevokeRequest{
		Conversation: s.conversation,
		MessageIDs:   ids,
		Unsent:       unsent,
		Reason:       theReason,
	})
	var failed error
	for _, result := range results {
		if result.Err != nil {
			failed = result.Err
			continue
		}
		device.Acknowledged(s.conversation, result.MessageID, "", result.Revoked.At)
	}
	return failed
}

// settle lets the client ask again until it is answered, a device connect late, and the event sources do their work.
func settle(t *testing.T, s *scene, a action) {
	t.Helper()
	healthy := func() *recall.Service { return s.world.Process(simulation.Healthy{}) }
	s.world.Clock.Advance(time.Second)
	if err := a.act(t.Context(), healthy(), s); err != nil {
		t.Errorf("the client's retry: %v", err)
	}
	if a.then != nil {
		must(t, a.then(t.Context(), healthy(), s))
	}
	if !a.ends {
		late := connected(t, s.world, s.members[1])
		must(t, late.Sync(t.Context(), healthy(), s.conversation))
	}
	must(t, s.world.Deliver(t.Context(), healthy))
}

// settleWithoutClient lets a device connect late and the event sources do their work. The client whose request ended
// without an answer has given up: it does not ask again, and only synchronises, as a client must then.
func settleWithoutClient(t *testing.T, s *scene, a action) {
	t.Helper()
	s.world.Clock.Advance(time.Second)
	client := s.actor
	if a.byBystander {
		client = s.bystander
	}
	late := connected(t, s.world, s.members[1])
	must(t, late.Sync(t.Context(), s.healthy(), s.conversation))
	must(t, s.world.Deliver(t.Context(), s.healthy))
	if slices.Contains(s.world.Open(), client) {
		must(t, client.Sync(t.Context(), s.healthy(), s.conversation))
	}
	if a.then != nil {
		must(t, a.then(t.Context(), s.healthy(), s))
		must(t, s.world.Deliver(t.Context(), s.healthy))
	}
}

// check checks the guarantees, and closes all connections before the next scene.
func check(t *testing.T, s *scene, a action) {
	t.Helper()
	if !a.ends {
		wantNoViolation(t, s)
	}
	if !a.ends && comeBack(t, s) {
		wantNoViolation(t, s)
	}
	if a.check != nil {
		a.check(t, s)
	}
	for _, device := range s.world.Open() {
		must(t, s.world.Close(context.Background(), nil, device, false))
	}
}

func wantNoViolation(t *testing.T, s *scene) {
	t.Helper()
	violations, err := s.world.Check(t.Context(), s.conversation, s.members[:2], s.ids[0])
	must(t, err)
	for _, violation := range violations {
		t.Error(violation)
	}
}

// comeBack lets the devices that may not know of everything, since a post to them was answered with 410, connect
// again.
func comeBack(t *testing.T, s *scene) bool {
	t.Helper()
	came := false
	for _, old := range s.world.Open() {
		if !old.Excused() {
			continue
		}
		came = true
		must(t, s.world.Close(t.Context(), nil, old, false))
		device, err := s.world.Connect(t.Context(), s.healthy(), old.User(), old)
		must(t, err)
		must(t, device.Sync(t.Context(), s.healthy(), s.conversation))
	}
	return came
}

// hearNext sends one more message. Devices with a young connection must get it although a post to them was answered
// with 410 before.
func hearNext(t *testing.T, s *scene, a action) {
	t.Helper()
	if a.ends || !slices.ContainsFunc(s.world.Open(), (*simulation.Device).Excused) {
		return
	}
	must(t, send(t.Context(), s.healthy(), s, s.actor, s.world.NewMessageID()))
	must(t, s.world.Deliver(t.Context(), s.healthy))
}

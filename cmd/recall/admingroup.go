package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

type adminPutGroup struct {
	Group  string `arg:"" help:"The group's ID."`
	Name   string `help:"The name of the group (up to 256 bytes)." placeholder:"TEXT"`
	Window string `help:"The recall window of the group in seconds. Without it the default holds." placeholder:"SECONDS"`
}

// Help is shown by `recall admin put-group --help`.
func (adminPutGroup) Help() string {
	return "A window of 0 turns recall off, and --window=-1 means no limit."
}

// Run creates or changes the group.
func (g *adminPutGroup) Run(ctx context.Context, admin *adminCommand) error {
	fields := map[string]any{"group": g.Group, "name": g.Name}
	if g.Window != "" {
		seconds, err := strconv.ParseInt(g.Window, 10, 64)
		if err != nil {
			return errors.New("--window: must be a whole number of seconds")
		}
		fields["recallWindowSeconds"] = seconds
	}
	_, err := admin.call(ctx, request("putGroup", fields))
	if err == nil {
		admin.say("group %s is there", g.Group)
	}
	return err
}

type adminGroup struct {
	Group string `arg:"" help:"The group's ID."`
}

// Run shows the group, with one line for each member.
func (g *adminGroup) Run(ctx context.Context, admin *adminCommand) error {
	reply, err := admin.call(ctx, request("getGroup", map[string]any{"group": g.Group}))
	if err != nil {
		return err
	}
	named, limit := "", "the default"
	if reply.Name != "" {
		named = " (" + printable(reply.Name) + ")"
	}
	if reply.RecallWindowSeconds != nil {
		limit = window(*reply.RecallWindowSeconds)
	}
	admin.say("group %s%s, recall window: %s, %d members", g.Group, named, limit, len(reply.Members))
	for _, member := range reply.Members {
		admin.say("%-6s  %s", member.Role, member.User)
	}
	return nil
}

type adminDeleteGroup struct {
	Group string `arg:"" help:"The group's ID."`
}

// deletionCalls is how many calls the deletion of a big group may take.
const deletionCalls = 1_000

// Run calls until everything is deleted.
func (g *adminDeleteGroup) Run(ctx context.Context, admin *adminCommand) error {
	for range deletionCalls {
		_, err := admin.call(ctx, request("deleteGroup", map[string]any{"group": g.Group}))
		if err == nil {
			admin.say("group %s is deleted", g.Group)
			return nil
		}
		var failure *adminFailure
		if !errors.As(err, &failure) || !failure.Retryable {
			return err
		}
		admin.say("still deleting")
	}
	return fmt.Errorf("group %s is not wholly deleted after %d calls; call again", g.Group, deletionCalls)
}

type adminPutMember struct {
	Group string `arg:"" help:"The group's ID."`
	User  string `arg:"" help:"The user's ID."`
	Role  string `arg:"" help:"owner, admin or member." enum:"owner,admin,member" default:"member"`
}

// Run adds the member or changes their role.
func (m *adminPutMember) Run(ctx context.Context, admin *adminCommand) error {
	_, err := admin.call(ctx, request("putMember", map[string]any{"group": m.Group, "user": m.User, "role": m.Role}))
	var failure *adminFailure
	if errors.As(err, &failure) && failure.Name == "conversation_not_found" {
		return fmt.Errorf("conversation_not_found (%d): there is no group %s; make it with: recall admin put-group %s",
			failure.Code, m.Group, m.Group)
	}
	if err == nil {
		admin.say("%s is %s of group %s", m.User, m.Role, m.Group)
	}
	return err
}

type adminDeleteMember struct {
	Group string `arg:"" help:"The group's ID."`
	User  string `arg:"" help:"The user's ID."`
}

// Run removes the member.
func (m *adminDeleteMember) Run(ctx context.Context, admin *adminCommand) error {
	_, err := admin.call(ctx, request("deleteMember", map[string]any{"group": m.Group, "user": m.User}))
	if err == nil {
		admin.say("%s is not in group %s", m.User, m.Group)
	}
	return err
}

type adminDisconnect struct {
	User string `arg:"" help:"The user's ID."`
}

// Run closes the connections.
func (d *adminDisconnect) Run(ctx context.Context, admin *adminCommand) error {
	reply, err := admin.call(ctx, request("disconnect", map[string]any{"user": d.User}))
	if err == nil {
		admin.say("connections of %s closed: %d", d.User, reply.Disconnected)
	}
	return err
}

type adminGetSettings struct{}

// Run shows the default window.
func (*adminGetSettings) Run(ctx context.Context, admin *adminCommand) error {
	reply, err := admin.call(ctx, request("getSettings", nil))
	if err == nil && reply.RecallWindowSeconds != nil {
		admin.say("recall window: %s", window(*reply.RecallWindowSeconds))
	}
	return err
}

type adminPutSettings struct {
	Seconds string `arg:"" optional:"" name:"recall-window-seconds" help:"0 (recall is off), -1 (no limit), 1 to 604800."`
	// An argument that begins with a hyphen is a flag, so -1 needs a flag of its own.
	NoLimit bool `help:"Set no limit, which is the same as -1." short:"1"`
}

// Run changes the default window.
func (s *adminPutSettings) Run(ctx context.Context, admin *adminCommand) error {
	if s.NoLimit == (s.Seconds != "") {
		return errors.New("say how many seconds the window has, or -1 for no limit")
	}
	seconds := int64(-1)
	if !s.NoLimit {
		var err error
		if seconds, err = strconv.ParseInt(s.Seconds, 10, 64); err != nil {
			return errors.New("the window must be a whole number of seconds")
		}
	}
	reply, err := admin.call(ctx, request("putSettings", map[string]any{"recallWindowSeconds": seconds}))
	if err == nil && reply.RecallWindowSeconds != nil {
		admin.say("recall window: %s; messages sent before keep theirs", window(*reply.RecallWindowSeconds))
	}
	return err
}

func window(seconds int64) string {
	switch seconds {
	case 0:
		return "off"
	case -1:
		return "no limit"
	}
	return fmt.Sprintf("%d seconds", seconds)
}

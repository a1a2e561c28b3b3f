package recall

import (
	"context"
)

// MemberRole is what a member is in a group.
type MemberRole string

// The roles, as on the wire.
const (
	MemberOwner  MemberRole = "owner"
	MemberAdmin  MemberRole = "admin"
	MemberMember MemberRole = "member"
)

// Valid reports whether the role exists.
func (r MemberRole) Valid() bool { return r == MemberOwner || r == MemberAdmin || r == MemberMember }

// Moderates reports whether the role may recall others' messages.
func (r MemberRole) Moderates() bool { return r == MemberOwner || r == MemberAdmin }

// Roster is who was in a group. A member who joins while it is read may be missing; then the head's version is higher.
type Roster struct {
	Users []UserID
	// Roles has the role of each of Users, in their order.
	Roles   []MemberRole
	Version int64
	// More is true if this is a part, and there are members behind the last of Users.
	More bool
}

// RosterReader reads who is in a group.
type RosterReader interface {
	// RosterPage reads the members behind one of them, in an order that stays the same: all of them, or some thousands.
	// Behind an empty after are all members. Only that page has the version. A group whose deletion has begun has no
	// members.
	RosterPage(ctx context.Context, group GroupID, after UserID) (Roster, error)
}

// members reads all members of a group.
func members(ctx context.Context, store RosterReader, group GroupID) (Roster, error) {
	all, err := store.RosterPage(ctx, group, "")
	for err == nil && all.More {
		var page Roster
		page, err = store.RosterPage(ctx, group, all.Users[len(all.Users)-1])
		all.Users, all.Roles, all.More = append(all.Users, page.Users...), append(all.Roles, page.Roles...), page.More
	}
	return all, err
}

// readMembers reads members of a group from the first on. It is Store.RosterStart, or Store.RosterPage by firstPage.
type readMembers func(ctx context.Context, group GroupID) (Roster, error)

// firstPage reads the first page of a group's members, which is all of them unless the group is very large.
func firstPage(page func(ctx context.Context, group GroupID, after UserID) (Roster, error)) readMembers {
	return func(ctx context.Context, group GroupID) (Roster, error) { return page(ctx, group, "") }
}

// readRoster reads who is in a conversation. For two users nothing needs to be read.
func readRoster(ctx context.Context, conversation Conversation, read readMembers) (Roster, error) {
	if !conversation.IsGroup() {
		return Roster{Users: conversation.Users()}, nil
	}
	return read(ctx, conversation.Group())
}

// beginRoster reads who is in a conversation beside the commit.
func beginRoster(ctx context.Context, conversation Conversation, read readMembers) func() (Roster, error) {
	return begin(func() (Roster, error) { return readRoster(ctx, conversation, read) })
}

// HeadAndMembership is a group's head, and a user's row of that group in their list.
type HeadAndMembership struct {
	Head Head
	// Found is false if there is no group.
	Found bool
	// Membership is zero for a user who is no member.
	Membership Membership
}

// GroupStore is what the actions on groups need of the store.
type GroupStore interface {
	HeadReader
	RosterReader
	// HeadAndMembership reads a group's head and a user's list row in one call.
	HeadAndMembership(ctx context.Context, group GroupID, user UserID) (HeadAndMembership, error)
	// PutGroup creates a group or changes its name and window. It returns group_deleted for a group that was deleted: its
	// ID is never used again.
	PutGroup(ctx context.Context, group GroupID, name string, window *Window, at Instant) error
	// DeleteGroup deletes a group step by step; done is false while there is more to delete, and the caller calls again.
	// The head stays, marked as deleted. A deletion that is repeated removes what late sends have stored since.
	// Before it deletes messages that have Objects, it calls remove with these, and deletes nothing if that fails.
	DeleteGroup(
		ctx context.Context, group GroupID, remove func(ctx context.Context, objects []ObjectKey) error,
	) (done bool, err error)
	// PutMember writes a member and their list row together. before is the role that they had, and empty if they were no
	// member.
	PutMember(ctx context.Context, group GroupID, user UserID, role MemberRole, at Instant) (before MemberRole, err error)
	// DeleteMember removes both rows; wasMember is false if there was nothing to remove.
	DeleteMember(ctx context.Context, group GroupID, user UserID) (wasMember bool, err error)
}

// member reads a group for one of its members. Everybody else gets conversation_not_found, whether or not the group
// exists.
func (s *Service) member(ctx context.Context, group GroupID, user UserID) (HeadAndMembership, error) {
	read, err := s.Store.HeadAndMembership(ctx, group, user)
	if err != nil {
		return HeadAndMembership{}, err
	}
	if !read.Found || read.Head.Deleted || read.Membership.Role == "" {
		return HeadAndMembership{}, Fail(ConversationNotFound, "no such conversation")
	}
	return read, nil
}

// checkMember returns conversation_not_found if the user is not in the conversation. Between two users nothing needs
// to be read.
func (s *Service) checkMember(ctx context.Context, user UserID, conversation Conversation) error {
	if !conversation.IsGroup() {
		return nil
	}
	_, err := s.member(ctx, conversation.Group(), user)
	return err
}

// AdminPutGroup creates a group or changes its name and window; a nil Window is the default.
type AdminPutGroup struct {
	Group  GroupID
	Name   string
	Window *Window
}

// GroupDescription is a group as it is now; a nil Window is the default.
type GroupDescription struct {
	Name   string
	Window *Window
	Roster Roster
}

// AdminPutMember adds a member or changes their role.
type AdminPutMember struct {
	Group GroupID
	User  UserID
	Role  MemberRole
}

// PutGroup creates a group or changes its name and window. A change of the window is told to the members and does not
// alter what earlier messages were promised. It returns group_deleted: the ID of a deleted group is never used again.
func (s *Service) PutGroup(ctx context.Context, request AdminPutGroup) error {
	if err := s.Store.PutGroup(ctx, request.Group, request.Name, request.Window, s.now()); err != nil {
		return err
	}
	s.tellChange(ctx, request.Group, Change{What: ChangeSettings}, nil)
	return nil
}

// Group tells a group's name, window and members. It returns conversation_not_found.
func (s *Service) Group(ctx context.Context, group GroupID) (GroupDescription, error) {
	head, found, err := s.Store.Head(ctx, InGroup(group))
	if err != nil {
		return GroupDescription{}, err
	}
	if !found || head.Deleted {
		return GroupDescription{}, Fail(ConversationNotFound, "no such group")
	}
	roster, err := members(ctx, s.Store, group)
	return GroupDescription{Name: head.Name, Window: head.Window, Roster: roster}, err
}

// DeleteGroup deletes a group with its roster, messages and their attachments. done is false while there is more to
// delete: the group is gone for its members from the first call on, and the caller calls again. A send that was under
// way may store its message after the last step. Nobody can read that message, and a repeated deletion removes it.
func (s *Service) DeleteGroup(ctx context.Context, group GroupID) (done bool, err error) {
	return s.Store.DeleteGroup(ctx, group, s.deleteObjects)
}

// PutMember adds a member or changes their role, and tells the group. It returns conversation_not_found.
func (s *Service) PutMember(ctx context.Context, request AdminPutMember) error {
	head, found, err := s.Store.Head(ctx, InGroup(request.Group))
	if err != nil {
		return err
	}
	if !found || head.Deleted {
		return Fail(ConversationNotFound, "no such group; putGroup creates it")
	}
	before, err := s.Store.PutMember(ctx, request.Group, request.User, request.Role, s.now())
	if err != nil || before == request.Role {
		return err
	}
	what := ChangeRole
	if before == "" {
		what = ChangeJoined
	}
	s.tellChange(ctx, request.Group, Change{What: what, User: request.User, Role: request.Role}, nil)
	return nil
}

// DeleteMember removes a member, and tells the group and the removed user. It is no error if the user is no member.
func (s *Service) DeleteMember(ctx context.Context, group GroupID, user UserID) error {
	wasMember, err := s.Store.DeleteMember(ctx, group, user)
	if err != nil || !wasMember {
		return err
	}
	s.tellChange(ctx, group, Change{What: ChangeLeft, User: user}, []UserID{user})
	return nil
}

// tellChange tells a roster's devices of a change, once: a sync or the list tells it too. In a group beyond
// MembersInCall only the user concerned is told.
func (s *Service) tellChange(ctx context.Context, group GroupID, change Change, others []UserID) {
	conversation := InGroup(group)
	roster, err := s.Store.RosterPage(ctx, group, "")
	if err != nil {
		s.unfinished(ctx, "change", conversation, err)
		return
	}
	users := append(roster.Users, others...)
	if roster.More || len(users) > MembersInCall {
		if change.User == "" {
			return
		}
		users = []UserID{change.User}
	}
	s.tellOnce(ctx, users, Notice{Conversation: conversation, Change: &change}, "")
}

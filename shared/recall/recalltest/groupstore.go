package recalltest

import (
	"context"
	"slices"

	"example.com/recall/shared/recall"
)

// HeadAndMembership is as recall.GroupStore says.
func (s *Store) HeadAndMembership(_ context.Context, group recall.GroupID,
	user recall.UserID) (recall.HeadAndMembership, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	head, found := s.heads[recall.InGroup(group)]
	return recall.HeadAndMembership{Head: head, Found: found, Membership: s.lists[user][recall.InGroup(group)]}, nil
}

// PutGroup is as recall.GroupStore says.
func (s *Store) PutGroup(_ context.Context, group recall.GroupID, name string, window *recall.Window,
	at recall.Instant) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	head, exists := s.heads[recall.InGroup(group)]
	if head.Deleted {
		return recall.Fail(recall.GroupDeleted, "the group was deleted; choose another ID")
	}
	if !exists {
		head = recall.Head{Conversation: recall.InGroup(group), LastChangeAt: at}
	}
	if name != "" {
		head.Name = name
	}
	head.Window = window
	s.heads[recall.InGroup(group)] = head
	return nil
}

// DeleteGroup is as recall.GroupStore says.
func (s *Store) DeleteGroup(
	ctx context.Context, group recall.GroupID, remove func(context.Context, []recall.ObjectKey) error,
) (bool, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	conversation := recall.InGroup(group)
	head, exists := s.heads[conversation]
	if !exists {
		return true, nil
	}
	head.Deleted = true
	s.heads[conversation] = head
	var objects []recall.ObjectKey
	for _, message := range s.sorted(conversation) {
		objects = append(objects, message.Objects...)
	}
	if len(objects) > 0 {
		if err := remove(ctx, objects); err != nil {
			return false, err
		}
	}
	for user := range s.rosters[group] {
		delete(s.lists[user], conversation)
	}
	delete(s.rosters, group)
	delete(s.messages, conversation)
	s.heads[conversation] = recall.Head{Conversation: conversation, Deleted: true}
	return true, nil
}

// PutMember is as recall.GroupStore says.
func (s *Store) PutMember(_ context.Context, group recall.GroupID, user recall.UserID, role recall.MemberRole,
	at recall.Instant) (recall.MemberRole, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	conversation := recall.InGroup(group)
	head, exists := s.heads[conversation]
	if !exists || head.Deleted {
		return "", recall.Fail(recall.ConversationNotFound, "no such group")
	}
	if s.rosters[group] == nil {
		s.rosters[group] = make(map[recall.UserID]recall.MemberRole)
	}
	before := s.rosters[group][user]
	s.rosters[group][user] = role
	s.join(user, conversation, at, role)
	head.RosterVersion++
	s.heads[conversation] = head
	return before, nil
}

// DeleteMember is as recall.GroupStore says.
func (s *Store) DeleteMember(_ context.Context, group recall.GroupID, user recall.UserID) (bool, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	conversation := recall.InGroup(group)
	if _, isMember := s.rosters[group][user]; !isMember {
		return false, nil
	}
	delete(s.rosters[group], user)
	delete(s.lists[user], conversation)
	head := s.heads[conversation]
	head.RosterVersion++
	s.heads[conversation] = head
	return true, nil
}

// membersOfAPage is how many members RosterPage returns here.
const membersOfAPage = 1000

// RosterPage is as recall.RosterReader says.
func (s *Store) RosterPage(_ context.Context, group recall.GroupID, after recall.UserID) (recall.Roster, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	roster := recall.Roster{}
	if after == "" {
		roster.Version = s.heads[recall.InGroup(group)].RosterVersion
	}
	for user := range s.rosters[group] {
		if user > after {
			roster.Users = append(roster.Users, user)
		}
	}
	slices.Sort(roster.Users)
	if len(roster.Users) > membersOfAPage {
		roster.Users, roster.More = roster.Users[:membersOfAPage], true
	}
	for _, user := range roster.Users {
		roster.Roles = append(roster.Roles, s.rosters[group][user])
	}
	return roster, nil
}

// membersOfAStart is how many members RosterStart returns here.
const membersOfAStart = 21

// RosterStart is as recall.RevokeStore says.
func (s *Store) RosterStart(ctx context.Context, group recall.GroupID) (recall.Roster, error) {
	roster, err := s.RosterPage(ctx, group, "")
	if len(roster.Users) > membersOfAStart {
		roster.Users, roster.Roles, roster.More = roster.Users[:membersOfAStart], roster.Roles[:membersOfAStart], true
	}
	return roster, err
}

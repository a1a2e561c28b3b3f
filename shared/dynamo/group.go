package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/recall"
)

func memberKey(group recall.GroupID, user recall.UserID) item {
	return key(recall.InGroup(group).Key(), memberPrefix+string(user))
}

// HeadAndMembership is one consistent BatchGetItem. It reads the list row instead of the roster's: both change in one
// transaction, and the list row also says how far its user has read.
func (s *Store) HeadAndMembership(
	ctx context.Context, group recall.GroupID, user recall.UserID,
) (recall.HeadAndMembership, error) {
	conversation := recall.InGroup(group)
	keys := []item{key(conversation.Key(), headKey), listKey(user, conversation)}
	items, err := batchGet(ctx, s.Client, s.Table, keys, "read group and list row")
	if err != nil {
		return recall.HeadAndMembership{}, err
	}
	var read recall.HeadAndMembership
	for _, from := range items {
		if head, ok := headOf(from); ok {
			read.Head, read.Found = head, true
			continue
		}
		read.Membership, _ = membershipOf(user, from)
	}
	return read, nil
}

// PutGroup is one UpdateItem on the head. It is refused for a group that was deleted, also when the deletion goes on.
func (s *Store) PutGroup(
	ctx context.Context, group recall.GroupID, name string, window *recall.Window, at recall.Instant,
) error {
	set, remove := "SET createdAt=if_not_exists(createdAt,:at), lastChangeAt=if_not_exists(lastChangeAt,:at)", ""
	values := item{":at": number(int64(at))}
	if name != "" {
		set += ", #name=:name"
		values[":name"] = text(name)
	}
	if window != nil {
		set += ", recallWindowSeconds=:window"
		values[":window"] = number(int64(*window))
	} else {
		remove = " REMOVE recallWindowSeconds"
	}
	input := &dynamodb.UpdateItemInput{
		TableName:                 &s.Table,
		Key:                       key(recall.InGroup(group).Key(), headKey),
		UpdateExpression:          aws.String(set + remove),
		ConditionExpression:       aws.String("attribute_not_exists(deletedAt)"),
		ExpressionAttributeValues: values,
	}
	if name != "" {
		input.ExpressionAttributeNames = map[string]string{"#name": "name"}
	}
	_, err := s.Client.UpdateItem(ctx, input)
	if _, failed := failedCondition(err); failed {
		return recall.Fail(recall.GroupDeleted, "the group was deleted; choose another ID")
	}
	if err != nil {
		return fault("put group", err)
	}
	return nil
}

// PutMember writes the roster's row, the user's list row and the roster's version in one transaction.
func (s *Store) PutMember(
	ctx context.Context, group recall.GroupID, user recall.UserID, role recall.MemberRole, at recall.Instant,
) (recall.MemberRole, error) {
	before, _, err := s.Membership(ctx, user, recall.InGroup(group))
	if err != nil {
		return "", err
	}
	values := func() item { return item{":role": text(string(role)), ":at": number(int64(at))} }
	set := aws.String("SET #role=:role, joinedAt=if_not_exists(joinedAt,:at)")
	names := map[string]string{"#role": "role"}
	err = s.changeRoster(ctx, "put member", []types.TransactWriteItem{
		{
			Update: &types.Update{
				TableName:                 &s.Table,
				Key:                       memberKey(group, user),
				UpdateExpression:          set,
				ExpressionAttributeNames:  names,
				ExpressionAttributeValues: values(),
			},
		},
		{
			Update: &types.Update{
				TableName:                 &s.Table,
				Key:                       listKey(user, recall.InGroup(group)),
				UpdateExpression:          set,
				ExpressionAttributeNames:  names,
				ExpressionAttributeValues: values(),
			},
		},
		s.rosterChanged(group),
	})
	return before.Role, err
}

// DeleteMember removes both rows in one transaction.
func (s *Store) DeleteMember(ctx context.Context, group recall.GroupID, user recall.UserID) (bool, error) {
	_, wasMember, err := s.Membership(ctx, user, recall.InGroup(group))
	if err != nil || !wasMember {
		return false, err
	}
	err = s.changeRoster(ctx, "delete member", []types.TransactWriteItem{
		{Delete: &types.Delete{TableName: &s.Table, Key: memberKey(group, user)}},
		{Delete: &types.Delete{TableName: &s.Table, Key: listKey(user, recall.InGroup(group))}},
		s.rosterChanged(group),
	})
	return err == nil, err
}

func (s *Store) rosterChanged(group recall.GroupID) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName:                 &s.Table,
		Key:                       key(recall.InGroup(group).Key(), headKey),
		UpdateExpression:          aws.String("ADD rosterVersion :one"),
		ConditionExpression:       aws.String("attribute_exists(pk) AND attribute_not_exists(deletedAt)"),
		ExpressionAttributeValues: item{":one": number(1)},
	}}
}

// changeRoster is a transaction whose only condition is that the group is there.
func (s *Store) changeRoster(ctx context.Context, operation string, items []types.TransactWriteItem) error {
	refused, err := s.transact(ctx, operation, items)
	if err == nil && refused != nil {
		return recall.Fail(recall.ConversationNotFound, "no such group")
	}
	return err
}

// transact writes all items or none, and tries again while rivals change the same items. If a condition failed,
// nothing is written, and refused has the reason of each item.
func (s *Store) transact(
	ctx context.Context, operation string, items []types.TransactWriteItem,
) (refused []types.CancellationReason, err error) {
	for attempt := 0; ; attempt++ {
		_, err := s.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items})
		if err == nil {
			return nil, nil
		}
		var cancelled *types.TransactionCanceledException
		if !errors.As(err, &cancelled) {
			return nil, fault(operation, err)
		}
		for _, reason := range cancelled.CancellationReasons {
			switch aws.ToString(reason.Code) {
			case "ConditionalCheckFailed":
				return cancelled.CancellationReasons, nil
			case "ItemCollectionSizeLimitExceeded":
				return nil, recall.Full(fmt.Errorf("%s: %w", operation, err))
			}
		}
		if attempt == maximumAttempts {
			return nil, fault(operation, err)
		}
		if err := pause(ctx, attempt); err != nil {
			return nil, err
		}
	}
}

// pageMembers is how many members a page has. Most of its time is the work for each row, so smaller pages do not
// take longer in all, and the first members of a large group are told sooner. It is a multiple of recall.ChunkUsers,
// and with IDs of 64 characters a page is below the 1 MB of a Query.
const pageMembers = 5_000

// RosterPage is one consistent Query. The head comes first, so a change of the roster while the members are read
// leaves the version behind.
func (s *Store) RosterPage(ctx context.Context, group recall.GroupID, after recall.UserID) (recall.Roster, error) {
	query := s.rosterQuery(group)
	query.Limit = aws.Int32(pageMembers)
	if after == "" {
		query.Limit = aws.Int32(1 + pageMembers) // with the head
	} else {
		query.ExclusiveStartKey = memberKey(group, after)
	}
	return s.readRoster(ctx, query)
}

// startRows is how many rows cost at most one read unit of 4 KB whatever their IDs are: a head has at most 470 bytes,
// a member's row 171, both with IDs of 64 characters (Developer Guide, "Item sizes and formats").
const startRows = 1 + 21

// RosterStart is one consistent Query of at most one read unit, for the head and up to 21 members.
func (s *Store) RosterStart(ctx context.Context, group recall.GroupID) (recall.Roster, error) {
	query := s.rosterQuery(group)
	query.Limit = aws.Int32(startRows)
	return s.readRoster(ctx, query)
}

func (s *Store) readRoster(ctx context.Context, query *dynamodb.QueryInput) (recall.Roster, error) {
	read, err := s.Client.Query(ctx, query)
	if err != nil {
		return recall.Roster{}, fault("read roster", err)
	}
	reader := rosterReader{}
	roster := recall.Roster{More: len(read.LastEvaluatedKey) > 0}
	for _, from := range read.Items {
		if user, ok := reader.member(from); ok {
			roster.Users = append(roster.Users, user)
		}
	}
	roster.Roles, roster.Version = reader.roles, reader.version
	if reader.deleted { // the rows that are still there are no members any more
		roster.More = false
	}
	return roster, nil
}

func (s *Store) rosterQuery(group recall.GroupID) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName:              &s.Table,
		ConsistentRead:         aws.Bool(true),
		KeyConditionExpression: aws.String("pk=:pk AND sk BETWEEN :from AND :to"),
		// The rest of a row would cost no unit, but a third of the time that a page takes to be read.
		ProjectionExpression:     aws.String("sk, #role, rosterVersion, deletedAt"),
		ExpressionAttributeNames: map[string]string{"#role": "role"},
		ExpressionAttributeValues: item{
			":pk":   text(recall.InGroup(group).Key()),
			":from": text(headKey),
			":to":   text(memberPrefix + behindAll),
		},
	}
}

// rosterReader takes the rows of a roster, the head first.
type rosterReader struct {
	version int64
	deleted bool
	roles   []recall.MemberRole
}

func (r *rosterReader) member(from item) (recall.UserID, bool) {
	key := textOf(from, "sk")
	if key == headKey {
		r.version, r.deleted = numberOf(from, "rosterVersion"), from["deletedAt"] != nil
		return "", false
	}
	user, ok := strings.CutPrefix(key, memberPrefix)
	if !ok || r.deleted {
		return "", false
	}
	r.roles = append(r.roles, recall.MemberRole(textOf(from, "role")))
	return recall.UserID(user), true
}

// deletedAtOnce bounds one step of a group's deletion well below a function's time.
const deletedAtOnce = 200

// DeleteGroup first marks the head. From then on the group is not there for anybody. Then everything else is deleted
// in steps. The marked head stays for ever: a send that checked its sender's membership before the deletion may store
// its message after the last step, and a new group of the same ID would show that message to its members.
func (s *Store) DeleteGroup(
	ctx context.Context, group recall.GroupID, remove func(context.Context, []recall.ObjectKey) error,
) (bool, error) {
	conversation := recall.InGroup(group)
	_, err := s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &s.Table,
		Key:                       key(conversation.Key(), headKey),
		UpdateExpression:          aws.String("SET deletedAt=:true REMOVE #name, recallWindowSeconds, lastMessageId"),
		ConditionExpression:       aws.String("attribute_exists(pk)"),
		ExpressionAttributeNames:  map[string]string{"#name": "name"},
		ExpressionAttributeValues: item{":true": &types.AttributeValueMemberBOOL{Value: true}},
	})
	if _, failed := failedCondition(err); failed {
		return true, nil
	}
	if err != nil {
		return false, fault("delete group", err)
	}
	read, err := s.Client.Query(ctx, &dynamodb.QueryInput{
		TableName:                 &s.Table,
		ConsistentRead:            aws.Bool(true),
		KeyConditionExpression:    aws.String("pk=:pk AND sk > :head"),
		ExpressionAttributeValues: item{":pk": text(conversation.Key()), ":head": text(headKey)},
		ProjectionExpression:      aws.String("pk, sk, objects"),
		Limit:                     aws.Int32(deletedAtOnce),
	})
	if err != nil {
		return false, fault("delete group", err)
	}
	var objects []recall.ObjectKey
	for _, from := range read.Items {
		objects = append(objects, objectsOf(textOf(from, "objects"))...)
	}
	if len(objects) > 0 {
		if err := remove(ctx, objects); err != nil {
			return false, err
		}
	}
	for _, from := range read.Items {
		if user, isMember := strings.CutPrefix(textOf(from, "sk"), memberPrefix); isMember {
			if err := s.delete(ctx, listKey(recall.UserID(user), conversation)); err != nil {
				return false, err
			}
		}
		if err := s.delete(ctx, item{"pk": from["pk"], "sk": from["sk"]}); err != nil {
			return false, err
		}
	}
	return len(read.Items) == 0, nil
}

func (s *Store) delete(ctx context.Context, which item) error {
	if _, err := s.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.Table, Key: which}); err != nil {
		return fault("delete item", err)
	}
	return nil
}

package dynamo

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"example.com/recall/shared/recall"
)

// Head is one consistent GetItem.
func (s *Store) Head(ctx context.Context, conversation recall.Conversation) (recall.Head, bool, error) {
	read, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &s.Table,
		Key:            key(conversation.Key(), headKey),
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return recall.Head{}, false, fault("read head", err)
	}
	head, found := headOf(read.Item)
	return head, found, nil
}

// Heads reads up to 100 heads in one call.
func (s *Store) Heads(
	ctx context.Context, conversations []recall.Conversation,
) (map[recall.Conversation]recall.Head, error) {
	keys := make([]item, len(conversations))
	for i, conversation := range conversations {
		keys[i] = key(conversation.Key(), headKey)
	}
	items, err := batchGet(ctx, s.Client, s.Table, keys, "read heads")
	if err != nil {
		return nil, err
	}
	heads := make(map[recall.Conversation]recall.Head, len(items))
	for _, from := range items {
		if head, ok := headOf(from); ok {
			heads[head.Conversation] = head
		}
	}
	return heads, nil
}

// Touch is one UpdateItem in which both the last change and the newest message only move forward. A failed condition
// gives the head as well, without a read. It may mean that one of the two was ahead already, when a later recall or a
// message that sorts behind this one touched the head first: then a second UpdateItem moves the other.
func (s *Store) Touch(
	ctx context.Context, conversation recall.Conversation, at recall.Instant, lastMessage recall.MessageID,
) (recall.Head, error) {
	move := headMove{at: at, message: lastMessage}
	for {
		written, err := s.Client.UpdateItem(ctx, s.touch(conversation, move))
		if err == nil {
			head, _ := headOf(written.Attributes)
			return head, nil
		}
		existing, failed := failedCondition(err)
		if !failed {
			return recall.Head{}, fault("touch head", err)
		}
		head, found := headOf(existing)
		if !found || head.Deleted {
			return recall.Head{}, nil
		}
		// Both values only grow, so what was ahead stays ahead, and the second round is the last.
		rest := move.beyond(head)
		if rest == (headMove{}) || rest == move {
			return head, nil
		}
		move = rest
	}
}

// headMove is what a touch moves forward; a zero field stays as it is.
type headMove struct {
	at      recall.Instant
	message recall.MessageID
}

// beyond leaves out what is not ahead of the head.
func (m headMove) beyond(head recall.Head) headMove {
	if m.at <= head.LastChangeAt {
		m.at = 0
	}
	if m.message <= head.LastMessageID {
		m.message = ""
	}
	return m
}

func (s *Store) touch(conversation recall.Conversation, move headMove) *dynamodb.UpdateItemInput {
	var sets, conditions []string
	values := item{}
	if move.at != 0 {
		sets = append(sets, "lastChangeAt=:at")
		conditions = append(conditions, "(attribute_not_exists(lastChangeAt) OR lastChangeAt<=:at)")
		values[":at"] = number(int64(move.at))
	}
	if move.message != "" {
		sets = append(sets, "lastMessageId=:message")
		conditions = append(conditions, "(attribute_not_exists(lastMessageId) OR lastMessageId<=:message)")
		values[":message"] = text(string(move.message))
	}
	if conversation.IsGroup() {
		conditions = append(conditions, "attribute_exists(pk) AND attribute_not_exists(deletedAt)")
	}
	return &dynamodb.UpdateItemInput{
		TableName:                           &s.Table,
		Key:                                 key(conversation.Key(), headKey),
		UpdateExpression:                    aws.String("SET " + strings.Join(sets, ", ")),
		ConditionExpression:                 aws.String(strings.Join(conditions, " AND ")),
		ExpressionAttributeValues:           values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}

// Join writes the list row of a user in a direct conversation where there is none.
func (s *Store) Join(
	ctx context.Context, user recall.UserID, conversation recall.Conversation, at recall.Instant,
) error {
	row := listKey(user, conversation)
	row["joinedAt"] = number(int64(at))
	_, err := s.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:           &s.Table,
		Item:                row,
		ConditionExpression: aws.String("attribute_not_exists(pk)"),
	})
	if _, failed := failedCondition(err); failed || err == nil {
		return nil
	}
	return fault("join conversation", err)
}

// Membership is one consistent GetItem.
func (s *Store) Membership(
	ctx context.Context, user recall.UserID, conversation recall.Conversation,
) (recall.Membership, bool, error) {
	read, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &s.Table,
		Key:            listKey(user, conversation),
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return recall.Membership{}, false, fault("read membership", err)
	}
	if len(read.Item) == 0 {
		return recall.Membership{}, false, nil
	}
	membership, found := membershipOf(user, read.Item)
	return membership, found, nil
}

// Memberships is one consistent Query, paged at 1 MB.
func (s *Store) Memberships(ctx context.Context, user recall.UserID) ([]recall.Membership, error) {
	query := &dynamodb.QueryInput{
		TableName:                 &s.Table,
		ConsistentRead:            aws.Bool(true),
		KeyConditionExpression:    aws.String("pk=:pk AND begins_with(sk,:prefix)"),
		ExpressionAttributeValues: item{":pk": text(userPrefix + string(user)), ":prefix": text(listPrefix)},
	}
	return collect(ctx, s, query, int(^uint(0)>>1), "read memberships", func(from item) (recall.Membership, bool) {
		return membershipOf(user, from)
	})
}

// MarkRead is one UpdateItem that only moves forward; a failed condition says where the mark is.
func (s *Store) MarkRead(
	ctx context.Context, user recall.UserID, conversation recall.Conversation, upTo recall.MessageID,
) (recall.MarkOutcome, error) {
	condition := "attribute_not_exists(readUpTo) OR readUpTo<:message"
	if conversation.IsGroup() {
		condition = "attribute_exists(pk) AND (" + condition + ")" // who left meanwhile gets no row back
	}
	_, err := s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                           &s.Table,
		Key:                                 listKey(user, conversation),
		UpdateExpression:                    aws.String("SET readUpTo=:message"),
		ConditionExpression:                 &condition,
		ExpressionAttributeValues:           item{":message": text(string(upTo))},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if err == nil {
		return recall.MarkOutcome{ReadUpTo: upTo, Moved: true}, nil
	}
	existing, failed := failedCondition(err)
	if !failed {
		return recall.MarkOutcome{}, fault("mark read", err)
	}
	if mark := textOf(existing, "readUpTo"); mark != "" {
		return recall.MarkOutcome{ReadUpTo: recall.MessageID(mark)}, nil
	}
	return recall.MarkOutcome{ReadUpTo: upTo}, nil
}

// BatchGetItem's limit (API reference).
const batchKeys = 100

// batchGet reads items by their keys, consistently. It makes a call for each 100 keys, all at the same time, and asks
// again for keys that were not processed.
func batchGet(ctx context.Context, client API, table string, keys []item, operation string) ([]item, error) {
	parts := slices.Collect(slices.Chunk(keys, batchKeys))
	found := make([][]item, len(parts))
	var group errgroup.Group
	for i, part := range parts {
		group.Go(func() (err error) {
			found[i], err = batchGetSome(ctx, client, table, part, operation)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}

func batchGetSome(ctx context.Context, client API, table string, keys []item, operation string) ([]item, error) {
	request := map[string]types.KeysAndAttributes{table: {Keys: keys, ConsistentRead: aws.Bool(true)}}
	var items []item
	for attempt := 0; ; attempt++ {
		read, err := client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: maps.Clone(request)})
		if err != nil {
			return nil, fault(operation, err)
		}
		items = append(items, read.Responses[table]...)
		if len(read.UnprocessedKeys[table].Keys) == 0 {
			return items, nil
		}
		if attempt == maximumAttempts {
			return nil, recall.Unreachable("storage", errUnprocessed)
		}
		request = read.UnprocessedKeys
		if err := pause(ctx, attempt); err != nil {
			return nil, err
		}
	}
}

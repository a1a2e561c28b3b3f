package dynamo

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/recall"
)

// The conditions on a message: no message has its ID yet; or it is there, is not revoked, and has not expired by
// :seconds.
const (
	idIsFree     = "attribute_not_exists(pk)"
	isNotRevoked = "attribute_exists(pk) AND attribute_not_exists(revocationId) AND (" +
		"attribute_not_exists(expiresAt) OR expiresAt > :seconds)"
)

// CreateMessage is one PutItem, conditioned on there being none.
func (s *Store) CreateMessage(ctx context.Context, message recall.Message) (recall.CreateOutcome, error) {
	_, err := s.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:                           &s.Table,
		Item:                                messageItem(message),
		ConditionExpression:                 aws.String(idIsFree),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if err == nil {
		return recall.CreateOutcome{Created: true, Message: message}, nil
	}
	existing, failed := failedCondition(err)
	if !failed {
		return recall.CreateOutcome{}, fault("create message", err)
	}
	stored, _ := MessageOf(existing)
	return idTaken(stored, message), nil
}

// idTaken is the outcome for a message whose ID has a stored message. The SDK's retry of a lost answer meets its own
// first attempt, which this very call made.
func idTaken(stored, message recall.Message) recall.CreateOutcome {
	own := stored.Revoked == nil && stored.Due == recall.DueSent && stored.Sender == message.Sender &&
		stored.SentAt == message.SentAt && stored.Body == message.Body && slices.Equal(stored.Objects, message.Objects)
	return recall.CreateOutcome{Created: own, Message: stored}
}

// CreateMessageUnlessRevoked is one transaction of the PutItem and a check of the other message. A recall of the other
// message comes wholly before it or wholly after it.
func (s *Store) CreateMessageUnlessRevoked(
	ctx context.Context, message recall.Message, other recall.MessageID,
) (recall.CreateOutcome, error) {
	refused, err := s.transact(ctx, "create message", []types.TransactWriteItem{
		{Put: &types.Put{
			TableName:                           &s.Table,
			Item:                                messageItem(message),
			ConditionExpression:                 aws.String(idIsFree),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}},
		{ConditionCheck: &types.ConditionCheck{
			TableName:                           &s.Table,
			Key:                                 messageKey(message.Conversation, other),
			ConditionExpression:                 aws.String(isNotRevoked),
			ExpressionAttributeValues:           item{":seconds": number(int64(message.SentAt) / 1000)},
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}},
	})
	switch {
	case err != nil:
		return recall.CreateOutcome{}, err
	case refused == nil:
		return recall.CreateOutcome{Created: true, Message: message}, nil
	}
	stored, found := MessageOf(refused[0].Item)
	if !found {
		// AWS does not say whether it evaluates the other conditions when one has failed. So a repeat of a stored message
		// could look like a refusal.
		if stored, found, err = s.Message(ctx, message.Conversation, message.ID); err != nil {
			return recall.CreateOutcome{}, err
		}
	}
	if found {
		return idTaken(stored, message), nil
	}
	blocking, found := MessageOf(refused[1].Item)
	if !found || blocking.Expired(message.SentAt) {
		return recall.CreateOutcome{Other: recall.OtherIsMissing}, nil
	}
	return recall.CreateOutcome{Other: recall.OtherIsRevoked}, nil
}

// update writes a message, and tries again while a transaction holds it. Such a transaction is the send of a message
// that is stored only if this one is not revoked. The SDK does not retry this.
func (s *Store) update(ctx context.Context, input *dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
	for attempt := 0; ; attempt++ {
		written, err := s.Client.UpdateItem(ctx, input)
		var conflict *types.TransactionConflictException
		if !errors.As(err, &conflict) || attempt == maximumAttempts {
			return written, err
		}
		if err := pause(ctx, attempt); err != nil {
			return nil, err
		}
	}
}

// RevokeMessage is one UpdateItem whose condition is the whole decision.
func (s *Store) RevokeMessage(ctx context.Context, command recall.RevokeCommand) (recall.RevokeOutcome, error) {
	written, err := s.update(ctx, s.revocation(command))
	if err == nil {
		message, _ := MessageOf(written.Attributes)
		return recall.RevokeOutcome{
			Applied: true,
			Found:   true,
			Message: message,
			Owed:    recall.Due(textOf(written.Attributes, "owed")),
		}, nil
	}
	existing, failed := failedCondition(err)
	if !failed {
		return recall.RevokeOutcome{}, fault("revoke message", err)
	}
	message, found := MessageOf(existing)
	if !found || message.Expired(command.Revocation.At) {
		return recall.RevokeOutcome{}, nil
	}
	// The SDK's retry of a lost answer meets its own first attempt: the stored recall is this command's.
	own := message.Revoked != nil && message.Revoked.ID == command.Revocation.ID
	message.Body, message.Attachments = "", nil
	owed := recall.Due(textOf(existing, "owed"))
	return recall.RevokeOutcome{Applied: own, Found: true, Message: message, Owed: owed}, nil
}

// revocation builds the conditional write. The body and the attachments go, the recall and what it owes come, in one
// step. The keys of the objects stay until they are settled: they are a part of what it owes.
func (s *Store) revocation(command recall.RevokeCommand) *dynamodb.UpdateItemInput {
	revocation := command.Revocation
	set := "SET revocationId=:id, revokedAt=:at, revokedBy=:by, revokedRole=:role, " +
		"owed=if_not_exists(due,:nothing), due=:due"
	values := item{
		":id":      text(string(revocation.ID)),
		":at":      number(int64(revocation.At)),
		":by":      text(string(revocation.By)),
		":role":    text(string(revocation.Role)),
		":due":     text(string(recall.DueRevoked)),
		":nothing": text(string(recall.DueNothing)),
		":seconds": number(int64(revocation.At) / 1000),
	}
	if revocation.Reason != "" {
		set += ", revokedReason=:reason"
		values[":reason"] = text(string(revocation.Reason))
	}
	if revocation.ByOperator() {
		set += ", revokedByOperator=:by"
	}
	condition := isNotRevoked
	if command.SenderOnly {
		condition += " AND sender=:by AND (recallableUntil=:always OR recallableUntil>=:at)"
		values[":always"] = number(int64(recall.AlwaysRecallable))
	}
	if command.Unsent {
		condition = "attribute_not_exists(pk) OR (" + condition + ")"
		set += ", sender=if_not_exists(sender,:by), sentAt=if_not_exists(sentAt,:at)" +
			", recallableUntil=if_not_exists(recallableUntil,:at)"
		if command.ExpiresAt != 0 {
			set += ", expiresAt=if_not_exists(expiresAt,:expires)"
			values[":expires"] = number(expirySeconds(command.ExpiresAt))
		}
	}
	return &dynamodb.UpdateItemInput{
		TableName:                           &s.Table,
		Key:                                 messageKey(command.Conversation, command.MessageID),
		UpdateExpression:                    aws.String(set + " REMOVE body, attachments"),
		ConditionExpression:                 &condition,
		ExpressionAttributeValues:           values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}

// Message is one consistent GetItem.
func (s *Store) Message(
	ctx context.Context, conversation recall.Conversation, id recall.MessageID,
) (recall.Message, bool, error) {
	read, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &s.Table,
		Key:            messageKey(conversation, id),
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return recall.Message{}, false, fault("read message", err)
	}
	message, found := MessageOf(read.Item)
	return message, found, nil
}

// settled is what no message has that owes nothing.
const settled = "REMOVE due, owed"

// Settle removes due where it still is what the message, as the caller knows it, owes. With a recall go the keys of
// the objects, which are deleted by then.
func (s *Store) Settle(ctx context.Context, message recall.Message) error {
	condition, values := "due=:due", item{":due": text(string(message.Due))}
	paid := settled
	if message.Due == recall.DueRevoked && len(message.Objects) > 0 {
		paid += ", objects"
	}
	_, err := s.update(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &s.Table,
		Key:                       messageKey(message.Conversation, message.ID),
		UpdateExpression:          &paid,
		ConditionExpression:       &condition,
		ExpressionAttributeValues: values,
	})
	if _, failed := failedCondition(err); failed || err == nil {
		return nil
	}
	return fault("settle message", err)
}

// Messages is one consistent Query, or several where expired items fill a page.
func (s *Store) Messages(
	ctx context.Context, conversation recall.Conversation, which recall.MessageRange,
) (recall.Page[recall.Message], error) {
	query := &dynamodb.QueryInput{
		TableName:              &s.Table,
		ConsistentRead:         aws.Bool(true),
		KeyConditionExpression: aws.String("pk=:pk AND sk BETWEEN :from AND :to"),
		FilterExpression:       aws.String("attribute_not_exists(expiresAt) OR expiresAt > :seconds"),
		ExpressionAttributeValues: item{
			":pk":      text(conversation.Key()),
			":from":    text(messagesBehind(which.After)),
			":to":      text(messagesAhead(which.Before)),
			":seconds": number(int64(which.Now) / 1000),
		},
		ScanIndexForward: aws.Bool(!which.Newest),
	}
	messages, err := firstPage(ctx, s, query, which.Limit, "read messages", MessageOf)
	if which.Newest {
		slices.Reverse(messages.Items)
	}
	return messages, err
}

// messagesBehind is the first sort key behind a message: ! sorts before every character of an ID.
func messagesBehind(after string) string {
	if after == "" {
		return messagePrefix
	}
	return messagePrefix + after + "!"
}

// messagesAhead is the last sort key before a message. BETWEEN includes its ends, so the last character steps down one
// and everything behind that is included.
func messagesAhead(before string) string {
	if before == "" {
		return messagePrefix + behindAll
	}
	last := len(before) - 1
	return messagePrefix + before[:last] + string(before[last]-1) + behindAll
}

// firstPage returns the first items of a query, at most limit, and whether there are more.
func firstPage[T any](
	ctx context.Context, s *Store, query *dynamodb.QueryInput, limit int, operation string, of func(item) (T, bool),
) (recall.Page[T], error) {
	query.Limit = aws.Int32(int32(limit) + 1) // #nosec G115 -- at most a page of 100
	items, err := collect(ctx, s, query, limit+1, operation, of)
	if err != nil {
		return recall.Page[T]{}, err
	}
	return recall.Page[T]{Items: items[:min(limit, len(items))], More: len(items) > limit}, nil
}

// collect reads pages of a query until there are enough items or no more.
func collect[T any](
	ctx context.Context, s *Store, query *dynamodb.QueryInput, enough int, operation string, of func(item) (T, bool),
) ([]T, error) {
	var found []T
	for {
		read, err := s.Client.Query(ctx, query)
		if err != nil {
			return nil, fault(operation, err)
		}
		for _, from := range read.Items {
			if value, ok := of(from); ok {
				found = append(found, value)
			}
		}
		if len(read.LastEvaluatedKey) == 0 || len(found) >= enough {
			return found, nil
		}
		query.ExclusiveStartKey = read.LastEvaluatedKey
	}
}

// Revocations reads the local index recalls, which is sparse: only recalled messages are in it.
func (s *Store) Revocations(
	ctx context.Context, conversation recall.Conversation, after recall.RevocationID, limit int,
) (recall.Page[recall.RevokedMessage], error) {
	return firstPage(ctx, s, &dynamodb.QueryInput{
		TableName:                 &s.Table,
		IndexName:                 aws.String(recallsIndex),
		ConsistentRead:            aws.Bool(true),
		KeyConditionExpression:    aws.String("pk=:pk AND revocationId > :after"),
		ExpressionAttributeValues: item{":pk": text(conversation.Key()), ":after": afterRecall(after)},
	}, limit, "read recalls", revokedMessageOf)
}

// RevocationsBy reads the global index operators, which follows the writes by moments. It is sparse: a sender's own
// recalls have no attribute revokedByOperator, so they are not in it and do not pay for it.
func (s *Store) RevocationsBy(
	ctx context.Context, operator recall.UserID, after recall.RevocationID, limit int,
) (recall.Page[recall.RevokedMessage], error) {
	return firstPage(ctx, s, &dynamodb.QueryInput{
		TableName:                 &s.Table,
		IndexName:                 aws.String(operatorsIndex),
		KeyConditionExpression:    aws.String("revokedByOperator=:by AND revocationId > :after"),
		ExpressionAttributeValues: item{":by": text(string(operator)), ":after": afterRecall(after)},
	}, limit, "read recalls", revokedMessageOf)
}

// afterRecall is a key to read behind; DynamoDB takes no empty one.
func afterRecall(after recall.RevocationID) types.AttributeValue {
	if after == "" {
		return text(recall.EarliestID(0))
	}
	return text(string(after))
}

// firstUnreadPage is how many messages the first query of a count reads: mostly no more are unread, or the reader's
// own newest message is among them. They cost one read unit for each 4 KB.
const firstUnreadPage = 8

// Unread reads backwards from the newest message, a small page first, then as many messages as the count may still
// need. No body travels, but bodies count in the read units: at most 100 messages of others, with bodies, are read,
// and the rows between them are recalled ones, which have none.
func (s *Store) Unread(
	ctx context.Context,
	conversation recall.Conversation,
	reader recall.UserID,
	after recall.MessageID,
	now recall.Instant,
) (recall.UnreadCount, error) {
	query := &dynamodb.QueryInput{
		TableName:              &s.Table,
		ConsistentRead:         aws.Bool(true),
		ProjectionExpression:   aws.String("pk, sk, sender, revocationId, expiresAt"),
		KeyConditionExpression: aws.String("pk=:pk AND sk BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{
			":pk":   text(conversation.Key()),
			":from": text(messagesBehind(string(after))),
			":to":   text(messagePrefix + behindAll),
		},
		ScanIndexForward: aws.Bool(false),
	}
	var count recall.UnreadCount
	rows, page := 0, firstUnreadPage
	for {
		query.Limit = aws.Int32(int32(page)) // #nosec G115 -- at most MaximumUnread
		read, err := s.Client.Query(ctx, query)
		if err != nil {
			return recall.UnreadCount{}, fault("count unread", err)
		}
		for _, from := range read.Items {
			message, _ := MessageOf(from)
			if message.Sender == reader {
				count.Own = message.ID
				return count, nil
			}
			if message.Revoked == nil && !message.Expired(now) {
				count.Messages = append(count.Messages, message.ID)
			}
		}
		rows += len(read.Items)
		page = min(recall.MaximumUnread-len(count.Messages), recall.MaximumUnreadRows-rows)
		if len(read.LastEvaluatedKey) == 0 || page == 0 {
			return count, nil
		}
		query.ExclusiveStartKey = read.LastEvaluatedKey
	}
}

// DefaultWindow reads the settings item.
func (s *Store) DefaultWindow(ctx context.Context) (recall.Window, bool, error) {
	read, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &s.Table,
		Key:            key(settingsKey, settingsKey),
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return 0, false, fault("read settings", err)
	}
	found := read.Item["recallWindowSeconds"] != nil
	return recall.Window(numberOf(read.Item, "recallWindowSeconds")), found, nil
}

// SetDefaultWindow writes the settings item.
func (s *Store) SetDefaultWindow(ctx context.Context, window recall.Window) error {
	settings := key(settingsKey, settingsKey)
	settings["recallWindowSeconds"] = &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(window), 10)}
	_, err := s.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.Table, Item: settings})
	if err != nil {
		return fault("write settings", err)
	}
	return nil
}

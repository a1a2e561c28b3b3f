package dynamo

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/recall"
)

// item is one item of a table.
type item = map[string]types.AttributeValue

// Sort keys of a conversation's partition. head sorts before member#, and member# before msg#, so that one query reads
// a group's head and roster.
const (
	headKey        = "head"
	memberPrefix   = "member#"
	messagePrefix  = "msg#"
	listPrefix     = "conv#"
	userPrefix     = "user#"
	settingsKey    = "settings"
	behindAll      = "~" // behind every character of an ID
	recallsIndex   = "recalls"
	operatorsIndex = "operators"
)

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func number(value int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(value, 10)}
}

func textOf(from item, name string) string {
	if value, ok := from[name].(*types.AttributeValueMemberS); ok {
		return value.Value
	}
	return ""
}

func numberOf(from item, name string) int64 {
	if value, ok := from[name].(*types.AttributeValueMemberN); ok {
		parsed, err := strconv.ParseInt(value.Value, 10, 64)
		if err == nil {
			return parsed
		}
	}
	return 0
}

func key(partition, sort string) item { return item{"pk": text(partition), "sk": text(sort)} }

func messageKey(conversation recall.Conversation, id recall.MessageID) item {
	return key(conversation.Key(), messagePrefix+string(id))
}

func listKey(user recall.UserID, conversation recall.Conversation) item {
	return key(userPrefix+string(user), listPrefix+conversation.Key())
}

// DynamoDB's TTL counts in seconds (Developer Guide, "Time to Live"). Rounded up, an item is never gone too early.
func expirySeconds(at recall.Instant) int64 { return (int64(at) + 999) / 1000 }

func messageItem(message recall.Message) item {
	stored := messageKey(message.Conversation, message.ID)
	stored["sender"] = text(string(message.Sender))
	stored["sentAt"] = number(int64(message.SentAt))
	stored["recallableUntil"] = number(int64(message.RecallableUntil))
	stored["body"] = text(string(message.Body))
	if len(message.Attachments) > 0 {
		stored["attachments"] = text(attachmentsText(message.Attachments))
	}
	if len(message.Objects) > 0 {
		stored["objects"] = text(objectsText(message.Objects))
	}
	if message.ReplyTo != "" {
		stored["replyTo"] = text(string(message.ReplyTo))
	}
	if message.Due != recall.DueNothing {
		stored["due"] = text(string(message.Due))
	}
	if message.ExpiresAt != 0 {
		stored["expiresAt"] = number(expirySeconds(message.ExpiresAt))
	}
	return stored
}

// MessageOf reads an item of the Messages table, or an image of it in the stream. ok is false if it is not a message.
func MessageOf(from map[string]types.AttributeValue) (message recall.Message, ok bool) {
	conversation, known := recall.ConversationOfKey(textOf(from, "pk"))
	id, isMessage := strings.CutPrefix(textOf(from, "sk"), messagePrefix)
	if !known || !isMessage {
		return recall.Message{}, false
	}
	message = recall.Message{
		ID:              recall.MessageID(id),
		Conversation:    conversation,
		Sender:          recall.UserID(textOf(from, "sender")),
		SentAt:          recall.Instant(numberOf(from, "sentAt")),
		RecallableUntil: recall.Instant(numberOf(from, "recallableUntil")),
		ExpiresAt:       recall.Instant(numberOf(from, "expiresAt") * 1000),
		Body:            recall.Body(textOf(from, "body")),
		ReplyTo:         recall.MessageID(textOf(from, "replyTo")),
		Due:             recall.Due(textOf(from, "due")),
		Attachments:     attachmentsOf(textOf(from, "attachments")),
		Objects:         objectsOf(textOf(from, "objects")),
	}
	if revocationID := textOf(from, "revocationId"); revocationID != "" {
		revocation := revocationOf(from)
		message.Revoked, message.Body, message.Attachments = &revocation, "", nil
	}
	return message, true
}

func revocationOf(from item) recall.Revocation {
	return recall.Revocation{
		ID:     recall.RevocationID(textOf(from, "revocationId")),
		At:     recall.Instant(numberOf(from, "revokedAt")),
		By:     recall.UserID(textOf(from, "revokedBy")),
		Role:   recall.Role(textOf(from, "revokedRole")),
		Reason: recall.Reason(textOf(from, "revokedReason")),
	}
}

func revokedMessageOf(from item) (recall.RevokedMessage, bool) {
	message, ok := MessageOf(from)
	if !ok || message.Revoked == nil {
		return recall.RevokedMessage{}, false
	}
	return recall.RevokedMessage{
		Conversation: message.Conversation,
		MessageID:    message.ID,
		Sender:       message.Sender,
		SentAt:       message.SentAt,
		Revocation:   *message.Revoked,
	}, true
}

func headOf(from item) (recall.Head, bool) {
	conversation, known := recall.ConversationOfKey(textOf(from, "pk"))
	if !known || textOf(from, "sk") != headKey {
		return recall.Head{}, false
	}
	head := recall.Head{
		Conversation:  conversation,
		LastChangeAt:  recall.Instant(numberOf(from, "lastChangeAt")),
		LastMessageID: recall.MessageID(textOf(from, "lastMessageId")),
		Name:          textOf(from, "name"),
		RosterVersion: numberOf(from, "rosterVersion"),
		Deleted:       from["deletedAt"] != nil,
	}
	if from["recallWindowSeconds"] != nil {
		window := recall.Window(numberOf(from, "recallWindowSeconds"))
		head.Window = &window
	}
	return head, true
}

func membershipOf(user recall.UserID, from item) (recall.Membership, bool) {
	conversation, known := recall.ConversationOfKey(strings.TrimPrefix(textOf(from, "sk"), listPrefix))
	return recall.Membership{
		User:         user,
		Conversation: conversation,
		JoinedAt:     recall.Instant(numberOf(from, "joinedAt")),
		ReadUpTo:     recall.MessageID(textOf(from, "readUpTo")),
		Role:         recall.MemberRole(textOf(from, "role")),
	}, known
}

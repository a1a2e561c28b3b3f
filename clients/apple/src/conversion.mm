#import "conversion.h"

#include "core/frame.h"
#import "ownership.h"

NSString *toObjectiveC(const std::string& text) {
    NSString *result = RECALL_AUTORELEASE([[NSString alloc] initWithBytes:text.data() length:text.size()
                                                                 encoding:NSUTF8StringEncoding]);
    return result ? result : @"";
}

std::string fromObjectiveC(NSString *text) {
    NSData *data = [text dataUsingEncoding:NSUTF8StringEncoding];
    return data ? std::string(static_cast<const char *>([data bytes]), [data length]) : std::string();
}

namespace {

// nil where the core has nothing.
NSString *given(const std::string& text) { return text.empty() ? nil : toObjectiveC(text); }

// What stands behind a conversation's prefix; nil for another prefix.
NSString *after(const std::string& conversation, const std::string& prefix) {
    if (conversation.compare(0, prefix.size(), prefix) != 0) return nil;
    return toObjectiveC(conversation.substr(prefix.size()));
}

void markRevoked(V2TIMMessage *result, const recall::Revocation& revocation) {
    V2TIMUserFullInfo *revoker = RECALL_AUTORELEASE([[V2TIMUserFullInfo alloc] init]);
    revoker.userID = toObjectiveC(revocation.by);
    result.status = V2TIM_MSG_STATUS_LOCAL_REVOKED;
    result.revokerInfo = revoker;
    result.revokerRole = toObjectiveC(revocation.role);
    result.revokeReason = given(revocation.reason);
}

}  // namespace

V2TIMMessage *toObjectiveC(const recall::Message& message, const std::string& self) {
    V2TIMMessage *result = RECALL_AUTORELEASE([[V2TIMMessage alloc] init]);
    update(result, message, self);
    return result;
}

void update(V2TIMMessage *result, const recall::Message& message, const std::string& self) {
    result.msgID = toObjectiveC(message.messageId);
    result.sender = toObjectiveC(message.sender);
    result.sentAt = message.sentAt;
    result.recallableUntil = message.recallableUntil;
    result.replyTo = given(message.replyTo);
    result.unlessRevoked = given(message.unlessRevoked);
    result.isSelf = message.sender == self;
    result.userID = after(message.conversation, "c2c_");
    result.groupID = after(message.conversation, "group_");
    if (message.revoked) {
        markRevoked(result, *message.revoked);
        result.body = nil;
        result.text = nil;
        return;
    }
    result.status = V2TIM_MSG_STATUS_SEND_SUCC;
    result.body = [NSData dataWithBytes:message.body.data() length:message.body.size()];
    const auto text = recall::textOfBody(message.body);
    result.text = text ? toObjectiveC(*text) : nil;
}

void revoked(V2TIMMessage *result, const recall::Message& tombstone, const std::string& self) {
    if (!tombstone.revoked) return;
    markRevoked(result, *tombstone.revoked);
    if (tombstone.sender == self) return;
    result.body = nil;
    result.text = nil;
}

NSArray *newestFirst(const std::vector<recall::Message>& messages, const std::string& self) {
    NSMutableArray *list = [NSMutableArray arrayWithCapacity:messages.size()];
    for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
        [list addObject:toObjectiveC(*message, self)];
    }
    return list;
}

NSArray *inOrder(const std::vector<recall::Message>& messages, const std::string& self) {
    NSMutableArray *list = [NSMutableArray arrayWithCapacity:messages.size()];
    for (const recall::Message& message : messages) [list addObject:toObjectiveC(message, self)];
    return list;
}

HeldConversation::HeldConversation(const recall::Client& client, recall::ConversationSummary held)
    : summary(std::move(held)), last(client.message(summary.conversation, summary.lastMessageId)), self(client.user()) {}

NSArray *toObjectiveC(const std::vector<HeldConversation>& held) {
    NSMutableArray *list = [NSMutableArray arrayWithCapacity:held.size()];
    for (const HeldConversation& one : held) [list addObject:toObjectiveC(one)];
    return list;
}

V2TIMConversation *toObjectiveC(const HeldConversation& held) {
    const recall::ConversationSummary& summary = held.summary;
    V2TIMConversation *result = RECALL_AUTORELEASE([[V2TIMConversation alloc] init]);
    result.conversationID = toObjectiveC(summary.conversation);
    result.lastMessageID = given(summary.lastMessageId);
    result.unreadCount = summary.unread;
    result.orderKey = static_cast<NSUInteger>(summary.lastChangeAt);
    result.role = given(summary.role);
    result.lastMessage = held.last ? toObjectiveC(*held.last, held.self) : nil;
    return result;
}

std::string bodyOf(V2TIMMessage *message) {
    if (message.body) return std::string(static_cast<const char *>([message.body bytes]), [message.body length]);
    return message.text ? recall::textBody(fromObjectiveC(message.text)) : std::string();
}

std::string conversationOf(NSString *userID, NSString *groupID) {
    const BOOL user = [userID length] > 0, group = [groupID length] > 0;
    if (user == group) return "";
    return user ? "c2c_" + fromObjectiveC(userID) : "group_" + fromObjectiveC(groupID);
}

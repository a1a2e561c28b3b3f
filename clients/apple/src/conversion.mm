#import "conversion.h"

#include "core/frame.h"
#import "elements.h"
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

std::string hexadecimal(NSData *data) {
    static const char digits[] = "0123456789abcdef";
    std::string text;
    const auto *bytes = static_cast<const unsigned char *>([data bytes]);
    for (NSUInteger place = 0; place < [data length]; ++place) {
        text += digits[bytes[place] / 16];
        text += digits[bytes[place] % 16];
    }
    return text;
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

// The text, the data and the files are gone.
void clear(V2TIMMessage *message) {
    message.body = nil;
    message.text = nil;
    message.attachments = nil;
    message.files = nil;
}

// The elements of the files of a message, the first of which is returned.
V2TIMElem *elementsOf(const recall::Message& message, const Viewer& viewer) {
    V2TIMElem *following = nil;
    for (auto attachment = message.attachments.rbegin(); attachment != message.attachments.rend(); ++attachment) {
        RecallFile *file = RECALL_AUTORELEASE([[RecallFile alloc] init]);
        file->client = viewer.client;
        file->conversation = message.conversation;
        file->messageId = message.messageId;
        file->attachment = *attachment;
        V2TIMElem *element = elementOf(file);
        element.nextElem = following;
        following = element;
    }
    return following;
}

V2TIMElem *lastOf(V2TIMElem *element) {
    while (element.nextElem != nil) element = element.nextElem;
    return element;
}

}  // namespace

V2TIMMessage *toObjectiveC(const recall::Message& message, const Viewer& viewer) {
    V2TIMMessage *result = RECALL_AUTORELEASE([[V2TIMMessage alloc] init]);
    update(result, message, viewer);
    return result;
}

void update(V2TIMMessage *result, const recall::Message& message, const Viewer& viewer) {
    result.msgID = toObjectiveC(message.messageId);
    result.sender = toObjectiveC(message.sender);
    result.sentAt = message.sentAt;
    result.recallableUntil = message.recallableUntil;
    result.replyTo = given(message.replyTo);
    result.unlessRevoked = given(message.unlessRevoked);
    result.isSelf = message.sender == viewer.self;
    result.userID = after(message.conversation, "c2c_");
    result.groupID = after(message.conversation, "group_");
    if (message.revoked) {
        markRevoked(result, *message.revoked);
        clear(result);
        return;
    }
    result.status = V2TIM_MSG_STATUS_SEND_SUCC;
    result.body = [NSData dataWithBytes:message.body.data() length:message.body.size()];
    const auto text = recall::textOfBody(message.body);
    result.text = text ? toObjectiveC(*text) : nil;
    NSMutableArray *attachments = [NSMutableArray arrayWithCapacity:message.attachments.size()];
    for (const recall::Attachment& attachment : message.attachments) [attachments addObject:toObjectiveC(attachment)];
    result.attachments = attachments;
    // The file that was uploaded for the message is its last one. Who sent it can still show it from the path.
    NSString *path = lastOf(result.files).path;
    result.files = elementsOf(message, viewer);
    lastOf(result.files).path = path;
}

void revoked(V2TIMMessage *result, const recall::Message& tombstone, const Viewer& viewer) {
    if (!tombstone.revoked) return;
    markRevoked(result, *tombstone.revoked);
    const BOOL hasFiles = result.files != nil || [result.attachments count] > 0;
    if (tombstone.sender != viewer.self || hasFiles) clear(result);
}

V2TIMAttachment *toObjectiveC(const recall::Attachment& attachment) {
    V2TIMAttachment *result = RECALL_AUTORELEASE([[V2TIMAttachment alloc] init]);
    result.attachmentID = toObjectiveC(attachment.attachmentId);
    result.name = toObjectiveC(attachment.name);
    result.type = toObjectiveC(attachment.type);
    result.size = static_cast<uint64_t>(attachment.size);
    if (attachment.from) {
        result.fromConversationID = toObjectiveC(attachment.from->conversation);
        result.fromMsgID = toObjectiveC(attachment.from->messageId);
    }
    return result;
}

NSArray *newestFirst(const std::vector<recall::Message>& messages, const Viewer& viewer) {
    NSMutableArray *list = [NSMutableArray arrayWithCapacity:messages.size()];
    for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
        [list addObject:toObjectiveC(*message, viewer)];
    }
    return list;
}

NSArray *inOrder(const std::vector<recall::Message>& messages, const Viewer& viewer) {
    NSMutableArray *list = [NSMutableArray arrayWithCapacity:messages.size()];
    for (const recall::Message& message : messages) [list addObject:toObjectiveC(message, viewer)];
    return list;
}

HeldConversation::HeldConversation(const std::shared_ptr<recall::Client>& client, recall::ConversationSummary held)
    : summary(std::move(held)), last(client->message(summary.conversation, summary.lastMessageId)), viewer(client) {}

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
    result.lastMessage = held.last ? toObjectiveC(*held.last, held.viewer) : nil;
    return result;
}

std::string bodyOf(V2TIMMessage *message) {
    if (message.body) return std::string(static_cast<const char *>([message.body bytes]), [message.body length]);
    if (message.text) return recall::textBody(fromObjectiveC(message.text));
    return message.files != nil || [message.attachments count] > 0 ? "{}" : "";
}

std::vector<recall::LocalFile> filesOf(V2TIMMessage *message) {
    std::vector<recall::LocalFile> files;
    for (V2TIMElem *element = message.files; element != nil; element = element.nextElem) {
        if (element.file == nil) files.push_back({fromObjectiveC(element.path), fromObjectiveC(element.filename), ""});
    }
    return files;
}

std::vector<recall::Attachment> attachmentsOf(V2TIMMessage *message) {
    std::vector<recall::Attachment> attachments;
    for (V2TIMAttachment *each in message.attachments) {
        recall::Attachment attachment{fromObjectiveC(each.attachmentID), fromObjectiveC(each.name), fromObjectiveC(each.type),
                                      static_cast<std::int64_t>(each.size)};
        if ([each.fromConversationID length] > 0 || [each.fromMsgID length] > 0) {
            attachment.from = {fromObjectiveC(each.fromConversationID), fromObjectiveC(each.fromMsgID)};
        }
        attachments.push_back(std::move(attachment));
    }
    return attachments;
}

std::string conversationOf(NSString *userID, NSString *groupID) {
    const BOOL user = [userID length] > 0, group = [groupID length] > 0;
    if (user == group) return "";
    return user ? "c2c_" + fromObjectiveC(userID) : "group_" + fromObjectiveC(groupID);
}

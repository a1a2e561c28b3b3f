#include "conversion.h"

namespace {

constexpr char oneToOne[] = "c2c_";
constexpr char group[] = "group_";

bool begins(const std::string& text, const std::string& prefix) { return text.compare(0, prefix.size(), prefix) == 0; }

// The user or group of a conversation, whichever it is.
void split(const std::string& conversation, V2TIMString& userID, V2TIMString& groupID) {
    if (begins(conversation, oneToOne)) userID = toV2TIM(conversation.substr(sizeof oneToOne - 1));
    if (begins(conversation, group)) groupID = toV2TIM(conversation.substr(sizeof group - 1));
}

std::shared_ptr<V2TIMElem> elementOf(const std::string& body) {
    if (const auto text = recall::textOfBody(body)) {
        auto element = std::make_shared<V2TIMTextElem>();
        element->text = toV2TIM(*text);
        return element;
    }
    auto element = std::make_shared<V2TIMCustomElem>();
    element->data = V2TIMBuffer(reinterpret_cast<const std::uint8_t*>(body.data()), body.size());
    return element;
}

}  // namespace

V2TIMString V2TIMMessage::ConversationID() const { return toV2TIM(conversationOf(userID, groupID)); }

V2TIMString toV2TIM(const std::string& text) { return V2TIMString(text); }

V2TIMMessage toV2TIM(const recall::Message& message, const std::string& self) {
    V2TIMMessage result;
    result.msgID = toV2TIM(message.messageId);
    result.timestamp = message.sentAt / 1'000;
    result.sentAt = message.sentAt;
    result.recallableUntil = message.recallableUntil;
    result.sender = toV2TIM(message.sender);
    result.isSelf = message.sender == self;
    result.replyTo = toV2TIM(message.replyTo);
    result.unlessRevoked = toV2TIM(message.unlessRevoked);
    split(message.conversation, result.userID, result.groupID);
    if (message.revoked) {
        result.status = V2TIM_MSG_STATUS_LOCAL_REVOKED;
        result.revokerInfo.userID = toV2TIM(message.revoked->by);
        result.revokerRole = toV2TIM(message.revoked->role);
        result.revokeReason = toV2TIM(message.revoked->reason);
    } else {
        result.status = V2TIM_MSG_STATUS_SEND_SUCC;
        result.body = toV2TIM(message.body);
        result.elemList.PushBack(elementOf(message.body));
    }
    return result;
}

// As V2TIM has pages of history.
V2TIMMessageVector newestFirst(const std::vector<recall::Message>& messages, const std::string& self) {
    V2TIMMessageVector list;
    for (auto message = messages.rbegin(); message != messages.rend(); ++message) list.PushBack(toV2TIM(*message, self));
    return list;
}

V2TIMMessageVector inOrder(const std::vector<recall::Message>& messages, const std::string& self) {
    V2TIMMessageVector list;
    for (const recall::Message& message : messages) list.PushBack(toV2TIM(message, self));
    return list;
}

uint32_t roleOf(const std::string& role) {
    if (role == "owner") return V2TIM_GROUP_MEMBER_ROLE_SUPER;
    if (role == "admin") return V2TIM_GROUP_MEMBER_ROLE_ADMIN;
    return role == "member" ? V2TIM_GROUP_MEMBER_ROLE_MEMBER : V2TIM_GROUP_MEMBER_UNDEFINED;
}

V2TIMConversation toV2TIM(const recall::ConversationSummary& summary, const recall::Client& client) {
    V2TIMConversation result;
    result.conversationID = toV2TIM(summary.conversation);
    split(summary.conversation, result.userID, result.groupID);
    result.type = begins(summary.conversation, oneToOne) ? V2TIM_C2C
                  : begins(summary.conversation, group)  ? V2TIM_GROUP
                                                         : V2TIM_UNKNOWN;
    result.unreadCount = summary.unread;
    result.lastMessageID = toV2TIM(summary.lastMessageId);
    if (const auto last = client.message(summary.conversation, summary.lastMessageId)) {
        result.lastMessageOwner = std::make_shared<V2TIMMessage>(toV2TIM(*last, client.user()));
        result.lastMessage = result.lastMessageOwner.get();
    }
    result.showName = result.userID.Empty() ? result.groupID : result.userID;
    result.orderKey = static_cast<uint64_t>(summary.lastChangeAt);
    result.role = toV2TIM(summary.role);
    return result;
}

std::string conversationOf(const V2TIMString& userID, const V2TIMString& groupID) {
    if (userID.Empty() == groupID.Empty()) return "";
    return userID.Empty() ? group + groupID.ToString() : oneToOne + userID.ToString();
}

std::string bodyOf(const V2TIMMessage& message) {
    if (message.elemList.Size() != 1) return "";
    const V2TIMElem* element = message.elemList[0];
    if (const auto* text = dynamic_cast<const V2TIMTextElem*>(element)) {
        return recall::textBody(text->text.ToString());
    }
    if (const auto* custom = dynamic_cast<const V2TIMCustomElem*>(element)) {
        return std::string(reinterpret_cast<const char*>(custom->data.Data()), custom->data.Size());
    }
    return "";
}

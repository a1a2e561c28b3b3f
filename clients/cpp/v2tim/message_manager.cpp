#include <algorithm>

#include "instance.h"

namespace recall {
namespace {

constexpr uint32_t maximumPage = 100;

// Newest first, as V2TIM has it.
V2TIMMessageVector newestFirst(const std::vector<Message>& messages, const std::string& self) {
    V2TIMMessageVector list;
    for (auto message = messages.rbegin(); message != messages.rend(); ++message) list.PushBack(toV2TIM(*message, self));
    return list;
}

// The last `count` of the messages held before one.
std::vector<Message> heldBefore(std::vector<Message> messages, const std::string& before, uint32_t count) {
    if (!before.empty()) {
        messages.erase(std::remove_if(messages.begin(), messages.end(),
                                      [&](const Message& message) { return message.messageId >= before; }),
                       messages.end());
    }
    if (messages.size() > count) messages.erase(messages.begin(), messages.end() - count);
    return messages;
}

}  // namespace

void MessageManager::AddAdvancedMsgListener(V2TIMAdvancedMsgListener* listener) {
    instance_.registry().message.add(listener);
}

void MessageManager::RemoveAdvancedMsgListener(V2TIMAdvancedMsgListener* listener) {
    instance_.registry().message.remove(listener);
}

V2TIMMessage MessageManager::CreateTextMessage(const V2TIMString& text) {
    auto element = std::make_shared<V2TIMTextElem>();
    element->text = text;
    V2TIMMessage message;
    message.elemList.PushBack(element);
    return message;
}

V2TIMMessage MessageManager::CreateCustomMessage(const V2TIMBuffer& data) {
    auto element = std::make_shared<V2TIMCustomElem>();
    element->data = data;
    V2TIMMessage message;
    message.elemList.PushBack(element);
    return message;
}

V2TIMString MessageManager::SendMessage(V2TIMMessage& message, const V2TIMString& receiver, const V2TIMString& groupID,
                                        V2TIMMessagePriority, bool onlineUserOnly, const V2TIMOfflinePushInfo&,
                                        V2TIMSendCallback* callback) {
    const auto client = instance_.client(callback);
    if (!client) return "";
    const std::string conversation = conversationOf(receiver, groupID);
    if (conversation.empty() || onlineUserOnly) {
        client->post([callback] {
            if (callback == nullptr) return;
            callback->OnError(ERR_INVALID_PARAMETERS, "give either receiver or groupID, and onlineUserOnly false");
        });
        return "";
    }
    const std::string self = client->user();
    message.userID = receiver;
    message.groupID = groupID;
    message.sender = toV2TIM(self);
    message.isSelf = true;
    message.status = V2TIM_MSG_STATUS_SENDING;
    message.msgID = toV2TIM(client->send(
        {conversation, bodyOf(message), message.msgID.ToString(), message.replyTo.ToString()},
        completionOf<Message>(static_cast<V2TIMValueCallback<V2TIMMessage>*>(callback),
                              [self](const Message& sent) { return toV2TIM(sent, self); })));
    return message.msgID;
}

void MessageManager::RevokeMessage(const V2TIMMessage& message, V2TIMCallback* callback) {
    RevokeMessage(message.ConversationID(), message.msgID, "", callback);
}

void MessageManager::RevokeMessage(const V2TIMString& conversationID, const V2TIMString& msgID,
                                   const V2TIMString& reason, V2TIMCallback* callback) {
    const auto client = instance_.client(callback);
    if (!client) return;
    client->revoke(conversationID.ToString(), msgID.ToString(), reason.ToString(), completionOf<Message>(callback));
}

void MessageManager::GetHistoryMessageList(const V2TIMMessageListGetOption& option,
                                           V2TIMValueCallback<V2TIMMessageVector>* callback) {
    const auto client = instance_.client(callback);
    if (!client) return;
    const std::string conversation = conversationOf(option.userID, option.groupID);
    const std::string before = option.lastMsg != nullptr ? option.lastMsg->msgID.ToString() : "";
    const std::string self = client->user();
    if (option.getType == V2TIM_GET_LOCAL_OLDER_MSG) {
        const auto list = newestFirst(heldBefore(client->messages(conversation), before, option.count), self);
        client->post([callback, list] {
            if (callback != nullptr) callback->OnSuccess(list);
        });
        return;
    }
    client->history(conversation, before, static_cast<int>(std::min(option.count, maximumPage)),
                    completionOf<std::vector<Message>>(callback, [self](const std::vector<Message>& messages) {
                        return newestFirst(messages, self);
                    }));
}

void MessageManager::GetC2CHistoryMessageList(const V2TIMString& userID, uint32_t count, const V2TIMMessage* lastMsg,
                                              V2TIMValueCallback<V2TIMMessageVector>* callback) {
    V2TIMMessageListGetOption option;
    option.userID = userID;
    option.count = count;
    option.lastMsg = lastMsg;
    GetHistoryMessageList(option, callback);
}

void MessageManager::GetGroupHistoryMessageList(const V2TIMString& groupID, uint32_t count,
                                                const V2TIMMessage* lastMsg,
                                                V2TIMValueCallback<V2TIMMessageVector>* callback) {
    V2TIMMessageListGetOption option;
    option.groupID = groupID;
    option.count = count;
    option.lastMsg = lastMsg;
    GetHistoryMessageList(option, callback);
}

void MessageManager::MarkC2CMessageAsRead(const V2TIMString& userID, V2TIMCallback* callback) {
    instance_.markAsRead(conversationOf(userID, ""), callback);
}

void MessageManager::MarkGroupMessageAsRead(const V2TIMString& groupID, V2TIMCallback* callback) {
    instance_.markAsRead(conversationOf("", groupID), callback);
}

}  // namespace recall

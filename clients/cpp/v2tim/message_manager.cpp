#include <algorithm>

#include "instance.h"

namespace recall {
namespace {

constexpr uint32_t maximumPage = 100;

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

// The first `count` of the messages held after one, or of all.
std::vector<Message> heldAfter(std::vector<Message> messages, const std::string& after, uint32_t count) {
    messages.erase(std::remove_if(messages.begin(), messages.end(),
                                  [&](const Message& message) { return message.messageId <= after; }),
                   messages.end());
    if (messages.size() > count) messages.resize(count);
    return messages;
}

V2TIMMessage messageOf(const std::shared_ptr<V2TIMElem>& element) {
    V2TIMMessage message;
    message.elemList.PushBack(element);
    return message;
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
    return messageOf(element);
}

V2TIMMessage MessageManager::CreateCustomMessage(const V2TIMBuffer& data) {
    auto element = std::make_shared<V2TIMCustomElem>();
    element->data = data;
    return messageOf(element);
}

V2TIMMessage MessageManager::CreateCustomMessage(const V2TIMBuffer& data, const V2TIMString& description,
                                                 const V2TIMString& extension) {
    V2TIMMessage message = CreateCustomMessage(data);
    auto* element = static_cast<V2TIMCustomElem*>(message.elemList[0]);
    element->desc = description;
    element->extension = extension;
    return message;
}

V2TIMMessage MessageManager::CreateImageMessage(const V2TIMString& imagePath) {
    auto element = std::make_shared<V2TIMImageElem>();
    element->path = imagePath;
    return messageOf(element);
}

V2TIMMessage MessageManager::CreateFileMessage(const V2TIMString& filePath, const V2TIMString& fileName) {
    auto element = std::make_shared<V2TIMFileElem>();
    element->path = filePath;
    element->filename = fileName;
    return messageOf(element);
}

void MessageManager::UploadFile(const V2TIMString& filePath, const V2TIMString& fileName, const V2TIMString& type,
                                V2TIMUploadCallback* callback) {
    const auto client = instance_.client(callback);
    if (!client) return;
    client->attach(
        {filePath.ToString(), fileName.ToString(), type.ToString()},
        [callback](std::int64_t done, std::int64_t size) {
            if (callback != nullptr) callback->OnUploadProgress(static_cast<uint64_t>(done), static_cast<uint64_t>(size));
        },
        completionOf<Attachment>(static_cast<V2TIMValueCallback<V2TIMAttachment>*>(callback),
                                 [](const Attachment& attachment) { return toV2TIM(attachment); }));
}

void MessageManager::DownloadAttachment(const V2TIMString& conversationID, const V2TIMString& msgID,
                                        const V2TIMString& attachmentID, const V2TIMString& path,
                                        V2TIMDownloadCallback* callback) {
    const auto client = instance_.client(callback);
    if (!client) return;
    client->download(conversationID.ToString(), msgID.ToString(), attachmentID.ToString(), path.ToString(),
                     progressOf(callback), completionOf<Nothing>(static_cast<V2TIMCallback*>(callback)));
}

uint64_t MessageManager::GetMaxAttachmentBytes() const {
    const auto client = instance_.current();
    return client ? static_cast<uint64_t>(client->maximumAttachmentBytes()) : 0;
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
    const Viewer viewer(client);
    message.userID = receiver;
    message.groupID = groupID;
    message.sender = toV2TIM(viewer.self);
    message.isSelf = true;
    message.status = V2TIM_MSG_STATUS_SENDING;
    const Draft draft{conversation,
                      bodyOf(message),
                      message.msgID.ToString(),
                      message.replyTo.ToString(), message.unlessRevoked.ToString(),
                      attachmentsOf(message)};
    const auto completion =
        completionOf<Message>(static_cast<V2TIMValueCallback<V2TIMMessage>*>(callback),
                              [viewer](const Message& sent) { return toV2TIM(sent, viewer); });
    const auto progress = [callback](std::int64_t done, std::int64_t size) {
        if (callback != nullptr) callback->OnProgress(static_cast<uint32_t>(done * 100 / size));
    };
    message.msgID = toV2TIM(client->send(draft, filesOf(message), progress, completion));
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

void MessageManager::ModifyMessage(const V2TIMMessage& message, V2TIMCompleteCallback<V2TIMMessage>* callback) {
    if (callback == nullptr) return;
    callback->OnComplete(ERR_SDK_INTERFACE_NOT_SUPPORT, "a message cannot be changed; recall it and send another", message);
}

void MessageManager::FindMessages(const V2TIMStringVector& messageIDList,
                                  V2TIMValueCallback<V2TIMMessageVector>* callback) {
    const auto client = instance_.client(callback);
    if (!client || callback == nullptr) return;
    std::vector<std::string> wanted;
    for (const V2TIMString& id : messageIDList) wanted.push_back(id.ToString());
    const V2TIMMessageVector found = inOrder(client->find(wanted), client);
    client->post([callback, found] { callback->OnSuccess(found); });
}

void MessageManager::GetHistoryMessageList(const V2TIMMessageListGetOption& option,
                                           V2TIMValueCallback<V2TIMMessageVector>* callback) {
    const auto client = instance_.client(callback);
    if (!client) return;
    const std::string conversation = conversationOf(option.userID, option.groupID);
    const std::string start = option.lastMsg != nullptr ? option.lastMsg->msgID.ToString() : "";
    const Viewer viewer(client);
    V2TIMMessageVector held;
    switch (option.getType) {
        case V2TIM_GET_LOCAL_OLDER_MSG:
            held = newestFirst(heldBefore(client->messages(conversation), start, option.count), viewer);
            break;
        case V2TIM_GET_LOCAL_NEWER_MSG:
            held = inOrder(heldAfter(client->messages(conversation), start, option.count), viewer);
            break;
        case V2TIM_GET_CLOUD_OLDER_MSG:
            client->history(conversation, start, static_cast<int>(std::min(option.count, maximumPage)),
                            completionOf<std::vector<Message>>(callback, [viewer](const std::vector<Message>& messages) {
                                return newestFirst(messages, viewer);
                            }));
            return;
        default:
            client->post([callback] {
                if (callback != nullptr) callback->OnError(ERR_INVALID_PARAMETERS, "V2TIM_GET_CLOUD_NEWER_MSG is not supported");
            });
            return;
    }
    client->post([callback, held] {
        if (callback != nullptr) callback->OnSuccess(held);
    });
}

void MessageManager::GetC2CHistoryMessageList(const V2TIMString& userID, uint32_t count, const V2TIMMessage* lastMsg,
                                              V2TIMValueCallback<V2TIMMessageVector>* callback) {
    V2TIMMessageListGetOption option;
    option.userID = userID;
    option.count = count;
    option.lastMsg = const_cast<V2TIMMessage*>(lastMsg);  // it is only read
    GetHistoryMessageList(option, callback);
}

void MessageManager::GetGroupHistoryMessageList(const V2TIMString& groupID, uint32_t count,
                                                const V2TIMMessage* lastMsg,
                                                V2TIMValueCallback<V2TIMMessageVector>* callback) {
    V2TIMMessageListGetOption option;
    option.groupID = groupID;
    option.count = count;
    option.lastMsg = const_cast<V2TIMMessage*>(lastMsg);  // it is only read
    GetHistoryMessageList(option, callback);
}

void MessageManager::GetUnsentMessageList(const V2TIMString& conversationID,
                                          V2TIMValueCallback<V2TIMMessageVector>* callback) {
    const auto client = instance_.client(callback);
    if (!client || callback == nullptr) return;
    const std::vector<Unsent> unsent = client->unsent(conversationID.ToString());
    V2TIMMessageVector list;
    for (auto entry = unsent.rbegin(); entry != unsent.rend(); ++entry) {
        V2TIMMessage message = toV2TIM(entry->message, client);
        message.status = entry->failed == 0 ? V2TIM_MSG_STATUS_SENDING : V2TIM_MSG_STATUS_SEND_FAIL;
        message.sendErrorCode = entry->failed;
        list.PushBack(message);
    }
    client->post([callback, list] { callback->OnSuccess(list); });
}

void MessageManager::MarkC2CMessageAsRead(const V2TIMString& userID, V2TIMCallback* callback) {
    instance_.markAsRead(conversationOf(userID, ""), callback);
}

void MessageManager::MarkGroupMessageAsRead(const V2TIMString& groupID, V2TIMCallback* callback) {
    instance_.markAsRead(conversationOf("", groupID), callback);
}

}  // namespace recall

#include <algorithm>
#include <map>

#include "instance.h"

namespace recall {

void ConversationManager::AddConversationListener(V2TIMConversationListener* listener) {
    instance_.registry().conversation.add(listener);
}

void ConversationManager::RemoveConversationListener(V2TIMConversationListener* listener) {
    instance_.registry().conversation.remove(listener);
}

void ConversationManager::GetConversationList(uint64_t nextSeq, uint32_t count,
                                              V2TIMValueCallback<V2TIMConversationResult>* callback) {
    const auto client = instance_.client(callback);
    if (!client || callback == nullptr) return;
    const std::vector<ConversationSummary> all = client->conversations();
    const std::size_t begin = std::min<std::size_t>(nextSeq, all.size());
    const std::size_t end = std::min<std::size_t>(begin + count, all.size());
    V2TIMConversationResult result;
    for (std::size_t place = begin; place < end; ++place) result.conversationList.PushBack(toV2TIM(all[place], client));
    result.nextSeq = end;
    result.isFinished = end == all.size();
    client->post([callback, result] { callback->OnSuccess(result); });
}

void ConversationManager::GetConversationList(const V2TIMStringVector& conversationIDList,
                                              V2TIMValueCallback<V2TIMConversationVector>* callback) {
    const auto client = instance_.client(callback);
    if (!client || callback == nullptr) return;
    std::map<std::string, ConversationSummary> held;
    for (const ConversationSummary& summary : client->conversations()) held[summary.conversation] = summary;
    V2TIMConversationVector list;
    for (const V2TIMString& id : conversationIDList) {
        const auto found = held.find(id.ToString());
        if (found != held.end()) list.PushBack(toV2TIM(found->second, client));
    }
    client->post([callback, list] { callback->OnSuccess(list); });
}

void ConversationManager::GetConversation(const V2TIMString& conversationID,
                                          V2TIMValueCallback<V2TIMConversation>* callback) {
    const auto client = instance_.client(callback);
    if (!client || callback == nullptr) return;
    const V2TIMConversation conversation = toV2TIM(client->conversation(conversationID.ToString()), client);
    client->post([callback, conversation] { callback->OnSuccess(conversation); });
}

void ConversationManager::GetTotalUnreadMessageCount(V2TIMValueCallback<uint64_t>* callback) {
    const auto client = instance_.client(callback);
    if (!client || callback == nullptr) return;
    const uint64_t total = totalUnread(*client);
    client->post([callback, total] { callback->OnSuccess(total); });
}

void ConversationManager::CleanConversationUnreadMessageCount(const V2TIMString& conversationID,
                                                              uint64_t cleanTimestamp, uint64_t cleanSequence,
                                                              V2TIMCallback* callback) {
    const auto client = instance_.client(callback);
    if (!client) return;
    if (cleanTimestamp != 0 || cleanSequence != 0) {
        completionOf<Nothing>(callback).failed(
            {ERR_INVALID_PARAMETERS, "cleanTimestamp and cleanSequence must be 0; use MarkConversationAsRead"});
        return;
    }
    const std::string wanted = conversationID.ToString();
    if (wanted.empty() || wanted == "c2c" || wanted == "group") {
        readAll(client, wanted.empty() ? "" : wanted + "_", completionOf<Nothing>(callback));
    } else {
        instance_.markAsRead(wanted, callback);
    }
}

void ConversationManager::MarkConversationAsRead(const V2TIMString& conversationID, const V2TIMString& msgID,
                                                 V2TIMValueCallback<int32_t>* callback) {
    const auto client = instance_.client(callback);
    if (!client) return;
    client->read(conversationID.ToString(), msgID.ToString(),
                 completionOf<int>(callback, [](int unread) { return static_cast<int32_t>(unread); }));
}

}  // namespace recall

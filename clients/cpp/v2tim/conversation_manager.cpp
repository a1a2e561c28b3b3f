#include <algorithm>

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
    for (std::size_t place = begin; place < end; ++place) result.conversationList.PushBack(toV2TIM(all[place]));
    result.nextSeq = end;
    result.isFinished = end == all.size();
    client->post([callback, result] { callback->OnSuccess(result); });
}

void ConversationManager::GetConversation(const V2TIMString& conversationID,
                                          V2TIMValueCallback<V2TIMConversation>* callback) {
    const auto client = instance_.client(callback);
    if (!client || callback == nullptr) return;
    const V2TIMConversation conversation = toV2TIM(client->conversation(conversationID.ToString()));
    client->post([callback, conversation] { callback->OnSuccess(conversation); });
}

void ConversationManager::GetTotalUnreadMessageCount(V2TIMValueCallback<uint64_t>* callback) {
    const auto client = instance_.client(callback);
    if (!client || callback == nullptr) return;
    const uint64_t total = totalUnread(*client);
    client->post([callback, total] { callback->OnSuccess(total); });
}

void ConversationManager::CleanConversationUnreadMessageCount(const V2TIMString& conversationID, uint64_t, uint64_t,
                                                              V2TIMCallback* callback) {
    instance_.markAsRead(conversationID.ToString(), callback);
}

void ConversationManager::MarkConversationAsRead(const V2TIMString& conversationID, const V2TIMString& msgID,
                                                 V2TIMValueCallback<int32_t>* callback) {
    const auto client = instance_.client(callback);
    if (!client) return;
    client->read(conversationID.ToString(), msgID.ToString(),
                 completionOf<int>(callback, [](int unread) { return static_cast<int32_t>(unread); }));
}

}  // namespace recall

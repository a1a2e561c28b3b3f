#include "view.h"

#include <algorithm>

namespace recall {

bool isConversationId(std::string_view text) {
    std::string_view name;
    if (text.substr(0, 4) == "c2c_") name = text.substr(4);
    if (text.substr(0, 6) == "group_") name = text.substr(6);
    const auto allowed = [](char character) {
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
               (character >= '0' && character <= '9') ||
               std::string_view("._-@").find(character) != std::string_view::npos;
    };
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), allowed);
}

Conversation* View::find(const std::string& id) {
    const auto found = conversations_.find(id);
    return found == conversations_.end() ? nullptr : &found->second;
}

const Conversation* View::find(const std::string& id) const {
    const auto found = conversations_.find(id);
    return found == conversations_.end() ? nullptr : &found->second;
}

Conversation* View::open(const std::string& id) {
    if (Conversation* held = find(id)) return held;
    if (conversations_.size() >= limits_.conversations || !isConversationId(id)) return nullptr;
    return &conversations_.emplace(id, Conversation(id, self_)).first->second;
}

void View::remove(const std::string& id) {
    const auto found = conversations_.find(id);
    if (found == conversations_.end()) return;
    messageCount_ -= found->second.messages().size();
    bodyBytes_ -= found->second.bodyBytes();
    conversations_.erase(found);
}

void View::restore(StoredConversation stored) {
    const std::string id = stored.summary.conversation;
    if (open(id) == nullptr) return;
    for (const std::string& messageId : stored.early) early_.emplace_back(id, messageId);
    Conversation conversation(std::move(stored), self_);
    messageCount_ += conversation.messages().size();
    bodyBytes_ += conversation.bodyBytes();
    conversations_.insert_or_assign(id, std::move(conversation));
    trim();
    trimEarly();
}

template <typename Learn>
Change View::counted(Conversation& conversation, Learn learn) {
    messageCount_ -= conversation.messages().size();
    bodyBytes_ -= conversation.bodyBytes();
    Change change = learn();
    messageCount_ += conversation.messages().size();
    bodyBytes_ += conversation.bodyBytes();
    trim();
    return change;
}

Change View::learn(Conversation& conversation, Message message, Origin origin) {
    return counted(conversation, [&] { return conversation.learn(std::move(message), origin); });
}

Change View::learnRevocation(Conversation& conversation, const MessageRevocation& revocation, Origin origin) {
    Change change = counted(conversation, [&] { return conversation.learnRevocation(revocation, origin); });
    if (change.revoked && conversation.isEarly(revocation.messageId)) {
        early_.emplace_back(conversation.summary().conversation, revocation.messageId);
        trimEarly();
    }
    return change;
}

std::vector<std::string> View::conversationIds() const {
    std::vector<std::string> ids;
    for (const auto& [id, conversation] : conversations_) ids.push_back(id);
    return ids;
}

std::vector<ConversationSummary> View::summaries() const {
    std::vector<ConversationSummary> list;
    for (const auto& [id, conversation] : conversations_) list.push_back(conversation.summary());
    std::stable_sort(list.begin(), list.end(), [](const ConversationSummary& left, const ConversationSummary& right) {
        return left.lastChangeAt > right.lastChangeAt;
    });
    return list;
}

// The fullest conversation lets its oldest tenth go, until everything is within bounds.
void View::trim() {
    while (messageCount_ > limits_.messages || bodyBytes_ > limits_.bodyBytes) {
        const bool tooMany = messageCount_ > limits_.messages;
        const auto fullest = std::max_element(
            conversations_.begin(), conversations_.end(), [tooMany](const auto& left, const auto& right) {
                return tooMany ? left.second.messages().size() < right.second.messages().size()
                               : left.second.bodyBytes() < right.second.bodyBytes();
            });
        Conversation& conversation = fullest->second;
        messageCount_ -= conversation.messages().size();
        bodyBytes_ -= conversation.bodyBytes();
        for (std::size_t count = conversation.messages().size() / 10 + 1; count > 0; --count) {
            conversation.forgetOldest();
        }
        messageCount_ += conversation.messages().size();
        bodyBytes_ += conversation.bodyBytes();
    }
}

// What came is no longer early but still has its place in the queue, so the queue may be longer than the limit counts.
void View::trimEarly() {
    while (early_.size() > limits_.earlyRevocations) {
        const auto [id, messageId] = early_.front();
        early_.pop_front();
        Conversation* conversation = find(id);
        if (conversation == nullptr) continue;
        messageCount_ -= conversation->messages().size();
        conversation->forgetEarly(messageId);
        messageCount_ += conversation->messages().size();
    }
}

}  // namespace recall

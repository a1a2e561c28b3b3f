// What is held of all conversations.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "conversation.h"

namespace recall {

// How much is held at most, whatever the server sends.
struct ViewLimits {
    std::size_t conversations = 10'000;
    std::size_t messages = 100'000;
    std::size_t bodyBytes = 64 * 1024 * 1024;
    std::size_t earlyRevocations = 10'000;
};

class View {
public:
    explicit View(std::string self, ViewLimits limits = {}) : self_(std::move(self)), limits_(limits) {}

    // The conversation, null when nothing is held of it.
    Conversation* find(const std::string& id);
    const Conversation* find(const std::string& id) const;
    // Returns the conversation, and creates it if it does not exist; null if the ID is malformed or there are too many.
    Conversation* open(const std::string& id);
    void remove(const std::string& id);
    // Takes in a conversation as it was stored.
    void restore(StoredConversation stored);

    Change learn(Conversation& conversation, Message message, Origin origin);
    Change learnRevocation(Conversation& conversation, const MessageRevocation& revocation, Origin origin);

    std::vector<std::string> conversationIds() const;
    std::vector<ConversationSummary> summaries() const;  // latest change first

    std::size_t messageCount() const { return messageCount_; }

private:
    template <typename Learn>
    Change counted(Conversation& conversation, Learn learn);
    void trim();
    void trimEarly();

    std::string self_;
    ViewLimits limits_;
    std::map<std::string, Conversation> conversations_;
    std::size_t messageCount_ = 0;
    std::size_t bodyBytes_ = 0;
    std::deque<std::pair<std::string, std::string>> early_;  // conversation and messageId, in the order they came
};

// Whether this is the ID of a conversation: c2c_<user ID> or group_<group ID>.
bool isConversationId(std::string_view text);

}  // namespace recall

#include "conversations.h"

#include <utility>

namespace recall {

void ToldConversations::begin() {
    std::lock_guard lock(mutex_);
    listed_.reset();
}

void ToldConversations::complete(const Client& client) {
    const std::vector<ConversationSummary> all = client.conversations();
    const std::uint64_t unread = totalUnread(client);
    std::lock_guard lock(mutex_);
    listed_.emplace();
    for (const ConversationSummary& summary : all) listed_->insert(summary.conversation);
    unread_ = unread;
}

bool ToldConversations::isNew(const std::string& conversation) {
    std::lock_guard lock(mutex_);
    return listed_ && listed_->insert(conversation).second;
}

bool ToldConversations::isAnotherTotal(std::uint64_t unread) {
    std::lock_guard lock(mutex_);
    return std::exchange(unread_, unread) != unread;
}

std::uint64_t totalUnread(const Client& client) {
    std::uint64_t total = 0;
    for (const ConversationSummary& summary : client.conversations()) total += static_cast<std::uint64_t>(summary.unread);
    return total;
}

void readNewest(Client& client, const std::string& conversation, const Completion<Nothing>& completion) {
    const std::string newest = client.conversation(conversation).lastMessageId;
    if (newest.empty()) {
        client.post([completion] { completion.succeeded({}); });
        return;
    }
    client.read(conversation, newest, {[completion](int) { completion.succeeded({}); }, completion.failed});
}

namespace {

void readFrom(const std::shared_ptr<Client>& client, const std::vector<ConversationSummary>& unread, std::size_t place,
              const Completion<Nothing>& completion) {
    if (place == unread.size()) {
        client->post([completion] { completion.succeeded({}); });
        return;
    }
    // A request that waits does not keep the client.
    const std::weak_ptr<Client> weak = client;
    client->read(unread[place].conversation, unread[place].lastMessageId,
                 {[=](int) {
                      if (const auto present = weak.lock()) {
                          readFrom(present, unread, place + 1, completion);
                      } else {
                          completion.failed({code::notLoggedIn, "the client was uninitialised"});
                      }
                  },
                  completion.failed});
}

}  // namespace

void readAll(const std::shared_ptr<Client>& client, const std::string& prefix, const Completion<Nothing>& completion) {
    std::vector<ConversationSummary> unread;
    for (const ConversationSummary& summary : client->conversations()) {
        const bool begins = summary.conversation.compare(0, prefix.size(), prefix) == 0;
        if (begins && summary.unread > 0 && !summary.lastMessageId.empty()) unread.push_back(summary);
    }
    readFrom(client, unread, 0, completion);
}

}  // namespace recall

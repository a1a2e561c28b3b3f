// What the platforms' faces have in common about the list of conversations.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "client.h"

namespace recall {

// What an application was told of the list. It may be used from any thread.
class ToldConversations {
public:
    // A login begins: nothing is told to be new until it succeeded.
    void begin();
    // The login succeeded: from now on a conversation that is not in the list is a new one.
    void complete(const Client& client);
    // Whether a conversation that changed was not in the list. It is in the list afterwards.
    bool isNew(const std::string& conversation);
    // Whether this number of unread messages is another one than before.
    bool isAnotherTotal(std::uint64_t unread);

private:
    std::mutex mutex_;
    std::optional<std::set<std::string>> listed_;
    std::uint64_t unread_ = 0;
};

std::uint64_t totalUnread(const Client& client);

// Marks a conversation as read up to its newest message.
void readNewest(Client& client, const std::string& conversation, const Completion<Nothing>& completion);
// Marks all conversations whose ID begins with a prefix as read, one after the other, so that many are no flood of requests.
// The first failure ends it.
void readAll(const std::shared_ptr<Client>& client, const std::string& prefix, const Completion<Nothing>& completion);

}  // namespace recall

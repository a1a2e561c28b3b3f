// The document that a client stores of one conversation.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conversation.h"
#include "storage.h"
#include "types.h"

namespace recall {

// A message whose send has no answer yet.
struct Unsent {
    Message message;
    bool left = false;     // some attempt may have reached the server
    int failed = 0;        // the code with which it ended, after which it is sent again only by the application
    bool resumed = false;  // an earlier run of the program sent it: nobody waits for the result
    bool underWay = false;
};

// A recall that has no answer yet.
struct UnsentRecall {
    std::string reason;
    bool unsent = false;  // the send of the message had no answer either
    bool resumed = false;
    bool underWay = false;
};

// What waits for an answer in one conversation, by messageId, so in the order in which it was written.
struct Outbox {
    std::map<std::string, Unsent> messages;
    std::map<std::string, UnsentRecall> recalls;

    bool empty() const { return messages.empty() && recalls.empty(); }
};

struct Document {
    std::string conversation;
    std::optional<StoredConversation> held;  // nothing is held of a conversation whose first message was never answered
    Outbox outbox;

    bool empty() const { return !held && outbox.empty(); }
};

// The document as JSON. It does not hold the text of a message whose recall was asked for before it was sent: such a message
// is never sent again.
std::string writeDocument(const Document& document);
// Nothing if the text is not a document, or one of a newer version.
std::optional<Document> readDocument(std::string_view text);

}  // namespace recall

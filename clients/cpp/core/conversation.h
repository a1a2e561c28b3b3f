// What is held of one conversation.
#pragma once

#include <map>
#include <set>

#include "frame.h"
#include "types.h"

namespace recall {

// What stands for the recall of a message, beside its messageId, in the list of what a reply of the server has.
inline std::string revocationMark(const std::string& messageId) { return "revoked " + messageId; }

// How something was learnt, which decides whether the application is told.
enum class Origin {
    Event,    // a live event
    Cursor,   // a sync with a cursor: what changed since
    History,  // the first synchronisation without a cursor, or a page of history: what was there before
    Begun,    // a later sync without a cursor: a conversation that began while nothing was held of it
};

// What the application is to be told of one thing learnt.
struct Change {
    bool received = false;
    bool revoked = false;
    // The number of unread messages is not known any more: only the server knows it.
    bool unsure = false;
    Message message;
};

// What outlives the program of one conversation: the newest messages, and all that a synchronisation needs to go on.
struct StoredConversation {
    ConversationSummary summary;
    std::string cursor;
    bool synchronised = false;
    bool told = false;
    std::string floor;               // messages up to this ID are known and not held
    std::vector<Message> messages;   // by ID
    std::vector<std::string> early;  // those of them that are tombstones of messages that never came
};

class Conversation {
public:
    Conversation(std::string id, std::string self) : self_(std::move(self)) { summary_.conversation = std::move(id); }
    Conversation(StoredConversation stored, std::string self);

    // With the newest messages, at most that many.
    StoredConversation stored(std::size_t messages) const;

    // Takes in a message or a tombstone. A repeat changes nothing, and a tombstone stays one.
    Change learn(Message message, Origin origin);
    // Turns a message into its tombstone; of a message that is not held it keeps the tombstone, so that a body that
    // comes late is never shown.
    Change learnRevocation(const MessageRevocation& revocation, Origin origin);

    // Takes the server's read marker, which never moves back, and its unread number.
    void setRead(const std::string& readUpTo, int unread);
    // The same for the answer to a read, or the event of one. The server counted at another moment than the events came, so
    // this returns false if what is held gives another number: the conversation is to be synchronised.
    bool setReadByAnswer(const std::string& readUpTo, int unread);

    void beginSync();
    // Takes the server's numbers. Returns false if events or a read brought something meanwhile that the reply does not have.
    // Then the number that was counted here stays, and the conversation is to be synchronised again.
    bool endSync(const ConversationItem& item, const std::set<std::string>& included);

    // Forgets the message with the lowest ID. It stays known by the floor, so that a late repeat is not taken as new.
    void forgetOldest();
    // Forgets the tombstone of a message that never came.
    void forgetEarly(const std::string& messageId);

    const Message* find(const std::string& messageId) const;
    const std::map<std::string, Message>& messages() const { return messages_; }
    // The tombstones of messages that have not come, and the bytes of all bodies held, with the names of attachments.
    bool isEarly(const std::string& messageId) const { return early_.count(messageId) > 0; }
    std::size_t bodyBytes() const { return bodyBytes_; }

    ConversationSummary& summary() { return summary_; }
    const ConversationSummary& summary() const { return summary_; }

    std::string cursor;
    bool synchronised = false;  // once to its last page, now or before the login
    bool current = false;       // once to its last page since the login
    // Whether the application was told of a message in it, in this run of the program and in an earlier one.
    bool told = false;
    bool toldBefore = false;

private:
    bool counts(const Message& message) const;
    void touch(const std::string& messageId, Origin origin);
    void put(Message message);

    std::string self_;
    ConversationSummary summary_;
    std::map<std::string, Message> messages_;
    std::set<std::string> early_;
    std::size_t bodyBytes_ = 0;
    std::string floor_;
    bool syncing_ = false;
    std::set<std::string> touched_;  // what events brought while a sync is under way
};

}  // namespace recall

#include "conversation.h"

#include <algorithm>
#include <iterator>

namespace recall {
namespace {

constexpr std::size_t maximumTouched = 1'000;
// How far the server counts unread messages. The next number stands for all that are larger, so nothing can be subtracted from it.
constexpr int unreadExactLimit = 99;
// What stands for a changed read marker in the list of what came while a sync is under way. No reply contains it.
const char* const readMark = "read";

// What a message takes up that has no fixed size.
std::size_t bytesOf(const Message& message) {
    std::size_t bytes = message.body.size();
    for (const Attachment& attachment : message.attachments) {
        bytes += attachment.attachmentId.size() + attachment.name.size() + attachment.type.size();
    }
    return bytes;
}

}  // namespace

Conversation::Conversation(StoredConversation stored, std::string self)
    : cursor(std::move(stored.cursor)),
      synchronised(stored.synchronised),
      toldBefore(stored.told),
      self_(std::move(self)),
      summary_(std::move(stored.summary)),
      early_(stored.early.begin(), stored.early.end()),
      floor_(std::move(stored.floor)) {
    for (Message& message : stored.messages) put(std::move(message));
}

StoredConversation Conversation::stored(std::size_t messages) const {
    StoredConversation stored{summary_, cursor, synchronised, told || toldBefore, floor_, {}, {}};
    auto message = messages_.begin();
    if (messages_.size() > messages) {
        std::advance(message, messages_.size() - messages);
        stored.floor = std::max(stored.floor, std::prev(message)->first);
    }
    for (; message != messages_.end(); ++message) {
        stored.messages.push_back(message->second);
        if (isEarly(message->first)) stored.early.push_back(message->first);
    }
    return stored;
}

Change Conversation::learn(Message message, Origin origin) {
    message.conversation = summary_.conversation;
    if (message.revoked) {
        return learnRevocation({message.messageId, message.sender, message.sentAt, *message.revoked}, origin);
    }
    touch(message.messageId, origin);
    const auto held = messages_.find(message.messageId);
    if (held != messages_.end()) {
        // Of a recalled message whose body comes late only its sender is taken.
        early_.erase(message.messageId);
        if (held->second.sender.empty()) held->second.sender = message.sender;
        return {};
    }
    if (message.messageId <= floor_) return {};
    Change change;
    change.received = origin != Origin::History;
    change.message = message;
    if (origin == Origin::Event && counts(message)) ++summary_.unread;
    put(std::move(message));
    return change;
}

Change Conversation::learnRevocation(const MessageRevocation& revocation, Origin origin) {
    touch(revocationMark(revocation.messageId), origin);
    const auto held = messages_.find(revocation.messageId);
    const bool known = held != messages_.end();
    if (known && held->second.revoked) {
        if (held->second.sender.empty()) held->second.sender = revocation.sender;
        return {};
    }
    if (!known && isEarly(revocation.messageId)) return {};

    Change change;
    Message tombstone;
    if (known) {
        tombstone = held->second;
        if (origin == Origin::Event && counts(tombstone)) {
            change.unsure = summary_.unread > unreadExactLimit;
            if (!change.unsure) summary_.unread = std::max(summary_.unread - 1, 0);
        }
        bodyBytes_ -= bytesOf(tombstone);
        messages_.erase(held);
    } else {
        tombstone.messageId = revocation.messageId;
        tombstone.conversation = summary_.conversation;
        tombstone.sender = revocation.sender;
        tombstone.sentAt = revocation.sentAt;
        if (origin == Origin::Event) early_.insert(revocation.messageId);
    }
    tombstone.body.clear();
    tombstone.attachments.clear();
    tombstone.revoked = revocation.revoked;

    change.revoked = known || origin != Origin::History;
    if (!known) change.unsure = origin == Origin::Event && counts(tombstone);
    change.message = tombstone;
    if (known || revocation.messageId > floor_) put(std::move(tombstone));
    return change;
}

void Conversation::setRead(const std::string& readUpTo, int unread) {
    summary_.readUpTo = std::max(summary_.readUpTo, readUpTo);
    summary_.unread = std::max(unread, 0);
}

bool Conversation::setReadByAnswer(const std::string& readUpTo, int unread) {
    setRead(readUpTo, unread);
    if (syncing_) touched_.insert(readMark);
    if (unread > unreadExactLimit) return true;
    const auto after = messages_.upper_bound(summary_.readUpTo);
    const auto held = std::count_if(after, messages_.end(), [this](const auto& entry) {
        return !entry.second.revoked && counts(entry.second);
    });
    return held == unread;
}

void Conversation::beginSync() {
    syncing_ = true;
    touched_.clear();
}

bool Conversation::endSync(const ConversationItem& item, const std::set<std::string>& included) {
    syncing_ = false;
    const bool complete = std::all_of(touched_.begin(), touched_.end(),
                                      [&](const std::string& id) { return included.count(id) > 0; });
    touched_.clear();
    setRead(item.summary.readUpTo, complete ? item.summary.unread : summary_.unread);
    return complete;
}

void Conversation::forgetOldest() {
    if (messages_.empty()) return;
    const auto oldest = messages_.begin();
    floor_ = oldest->first;
    bodyBytes_ -= bytesOf(oldest->second);
    early_.erase(oldest->first);
    messages_.erase(oldest);
}

void Conversation::forgetEarly(const std::string& messageId) {
    if (early_.erase(messageId) > 0) messages_.erase(messageId);
}

const Message* Conversation::find(const std::string& messageId) const {
    const auto held = messages_.find(messageId);
    return held == messages_.end() ? nullptr : &held->second;
}

// Whether an unrecalled message is one of the unread ones.
bool Conversation::counts(const Message& message) const {
    return message.sender != self_ && message.messageId > summary_.readUpTo;
}

void Conversation::touch(const std::string& messageId, Origin origin) {
    if (syncing_ && origin == Origin::Event && touched_.size() < maximumTouched) touched_.insert(messageId);
}

void Conversation::put(Message message) {
    bodyBytes_ += bytesOf(message);
    summary_.lastMessageId = std::max(summary_.lastMessageId, message.messageId);
    const std::string id = message.messageId;
    messages_.insert_or_assign(id, std::move(message));
}

}  // namespace recall

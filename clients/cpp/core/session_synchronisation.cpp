#include <algorithm>
#include <utility>

#include "session.h"

namespace recall {
namespace {

constexpr std::size_t batchSize = 20;
constexpr int maximumRepeats = 3;  // for one conversation that the server cannot synchronise

}  // namespace

// After every hello: the conversation list, then what was missed in every conversation, whatever the list says about
// the time of its last change.
void Session::beginSynchronisation(Milliseconds now) {
    repeats_.clear();
    synchronisationFailures_ = 0;
    listing_ = true;
    syncing_ = false;
    listConversations(now, "");
}

void Session::listConversations(Milliseconds now, const std::string& after) {
    const std::string id = requests_.nextId();
    requests_.begin(now, id, conversationsRequest(id, after), {/*bound=*/true},
                    [this, after](Milliseconds answered, const Outcome& outcome) {
                        conversationsListed(answered, after, outcome);
                    });
}

void Session::conversationsListed(Milliseconds now, const std::string& after, const Outcome& outcome) {
    if (!outcome.ok()) {
        synchronisationFailed(now, outcome);
        return;
    }
    if (login_) loginDeadline_ = now + maximumAttempts * options_.requestTimeout;
    bool full = false;
    for (const ConversationItem& item : outcome.reply->conversations) {
        Conversation* conversation = view_.open(item.summary.conversation);
        full = full || conversation == nullptr;
        if (conversation == nullptr) continue;
        ConversationSummary& summary = conversation->summary();
        const ConversationSummary before = summary;
        summary.lastChangeAt = std::max(summary.lastChangeAt, item.summary.lastChangeAt);
        summary.role = item.summary.role;
        conversation->setRead(item.summary.readUpTo, item.summary.unread);
        if (summary != before) saveSoon(now, summary.conversation);
        listener_.conversationChanged(summary);
    }
    const std::string& next = outcome.reply->next;
    if (!next.empty() && next != after && !full && !outcome.reply->conversations.empty()) {
        listConversations(now, next);
        return;
    }
    listing_ = false;
    for (const std::string& id : view_.conversationIds()) todo_.emplace(id, Origin::Cursor);
    continueSynchronisation(now);
}

// Asks for a synchronisation of one conversation, on this connection or, failing that, the next one.
void Session::want(Milliseconds now, const std::string& conversation) {
    todo_.emplace(conversation, Origin::Cursor);
    repeats_.erase(conversation);
    continueSynchronisation(now);
}

// After a back-off.
void Session::resumeSynchronisation(Milliseconds now) {
    if (listing_) {
        listConversations(now, "");
    } else {
        continueSynchronisation(now);
    }
}

// The first synchronisation is over when every conversation was complete once. Some may be left to do again, because
// events came in between.
void Session::settleLogin(Milliseconds now) {
    const bool complete = std::all_of(todo_.begin(), todo_.end(), [this](const auto& entry) {
        const Conversation* conversation = view_.find(entry.first);
        return conversation == nullptr || conversation->current;
    });
    if (!complete) return;
    firstSynchronised_ = true;
    resume(now);
    if (!login_) return;
    loginDeadline_ = never;
    const auto login = *std::exchange(login_, std::nullopt);
    login.succeeded({});
}

void Session::continueSynchronisation(Milliseconds now) {
    if (state_ != State::Ready || listing_ || syncing_ || synchroniseAt_ != never) return;
    if (!firstSynchronised_) settleLogin(now);
    std::vector<std::string> batch;
    std::vector<SyncRequestItem> items;
    for (auto entry = todo_.begin(); entry != todo_.end() && batch.size() < batchSize;) {
        Conversation* conversation = view_.open(entry->first);
        if (conversation == nullptr) {
            entry = todo_.erase(entry);
            continue;
        }
        // Where this conversation was never complete, pages with a cursor still bring what was there before.
        entry->second = conversation->synchronised                      ? Origin::Cursor
                        : firstSynchronised_ || conversation->toldBefore ? Origin::Begun
                                                                         : Origin::History;
        conversation->beginSync();
        items.push_back({entry->first, conversation->cursor});
        batch.push_back(entry->first);
        ++entry;
    }
    if (items.empty()) return;
    syncing_ = true;
    const std::string id = requests_.nextId();
    requests_.begin(now, id, syncRequest(id, items), {/*bound=*/true},
                    [this, batch](Milliseconds answered, const Outcome& outcome) {
                        synchronised(answered, batch, outcome);
                    });
}

void Session::synchronised(Milliseconds now, const std::vector<std::string>& batch, const Outcome& outcome) {
    syncing_ = false;
    if (!outcome.ok()) {
        synchronisationFailed(now, outcome);
        return;
    }
    if (login_) loginDeadline_ = now + maximumAttempts * options_.requestTimeout;
    std::set<std::string> missing(batch.begin(), batch.end());
    bool refused = false;
    const bool moved = moves(outcome.reply->conversations);
    for (const ConversationItem& item : outcome.reply->conversations) {
        const std::string& id = item.summary.conversation;
        Conversation* conversation = view_.find(id);
        const auto entry = todo_.find(id);
        if (missing.erase(id) == 0 || conversation == nullptr || entry == todo_.end()) continue;
        if (item.error && forgetsCursor(*conversation, *item.error)) continue;
        if (item.error) {
            refused = true;
            itemRefused(now, id, *item.error);
            continue;
        }
        if (takeItem(now, *conversation, item, entry->second, moved)) todo_.erase(id);
        listener_.conversationChanged(conversation->summary());
    }
    for (const std::string& id : missing) {
        refused = true;
        itemRefused(now, id, Refusal{code::unavailable, "", true, std::nullopt});
    }
    if (refused && !todo_.empty()) {
        synchroniseAt_ = now + backOff(synchronisationFailures_++);
    }
    continueSynchronisation(now);
}

// Whether a reply brings any of its conversations further. One for which there was no room beside the others is asked for again as
// it was; but a server that says more for ever, and moves nothing, must not keep the client busy.
bool Session::moves(const std::vector<ConversationItem>& items) {
    return std::any_of(items.begin(), items.end(), [this](const ConversationItem& item) {
        if (item.error) return !item.error->retryable;
        const Conversation* conversation = view_.find(item.summary.conversation);
        return conversation != nullptr && (!item.more || (!item.cursor.empty() && item.cursor != conversation->cursor));
    });
}

// Takes in one page of a reply that moved any of its conversations or none. Returns whether the conversation is complete.
bool Session::takeItem(Milliseconds now, Conversation& conversation, const ConversationItem& item, Origin origin, bool moved) {
    std::set<std::string> included;
    std::vector<Change> changes;
    // Recalls first: a message that is recalled by the same page was never new to anyone.
    for (const MessageRevocation& revocation : item.revocations) {
        included.insert(revocation.messageId);
        included.insert(revocationMark(revocation.messageId));
        changes.push_back(view_.learnRevocation(conversation, revocation, origin));
    }
    for (const Message& message : item.messages) {
        included.insert(message.messageId);
        if (message.revoked) included.insert(revocationMark(message.messageId));
        changes.push_back(view_.learn(conversation, message, origin));
        unanswered_.erase(message.messageId);
    }
    if (!item.cursor.empty()) conversation.cursor = item.cursor;
    const bool sure = conversation.endSync(item, included);
    const bool complete = !item.more || !moved;
    const bool before = conversation.synchronised;
    if (complete) conversation.synchronised = conversation.current = !conversation.cursor.empty();
    // Without this the next run of the program would tell again of what the application was told before the first cursor.
    if (!before && conversation.synchronised && conversation.told) save(now, item.summary.conversation);
    tell(now, conversation, changes);
    return complete && sure;
}

// Forgets a cursor that the server does not know, so that the conversation is asked for without one. Returns whether there was one.
bool Session::forgetsCursor(Conversation& conversation, const Refusal& refusal) {
    if (refusal.code != code::invalidRequest || conversation.cursor.empty()) return false;
    conversation.cursor.clear();
    return true;
}

void Session::itemRefused(Milliseconds now, const std::string& id, const Refusal& refusal) {
    const bool again = refusal.retryable && ++repeats_[id] <= maximumRepeats;
    if (again) return;
    repeats_.erase(id);
    todo_.erase(id);
    if (refusal.code != code::conversationNotFound) return;
    view_.remove(id);
    save(now, id);
}

// Without any reply the connection may be half dead: a new one begins the synchronisation again.
void Session::synchronisationFailed(Milliseconds now, const Outcome& outcome) {
    if (outcome.reply == nullptr) {
        drop(now);
        return;
    }
    synchroniseAt_ = now + backOff(synchronisationFailures_++);
}

}  // namespace recall

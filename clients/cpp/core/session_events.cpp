#include <algorithm>

#include "session.h"

namespace recall {

void Session::messageEvent(Milliseconds now, const MessageEvent& event) {
    Conversation* conversation = view_.open(event.message.conversation);
    if (conversation == nullptr) return;
    conversation->summary().lastChangeAt = std::max(conversation->summary().lastChangeAt, event.message.sentAt);
    const Change change = view_.learn(*conversation, event.message, Origin::Event);
    unanswered_.erase(event.message.messageId);
    tell(now, *conversation, {change});
    if (!change.received && !change.revoked) return;
    listener_.conversationChanged(conversation->summary());
    if (change.unsure || conversation->cursor.empty()) want(now, event.message.conversation);
}

void Session::revokedEvent(Milliseconds now, const RevokedEvent& event) {
    Conversation* conversation = event.revocations.empty() ? nullptr : view_.open(event.conversation);
    if (conversation == nullptr) return;
    std::vector<Change> changes;
    bool changed = false;
    bool unsure = false;
    for (const MessageRevocation& revocation : event.revocations) {
        const Change change = view_.learnRevocation(*conversation, revocation, Origin::Event);
        conversation->summary().lastChangeAt =
            std::max(conversation->summary().lastChangeAt, revocation.revoked.at);
        changes.push_back(change);
        changed = changed || change.revoked;
        unsure = unsure || change.unsure;
    }
    tell(now, *conversation, changes);
    if (!changed) return;
    listener_.conversationChanged(conversation->summary());
    if (unsure || conversation->cursor.empty()) want(now, event.conversation);
}

void Session::readEvent(Milliseconds now, const ReadEvent& event) {
    Conversation* conversation = view_.open(event.conversation);
    // The marker never moves back, so an older one came late and its number is old too.
    if (conversation == nullptr || event.readUpTo < conversation->summary().readUpTo) return;
    const bool sure = conversation->setReadByAnswer(event.readUpTo, event.unread);
    saveSoon(now, event.conversation);
    listener_.conversationChanged(conversation->summary());
    if (!sure) want(now, event.conversation);
}

void Session::conversationEvent(Milliseconds now, const ConversationEvent& event) {
    if (!event.user.empty() && event.user != user_) return;
    if (event.change == "left") {
        view_.remove(event.conversation);
        todo_.erase(event.conversation);
        save(now, event.conversation);
        ConversationSummary gone;
        gone.conversation = event.conversation;
        listener_.conversationChanged(gone);
        return;
    }
    Conversation* conversation = view_.open(event.conversation);
    if (conversation == nullptr) return;
    if (!event.role.empty()) conversation->summary().role = event.role;
    saveSoon(now, event.conversation);
    listener_.conversationChanged(conversation->summary());
    if (event.change == "joined") want(now, event.conversation);
}

// Tells of changes in one conversation, except of what this client did itself: that gets its result. A recalled text is gone from
// the storage before the application knows of the recall. What the application knows of a conversation without a cursor is stored
// first too, because a later synchronisation would take it for history.
void Session::tell(Milliseconds now, Conversation& conversation, const std::vector<Change>& changes) {
    bool revoked = false, received = false;
    for (const Change& change : changes) {
        revoked = revoked || change.revoked;
        received = received || change.received;
    }
    conversation.told = conversation.told || received;
    const std::string& id = conversation.summary().conversation;
    dropHeld(id);
    if (revoked) {
        saveRecalled(now, id);
    } else if (received && conversation.cursor.empty()) {
        save(now, id);
    } else {
        saveSoon(now, id);
    }
    for (const Change& change : changes) {
        if (change.received && sending_.count(change.message.messageId) == 0) listener_.received(change.message);
        if (change.revoked &&
            !(change.message.revoked->by == user_ && revokeCalls_.count(change.message.messageId) > 0)) {
            listener_.revoked(change.message);
        }
    }
}

}  // namespace recall

#include <algorithm>

#include "session.h"

namespace recall {
namespace {

constexpr std::size_t maximumUnanswered = 1'000;  // messages, and requests
// The client says "too late" by itself only when it is surely so; until then the server decides.
constexpr Milliseconds windowTolerance = 2'000;

void release(std::map<std::string, int>& counts, const std::string& key) {
    const auto found = counts.find(key);
    if (found != counts.end() && --found->second <= 0) counts.erase(found);
}

}  // namespace

std::string Session::send(Milliseconds now, const Draft& draft, Completion<Message> completion) {
    if (refusesCalls(completion.failed)) return "";
    const auto compact = compactBody(draft.body);
    if (!compact) {
        completion.failed({code::invalidRequest, "body must be a JSON object"});
        return "";
    }
    if (compact->size() > maximumBodyBytes) {
        completion.failed({code::bodyTooLarge, "the body is over 12,288 bytes as encoded"});
        return "";
    }
    if (!draft.messageId.empty() && !isMessageId(draft.messageId)) {
        completion.failed({code::invalidRequest, "messageId must be a ULID of 26 characters"});
        return "";
    }
    Send send;
    send.message.messageId = draft.messageId.empty() ? ids_.next(clock_.time(now)) : draft.messageId;
    send.message.conversation = draft.conversation;
    send.message.replyTo = draft.replyTo;
    send.message.sender = user_;
    send.message.body = *compact;
    send.completion = std::move(completion);
    const std::string made = send.message.messageId;
    transmitSend(now, std::move(send));
    return made;
}

void Session::transmitSend(Milliseconds now, Send send) {
    const std::string id = requests_.nextId();
    std::string frame = sendRequest(id, send.message);
    if (frame.size() > maximumRequestBytes) {
        send.completion.failed({code::invalidRequest, "the request is over 32 KB: shorten conversation or body"});
        return;
    }
    ++sending_[send.message.messageId];
    requests_.begin(now, id, std::move(frame), {},
                    [this, id, send = std::move(send)](Milliseconds answered, const Outcome& outcome) mutable {
                        lookForOutcome(answered, id, send.message.conversation, outcome);
                        sendEnded(answered, send, outcome);
                    });
}

void Session::sendEnded(Milliseconds now, Send& send, const Outcome& outcome) {
    const std::string messageId = send.message.messageId;
    if (!outcome.ok() && outcome.error.code == code::staleMessageId && outcome.reply != nullptr) {
        sendStale(now, send, outcome);
        return;
    }
    release(sending_, messageId);
    revokedUnsent_.erase(messageId);
    if (!outcome.ok()) {
        // Without an answer the message may still turn up, and a recall of it must also keep it from being stored.
        if (outcome.reply == nullptr && outcome.unknown) unanswered_.insert(messageId);
        if (unanswered_.size() > maximumUnanswered) unanswered_.erase(unanswered_.begin());
        if (outcome.error.code == code::alreadyRecalled) want(now, send.message.conversation);
        send.completion.failed(outcome.error);
        return;
    }
    Message message = send.message;
    if (outcome.reply->message) {
        message.sentAt = outcome.reply->message->sentAt;
        message.recallableUntil = outcome.reply->message->recallableUntil;
    }
    if (Conversation* conversation = view_.open(message.conversation)) {
        conversation->summary().lastChangeAt = std::max(conversation->summary().lastChangeAt, message.sentAt);
        view_.learn(*conversation, message, Origin::History);
        listener_.conversationChanged(conversation->summary());
    }
    send.completion.succeeded(message);
}

// The messageId's time is off. Once, and only if the message cannot have been stored under it, a fresh one is tried.
void Session::sendStale(Milliseconds now, Send& send, const Outcome& outcome) {
    const std::string messageId = send.message.messageId;
    if (outcome.reply->error.serverTime) {
        clock_.compare(now, now, *outcome.reply->error.serverTime);
        ids_.startOver();
    }
    const bool revoked = revokedUnsent_.erase(messageId) > 0;
    release(sending_, messageId);
    if (outcome.unknown || send.fresh || revoked || !outcome.reply->error.serverTime) {
        send.completion.failed(outcome.error);
        return;
    }
    send.fresh = true;
    send.message.messageId = ids_.next(clock_.time(now));
    transmitSend(now, std::move(send));
}

// A request that was given up may have been carried out, or yet be, and no event tells the requesting connection of it: the
// conversation is synchronised, and again when the answer comes late.
void Session::lookForOutcome(Milliseconds now, const std::string& id, const std::string& conversation,
                             const Outcome& outcome) {
    const bool givenUp = outcome.reply == nullptr || (!outcome.ok() && outcome.reply->error.retryable);
    if (!givenUp || !outcome.unknown || !online()) return;
    if (abandoned_.size() < maximumUnanswered) abandoned_[id] = conversation;
    want(now, conversation);
}

// The late answer to a request that was given up; with an empty ID to any of them.
void Session::lookAgain(Milliseconds now, const std::string& id) {
    std::set<std::string> conversations;
    for (auto entry = abandoned_.begin(); entry != abandoned_.end();) {
        const bool meant = id.empty() || entry->first == id;
        if (meant) conversations.insert(entry->second);
        entry = meant ? abandoned_.erase(entry) : std::next(entry);
    }
    for (const std::string& conversation : conversations) want(now, conversation);
}

bool Session::isUnsent(const std::string& messageId) const {
    return sending_.count(messageId) > 0 || unanswered_.count(messageId) > 0;
}

void Session::revoke(Milliseconds now, const std::string& conversation, const std::string& messageId,
                     const std::string& reason, Completion<Message> completion) {
    if (refusesCalls(completion.failed)) return;
    Message asked;
    asked.messageId = messageId;
    asked.conversation = conversation;
    asked.sender = isUnsent(messageId) ? user_ : "";
    const Conversation* held = view_.find(conversation);
    if (const Message* message = held != nullptr ? held->find(messageId) : nullptr) {
        asked.sender = message->sender;
        asked.sentAt = message->sentAt;
        const bool own = message->sender == user_ && conversation.compare(0, 4, "c2c_") == 0;
        if (own && !message->revoked && message->recallableUntil >= 1 &&
            clock_.time(now) > message->recallableUntil + windowTolerance) {
            completion.failed({code::recallWindowExpired, "the time to recall this message is over"});
            return;
        }
    }
    const std::string id = requests_.nextId();
    std::string frame = revokeRequest(id, conversation, messageId, reason, isUnsent(messageId));
    if (frame.size() > maximumRequestBytes) {
        completion.failed({code::invalidRequest, "the request is over 32 KB: shorten reason"});
        return;
    }
    ++revokeCalls_[messageId];
    if (sending_.count(messageId) > 0) revokedUnsent_.insert(messageId);
    requests_.begin(now, id, std::move(frame), {},
                    [this, id, asked, completion = std::move(completion)](Milliseconds answered, const Outcome& outcome) {
                        lookForOutcome(answered, id, asked.conversation, outcome);
                        revokeEnded(answered, asked, outcome, completion);
                    });
}

void Session::revokeEnded(Milliseconds now, const Message& asked, const Outcome& outcome,
                          const Completion<Message>& completion) {
    release(revokeCalls_, asked.messageId);
    if (!outcome.ok()) {
        Error error = outcome.error;
        // A batch says what failed in its results; a single one repeats it as the reply's error.
        if (outcome.reply != nullptr && !outcome.reply->results.empty() && outcome.reply->results.front().error) {
            error = outcome.reply->results.front().error->error();
        }
        completion.failed(error);
        return;
    }
    MessageRevocation revocation{asked.messageId, asked.sender, asked.sentAt, {}};
    revocation.revoked = {clock_.time(now), user_, asked.sender == user_ ? "sender" : "moderator", ""};
    if (!outcome.reply->results.empty() && outcome.reply->results.front().revoked) {
        revocation.revoked = *outcome.reply->results.front().revoked;
    }
    Message tombstone = asked;
    tombstone.revoked = revocation.revoked;
    if (Conversation* conversation = view_.open(asked.conversation)) {
        conversation->summary().lastChangeAt =
            std::max(conversation->summary().lastChangeAt, revocation.revoked.at);
        const Change change = view_.learnRevocation(*conversation, revocation, Origin::Event);
        if (const Message* message = conversation->find(asked.messageId)) tombstone = *message;
        listener_.conversationChanged(conversation->summary());
        if (change.unsure) want(now, asked.conversation);
    }
    completion.succeeded(tombstone);
}

void Session::history(Milliseconds now, const std::string& conversation, const std::string& before, int limit,
                      Completion<std::vector<Message>> completion) {
    if (refusesCalls(completion.failed)) return;
    const std::string id = requests_.nextId();
    requests_.begin(
        now, id, historyRequest(id, conversation, before, limit), {},
        [this, conversation, completion = std::move(completion)](Milliseconds, const Outcome& outcome) {
            if (!outcome.ok()) {
                completion.failed(outcome.error);
                return;
            }
            const auto& items = outcome.reply->conversations;
            if (items.empty() || items.front().error) {
                completion.failed(items.empty() ? Refusal{}.error() : items.front().error->error());
                return;
            }
            std::vector<Message> page;
            Conversation* held = view_.open(conversation);
            for (const Message& message : items.front().messages) {
                if (held != nullptr) tell(view_.learn(*held, message, Origin::History));
                // What is known to be recalled is a tombstone in the page too.
                const Message* known = held != nullptr ? held->find(message.messageId) : nullptr;
                page.push_back(known != nullptr ? *known : message);
            }
            completion.succeeded(page);
        });
}

void Session::read(Milliseconds now, const std::string& conversation, const std::string& messageId,
                   Completion<int> completion) {
    if (refusesCalls(completion.failed)) return;
    const std::string id = requests_.nextId();
    requests_.begin(now, id, readRequest(id, conversation, messageId), {},
                    [this, conversation, completion = std::move(completion)](Milliseconds, const Outcome& outcome) {
                        if (!outcome.ok()) {
                            completion.failed(outcome.error);
                            return;
                        }
                        const int unread = outcome.reply->unread.value_or(0);
                        if (Conversation* held = view_.open(conversation)) {
                            held->setRead(outcome.reply->readUpTo, unread);
                            listener_.conversationChanged(held->summary());
                        }
                        completion.succeeded(unread);
                    });
}

}  // namespace recall

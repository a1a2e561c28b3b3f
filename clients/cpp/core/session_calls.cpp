#include <algorithm>

#include "session.h"

namespace recall {
namespace {

constexpr std::size_t maximumUnanswered = 1'000;  // messages, and requests
// The client says "too late" by itself only when it is surely so; until then the server decides.
constexpr Milliseconds windowTolerance = 2'000;

// The failure of a part of the server, which may be over later.
bool isRetryable(const Outcome& outcome) { return outcome.reply != nullptr && !outcome.ok() && outcome.reply->error.retryable; }

void release(std::map<std::string, int>& counts, const std::string& key) {
    const auto found = counts.find(key);
    if (found != counts.end() && --found->second <= 0) counts.erase(found);
}

// What is wrong with the attachments of a message to send; nothing if they are good.
std::string faultOf(const std::vector<Attachment>& attachments) {
    if (attachments.size() > maximumAttachments) return "a message has at most 10 attachments";
    for (const Attachment& attachment : attachments) {
        const bool forwarded = attachment.from.has_value();
        if (attachment.attachmentId.empty() ||
            (forwarded && (attachment.from->conversation.empty() || !isMessageId(attachment.from->messageId)))) {
            return "attachments must be uploaded before, or be those of another message";
        }
    }
    return "";
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
    if (const std::string fault = faultOf(draft.attachments); !fault.empty()) {
        completion.failed({code::invalidRequest, fault});
        return "";
    }
    Send send;
    send.message.messageId = draft.messageId.empty() ? ids_.next(clock_.time(now)) : draft.messageId;
    send.message.conversation = draft.conversation;
    send.message.replyTo = draft.replyTo;
    send.message.unlessRevoked = draft.unlessRevoked;
    send.message.attachments = draft.attachments;
    send.message.sender = user_;
    send.message.body = *compact;
    send.completion = std::move(completion);
    const std::string made = send.message.messageId;
    transmitSend(now, std::move(send));
    return made;
}

// The message is stored before its frame leaves.
void Session::transmitSend(Milliseconds now, Send send) {
    const std::string id = requests_.nextId();
    std::string frame = sendRequest(id, send.message);
    if (frame.size() > maximumRequestBytes) {
        send.completion.failed({code::invalidRequest, "the request is over 32 KB: shorten conversation or body"});
        return;
    }
    const std::string& messageId = send.message.messageId;
    outboxes_[send.message.conversation].messages[messageId] = {send.message, send.left || state_ == State::Ready, 0, send.resumed, true};
    save(now, send.message.conversation);
    ++sending_[messageId];
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
    settleUnsent(send, outcome);
    if (!outcome.ok()) {
        // Without an answer the message may still turn up, and a recall of it must also keep it from being stored.
        if (outcome.reply == nullptr && outcome.unknown) unanswered_.insert(messageId);
        if (unanswered_.size() > maximumUnanswered) unanswered_.erase(unanswered_.begin());
        if (outcome.error.code == code::alreadyRecalled) want(now, send.message.conversation);
        sendFailed(now, send, outcome);
        return;
    }
    Message message = send.message;
    message.unlessRevoked.clear();  // a condition of this one send
    if (outcome.reply->message) {
        message.sentAt = outcome.reply->message->sentAt;
        message.recallableUntil = outcome.reply->message->recallableUntil;
    }
    // The server knows the names, and gives no message of which an attachment was forwarded.
    message.attachments = outcome.reply->message ? outcome.reply->message->attachments : std::vector<Attachment>();
    Conversation* conversation = view_.open(message.conversation);
    bool learned = false;
    if (conversation != nullptr) {
        learned = conversation->find(messageId) == nullptr;
        conversation->summary().lastChangeAt = std::max(conversation->summary().lastChangeAt, message.sentAt);
        view_.learn(*conversation, message, Origin::History);
    }
    save(now, message.conversation);
    if (conversation != nullptr) listener_.conversationChanged(conversation->summary());
    if (!send.resumed) {
        send.completion.succeeded(message);
    } else if (learned) {
        listener_.received(message);
    }
}

// The caller is told of every failure. What an earlier run of the program sent has no caller: the application is told only if the
// message can never be sent, and was not recalled.
void Session::sendFailed(Milliseconds now, Send& send, const Outcome& outcome) {
    save(now, send.message.conversation);
    if (!send.resumed) {
        send.completion.failed(outcome.error);
    } else if (outcome.reply != nullptr && !isRetryable(outcome) && outcome.error.code != code::alreadyRecalled) {
        listener_.unsentMessageFailed(send.message, outcome.error);
    }
}

// Says in the outbox how a send ended. One without an answer stays: with the code that its caller was told, or, if an earlier run of
// the program began it, to be sent again. The refusal of such a message stays too, since there was no caller to be told.
void Session::settleUnsent(const Send& send, const Outcome& outcome) {
    const auto outbox = outboxes_.find(send.message.conversation);
    if (outbox == outboxes_.end() || sending_.count(send.message.messageId) > 0) return;
    const auto unsent = outbox->second.messages.find(send.message.messageId);
    if (unsent == outbox->second.messages.end()) return;
    const bool answered = outcome.reply != nullptr && !(send.resumed && isRetryable(outcome));
    const bool refusedWithoutACaller = send.resumed && !outcome.ok() && outcome.error.code != code::alreadyRecalled;
    if (!stored_ || (answered && !refusedWithoutACaller)) {
        outbox->second.messages.erase(unsent);
        return;
    }
    unsent->second.underWay = false;
    if (!send.resumed || answered) unsent->second.failed = outcome.error.code;
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
    settleUnsent(send, outcome);
    if (outcome.unknown || send.left || send.fresh || revoked || !outcome.reply->error.serverTime) {
        sendFailed(now, send, outcome);
        return;
    }
    outboxes_[send.message.conversation].messages.erase(messageId);
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

bool Session::isUnsent(const std::string& conversation, const std::string& messageId) const {
    if (sending_.count(messageId) > 0 || unanswered_.count(messageId) > 0) return true;
    const auto outbox = outboxes_.find(conversation);
    return outbox != outboxes_.end() && outbox->second.messages.count(messageId) > 0;
}

void Session::revoke(Milliseconds now, const std::string& conversation, const std::string& messageId,
                     const std::string& reason, Completion<Message> completion) {
    if (refusesCalls(completion.failed)) return;
    const bool unsent = isUnsent(conversation, messageId);
    Revoke revoke;
    revoke.asked.messageId = messageId;
    revoke.asked.conversation = conversation;
    revoke.asked.sender = unsent ? user_ : "";
    revoke.reason = reason;
    revoke.completion = std::move(completion);
    const Conversation* held = view_.find(conversation);
    if (const Message* message = held != nullptr ? held->find(messageId) : nullptr) {
        revoke.asked.sender = message->sender;
        revoke.asked.sentAt = message->sentAt;
        const bool own = message->sender == user_ && conversation.compare(0, 4, "c2c_") == 0;
        if (own && !message->revoked && message->recallableUntil >= 1 &&
            clock_.time(now) > message->recallableUntil + windowTolerance) {
            revoke.completion.failed({code::recallWindowExpired, "the time to recall this message is over"});
            return;
        }
    }
    transmitRevoke(now, std::move(revoke), unsent);
}

// The recall is stored before its frame leaves.
void Session::transmitRevoke(Milliseconds now, Revoke revoke, bool unsent) {
    const std::string id = requests_.nextId();
    const std::string conversation = revoke.asked.conversation, messageId = revoke.asked.messageId;
    std::string frame = revokeRequest(id, conversation, messageId, revoke.reason, unsent);
    if (frame.size() > maximumRequestBytes) {
        revoke.completion.failed({code::invalidRequest, "the request is over 32 KB: shorten reason"});
        return;
    }
    // An ID that is none is refused by the server, and is not worth keeping.
    if (isMessageId(messageId)) {
        outboxes_[conversation].recalls[messageId] = {revoke.reason, unsent, revoke.resumed, true};
        save(now, conversation);
    }
    ++revokeCalls_[messageId];
    if (sending_.count(messageId) > 0) revokedUnsent_.insert(messageId);
    requests_.begin(now, id, std::move(frame), {},
                    [this, id, revoke = std::move(revoke)](Milliseconds answered, const Outcome& outcome) {
                        lookForOutcome(answered, id, revoke.asked.conversation, outcome);
                        revokeEnded(answered, revoke, outcome);
                    });
}

void Session::revokeEnded(Milliseconds now, const Revoke& revoke, const Outcome& outcome) {
    const Message& asked = revoke.asked;
    release(revokeCalls_, asked.messageId);
    settleRecall(revoke, outcome);
    if (!outcome.ok()) {
        Error error = outcome.error;
        // A batch says what failed in its results; a single one repeats it as the reply's error.
        if (outcome.reply != nullptr && !outcome.reply->results.empty() && outcome.reply->results.front().error) {
            error = outcome.reply->results.front().error->error();
        }
        revokeFailed(now, revoke, outcome, error);
        return;
    }
    MessageRevocation revocation{asked.messageId, asked.sender, asked.sentAt, {}};
    revocation.revoked = {clock_.time(now), user_, asked.sender == user_ ? "sender" : "moderator", ""};
    if (!outcome.reply->results.empty() && outcome.reply->results.front().revoked) {
        revocation.revoked = *outcome.reply->results.front().revoked;
    }
    Message tombstone = asked;
    tombstone.revoked = revocation.revoked;
    Conversation* conversation = view_.open(asked.conversation);
    Change change;
    if (conversation != nullptr) {
        conversation->summary().lastChangeAt =
            std::max(conversation->summary().lastChangeAt, revocation.revoked.at);
        change = view_.learnRevocation(*conversation, revocation, Origin::Event);
        if (const Message* message = conversation->find(asked.messageId)) tombstone = *message;
    }
    saveRecalled(now, asked.conversation);
    if (conversation != nullptr) listener_.conversationChanged(conversation->summary());
    if (change.unsure) want(now, asked.conversation);
    if (!revoke.resumed) {
        revoke.completion.succeeded(tombstone);
    } else if (change.revoked) {
        listener_.revoked(tombstone);
    }
}

// A recall that an earlier run of the program asked for has no caller: the application is told if the message cannot be recalled.
void Session::revokeFailed(Milliseconds now, const Revoke& revoke, const Outcome& outcome, const Error& error) {
    save(now, revoke.asked.conversation);
    if (!revoke.resumed) {
        revoke.completion.failed(error);
        return;
    }
    if (outcome.reply == nullptr || isRetryable(outcome)) return;
    // A messageId that is too old for a send belongs to no message, now or later: there is nothing left to recall.
    if (error.code == code::staleMessageId) return;
    if (error.code == code::alreadyRecalled) {
        want(now, revoke.asked.conversation);
    } else {
        listener_.unsentRecallFailed(revoke.asked, error);
    }
}

// Takes a recall out of the outbox, unless an earlier run of the program asked for it and there is no sure answer: then it is repeated
// later. Whatever the answer is, a message that was to be recalled is not sent any more.
void Session::settleRecall(const Revoke& revoke, const Outcome& outcome) {
    const auto outbox = outboxes_.find(revoke.asked.conversation);
    if (outbox == outboxes_.end()) return;
    auto& [messages, recalls] = outbox->second;
    const auto recall = recalls.find(revoke.asked.messageId);
    if (recall == recalls.end()) return;
    const bool answered = outcome.reply != nullptr && !isRetryable(outcome);
    if (!answered && revoke.resumed) {
        recall->second.underWay = false;
        return;
    }
    const auto unsent = messages.find(revoke.asked.messageId);
    if (answered && unsent != messages.end() && (outcome.ok() || !unsent->second.underWay)) messages.erase(unsent);
    if (revokeCalls_.count(revoke.asked.messageId) == 0) recalls.erase(recall);
}

void Session::history(Milliseconds now, const std::string& conversation, const std::string& before, int limit,
                      Completion<std::vector<Message>> completion) {
    if (refusesCalls(completion.failed)) return;
    const std::string id = requests_.nextId();
    requests_.begin(
        now, id, historyRequest(id, conversation, before, limit), {},
        [this, conversation, completion = std::move(completion)](Milliseconds now, const Outcome& outcome) {
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
            std::vector<Change> changes;
            Conversation* held = view_.open(conversation);
            for (const Message& message : items.front().messages) {
                if (held != nullptr) changes.push_back(view_.learn(*held, message, Origin::History));
                // What is known to be recalled is a tombstone in the page too.
                const Message* known = held != nullptr ? held->find(message.messageId) : nullptr;
                page.push_back(known != nullptr ? *known : message);
            }
            if (held != nullptr) tell(now, *held, changes);
            completion.succeeded(page);
        });
}

void Session::attach(Milliseconds now, const std::string& name, const std::string& type, std::int64_t size,
                     Completion<UploadTarget> completion) {
    if (refusesCalls(completion.failed)) return;
    const std::string id = requests_.nextId();
    requests_.begin(now, id, attachRequest(id, name, type, size), {},
                    [completion = std::move(completion)](Milliseconds, const Outcome& outcome) {
                        if (!outcome.ok()) {
                            completion.failed(outcome.error);
                        } else if (!outcome.reply->upload) {
                            completion.failed({code::internal, "the server's reply to an attach is not one"});
                        } else {
                            completion.succeeded(*outcome.reply->upload);
                        }
                    });
}

void Session::download(Milliseconds now, const std::string& conversation, const std::string& messageId,
                       const std::string& attachmentId, Completion<std::string> completion) {
    if (refusesCalls(completion.failed)) return;
    const std::string id = requests_.nextId();
    requests_.begin(now, id, downloadRequest(id, conversation, messageId, attachmentId), {},
                    [completion = std::move(completion)](Milliseconds, const Outcome& outcome) {
                        if (!outcome.ok()) {
                            completion.failed(outcome.error);
                        } else if (outcome.reply->url.empty()) {
                            completion.failed({code::internal, "the server's reply to a download is not one"});
                        } else {
                            completion.succeeded(outcome.reply->url);
                        }
                    });
}

void Session::push(Milliseconds now, const PushDevice& device, bool remove, Completion<Nothing> completion) {
    if (refusesCalls(completion.failed)) return;
    const std::string id = requests_.nextId();
    requests_.begin(now, id, pushRequest(id, device, remove), {},
                    [completion = std::move(completion)](Milliseconds, const Outcome& outcome) {
                        if (outcome.ok()) {
                            completion.succeeded({});
                        } else {
                            completion.failed(outcome.error);
                        }
                    });
}

std::string Session::prepare(Milliseconds now, const std::string& messageId) {
    const std::string prepared = messageId.empty() ? ids_.next(clock_.time(now)) : messageId;
    ++sending_[prepared];
    return prepared;
}

void Session::forget(const std::string& messageId) {
    release(sending_, messageId);
    if (sending_.count(messageId) == 0) revokedUnsent_.erase(messageId);
}

void Session::read(Milliseconds now, const std::string& conversation, const std::string& messageId,
                   Completion<int> completion) {
    if (refusesCalls(completion.failed)) return;
    const std::string id = requests_.nextId();
    requests_.begin(now, id, readRequest(id, conversation, messageId), {},
                    [this, conversation, completion = std::move(completion)](Milliseconds answered, const Outcome& outcome) {
                        if (!outcome.ok()) {
                            completion.failed(outcome.error);
                            return;
                        }
                        const int unread = outcome.reply->unread.value_or(0);
                        if (Conversation* held = view_.open(conversation)) {
                            const bool sure = held->setReadByAnswer(outcome.reply->readUpTo, unread);
                            saveSoon(answered, conversation);
                            listener_.conversationChanged(held->summary());
                            if (!sure) want(answered, conversation);
                        }
                        completion.succeeded(unread);
                    });
}

}  // namespace recall

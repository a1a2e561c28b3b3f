#include <algorithm>
#include <exception>
#include <functional>
#include <iterator>
#include <utility>

#include "session.h"

namespace recall {
namespace {

constexpr std::size_t maximumStoredMessages = 200;  // of one conversation
// One write for what comes together, and not all conversations at once: the disk holds up everything else meanwhile.
constexpr Milliseconds saveDelay = 1'000;
constexpr std::size_t savesAtOnce = 10;
constexpr Milliseconds betweenSaves = 100;
constexpr Milliseconds afterFailure = 30'000;

}  // namespace

// What was stored of the user is held from now on.
void Session::load() {
    outboxes_.clear();
    saved_.clear();
    unsaved_.clear();
    saveAt_ = never;
    stored_ = storageFailureTold_ = false;
    if (!options_.storage) return;
    try {
        const auto documents = options_.storage->load(user_);
        stored_ = true;
        for (const auto& [id, text] : documents) take(id, text);
    } catch (const std::exception& error) {
        storageFailed(error.what());
    }
}

// A document that cannot be read, or that a newer version of this library wrote, is dropped. The server has everything but what
// was unsent.
void Session::take(const std::string& id, const std::string& text) {
    std::optional<Document> document = readDocument(text);
    if (!document || document->conversation != id) {
        try {
            options_.storage->remove(user_, id);
        } catch (const std::exception& error) {
            storageFailed(error.what());
        }
        return;
    }
    saved_[id] = std::hash<std::string>()(text);
    if (document->held) view_.restore(std::move(*document->held));
    if (!document->outbox.empty()) outboxes_[id] = std::move(document->outbox);
}

// Forgets unsent messages that the server has after all, above all their text if they were recalled.
void Session::dropHeld(const std::string& id) {
    const auto outbox = outboxes_.find(id);
    if (outbox == outboxes_.end()) return;
    const Conversation* held = view_.find(id);
    auto& messages = outbox->second.messages;
    for (auto unsent = messages.begin(); held != nullptr && unsent != messages.end();) {
        unsent = held->find(unsent->first) != nullptr ? messages.erase(unsent) : std::next(unsent);
    }
    if (outbox->second.empty()) outboxes_.erase(outbox);
}

// Stores what is held of a conversation. Returns false if the storage does not work: then it is tried again later.
bool Session::save(Milliseconds now, const std::string& id) {
    if (!stored_) return true;
    dropHeld(id);
    Document document{id, std::nullopt, outboxes_.count(id) > 0 ? outboxes_.at(id) : Outbox()};
    if (const Conversation* held = view_.find(id)) document.held = held->stored(maximumStoredMessages);
    try {
        const auto saved = saved_.find(id);
        if (document.empty()) {
            if (saved != saved_.end()) options_.storage->remove(user_, id);
            saved_.erase(id);
        } else {
            const std::string text = writeDocument(document);
            const std::size_t hash = std::hash<std::string>()(text);
            if (saved == saved_.end() || saved->second != hash) options_.storage->save(user_, id, text);
            saved_[id] = hash;
        }
    } catch (const std::exception& error) {
        unsaved_.insert(id);
        saveAt_ = now + afterFailure;
        storageFailed(error.what());
        return false;
    }
    unsaved_.erase(id);
    return true;
}

// After a recall the old document must not stay. If there is no room for the new one, the conversation is removed: the server has
// all of it but what was unsent.
void Session::saveRecalled(Milliseconds now, const std::string& id) {
    if (save(now, id)) return;
    try {
        options_.storage->remove(user_, id);
        saved_.erase(id);
    } catch (const std::exception&) {
        // The application was told of the failure. The document is replaced as soon as that is possible.
    }
}

void Session::saveSoon(Milliseconds now, const std::string& id) {
    if (!stored_) return;
    unsaved_.insert(id);
    saveAt_ = std::min(saveAt_, now + saveDelay);
}

void Session::saveDue(Milliseconds now) {
    saveAt_ = never;
    const auto end = unsaved_.size() > savesAtOnce ? std::next(unsaved_.begin(), savesAtOnce) : unsaved_.end();
    for (const std::string& id : std::vector<std::string>(unsaved_.begin(), end)) {
        if (!save(now, id)) return;
    }
    if (!unsaved_.empty()) saveAt_ = now + betweenSaves;
}

// Stores what is not stored yet, and lets others load it.
void Session::releaseStorage(Milliseconds now) {
    if (!stored_) return;
    for (const std::string& id : std::set<std::string>(unsaved_)) {
        if (!save(now, id)) break;
    }
    stored_ = false;
    outboxes_.clear();
    unsaved_.clear();
    saveAt_ = never;
    options_.storage->release(user_);
}

void Session::clearStorage(Milliseconds now, const std::string& user, const Completion<Nothing>& completion) {
    if (user == user_) logout(now);
    try {
        if (options_.storage) options_.storage->clear(user);
    } catch (const std::exception& error) {
        completion.failed({code::storageFailed, error.what()});
        return;
    }
    completion.succeeded({});
}

void Session::storageFailed(const std::string& description) {
    if (std::exchange(storageFailureTold_, true)) return;
    listener_.storageFailed(description + ". Messages are kept in memory only, and are lost when the program ends");
}

// From now on everything that waits may reach the server, and this is stored before it does.
void Session::markLeft(Milliseconds now) {
    std::vector<std::string> changed;
    for (auto& [id, outbox] : outboxes_) {
        for (auto& [messageId, unsent] : outbox.messages) {
            if (unsent.underWay && !std::exchange(unsent.left, true)) changed.push_back(id);
        }
    }
    for (const std::string& id : changed) save(now, id);
}

// Goes on with what an earlier run of the program left without an answer.
void Session::resume(Milliseconds now) {
    std::vector<std::string> ids;
    for (const auto& [id, outbox] : outboxes_) ids.push_back(id);
    for (const std::string& id : ids) {
        const Outbox outbox = outboxes_[id];
        resumeOutbox(now, id, outbox);
        saveSoon(now, id);
    }
}

// A synchronisation went before, so what the server has is known. A message whose recall was asked for is not sent any more.
void Session::resumeOutbox(Milliseconds now, const std::string& conversation, const Outbox& outbox) {
    const Conversation* held = view_.find(conversation);
    for (const auto& [messageId, recall] : outbox.recalls) {
        if (!recall.resumed || recall.underWay) continue;
        const Message* message = held != nullptr ? held->find(messageId) : nullptr;
        if (message != nullptr && message->revoked) {
            outboxes_[conversation].recalls.erase(messageId);
            continue;
        }
        Revoke revoke;
        revoke.asked.messageId = messageId;
        revoke.asked.conversation = conversation;
        revoke.asked.sender = message != nullptr ? message->sender : recall.unsent ? user_ : "";
        if (message != nullptr) revoke.asked.sentAt = message->sentAt;
        revoke.reason = recall.reason;
        revoke.resumed = true;
        transmitRevoke(now, std::move(revoke), recall.unsent);
    }
    for (const auto& [messageId, unsent] : outbox.messages) {
        if (!unsent.resumed || unsent.failed != 0 || unsent.underWay || outbox.recalls.count(messageId) > 0) continue;
        if (held != nullptr && held->find(messageId) != nullptr) continue;
        Send send;
        send.message = unsent.message;
        send.left = unsent.left;
        send.resumed = true;
        transmitSend(now, std::move(send));
    }
}

}  // namespace recall

// Listeners of a manager, and the bridge by which the core tells them.
#pragma once

#import <RecallIM/RecallIM.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "client/conversations.h"
#import "conversion.h"
#import "ownership.h"

// Listeners in the order in which they were added, each once. They are not retained: code that was written for V2TIM adds many and removes
// none.
class Listeners {
public:
    Listeners() = default;
    Listeners(const Listeners&) = delete;
    Listeners& operator=(const Listeners&) = delete;

    void add(id listener);
    void remove(id listener);
    // Tells each that has the method. Listeners may be added and removed meanwhile.
    void each(SEL method, const std::function<void(id)>& tell);

private:
    struct Listener {
        RECALL_WEAK id object;
    };

    std::mutex mutex_;
    std::vector<Listener> list_;
};

// What callbacks under way share with their manager, and may outlive it with.
struct Registry {
    Listeners sdk, message, conversation;
    recall::ToldConversations told;
    std::atomic<V2TIMLoginStatus> login{V2TIM_STATUS_LOGOUT};
};

// Passes on what the client tells, on the client's thread, which has no pool of its own.
class Bridge final : public recall::ClientListener {
public:
    explicit Bridge(std::shared_ptr<Registry> registry) : registry_(std::move(registry)) {}
    void attach(const std::shared_ptr<recall::Client>& client) { client_ = client; }

    void connecting() override;
    void connected() override;
    void disconnected() override;
    void tokenExpired() override;
    void kickedOffline(const std::string& reason) override;
    void storageFailed(const std::string& description) override;
    void unsentMessageFailed(const recall::Message& message, const recall::Error& error) override;
    void unsentRecallFailed(const recall::Message& message, const recall::Error& error) override;
    void received(const recall::Message& message) override;
    void revoked(const recall::Message& tombstone) override;
    void conversationChanged(const recall::ConversationSummary& summary) override;

private:
    Viewer viewer() const;

    std::shared_ptr<Registry> registry_;
    std::weak_ptr<recall::Client> client_;
};

#import "listeners.h"

#include <algorithm>

void Listeners::add(id listener) {
    remove(listener);
    std::lock_guard lock(mutex_);
    if (listener) list_.push_back({listener});
}

void Listeners::remove(id listener) {
    std::lock_guard lock(mutex_);
    const auto isOver = [listener](const Listener& held) { return held.object == listener || held.object == nil; };
    list_.erase(std::remove_if(list_.begin(), list_.end(), isOver), list_.end());
}

void Listeners::each(SEL method, const std::function<void(id)>& tell) {
    std::vector<Kept<NSObject>> now;  // nobody goes while told
    {
        std::lock_guard lock(mutex_);
        for (const Listener& held : list_) now.emplace_back(held.object);
    }
    for (const auto& kept : now) {
        if ([kept.get() respondsToSelector:method]) tell(kept.get());
    }
}

void Bridge::connecting() {
    @autoreleasepool {
        registry_->sdk.each(@selector(onConnecting), [](id listener) { [listener onConnecting]; });
    }
}

void Bridge::connected() {
    @autoreleasepool {
        registry_->sdk.each(@selector(onConnectSuccess), [](id listener) { [listener onConnectSuccess]; });
    }
}

void Bridge::disconnected() {
    @autoreleasepool {
        registry_->sdk.each(@selector(onConnectFailed:err:), [](id<V2TIMSDKListener> listener) {
            [listener onConnectFailed:ERR_SDK_NET_DISCONNECT err:@"the connection was lost; a new one is being made"];
        });
    }
}

void Bridge::tokenExpired() {
    registry_->login = V2TIM_STATUS_LOGOUT;
    @autoreleasepool {
        registry_->sdk.each(@selector(onUserSigExpired), [](id listener) { [listener onUserSigExpired]; });
    }
}

void Bridge::kickedOffline(const std::string& reason) {
    registry_->login = V2TIM_STATUS_LOGOUT;
    @autoreleasepool {
        NSString *why = toObjectiveC(reason);
        registry_->sdk.each(@selector(onKickedOffline:),
                            [&](id<V2TIMSDKListener> listener) { [listener onKickedOffline:why]; });
        registry_->sdk.each(@selector(onKickedOffline), [](id listener) { [listener onKickedOffline]; });
    }
}

void Bridge::storageFailed(const std::string& description) {
    @autoreleasepool {
        NSString *why = toObjectiveC(description);
        registry_->sdk.each(@selector(onStorageFailed:err:), [&](id<V2TIMSDKListener> listener) {
            [listener onStorageFailed:ERR_DATABASE_OPERATE_FAILED err:why];
        });
    }
}

void Bridge::unsentMessageFailed(const recall::Message& message, const recall::Error& error) {
    @autoreleasepool {
        V2TIMMessage *failed = toObjectiveC(message, viewer());
        failed.status = V2TIM_MSG_STATUS_SEND_FAIL;
        failed.sendErrorCode = error.code;
        NSString *why = toObjectiveC(error.desc);
        registry_->message.each(@selector(onUnsentMessageFailed:code:err:), [&](id<V2TIMAdvancedMsgListener> listener) {
            [listener onUnsentMessageFailed:failed code:error.code err:why];
        });
    }
}

void Bridge::unsentRecallFailed(const recall::Message& message, const recall::Error& error) {
    @autoreleasepool {
        V2TIMMessage *asked = toObjectiveC(message, viewer());
        NSString *why = toObjectiveC(error.desc);
        registry_->message.each(@selector(onUnsentRecallFailed:code:err:), [&](id<V2TIMAdvancedMsgListener> listener) {
            [listener onUnsentRecallFailed:asked code:error.code err:why];
        });
    }
}

void Bridge::received(const recall::Message& message) {
    @autoreleasepool {
        registry_->message.each(@selector(onRecvNewMessage:), [&](id<V2TIMAdvancedMsgListener> listener) {
            [listener onRecvNewMessage:toObjectiveC(message, viewer())];
        });
    }
}

void Bridge::revoked(const recall::Message& message) {
    @autoreleasepool {
        V2TIMMessage *tombstone = toObjectiveC(message, viewer());
        registry_->message.each(@selector(onRecvMessageTombstone:), [&](id<V2TIMAdvancedMsgListener> listener) {
            [listener onRecvMessageTombstone:tombstone];
        });
        registry_->message.each(@selector(onRecvMessageRevoked:operateUser:reason:),
                                [&](id<V2TIMAdvancedMsgListener> listener) {
                                    [listener onRecvMessageRevoked:tombstone.msgID operateUser:tombstone.revokerInfo
                                                            reason:tombstone.revokeReason];
                                });
        registry_->message.each(@selector(onRecvMessageRevoked:), [&](id<V2TIMAdvancedMsgListener> listener) {
            [listener onRecvMessageRevoked:tombstone.msgID];
        });
    }
}

void Bridge::conversationChanged(const recall::ConversationSummary& summary) {
    const bool isNew = registry_->told.isNew(summary.conversation);
    const auto client = client_.lock();
    if (!client) return;
    @autoreleasepool {
        NSArray *list = toObjectiveC(std::vector<HeldConversation>{{client, summary}});
        if (isNew) {
            registry_->conversation.each(@selector(onNewConversation:), [&](id<V2TIMConversationListener> listener) {
                [listener onNewConversation:list];
            });
        } else {
            registry_->conversation.each(@selector(onConversationChanged:), [&](id<V2TIMConversationListener> listener) {
                [listener onConversationChanged:list];
            });
        }
        const uint64_t total = recall::totalUnread(*client);
        if (!registry_->told.isAnotherTotal(total)) return;
        registry_->conversation.each(@selector(onTotalUnreadMessageCountChanged:), [&](id<V2TIMConversationListener> listener) {
            [listener onTotalUnreadMessageCountChanged:total];
        });
    }
}

Viewer Bridge::viewer() const { return Viewer(client_.lock()); }

// Between the core's values and V2TIM's.
#pragma once

#include "../client/client.h"
#include "../include/V2TIMManager.h"

V2TIMString toV2TIM(const std::string& text);
V2TIMMessage toV2TIM(const recall::Message& message, const std::string& self);
V2TIMConversation toV2TIM(const recall::ConversationSummary& summary, const recall::Client& client);
V2TIMMessageVector newestFirst(const std::vector<recall::Message>& messages, const std::string& self);
V2TIMMessageVector inOrder(const std::vector<recall::Message>& messages, const std::string& self);
uint32_t roleOf(const std::string& role);

// The conversation that a message to this user or group belongs to; empty unless exactly one is given.
std::string conversationOf(const V2TIMString& userID, const V2TIMString& groupID);

// The body of a message to send: its element's; empty when there is none.
std::string bodyOf(const V2TIMMessage& message);

// Completions that call a V2TIM callback, which may be null.
template <typename Value>
recall::Completion<Value> completionOf(V2TIMCallback* callback) {
    return {[callback](const Value&) {
                if (callback != nullptr) callback->OnSuccess();
            },
            [callback](const recall::Error& error) {
                if (callback != nullptr) callback->OnError(error.code, toV2TIM(error.desc));
            }};
}

template <typename Value, typename Result, typename Convert>
recall::Completion<Value> completionOf(V2TIMValueCallback<Result>* callback, Convert convert) {
    return {[callback, convert](const Value& value) {
                if (callback != nullptr) callback->OnSuccess(convert(value));
            },
            [callback](const recall::Error& error) {
                if (callback != nullptr) callback->OnError(error.code, toV2TIM(error.desc));
            }};
}

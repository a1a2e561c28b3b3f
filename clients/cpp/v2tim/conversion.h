// Between the core's values and V2TIM's.
#pragma once

#include <algorithm>

#include "../client/client.h"
#include "../include/V2TIMManager.h"

// For whom messages are converted: the user, and the client that fetches their files.
struct Viewer {
    Viewer(const std::shared_ptr<recall::Client>& from) : self(from ? from->user() : ""), client(from) {}

    std::string self;
    std::weak_ptr<recall::Client> client;
};

V2TIMString toV2TIM(const std::string& text);
V2TIMMessage toV2TIM(const recall::Message& message, const Viewer& viewer);
V2TIMAttachment toV2TIM(const recall::Attachment& attachment);
V2TIMConversation toV2TIM(const recall::ConversationSummary& summary, const std::shared_ptr<recall::Client>& client);
V2TIMMessageVector newestFirst(const std::vector<recall::Message>& messages, const Viewer& viewer);
V2TIMMessageVector inOrder(const std::vector<recall::Message>& messages, const Viewer& viewer);
uint32_t roleOf(const std::string& role);

// The conversation that a message to this user or group belongs to; empty unless exactly one is given.
std::string conversationOf(const V2TIMString& userID, const V2TIMString& groupID);

// The body of a message to send: that of its element of text or data, or {} if it has only files; empty when there is none.
std::string bodyOf(const V2TIMMessage& message);
// The files of a message to send: those that are to be uploaded, and those that are not.
std::vector<recall::LocalFile> filesOf(const V2TIMMessage& message);
std::vector<recall::Attachment> attachmentsOf(const V2TIMMessage& message);

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

// Progress of a download as V2TIM tells it.
inline recall::Progress progressOf(V2TIMDownloadCallback* callback) {
    return [callback](std::int64_t done, std::int64_t size) {
        if (callback != nullptr) callback->OnDownLoadProgress(static_cast<uint64_t>(done), static_cast<uint64_t>(std::max<std::int64_t>(size, 0)));
    };
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

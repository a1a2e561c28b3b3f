// What the conformance driver prints: the results of calls, and what the listeners are told.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <sstream>
#include <thread>

#include "V2TIMManager.h"

namespace driver {

using Json = nlohmann::ordered_json;

class Output {
public:
    // Held over a call whose callback must not be printed before something else.
    std::unique_lock<std::recursive_mutex> hold() { return std::unique_lock(mutex_); }

    void print(const Json& line) {
        const auto lock = hold();
        std::cout << line.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    }

    void succeeded(const std::string& call, Json fields = Json::object()) {
        Json line{{"event", "result"}, {"call", call}, {"ok", true}};
        line.update(fields);
        print(line);
    }

    void failed(const std::string& call, int code, const std::string& desc) {
        print(Json{{"event", "result"}, {"call", call}, {"ok", false}, {"code", code}, {"desc", desc}});
    }

private:
    std::recursive_mutex mutex_;
};

// Callbacks that print the result of a call and are gone then.
template <typename Base>
class Printing : public Base {
public:
    Printing(Output& output, std::string call) : output_(output), call_(std::move(call)) {}

    void OnError(int error_code, const V2TIMString& error_message) override {
        output_.failed(call_, error_code, error_message.ToString());
        delete this;
    }

protected:
    void succeed(const Json& fields = Json::object()) {
        output_.succeeded(call_, fields);
        delete this;
    }
    void progressed(uint64_t done, uint64_t size) {
        output_.print({{"event", "progress"}, {"call", call_}, {"done", done}, {"size", size}});
    }

private:
    Output& output_;
    std::string call_;
};

class PrintDone final : public Printing<V2TIMCallback> {
public:
    using Printing::Printing;
    void OnSuccess() override { succeed(); }
};

template <typename Value, typename Base = V2TIMValueCallback<Value>>
class PrintValue final : public Printing<Base> {
public:
    PrintValue(Output& output, std::string call, std::function<Json(const Value&)> fields)
        : Printing<Base>(output, std::move(call)), fields_(std::move(fields)) {}
    void OnSuccess(const Value& value) override { this->succeed(fields_(value)); }

private:
    std::function<Json(const Value&)> fields_;
};

// The path of a file that is not there, in UTF-8.
inline std::string temporaryFile() {
    std::random_device random;
    const std::string name = "recall-driver-" + std::to_string(random()) + "-" + std::to_string(random());
    return (std::filesystem::temp_directory_path() / name).u8string();
}

// The file of an upload or a download, which is removed with this.
class TransferredFile {
public:
    explicit TransferredFile(const std::string& path) : path_(std::filesystem::u8path(path)) {}
    ~TransferredFile() {
        std::error_code ignored;  // a download that failed has left none
        std::filesystem::remove(path_, ignored);
    }
    std::string content() const {
        std::stringstream content;
        content << std::ifstream(path_, std::ios::binary).rdbuf();
        return content.str();
    }
    bool isThere() const { return std::filesystem::exists(path_); }

private:
    std::filesystem::path path_;
};

class PrintUpload final : public Printing<V2TIMUploadCallback> {
public:
    PrintUpload(Output& output, const std::string& call, const std::string& path)
        : Printing(output, call), file_(path) {}
    void OnUploadProgress(uint64_t currentSize, uint64_t totalSize) override {
        progressed(currentSize, totalSize);
    }
    void OnSuccess(const V2TIMAttachment& attachment) override {
        succeed({{"attachmentId", attachment.attachmentID.ToString()}});
    }

private:
    TransferredFile file_;
};

class PrintDownload final : public Printing<V2TIMDownloadCallback> {
public:
    PrintDownload(Output& output, const std::string& call, const std::string& path)
        : Printing(output, call), file_(path) {}
    void OnDownLoadProgress(uint64_t currentSize, uint64_t totalSize) override {
        progressed(currentSize, totalSize);
    }
    void OnSuccess() override {
        const std::string content = file_.content();
        Json fields{{"bytes", content.size()}};
        if (content.size() <= 1'000) fields["content"] = content;
        succeed(fields);
    }
    void OnError(int error_code, const V2TIMString& error_message) override {
        const bool isThere = file_.isThere();
        Printing::OnError(error_code, isThere ? V2TIMString("a file was left behind") : error_message);
    }

private:
    TransferredFile file_;
};

inline V2TIMAttachment attachmentOf(const Json& fields) {
    V2TIMAttachment attachment;
    attachment.attachmentID = fields.at("attachmentId").get<std::string>();
    if (fields.contains("from")) {
        attachment.fromConversationID = fields["from"].at("conversation").get<std::string>();
        attachment.fromMsgID = fields["from"].at("messageId").get<std::string>();
    }
    return attachment;
}

inline Json toJson(const V2TIMAttachment& attachment) {
    Json fields{{"attachmentId", attachment.attachmentID.ToString()},
                {"name", attachment.name.ToString()},
                {"type", attachment.type.ToString()},
                {"size", attachment.size}};
    if (!attachment.fromMsgID.Empty()) {
        fields["from"] = {{"conversation", attachment.fromConversationID.ToString()}, {"messageId", attachment.fromMsgID.ToString()}};
    }
    return fields;
}

// What V2TIM's element says, which of a text is only a part of the body.
inline Json bodyOf(const V2TIMMessage& message) {
    Json body = Json::parse(message.body.ToString(), nullptr, false);
    const V2TIMElem* element = message.elemList[0];
    if (element->elemType == V2TIM_ELEM_TYPE_TEXT) {
        body["text"] = static_cast<const V2TIMTextElem*>(element)->text.ToString();
        return body;
    }
    if (element->elemType != V2TIM_ELEM_TYPE_CUSTOM) return body;  // it has only files
    const V2TIMBuffer& data = static_cast<const V2TIMCustomElem*>(element)->data;
    return Json::parse(data.Data(), data.Data() + data.Size(), nullptr, false);
}

// The messages that the client gave, by their IDs.
class Messages {
public:
    void keep(const V2TIMMessage& message) {
        std::lock_guard lock(mutex_);
        messages_[message.msgID.ToString()] = message;
    }
    void keep(const V2TIMMessageVector& messages) {
        for (const V2TIMMessage& message : messages) keep(message);
    }
    std::optional<V2TIMMessage> find(const std::string& messageId) const {
        std::lock_guard lock(mutex_);
        const auto found = messages_.find(messageId);
        return found == messages_.end() ? std::nullopt : std::optional<V2TIMMessage>(found->second);
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, V2TIMMessage> messages_;
};

inline Json toJson(const V2TIMMessage& message) {
    Json result{{"messageId", message.msgID.ToString()},
                {"conversation", message.ConversationID().ToString()},
                {"sender", message.sender.ToString()},
                {"sentAt", message.sentAt}};
    if (!message.replyTo.Empty()) result["replyTo"] = message.replyTo.ToString();
    if (message.status == V2TIM_MSG_STATUS_LOCAL_REVOKED) {
        result["revoked"] = {{"by", message.revokerInfo.userID.ToString()}, {"role", message.revokerRole.ToString()}};
        if (!message.revokeReason.Empty()) result["revoked"]["reason"] = message.revokeReason.ToString();
    } else {
        result["body"] = bodyOf(message);
        for (const V2TIMAttachment& attachment : message.attachments) result["attachments"].push_back(toJson(attachment));
    }
    return result;
}

// The interface gives messages newest first, the driver prints them oldest first.
inline Json toJson(const V2TIMMessageVector& newestFirst) {
    Json list = Json::array();
    for (std::size_t place = newestFirst.Size(); place-- > 0;) list.push_back(toJson(newestFirst[place]));
    return list;
}

// A callback that hands its value on and is gone then.
template <typename Value>
class HandOn final : public V2TIMValueCallback<Value> {
public:
    explicit HandOn(std::function<void(const Value&)> handle) : handle_(std::move(handle)) {}
    void OnSuccess(const Value& value) override {
        handle_(value);
        delete this;
    }
    void OnError(int, const V2TIMString&) override { delete this; }

private:
    std::function<void(const Value&)> handle_;
};

class EventPrinter final : public V2TIMSDKListener, public V2TIMAdvancedMsgListener {
public:
    EventPrinter(Output& output, Messages& messages) : output_(output), messages_(messages) {}

    void OnConnectSuccess() override { output_.print({{"event", "connected"}}); }
    void OnConnectFailed(int, const V2TIMString&) override { output_.print({{"event", "disconnected"}}); }
    void OnUserSigExpired() override { output_.print({{"event", "tokenExpired"}}); }
    void OnKickedOffline(const V2TIMString& reason) override { kickedFor_ = reason.ToString(); }
    void OnKickedOffline() override { output_.print({{"event", "kickedOffline"}, {"reason", kickedFor_}}); }
    void OnRecvNewMessage(const V2TIMMessage& message) override {
        messages_.keep(message);
        output_.print({{"event", "onRecvNewMessage"}, {"message", toJson(message)}});
    }

    void OnRecvMessageRevoked(const V2TIMString& messageID) override { revoked_ = messageID.ToString(); }
    void OnRecvMessageRevoked(const V2TIMString& messageID, const V2TIMUserFullInfo& operateUser,
                              const V2TIMString& reason) override {
        if (messageID.ToString() != revoked_) return;
        revokedBy_ = operateUser.userID.ToString();
        revokedFor_ = reason.ToString();
    }
    // The last of the three forms. What it prints comes from V2TIM's two forms; only the conversation is in neither of them.
    void OnRecvMessageRevoked(const V2TIMMessage& tombstone) override {
        output_.print({{"event", "onRecvMessageRevoked"},
                       {"messageId", std::exchange(revoked_, nullptr)},
                       {"conversation", tombstone.ConversationID().ToString()},
                       {"operator", std::exchange(revokedBy_, nullptr)},
                       {"reason", std::exchange(revokedFor_, nullptr)}});
    }

private:
    Output& output_;
    Messages& messages_;
    std::string kickedFor_;
    // Of the recall that is being told; null where V2TIM's forms were not called.
    Json revoked_, revokedBy_, revokedFor_;
};

// A thread of the application, which runs the callbacks where a scenario asks for an executor.
class Executor {
public:
    ~Executor() {
        execute(nullptr);
        thread_.join();
    }
    void execute(std::function<void()> function) {
        std::lock_guard lock(mutex_);
        functions_.push_back(std::move(function));
        changed_.notify_one();
    }
    bool isHere() const { return std::this_thread::get_id() == thread_.get_id(); }

private:
    void run() {
        for (;;) {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return !functions_.empty(); });
            const std::function<void()> next = std::move(functions_.front());
            functions_.pop_front();
            lock.unlock();
            if (!next) return;
            next();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> functions_;
    std::thread thread_{[this] { run(); }};
};

// A further listener of messages, which may leave in its own callback.
class FurtherListener final : public V2TIMAdvancedMsgListener {
public:
    FurtherListener(Output& output, const Executor& executor, std::string name, std::function<void(FurtherListener*)> then)
        : output_(output), executor_(executor), name_(std::move(name)), then_(std::move(then)) {}

    void OnRecvNewMessage(const V2TIMMessage& message) override { heard("onRecvNewMessage", message.msgID); }
    void OnRecvMessageRevoked(const V2TIMString& messageID, const V2TIMUserFullInfo&, const V2TIMString&) override {
        heard("onRecvMessageRevoked", messageID);
    }

private:
    void heard(const char* callback, const V2TIMString& messageID) {
        output_.print({{"event", "heard"},
                       {"listener", name_},
                       {"callback", callback},
                       {"messageId", messageID.ToString()},
                       {"executor", executor_.isHere()}});
        if (then_) then_(this);
    }

    Output& output_;
    const Executor& executor_;
    std::string name_;
    std::function<void(FurtherListener*)> then_;
};

// Works on a message until it hears that the message is recalled.
class Worker final : public V2TIMAdvancedMsgListener {
public:
    Worker(Output& output, std::string call, std::string messageId)
        : output_(output), call_(std::move(call)), messageId_(std::move(messageId)) {}

    void OnRecvMessageRevoked(const V2TIMString& messageID, const V2TIMUserFullInfo&, const V2TIMString&) override {
        if (messageID.ToString() == messageId_) output_.succeeded(call_);
    }

private:
    Output& output_;
    std::string call_, messageId_;
};

// Prints what happens to the list of conversations.
class ConversationPrinter final : public V2TIMConversationListener {
public:
    ConversationPrinter(Output& output, std::string name) : output_(output), name_(std::move(name)) {}

    void OnNewConversation(const V2TIMConversationVector& list) override { print("onNewConversation", list); }
    void OnConversationChanged(const V2TIMConversationVector& list) override { print("onConversationChanged", list); }
    void OnTotalUnreadMessageCountChanged(uint64_t total) override {
        output_.print({{"event", "onTotalUnreadMessageCountChanged"}, {"listener", name_}, {"unread", total}});
    }

private:
    void print(const char* callback, const V2TIMConversationVector& list) {
        for (const V2TIMConversation& conversation : list) {
            output_.print({{"event", callback},
                           {"listener", name_},
                           {"conversation", conversation.conversationID.ToString()},
                           {"unread", conversation.unreadCount}});
        }
    }

    Output& output_;
    std::string name_;
};

}  // namespace driver

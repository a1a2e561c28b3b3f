// The conformance driver (protocol/conformance/README.md): commands as JSON lines in, results and callbacks as JSON
// lines out. It uses the public interface only, and of it V2TIM's calls, wherever V2TIM has one for the command.
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <tuple>

#include "V2TIMManager.h"

namespace {

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

// What V2TIM's element says, which of a text is only a part of the body.
Json bodyOf(const V2TIMMessage& message) {
    Json body = Json::parse(message.body.ToString(), nullptr, false);
    const V2TIMElem* element = message.elemList[0];
    if (element->elemType == V2TIM_ELEM_TYPE_TEXT) {
        body["text"] = static_cast<const V2TIMTextElem*>(element)->text.ToString();
        return body;
    }
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

Json toJson(const V2TIMMessage& message) {
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
    }
    return result;
}

// The interface gives messages newest first, the driver prints them oldest first.
Json toJson(const V2TIMMessageVector& newestFirst) {
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

// What the client can do, and why it cannot do the rest.
Json capabilities() {
    return {{"capabilities", {"persistence", "findMessages", "newConversations", "totalUnread", "executor"}},
            {"lacks",
             {{"batches", "V2TIM has no call for it"},
              {"unlessRevoked", "V2TIM has no call for it"},
              {"throwingListeners", "an exception that leaves a listener ends the program"}}}};
}

class Driver {
public:
    Driver() {
        // An application initialises the client before it logs in. The address comes with the login.
        V2TIMSDKConfig config;
        config.url = "ws://127.0.0.1:1/";
        manager_->InitSDK(0, config);
        manager_->AddSDKListener(&events_);
        manager_->GetMessageManager()->AddAdvancedMsgListener(&events_);
    }
    ~Driver() {
        manager_->UnInitSDK();
        manager_->RemoveSDKListener(&events_);
        manager_->GetMessageManager()->RemoveAdvancedMsgListener(&events_);
        for (const auto& listener : listeners_) manager_->GetMessageManager()->RemoveAdvancedMsgListener(listener.get());
        for (const auto& printer : printers_) manager_->GetConversationManager()->RemoveConversationListener(printer.get());
    }

    // Returns whether to go on.
    bool execute(const std::string& line) {
        const Json command = Json::parse(line, nullptr, false);
        const std::string name = command.is_object() ? command.value("do", "") : "";
        const std::string call = command.is_object() ? command.value("call", "") : "";
        if (name == "quit") return false;
        try {
            if (!run(name, call, command)) output_.failed(call, ERR_INVALID_PARAMETERS, "no such command: " + name);
        } catch (const Json::exception& error) {
            output_.failed(call, ERR_INVALID_PARAMETERS, error.what());
        }
        return true;
    }

private:
    bool run(const std::string& name, const std::string& call, const Json& command) {
        if (name == "login") login(call, command);
        else if (name == "send") send(call, command);
        else if (name == "revoke") revoke(call, command);
        else if (name == "view") view(call, command);
        else if (name == "history") history(call, command);
        else if (name == "read") read(call, command);
        else if (name == "conversations") conversations(call);
        else if (name == "token") token(call, command);
        else if (name == "check") check(call);
        else if (name == "capabilities") output_.succeeded(call, capabilities());
        else if (name == "listen") listen(call, command);
        else if (name == "find") find(call, command);
        else if (name == "unsent") unsent(call, command);
        else if (name == "clear") manager_->ClearStorage(command.at("user").get<std::string>(), new PrintDone(output_, call));
        else if (name == "logout") manager_->Logout(new PrintDone(output_, call));
        else return false;
        return true;
    }

    // Prepares the client anew only where the configuration is another one, as an application would.
    bool configure(const Json& command) {
        const std::string wanted = command.at("url").get<std::string>() + command.value("options", Json::object()).dump();
        if (wanted == configured_) return true;
        const Json options = command.value("options", Json::object());
        V2TIMSDKConfig config;
        config.url = command.at("url").get<std::string>();
        config.requestTimeoutMilliseconds = options.value("requestTimeoutMilliseconds", 10'000u);
        config.reconnectMinimumMilliseconds = options.value("reconnectMinimumMilliseconds", 500u);
        config.reconnectMaximumMilliseconds = options.value("reconnectMaximumMilliseconds", 30'000u);
        if (const char* folder = std::getenv("RECALL_STORAGE")) config.initPath = folder;
        config.pingIntervalMilliseconds = options.value("pingIntervalMilliseconds", 30'000u);
        config.tokenProvider = [this] {
            std::lock_guard lock(tokenMutex_);
            return V2TIMString(token_);
        };
        if (options.value("executor", false)) {
            config.callbackExecutor = [this](std::function<void()> function) { executor_.execute(std::move(function)); };
        }
        if (!manager_->InitSDK(0, config)) return false;
        configured_ = wanted;
        return true;
    }

    void login(const std::string& call, const Json& command) {
        if (!configure(command)) {
            output_.failed(call, ERR_INVALID_PARAMETERS, "url must begin with ws:// or wss://");
            return;
        }
        manager_->Login(command.at("user").get<std::string>(), command.at("token").get<std::string>(),
                        new PrintDone(output_, call));
    }

    void send(const std::string& call, const Json& command) {
        V2TIMMessage message = create(command.at("body"));
        message.msgID = command.value("messageId", "");
        message.replyTo = command.value("replyTo", "");
        const auto [user, group] = split(command);
        const auto lock = output_.hold();
        const V2TIMString messageId = manager_->GetMessageManager()->SendMessage(
            message, user, group, V2TIM_PRIORITY_DEFAULT, false, {},
            new PrintValue<V2TIMMessage, V2TIMSendCallback>(output_, call, [this](const V2TIMMessage& sent) {
                messages_.keep(sent);
                return Json{{"messageId", sent.msgID.ToString()},
                            {"sentAt", sent.sentAt},
                            {"recallableUntil", sent.recallableUntil}};
            }));
        if (messageId.Empty()) return;
        if (!messages_.find(messageId.ToString())) messages_.keep(message);
        output_.print({{"event", "sending"}, {"call", call}, {"messageId", messageId.ToString()}});
    }

    V2TIMMessage create(const Json& body) {
        V2TIMMessageManager* messages = manager_->GetMessageManager();
        if (body.size() == 1 && body.contains("text") && body["text"].is_string()) {
            return messages->CreateTextMessage(body["text"].get<std::string>());
        }
        const std::string data = body.dump();
        return messages->CreateCustomMessage(V2TIMBuffer(reinterpret_cast<const std::uint8_t*>(data.data()), data.size()));
    }

    // V2TIM recalls a message that the application has. Without one, and with a reason, there is only this client's call.
    void revoke(const std::string& call, const Json& command) {
        const auto message = messages_.find(command.at("messageId").get<std::string>());
        const bool isThis = message && message->ConversationID() == command.at("conversation").get<std::string>();
        if (isThis && !command.contains("reason")) {
            manager_->GetMessageManager()->RevokeMessage(*message, new PrintDone(output_, call));
            return;
        }
        manager_->GetMessageManager()->RevokeMessage(
            command.at("conversation").get<std::string>(), command.at("messageId").get<std::string>(),
            command.value("reason", ""), new PrintDone(output_, call));
    }

    void listen(const std::string& call, const Json& command) {
        const std::string name = command.at("listener").get<std::string>();
        if (command.value("to", "") == "conversations") {
            printers_.push_back(std::make_unique<ConversationPrinter>(output_, name));
            manager_->GetConversationManager()->AddConversationListener(printers_.back().get());
        } else {
            std::function<void(FurtherListener*)> then;
            if (command.value("then", "") == "leave") {
                then = [this](FurtherListener* self) { manager_->GetMessageManager()->RemoveAdvancedMsgListener(self); };
            }
            listeners_.push_back(std::make_unique<FurtherListener>(output_, executor_, name, then));
            manager_->GetMessageManager()->AddAdvancedMsgListener(listeners_.back().get());
        }
        output_.succeeded(call);
    }

    void find(const std::string& call, const Json& command) {
        V2TIMStringVector wanted;
        for (const Json& messageId : command.at("messageIds")) wanted.PushBack(messageId.get<std::string>());
        manager_->GetMessageManager()->FindMessages(
            wanted, new PrintValue<V2TIMMessageVector>(output_, call, [](const V2TIMMessageVector& found) {
                Json list = Json::array();
                for (const V2TIMMessage& message : found) list.push_back(toJson(message));
                return Json{{"messages", list}};
            }));
    }

    void view(const std::string& call, const Json& command) {
        V2TIMMessageListGetOption option = optionOf(command);
        option.getType = V2TIM_GET_LOCAL_OLDER_MSG;
        option.count = UINT32_MAX;
        const V2TIMString conversation = command.at("conversation").get<std::string>();
        manager_->GetMessageManager()->GetHistoryMessageList(
            option, new HandOn<V2TIMMessageVector>([this, call, conversation](const V2TIMMessageVector& list) {
                messages_.keep(list);
                manager_->GetConversationManager()->GetConversation(
                    conversation, new PrintValue<V2TIMConversation>(output_, call, [list](const V2TIMConversation& held) {
                        return Json{{"messages", toJson(list)}, {"unread", held.unreadCount}};
                    }));
            }));
    }

    void history(const std::string& call, const Json& command) {
        V2TIMMessageListGetOption option = optionOf(command);
        option.count = command.value("limit", 0u);
        V2TIMMessage before;
        before.msgID = command.value("before", "");
        if (!before.msgID.Empty()) option.lastMsg = &before;
        manager_->GetMessageManager()->GetHistoryMessageList(
            option, new PrintValue<V2TIMMessageVector>(output_, call, [this](const V2TIMMessageVector& list) {
                messages_.keep(list);
                return Json{{"messages", toJson(list)}};
            }));
    }

    void unsent(const std::string& call, const Json& command) {
        manager_->GetMessageManager()->GetUnsentMessageList(
            command.at("conversation").get<std::string>(),
            new PrintValue<V2TIMMessageVector>(output_, call, [](const V2TIMMessageVector& newestFirst) {
                Json list = toJson(newestFirst);
                for (std::size_t place = 0; place < newestFirst.Size(); ++place) {
                    const int32_t failed = newestFirst[newestFirst.Size() - 1 - place].sendErrorCode;
                    if (failed != 0) list[place]["failed"] = failed;
                }
                return Json{{"messages", list}};
            }));
    }

    void read(const std::string& call, const Json& command) {
        manager_->GetConversationManager()->MarkConversationAsRead(
            command.at("conversation").get<std::string>(), command.at("messageId").get<std::string>(),
            new PrintValue<int32_t>(output_, call, [](const int32_t& unread) { return Json{{"unread", unread}}; }));
    }

    void conversations(const std::string& call) {
        manager_->GetConversationManager()->GetConversationList(
            0, UINT32_MAX,
            new PrintValue<V2TIMConversationResult>(output_, call, [](const V2TIMConversationResult& result) {
                Json list = Json::array();
                for (const V2TIMConversation& conversation : result.conversationList) {
                    list.push_back({{"conversation", conversation.conversationID.ToString()},
                                    {"unread", conversation.unreadCount}});
                }
                return Json{{"conversations", list}};
            }));
    }

    void check(const std::string& call) {
        manager_->CheckConnection();
        output_.succeeded(call);
    }

    void token(const std::string& call, const Json& command) {
        {
            std::lock_guard lock(tokenMutex_);
            token_ = command.at("token").get<std::string>();
        }
        output_.succeeded(call);
    }

    static std::pair<V2TIMString, V2TIMString> split(const Json& command) {
        const std::string conversation = command.at("conversation").get<std::string>();
        if (conversation.compare(0, 4, "c2c_") == 0) return {conversation.substr(4), ""};
        if (conversation.compare(0, 6, "group_") == 0) return {"", conversation.substr(6)};
        return {"", ""};
    }

    static V2TIMMessageListGetOption optionOf(const Json& command) {
        V2TIMMessageListGetOption option;
        std::tie(option.userID, option.groupID) = split(command);
        return option;
    }

    Output output_;
    Messages messages_;
    std::mutex tokenMutex_;
    std::string token_;
    std::string configured_;
    Executor executor_;
    std::vector<std::unique_ptr<FurtherListener>> listeners_;
    std::vector<std::unique_ptr<ConversationPrinter>> printers_;
    std::unique_ptr<V2TIMManager> manager_ = V2TIMManager::CreateInstance();
    EventPrinter events_{output_, messages_};
};

}  // namespace

int main() {
    Driver driver;
    std::string line;
    while (std::getline(std::cin, line)) {
        if (!line.empty() && !driver.execute(line)) break;
    }
    return 0;
}

// The conformance driver (protocol/conformance/README.md): commands as JSON lines in, results and callbacks as JSON
// lines out. It uses the public interface only, and of it V2TIM's calls, wherever V2TIM has one for the command.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <tuple>

#include "printing.h"

namespace {

using namespace driver;

// What the client can do, and why it cannot do the rest.
Json capabilities() {
    return {{"capabilities", {"persistence", "findMessages", "newConversations", "totalUnread", "unlessRevoked", "executor", "attachments"}},
            {"lacks",
             {{"batches", "V2TIM has no call for it"},
              {"push", "no push service for Windows or Linux is one of the server's"},
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
        for (const auto& worker : workers_) manager_->GetMessageManager()->RemoveAdvancedMsgListener(worker.get());
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
        else if (name == "attach") attach(call, command);
        else if (name == "download") download(call, command);
        else if (name == "limits") limits(call);
        else if (name == "work") work(call, command);
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
        message.unlessRevoked = command.value("unlessRevoked", "");
        for (const Json& each : command.value("attachments", Json::array())) message.attachments.PushBack(attachmentOf(each));
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

    // The interface takes the path of a file, so the content is written to one.
    void attach(const std::string& call, const Json& command) {
        const std::string path = temporaryFile();
        std::ofstream file(std::filesystem::u8path(path), std::ios::binary);
        for (int times = command.value("times", 1); times > 0; --times) file << command.at("content").get<std::string>();
        file.close();
        manager_->GetMessageManager()->UploadFile(path, command.at("name").get<std::string>(),
                                                  command.at("type").get<std::string>(), new PrintUpload(output_, call, path));
    }

    void download(const std::string& call, const Json& command) {
        const std::string path = temporaryFile();
        manager_->GetMessageManager()->DownloadAttachment(
            command.at("conversation").get<std::string>(), command.at("messageId").get<std::string>(),
            command.at("attachmentId").get<std::string>(), path, new PrintDownload(output_, call, path));
    }

    void limits(const std::string& call) {
        output_.succeeded(call, {{"maxAttachmentBytes", manager_->GetMessageManager()->GetMaxAttachmentBytes()}});
    }

    // Works on a message until a listener hears that it is recalled.
    void work(const std::string& call, const Json& command) {
        workers_.push_back(std::make_unique<Worker>(output_, call, command.at("messageId").get<std::string>()));
        manager_->GetMessageManager()->AddAdvancedMsgListener(workers_.back().get());
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
    std::vector<std::unique_ptr<Worker>> workers_;
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

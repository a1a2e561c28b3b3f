// A chat on the console: each line is a message, /recall takes back the newest own one, /history shows the conversation.
//
//   RECALL_TOKEN=$(recall token --user alice) recall_console ws://127.0.0.1:3001/local alice c2c_bob
#include <cstdlib>
#include <future>
#include <iostream>
#include <mutex>

#include "V2TIMFunctionCallback.h"
#include "V2TIMManager.h"

namespace {

std::mutex printing;

void print(const std::string& line) {
    std::lock_guard lock(printing);
    std::cout << line << std::endl;
}

std::string textOf(const V2TIMMessage& message) {
    if (message.status == V2TIM_MSG_STATUS_LOCAL_REVOKED) return "Message recalled";
    const auto* text = message.elemList.Empty() ? nullptr : dynamic_cast<const V2TIMTextElem*>(message.elemList[0]);
    return text == nullptr ? message.body.ToString() : text->text.ToString();
}

V2TIMFailed failed(const std::string& what) {
    return [what](int code, const V2TIMString& desc) {
        print(what + " failed: " + std::to_string(code) + " " + desc.ToString());
    };
}

class Console final : public V2TIMSDKListener, public V2TIMAdvancedMsgListener {
public:
    explicit Console(const std::string& conversation) {
        if (conversation.compare(0, 4, "c2c_") == 0) conversation_.userID = conversation.substr(4);
        if (conversation.compare(0, 6, "group_") == 0) conversation_.groupID = conversation.substr(6);
        conversation_.getType = V2TIM_GET_LOCAL_OLDER_MSG;
        conversation_.count = 100;
        manager_->AddSDKListener(this);
        messages_->AddAdvancedMsgListener(this);
    }
    ~Console() override {
        manager_->UnInitSDK();
        messages_->RemoveAdvancedMsgListener(this);
        manager_->RemoveSDKListener(this);
    }

    bool login(const V2TIMString& url, const V2TIMString& user, const V2TIMString& token) {
        V2TIMSDKConfig config;
        config.url = url;
        if (!manager_->InitSDK(0, config)) {
            print("not an address: " + url.ToString());
            return false;
        }
        const auto ended = std::make_shared<std::promise<bool>>();
        manager_->Login(user, token, new V2TIMFunctionCallback([ended] { ended->set_value(true); },
                                                               [ended](int code, const V2TIMString& desc) {
                                                                   failed("login")(code, desc);
                                                                   ended->set_value(false);
                                                               }));
        return ended->get_future().get();
    }

    void send(const std::string& text) {
        V2TIMMessage message = messages_->CreateTextMessage(text);
        messages_->SendMessage(message, conversation_.userID, conversation_.groupID, V2TIM_PRIORITY_DEFAULT, false, {},
                               new V2TIMFunctionSendCallback([](const V2TIMMessage& sent) { print("sent: " + textOf(sent)); },
                                                             failed("send")));
    }

    void recallNewest() {
        held([this](const V2TIMMessageVector& newestFirst) {
            for (const V2TIMMessage& message : newestFirst) {
                if (!message.isSelf || message.status == V2TIM_MSG_STATUS_LOCAL_REVOKED) continue;
                messages_->RevokeMessage(message, new V2TIMFunctionCallback([] { print("Message recalled"); },
                                                                            failed("recall")));
                return;
            }
            print("nothing to recall");
        });
    }

    void history() {
        held([](const V2TIMMessageVector& newestFirst) {
            for (std::size_t place = newestFirst.Size(); place-- > 0;) {
                print(newestFirst[place].sender.ToString() + ": " + textOf(newestFirst[place]));
            }
        });
    }

    void OnConnectFailed(int, const V2TIMString& error_message) override { print(error_message.ToString()); }
    void OnUserSigExpired() override { print("the token is over: start again with a new one"); }
    void OnRecvNewMessage(const V2TIMMessage& message) override {
        if (message.userID == conversation_.userID && message.groupID == conversation_.groupID) {
            print(message.sender.ToString() + ": " + textOf(message));
        }
    }
    using V2TIMAdvancedMsgListener::OnRecvMessageRevoked;
    void OnRecvMessageRevoked(const V2TIMString&, const V2TIMUserFullInfo& operateUser, const V2TIMString&) override {
        print(operateUser.userID.ToString() + " recalled a message");
    }

private:
    void held(std::function<void(const V2TIMMessageVector&)> use) {
        messages_->GetHistoryMessageList(
            conversation_, new V2TIMFunctionValueCallback<V2TIMMessageVector>(std::move(use), failed("history")));
    }

    V2TIMManager* manager_ = V2TIMManager::GetInstance();
    V2TIMMessageManager* messages_ = manager_->GetMessageManager();
    V2TIMMessageListGetOption conversation_;
};

}  // namespace

int main(int count, char** arguments) {
    const char* token = std::getenv("RECALL_TOKEN");
    if (count != 4 || token == nullptr) {
        std::cerr << "usage: RECALL_TOKEN=… recall_console URL USER CONVERSATION\n"
                     "  CONVERSATION is c2c_<user> or group_<group>. Lines typed are sent; /recall, /history, /quit\n";
        return 2;
    }
    Console console(arguments[3]);
    if (!console.login(arguments[1], arguments[2], token)) return 1;
    print("connected");
    for (std::string line; std::getline(std::cin, line) && line != "/quit";) {
        if (line == "/recall") console.recallNewest();
        else if (line == "/history") console.history();
        else if (!line.empty()) console.send(line);
    }
    return 0;
}

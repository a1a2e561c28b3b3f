// A user's device against the local stack.
#pragma once

#include "V2TIMFunctionCallback.h"
#include "V2TIMManager.h"
#include "stack.h"

namespace recall::test {

class Phone final : public V2TIMAdvancedMsgListener {
public:
    // With a folder, messages outlive the phone in it.
    explicit Phone(std::string id, const std::string& folder = "", const std::string& url = environment("RECALL_URL"))
        : user(std::move(id)) {
        V2TIMSDKConfig config;
        config.url = url;
        config.initPath = folder;
        config.requestTimeoutMilliseconds = 60'000;  // of a machine that has more to do
        EXPECT_TRUE(manager->InitSDK(0, config));
        messages()->AddAdvancedMsgListener(this);
    }
    ~Phone() override {
        manager->UnInitSDK();
        messages()->RemoveAdvancedMsgListener(this);
    }

    V2TIMMessageManager* messages() { return manager->GetMessageManager(); }
    V2TIMConversationManager* conversations() { return manager->GetConversationManager(); }

    std::string login() {
        manager->Login(user, tokenOf(user), done());
        return results.next();
    }

    std::string logout() {
        manager->Logout(done());
        return results.next();
    }

    // Sends a message to a user or a group and returns what was sent.
    V2TIMMessage send(const std::string& conversation, V2TIMMessage message) {
        V2TIMMessage sent;
        const bool group = conversation.compare(0, 6, "group_") == 0;
        messages()->SendMessage(message, group ? "" : conversation.substr(4), group ? conversation.substr(6) : "",
                                V2TIM_PRIORITY_DEFAULT, false, {},
                                new V2TIMFunctionSendCallback(
                                    [this, &sent](const V2TIMMessage& given) {
                                        sent = given;
                                        results.add("success");
                                    },
                                    failed()));
        EXPECT_EQ(results.next(), "success");
        return sent;
    }

    V2TIMMessage send(const std::string& conversation, const std::string& text) {
        return send(conversation, messages()->CreateTextMessage(text));
    }

    std::string revoke(const V2TIMMessage& message) {
        messages()->RevokeMessage(message, done());
        return results.next();
    }

    std::string revoke(const std::string& conversation, const V2TIMString& msgID, const std::string& reason = "") {
        messages()->RevokeMessage(conversation, msgID, reason, done());
        return results.next();
    }

    // What the history of a conversation says, newest first.
    V2TIMMessageVector history(const std::string& conversation, V2TIMMessageGetType type = V2TIM_GET_CLOUD_OLDER_MSG) {
        V2TIMMessageListGetOption option;
        option.getType = type;
        (conversation.compare(0, 6, "group_") == 0 ? option.groupID = conversation.substr(6)
                                                   : option.userID = conversation.substr(4));
        option.count = 100;
        V2TIMMessageVector list;
        messages()->GetHistoryMessageList(option, value<V2TIMMessageVector>(list));
        EXPECT_EQ(results.next(), "success");
        return list;
    }

    int unread(const std::string& conversation) {
        V2TIMConversation held;
        conversations()->GetConversation(conversation, value<V2TIMConversation>(held));
        EXPECT_EQ(results.next(), "success");
        return held.unreadCount;
    }

    V2TIMCallback* done() {
        return new V2TIMFunctionCallback([this] { results.add("success"); }, failed());
    }
    V2TIMFailed failed() {
        return [this](int code, const V2TIMString&) { results.add("error " + std::to_string(code)); };
    }
    template <typename Value>
    V2TIMValueCallback<Value>* value(Value& into) {
        return new V2TIMFunctionValueCallback<Value>(
            [this, &into](const Value& given) {
                into = given;
                results.add("success");
            },
            failed());
    }

    void OnRecvNewMessage(const V2TIMMessage& message) override {
        const auto* text = dynamic_cast<const V2TIMTextElem*>(message.elemList[0]);
        heard.add("new " + (text == nullptr ? "?" : text->text.ToString()));
    }
    using V2TIMAdvancedMsgListener::OnRecvMessageRevoked;
    void OnRecvMessageRevoked(const V2TIMString& messageID, const V2TIMUserFullInfo& operateUser,
                              const V2TIMString& reason) override {
        heard.add("revoked " + messageID.ToString() + " by " + operateUser.userID.ToString() + " because " +
                  reason.ToString());
    }

    const std::string user;
    Happenings heard, results;
    std::unique_ptr<V2TIMManager> manager = V2TIMManager::CreateInstance();
};

}  // namespace recall::test

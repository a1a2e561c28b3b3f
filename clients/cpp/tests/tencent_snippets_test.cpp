// The samples of Tencent's page about recalling messages, as they stand there.
#include "phone.h"

#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Wunused-parameter"  // in the samples
#endif

namespace recall::test {
namespace {

// From Tencent's page: "Recalling a Message (by the Sender)", Windows. Its statements are in the test below.
class Callback final : public V2TIMCallback {
public:
    using SuccessCallback = std::function<void()>;
    using ErrorCallback = std::function<void(int, const V2TIMString&)>;

    Callback() = default;
    ~Callback() override = default;

    void SetCallback(SuccessCallback success_callback, ErrorCallback error_callback) {
        success_callback_ = std::move(success_callback);
        error_callback_ = std::move(error_callback);
    }

    void OnSuccess() override {
        if (success_callback_) {
            success_callback_();
        }
    }
    void OnError(int error_code, const V2TIMString& error_message) override {
        if (error_callback_) {
            error_callback_(error_code, error_message);
        }
    }

private:
    SuccessCallback success_callback_;
    ErrorCallback error_callback_;
};

// From Tencent's page: "Noticing a Message Recall (by the Receiver)", Windows. Its statements are in the test below.
class AdvancedMsgListener final : public V2TIMAdvancedMsgListener {
public:
    /**
     * Received a new message
     *
     * @param message Message
     */
    /**
     * Received a message recall notification
     *
     * @param messageID Unique message ID
     */
    void OnRecvMessageRevoked(const V2TIMString& messageID) override {
        // `msgList` is the message list on the current chat interface
    }
    // Other members …
};

void recallAsInTheSample(const V2TIMMessage& message) {
    auto callback = new Callback;
    callback->SetCallback(
        [=]() {
            // Message recalled successfully
            delete callback;
        },
        [=](int error_code, const V2TIMString& error_message) {
            // The message failed to be recalled
            delete callback;
        });

    V2TIMManager::GetInstance()->GetMessageManager()->RevokeMessage(message, callback);
}

}  // namespace

TEST(TencentsSnippets, RecallAndListen) {
    Phone bob(prefixed("bob-readme"));
    ASSERT_EQ(bob.login(), "success");
    V2TIMSDKConfig config;
    config.url = environment("RECALL_URL");
    ASSERT_TRUE(V2TIMManager::GetInstance()->InitSDK(0, config));
    const std::string alice = prefixed("alice-readme");
    V2TIMManager::GetInstance()->Login(alice, tokenOf(alice), bob.done());
    ASSERT_EQ(bob.results.next(), "success");

    // Add an event listener for advanced messages. Keep `advancedMsgListener` valid before it is removed to ensure event callbacks are received.
    AdvancedMsgListener advancedMsgListener;
    V2TIMManager::GetInstance()->GetMessageManager()->AddAdvancedMsgListener(&advancedMsgListener);

    V2TIMMessage message = V2TIMManager::GetInstance()->GetMessageManager()->CreateTextMessage("to the wrong person");
    const V2TIMString made = V2TIMManager::GetInstance()->GetMessageManager()->SendMessage(
        message, bob.user, "", V2TIM_PRIORITY_DEFAULT, false, {},
        new V2TIMFunctionSendCallback([&](const V2TIMMessage&) { bob.results.add("sent"); }, bob.failed()));
    ASSERT_EQ(bob.results.next(), "sent");
    EXPECT_EQ(bob.heard.next(), "new to the wrong person");
    recallAsInTheSample(message);
    EXPECT_EQ(bob.heard.next(), "revoked " + made.ToString() + " by " + alice + " because ");

    V2TIMManager::GetInstance()->GetMessageManager()->RemoveAdvancedMsgListener(&advancedMsgListener);
    V2TIMManager::GetInstance()->UnInitSDK();
}

}  // namespace recall::test

// The way in: InitSDK with the server's address, Login with a token, then messages and conversations.
#pragma once

#include <functional>
#include <memory>

#include "V2TIMConversationManager.h"
#include "V2TIMErrorCode.h"
#include "V2TIMGroupManager.h"
#include "V2TIMMessageManager.h"

enum V2TIMLoginStatus { V2TIM_STATUS_LOGINED = 1, V2TIM_STATUS_LOGINING = 2, V2TIM_STATUS_LOGOUT = 3 };

struct V2TIMSDKConfig {
    V2TIMString url;  // wss://{api}.execute-api.{region}.amazonaws.com/{stage}

    // The folder, in UTF-8, in which messages outlive the program. Left out, nothing is written to disk.
    V2TIMString initPath;

    // Asked for a token when the one in use is over; gives an empty string when there is none. Left out, the end of the
    // token ends the login. It runs like a callback.
    std::function<V2TIMString()> tokenProvider;
    // Runs callbacks in the order given, for example on the thread of the user interface. Left out, callbacks run on a
    // thread of the SDK.
    std::function<void(std::function<void()>)> callbackExecutor;

    V2TIMString trustedCertificates;  // PEM, besides the system's; not on Windows
    uint32_t requestTimeoutMilliseconds = 10'000;    // of one of 3 attempts
    uint32_t reconnectMinimumMilliseconds = 500;     // of the back-off
    uint32_t reconnectMaximumMilliseconds = 30'000;
    // Between two WebSocket pings, which tell whether the connection is alive. On Windows, whose WinHTTP has no pings, a request
    // takes their place, 4 times as far apart.
    uint32_t pingIntervalMilliseconds = 30'000;
};

// All functions return at once and may be called from any thread, also from callbacks. Callbacks come one at a time.
class V2TIMManager {
public:
    static V2TIMManager* GetInstance();
    // Not in V2TIM: a further instance, for a second user in the same program.
    static std::unique_ptr<V2TIMManager> CreateInstance();
    virtual ~V2TIMManager() = default;

    // The application number is not used: the address says which deployment is meant. False if the address is not one.
    virtual bool InitSDK(uint32_t sdkAppID, const V2TIMSDKConfig& config) = 0;
    virtual void UnInitSDK() = 0;

    virtual void AddSDKListener(V2TIMSDKListener* listener) = 0;
    virtual void RemoveSDKListener(V2TIMSDKListener* listener) = 0;

    // userSig is the token. OnSuccess comes after the first synchronisation: what was missed is known then.
    virtual void Login(const V2TIMString& userID, const V2TIMString& userSig, V2TIMCallback* callback) = 0;
    // Outstanding calls fail with 9508; what is held is forgotten, and what is stored stays.
    virtual void Logout(V2TIMCallback* callback) = 0;
    virtual V2TIMString GetLoginUser() const = 0;
    virtual V2TIMLoginStatus GetLoginStatus() const = 0;
    // The server's clock in seconds since 1970: compare it with a message's recallableUntil to offer a recall.
    virtual int64_t GetServerTime() const = 0;

    // As V2TIMMessageManager::SendMessage with a text. The priority is not used.
    virtual V2TIMString SendC2CTextMessage(const V2TIMString& text, const V2TIMString& userID,
                                           V2TIMSendCallback* callback) = 0;
    virtual V2TIMString SendGroupTextMessage(const V2TIMString& text, const V2TIMString& groupID,
                                             V2TIMMessagePriority priority, V2TIMSendCallback* callback) = 0;

    // Not in V2TIM: makes sure at once that the connection is alive, or makes one. Call it when the network changed, the machine
    // woke up, or the application came to the front.
    virtual void CheckConnection() = 0;
    // Not in V2TIM: removes everything that is stored of a user, who is logged out. Call it when somebody signs out of the device.
    virtual void ClearStorage(const V2TIMString& userID, V2TIMCallback* callback) = 0;

    virtual V2TIMMessageManager* GetMessageManager() = 0;
    virtual V2TIMConversationManager* GetConversationManager() = 0;
    virtual V2TIMGroupManager* GetGroupManager() = 0;
};

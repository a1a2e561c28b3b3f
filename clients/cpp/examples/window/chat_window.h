// A chat in one window: bubbles, a line to type into, and a menu on a right click or long press that recalls.
#pragma once

#include <memory>

#include "V2TIMManager.h"
#include "bubbles.h"

struct ChatOptions {
    V2TIMString url, user, token;
    V2TIMString conversation;  // c2c_<user> or group_<group>
};

class ChatWindow final : public V2TIMSDKListener, public V2TIMAdvancedMsgListener {
public:
    enum Control { bubbles = 100, input, sendButton, status, recallCommand };

    explicit ChatWindow(const ChatOptions& options);
    ~ChatWindow() override;
    ChatWindow(const ChatWindow&) = delete;
    ChatWindow& operator=(const ChatWindow&) = delete;

    HWND handle() const { return window_; }

    // The listeners are called on the window's thread, by callbackExecutor.
    void OnConnectSuccess() override { say(L"Connected"); }
    void OnConnectFailed(int, const V2TIMString&) override { say(L"Connecting again…"); }
    void OnUserSigExpired() override { say(L"The token is over: start again with a new one"); }
    void OnRecvNewMessage(const V2TIMMessage&) override { refresh(); }
    using V2TIMAdvancedMsgListener::OnRecvMessageRevoked;
    void OnRecvMessageRevoked(const V2TIMString&) override { refresh(); }

private:
    static LRESULT CALLBACK procedure(HWND window, UINT kind, WPARAM first, LPARAM second);
    LRESULT handle(UINT kind, WPARAM first, LPARAM second);

    void createControls();
    void arrange(int width, int height);
    void login(const ChatOptions& options);
    void send();
    void openMenu(POINT screen);
    void recall(const V2TIMMessage& message);
    bool mayRecall(const V2TIMMessage& message) const;
    void refresh();
    void say(const std::wstring& text);

    HWND window_ = nullptr, input_ = nullptr, send_ = nullptr, status_ = nullptr;
    Bubbles bubbles_;
    V2TIMString peer_, group_;
    std::unique_ptr<V2TIMManager> manager_ = V2TIMManager::CreateInstance();
};

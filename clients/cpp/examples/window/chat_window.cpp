#include "chat_window.h"

#include <windowsx.h>

#include "V2TIMFunctionCallback.h"
#include "text.h"

namespace {

constexpr wchar_t className[] = L"RecallChat";
constexpr UINT runFunction = WM_APP + 1;  // the second parameter is a std::function<void()>*
constexpr int lineHeight = 26, buttonWidth = 80;

// What a recall that failed is told as.
std::wstring reasonOf(int code) {
    switch (code) {
        case ERR_REVOKE_TIME_LIMIT_EXCEED:
        case ERR_SVR_MSG_REVOKE_TIME_LIMIT:
        case ERR_SVR_GROUP_REVOKE_MSG_TIME_LIMIT:
            return L"Too late: the message can no longer be recalled";
        case ERR_SVR_MSG_REVOKE_REPEATED:
            return L"Somebody else has recalled it already";
        case ERR_REQUEST_TIME_OUT:
            return L"No answer; try again";
        default:
            return L"Not done: error " + std::to_wstring(code);
    }
}

}  // namespace

ChatWindow::ChatWindow(const ChatOptions& options) {
    const std::string conversation = options.conversation.ToString();
    if (conversation.compare(0, 4, "c2c_") == 0) peer_ = conversation.substr(4);
    if (conversation.compare(0, 6, "group_") == 0) group_ = conversation.substr(6);

    WNDCLASSEXW description{};
    description.cbSize = sizeof description;
    description.lpfnWndProc = procedure;
    description.hInstance = GetModuleHandleW(nullptr);
    description.hCursor = LoadCursorW(nullptr, reinterpret_cast<LPCWSTR>(IDC_ARROW));
    description.hbrBackground = reinterpret_cast<HBRUSH>(COLOR_BTNFACE + 1);
    description.lpszClassName = className;
    RegisterClassExW(&description);  // a second window finds it there
    const std::wstring title = wide(options.user.ToString() + " – " + conversation);
    CreateWindowExW(0, className, title.c_str(), WS_OVERLAPPEDWINDOW | WS_VISIBLE | WS_CLIPCHILDREN, 20, 20, 380, 440, nullptr,
                    nullptr, description.hInstance, this);
    login(options);
}

ChatWindow::~ChatWindow() {
    manager_->UnInitSDK();
    manager_->GetMessageManager()->RemoveAdvancedMsgListener(this);
    manager_->RemoveSDKListener(this);
    MSG message;  // callbacks on their way
    while (PeekMessageW(&message, window_, runFunction, runFunction, PM_REMOVE)) DispatchMessageW(&message);
    DestroyWindow(window_);
}

void ChatWindow::login(const ChatOptions& options) {
    manager_->AddSDKListener(this);
    manager_->GetMessageManager()->AddAdvancedMsgListener(this);
    V2TIMSDKConfig config;
    config.url = options.url;
    config.callbackExecutor = [window = window_](std::function<void()> function) {
        auto* posted = new std::function<void()>(std::move(function));
        if (!PostMessageW(window, runFunction, 0, reinterpret_cast<LPARAM>(posted))) delete posted;
    };
    if (!manager_->InitSDK(0, config)) {
        say(L"Not an address: " + wide(options.url.ToString()));
        return;
    }
    say(L"Connecting…");
    manager_->Login(options.user, options.token,
                    new V2TIMFunctionCallback([this] { refresh(); },
                                              [this](int code, const V2TIMString&) { say(reasonOf(code)); }));
}

LRESULT CALLBACK ChatWindow::procedure(HWND window, UINT kind, WPARAM first, LPARAM second) {
    if (kind == WM_NCCREATE) {
        auto* self = static_cast<ChatWindow*>(reinterpret_cast<CREATESTRUCTW*>(second)->lpCreateParams);
        self->window_ = window;
        SetWindowLongPtrW(window, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(self));
    }
    auto* self = reinterpret_cast<ChatWindow*>(GetWindowLongPtrW(window, GWLP_USERDATA));
    return self == nullptr ? DefWindowProcW(window, kind, first, second) : self->handle(kind, first, second);
}

LRESULT ChatWindow::handle(UINT kind, WPARAM first, LPARAM second) {
    switch (kind) {
        case WM_CREATE:
            createControls();
            return 0;
        case WM_SIZE:
            arrange(GET_X_LPARAM(second), GET_Y_LPARAM(second));
            return 0;
        case WM_MEASUREITEM:
            bubbles_.measure(*reinterpret_cast<MEASUREITEMSTRUCT*>(second));
            return TRUE;
        case WM_DRAWITEM:
            bubbles_.draw(*reinterpret_cast<DRAWITEMSTRUCT*>(second));
            return TRUE;
        case WM_COMMAND:
            // The button, or Enter in the input line of a dialog.
            if (LOWORD(first) == sendButton || LOWORD(first) == IDOK) send();
            return 0;
        case WM_CONTEXTMENU:  // a right click, the menu key, or a long press on a touch screen
            if (reinterpret_cast<HWND>(first) == bubbles_.handle()) {
                openMenu({GET_X_LPARAM(second), GET_Y_LPARAM(second)});
            }
            return 0;
        case runFunction: {
            const std::unique_ptr<std::function<void()>> function(reinterpret_cast<std::function<void()>*>(second));
            (*function)();
            return 0;
        }
        case WM_CLOSE:  // the destructor destroys the window
            PostQuitMessage(0);
            return 0;
        default:
            return DefWindowProcW(window_, kind, first, second);
    }
}

void ChatWindow::createControls() {
    const auto create = [this](const wchar_t* kind, const wchar_t* text, DWORD style, Control id) {
        const HWND control =
            CreateWindowExW(0, kind, text, WS_CHILD | WS_VISIBLE | style, 0, 0, 0, 0, window_,
                            reinterpret_cast<HMENU>(static_cast<INT_PTR>(id)), nullptr, nullptr);
        SendMessageW(control, WM_SETFONT, reinterpret_cast<WPARAM>(GetStockObject(DEFAULT_GUI_FONT)), TRUE);
        return control;
    };
    bubbles_.create(window_, bubbles);
    input_ = create(L"EDIT", L"", WS_BORDER | WS_TABSTOP | ES_AUTOHSCROLL, input);
    send_ = create(L"BUTTON", L"Send", WS_TABSTOP | BS_DEFPUSHBUTTON, sendButton);
    status_ = create(L"STATIC", L"", SS_LEFT | SS_NOPREFIX, status);
}

void ChatWindow::arrange(int width, int height) {
    const int below = height - 2 * lineHeight;
    MoveWindow(bubbles_.handle(), 0, 0, width, below, TRUE);
    MoveWindow(input_, 0, below, width - buttonWidth, lineHeight, TRUE);
    MoveWindow(send_, width - buttonWidth, below, buttonWidth, lineHeight, TRUE);
    MoveWindow(status_, 4, below + lineHeight + 4, width - 4, lineHeight - 4, TRUE);
}

void ChatWindow::send() {
    const std::string text = narrow(textOf(input_));
    if (text.empty()) return;
    SetWindowTextW(input_, L"");
    V2TIMMessage message = manager_->GetMessageManager()->CreateTextMessage(text);
    manager_->GetMessageManager()->SendMessage(
        message, peer_, group_, V2TIM_PRIORITY_DEFAULT, false, {},
        new V2TIMFunctionSendCallback([this](const V2TIMMessage&) { refresh(); },
                                      [this](int code, const V2TIMString&) { say(reasonOf(code)); }));
}

bool ChatWindow::mayRecall(const V2TIMMessage& message) const {
    if (message.status == V2TIM_MSG_STATUS_LOCAL_REVOKED) return false;
    if (!message.isSelf) return !message.groupID.Empty();  // the server knows who may
    return message.recallableUntil == -1 || manager_->GetServerTime() * 1'000 <= message.recallableUntil;
}

void ChatWindow::openMenu(POINT screen) {
    const auto message = bubbles_.at(screen);
    if (!message || !mayRecall(*message)) return;
    if (screen.x == -1 && screen.y == -1) GetCursorPos(&screen);
    const HMENU menu = CreatePopupMenu();
    AppendMenuW(menu, MF_STRING, recallCommand, L"Recall");
    const BOOL chosen = TrackPopupMenu(menu, TPM_RETURNCMD | TPM_RIGHTBUTTON, screen.x, screen.y, 0, window_, nullptr);
    DestroyMenu(menu);
    if (chosen == recallCommand) recall(*message);
}

void ChatWindow::recall(const V2TIMMessage& message) {
    manager_->GetMessageManager()->RevokeMessage(
        message, new V2TIMFunctionCallback(
                     [this] {
                         say(L"Message recalled");
                         refresh();
                     },
                     [this](int code, const V2TIMString&) {
                         say(reasonOf(code));
                         refresh();
                     }));
}

// The client holds the conversation; the window shows what it holds.
void ChatWindow::refresh() {
    V2TIMMessageListGetOption option;
    option.getType = V2TIM_GET_LOCAL_OLDER_MSG;
    option.userID = peer_;
    option.groupID = group_;
    option.count = 200;
    manager_->GetMessageManager()->GetHistoryMessageList(
        option, new V2TIMFunctionValueCallback<V2TIMMessageVector>(
                    [this](const V2TIMMessageVector& newestFirst) { bubbles_.show(newestFirst); },
                    [this](int code, const V2TIMString&) { say(reasonOf(code)); }));
}

void ChatWindow::say(const std::wstring& text) { SetWindowTextW(status_, text.c_str()); }

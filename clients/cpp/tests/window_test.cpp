// The chat window, used as a person does, against the real functions on the local stack.
#include <windows.h>
#include <windowsx.h>

#include "examples/window/chat_window.h"
#include "examples/window/text.h"
#include "phone.h"

namespace recall::test {
namespace {

// Handles the window's messages until a condition holds.
template <typename Condition>
bool waitUntil(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        MSG message;
        while (PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE)) {
            TranslateMessage(&message);
            DispatchMessageW(&message);
        }
        MsgWaitForMultipleObjects(0, nullptr, FALSE, 50, QS_ALLINPUT);
    }
    return true;
}

class Window : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(bob.login(), "success");
        ASSERT_TRUE(waitUntil([&] { return status() == "Connected"; })) << status();
    }

    HWND control(ChatWindow::Control id) { return GetDlgItem(window.handle(), id); }
    std::string status() { return narrow(textOf(control(ChatWindow::status))); }

    // The texts of the bubbles, joined.
    std::string shown() {
        const HWND list = control(ChatWindow::bubbles);
        std::string all;
        for (int item = 0; item < ListBox_GetCount(list); ++item) {
            std::wstring text(static_cast<std::size_t>(SendMessageW(list, LB_GETTEXTLEN, item, 0)), L'\0');
            SendMessageW(list, LB_GETTEXT, item, reinterpret_cast<LPARAM>(text.data()));
            all += (item == 0 ? "" : " | ") + narrow(text);
        }
        return all;
    }
    bool shows(const std::string& text) {
        return waitUntil([&] { return shown() == text; });
    }

    void type(const std::string& text) {
        SetWindowTextW(control(ChatWindow::input), wide(text).c_str());
        SendMessageW(control(ChatWindow::sendButton), BM_CLICK, 0, 0);
    }

    // A right click on a bubble, then the menu's first entry by keyboard. Says whether a menu opened.
    bool rightClickAndChoose(int item) {
        const HWND list = control(ChatWindow::bubbles);
        RECT area;
        SendMessageW(list, LB_GETITEMRECT, item, reinterpret_cast<LPARAM>(&area));
        const LPARAM place = MAKELPARAM((area.left + area.right) / 2, (area.top + area.bottom) / 2);
        menuOpened = false;
        SetTimer(window.handle(), 1, 20, [](HWND handle, UINT, UINT_PTR, DWORD) {
            GUITHREADINFO state{};
            state.cbSize = sizeof state;
            GetGUIThreadInfo(GetCurrentThreadId(), &state);
            if ((state.flags & GUI_INMENUMODE) == 0) return;
            KillTimer(handle, 1);
            menuOpened = true;
            PostMessageW(handle, WM_KEYDOWN, VK_DOWN, 0);
            PostMessageW(handle, WM_KEYDOWN, VK_RETURN, 0);
        });
        SendMessageW(list, WM_RBUTTONDOWN, MK_RBUTTON, place);
        SendMessageW(list, WM_RBUTTONUP, 0, place);
        KillTimer(window.handle(), 1);
        return menuOpened;
    }

    static bool menuOpened;
    Phone bob{prefixed("bob-window")};
    const std::string alice = prefixed("alice-window"), conversation = "c2c_" + alice;
    ChatWindow window{{environment("RECALL_URL"), alice, tokenOf(alice), "c2c_" + bob.user}};
};

bool Window::menuOpened = false;

}  // namespace

TEST_F(Window, ARightClickRecallsAndTheBubbleBecomesMessageRecalled) {
    type("to the wrong person 😀");
    ASSERT_TRUE(shows("to the wrong person 😀")) << shown();
    EXPECT_EQ(bob.heard.next(), "new to the wrong person 😀");
    bob.send(conversation, "what?");
    ASSERT_TRUE(shows("to the wrong person 😀 | what?")) << shown();

    EXPECT_FALSE(rightClickAndChoose(1)) << "another's message has no menu";
    ASSERT_TRUE(rightClickAndChoose(0));
    EXPECT_TRUE(shows("Message recalled | what?")) << shown();
    EXPECT_EQ(status(), "Message recalled");
    EXPECT_EQ(bob.heard.next().substr(0, 7), "revoked");
    EXPECT_FALSE(rightClickAndChoose(0)) << "a tombstone has no menu";

    // And the other's recall.
    const V2TIMMessageVector list = bob.history(conversation);
    ASSERT_EQ(list.Size(), 2u);
    EXPECT_EQ(bob.revoke(list[0]), "success");
    EXPECT_TRUE(shows("Message recalled | Message recalled")) << shown();
}

}  // namespace recall::test

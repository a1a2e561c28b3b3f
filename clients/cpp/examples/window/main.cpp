// RECALL_TOKEN=… recall_window.exe URL USER CONVERSATION
#include <cstdlib>

#include "chat_window.h"
#include "text.h"

int WINAPI WinMain(HINSTANCE, HINSTANCE, LPSTR, int) {
    const char* token = std::getenv("RECALL_TOKEN");
    if (__argc != 4 || token == nullptr) {
        MessageBoxW(nullptr, L"usage: recall_window URL USER CONVERSATION\n\nCONVERSATION is c2c_<user> or group_<group>; "
                             L"the environment variable RECALL_TOKEN holds the user's token.",
                    L"Recall", MB_OK);
        return 2;
    }
    ChatWindow window({__argv[1], __argv[2], token, __argv[3]});
    MSG message;
    while (GetMessageW(&message, nullptr, 0, 0) > 0) {
        if (IsDialogMessageW(window.handle(), &message)) continue;
        TranslateMessage(&message);
        DispatchMessageW(&message);
    }
    return 0;
}

// Uses the library as far as that goes without a server. Fails unless the client says that it is not logged in.
#include <V2TIMFunctionCallback.h>
#include <V2TIMManager.h>

#include <future>

int main() {
    V2TIMManager* manager = V2TIMManager::GetInstance();
    V2TIMSDKConfig config;
    config.url = "ws://127.0.0.1:1/local";
    if (!manager->InitSDK(0, config)) return 1;
    std::promise<int> ended;
    V2TIMMessage message = manager->GetMessageManager()->CreateTextMessage("to the wrong person");
    manager->GetMessageManager()->SendMessage(
        message, "bob", "", V2TIM_PRIORITY_DEFAULT, false, {},
        new V2TIMFunctionSendCallback([&](const V2TIMMessage&) { ended.set_value(ERR_SUCC); },
                                      [&](int code, const V2TIMString&) { ended.set_value(code); }));
    const int code = ended.get_future().get();
    manager->UnInitSDK();
    return code == ERR_SDK_NET_DISCONNECT ? 0 : 1;
}

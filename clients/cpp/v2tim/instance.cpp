#include "instance.h"

#include <algorithm>
#include <atomic>

#include "client/file_storage.h"

namespace recall {

struct Instance::Status {
    std::atomic<V2TIMLoginStatus> login{V2TIM_STATUS_LOGOUT};
};

namespace {

// Passes on what the client tells to the listeners.
class Bridge final : public ClientListener {
public:
    Bridge(std::shared_ptr<Registry> registry, std::function<void()> loggedOut)
        : registry_(std::move(registry)), loggedOut_(std::move(loggedOut)) {}

    void attach(const std::shared_ptr<Client>& client) { client_ = client; }

    void connecting() override {
        registry_->sdk.each([](V2TIMSDKListener& listener) { listener.OnConnecting(); });
    }
    void connected() override {
        registry_->sdk.each([](V2TIMSDKListener& listener) { listener.OnConnectSuccess(); });
    }
    void disconnected() override {
        registry_->sdk.each([](V2TIMSDKListener& listener) {
            listener.OnConnectFailed(ERR_SDK_NET_DISCONNECT, "the connection was lost; a new one is being made");
        });
    }
    void tokenExpired() override {
        loggedOut_();
        registry_->sdk.each([](V2TIMSDKListener& listener) { listener.OnUserSigExpired(); });
    }
    void kickedOffline(const std::string& reason) override {
        loggedOut_();
        const V2TIMString converted = toV2TIM(reason);
        registry_->sdk.each([&](V2TIMSDKListener& listener) {
            listener.OnKickedOffline(converted);
            listener.OnKickedOffline();
        });
    }
    void storageFailed(const std::string& description) override {
        const V2TIMString converted = toV2TIM(description);
        registry_->sdk.each(
            [&](V2TIMSDKListener& listener) { listener.OnStorageFailed(ERR_DATABASE_OPERATE_FAILED, converted); });
    }
    void unsentMessageFailed(const Message& message, const Error& error) override {
        V2TIMMessage converted = toV2TIM(message, client_.lock());
        converted.status = V2TIM_MSG_STATUS_SEND_FAIL;
        converted.sendErrorCode = error.code;
        registry_->message.each([&](V2TIMAdvancedMsgListener& listener) {
            listener.OnUnsentMessageFailed(converted, error.code, toV2TIM(error.desc));
        });
    }
    void unsentRecallFailed(const Message& message, const Error& error) override {
        const V2TIMMessage converted = toV2TIM(message, client_.lock());
        registry_->message.each([&](V2TIMAdvancedMsgListener& listener) {
            listener.OnUnsentRecallFailed(converted, error.code, toV2TIM(error.desc));
        });
    }
    void received(const Message& message) override {
        if (registry_->message.empty()) return;
        const V2TIMMessage converted = toV2TIM(message, client_.lock());
        registry_->message.each(
            [&](V2TIMAdvancedMsgListener& listener) { listener.OnRecvNewMessage(converted); });
    }
    void revoked(const Message& tombstone) override {
        const V2TIMMessage converted = toV2TIM(tombstone, client_.lock());
        registry_->message.each([&](V2TIMAdvancedMsgListener& listener) {
            listener.OnRecvMessageRevoked(converted.msgID);
            listener.OnRecvMessageRevoked(converted.msgID, converted.revokerInfo, converted.revokeReason);
            listener.OnRecvMessageRevoked(converted);
        });
    }
    void conversationChanged(const ConversationSummary& summary) override {
        const bool isNew = registry_->told.isNew(summary.conversation);
        const auto client = client_.lock();
        if (registry_->conversation.empty() || !client) return;
        V2TIMConversationVector list;
        list.PushBack(toV2TIM(summary, client));
        registry_->conversation.each([&](V2TIMConversationListener& listener) {
            isNew ? listener.OnNewConversation(list) : listener.OnConversationChanged(list);
        });
        const uint64_t total = totalUnread(*client);
        if (!registry_->told.isAnotherTotal(total)) return;
        registry_->conversation.each(
            [&](V2TIMConversationListener& listener) { listener.OnTotalUnreadMessageCountChanged(total); });
    }

private:
    std::shared_ptr<Registry> registry_;
    std::function<void()> loggedOut_;
    std::weak_ptr<Client> client_;
};

ClientOptions clientOptions(const V2TIMSDKConfig& config) {
    ClientOptions options;
    options.url = config.url.ToString();
    options.callbackExecutor = config.callbackExecutor;
    options.requestTimeout = std::max<uint32_t>(config.requestTimeoutMilliseconds, 1);
    options.reconnectMinimum = config.reconnectMinimumMilliseconds;
    options.reconnectMaximum = config.reconnectMaximumMilliseconds;
    options.pingInterval = std::max<uint32_t>(config.pingIntervalMilliseconds, 1);
    TransportOptions transport;
    transport.trustedCertificates = config.trustedCertificates.ToString();
    options.transport = makeTransport(transport);
    if (!config.initPath.Empty()) options.storage = std::make_shared<FileStorage>(config.initPath.ToString());
    if (config.tokenProvider) {
        options.tokenProvider = [provider = config.tokenProvider](
                                    const std::function<void(std::optional<std::string>)>& answer) {
            answer(provider().ToString());
        };
    }
    return options;
}

}  // namespace

Instance::Instance()
    : registry_(std::make_shared<Registry>()),
      status_(std::make_shared<Status>()),
      messages_(*this),
      conversations_(*this),
      groups_(*this) {}

Instance::~Instance() { UnInitSDK(); }

bool Instance::InitSDK(uint32_t, const V2TIMSDKConfig& config) {
    if (!parseAddress(config.url.ToString())) return false;
    UnInitSDK();
    const auto status = status_;
    const auto bridge = std::make_shared<Bridge>(registry_, [status] { status->login = V2TIM_STATUS_LOGOUT; });
    const auto client = std::make_shared<Client>(clientOptions(config), bridge);
    bridge->attach(client);
    std::lock_guard lock(mutex_);
    client_ = client;
    return true;
}

void Instance::UnInitSDK() {
    std::shared_ptr<Client> ended;
    {
        std::lock_guard lock(mutex_);
        ended.swap(client_);
    }
    if (ended) ended->stop();
    status_->login = V2TIM_STATUS_LOGOUT;
}

void Instance::AddSDKListener(V2TIMSDKListener* listener) { registry_->sdk.add(listener); }
void Instance::RemoveSDKListener(V2TIMSDKListener* listener) { registry_->sdk.remove(listener); }

void Instance::Login(const V2TIMString& userID, const V2TIMString& userSig, V2TIMCallback* callback) {
    const auto client = this->client(callback);
    if (!client) return;
    status_->login = V2TIM_STATUS_LOGINING;
    auto completion = completionOf<Nothing>(callback);
    const auto status = status_;
    const auto registry = registry_;
    registry->told.begin();
    client->post([registry] {
        registry->conversation.each([](V2TIMConversationListener& listener) { listener.OnSyncServerStart(); });
    });
    const std::weak_ptr<Client> weak = client;
    client->login(userID.ToString(), userSig.ToString(),
                  {[=, told = completion.succeeded](const Nothing& nothing) {
                       status->login = V2TIM_STATUS_LOGINED;
                       if (const auto present = weak.lock()) registry->told.complete(*present);
                       registry->conversation.each(
                           [](V2TIMConversationListener& listener) { listener.OnSyncServerFinish(); });
                       told(nothing);
                   },
                   [=, told = completion.failed](const Error& error) {
                       status->login = V2TIM_STATUS_LOGOUT;
                       registry->conversation.each(
                           [](V2TIMConversationListener& listener) { listener.OnSyncServerFailed(); });
                       told(error);
                   }});
}

void Instance::Logout(V2TIMCallback* callback) {
    const auto client = this->client(callback);
    if (!client) return;
    status_->login = V2TIM_STATUS_LOGOUT;
    client->logout(completionOf<Nothing>(callback));
}

V2TIMString Instance::GetLoginUser() const {
    const auto client = current();
    return client ? toV2TIM(client->user()) : V2TIMString();
}

V2TIMLoginStatus Instance::GetLoginStatus() const { return status_->login; }

int64_t Instance::GetServerTime() const {
    const auto client = current();
    return client ? client->serverTime() / 1'000 : 0;
}

V2TIMString Instance::SendC2CTextMessage(const V2TIMString& text, const V2TIMString& userID, V2TIMSendCallback* callback) {
    V2TIMMessage message = messages_.CreateTextMessage(text);
    return messages_.SendMessage(message, userID, "", V2TIM_PRIORITY_DEFAULT, false, {}, callback);
}

V2TIMString Instance::SendGroupTextMessage(const V2TIMString& text, const V2TIMString& groupID,
                                           V2TIMMessagePriority priority, V2TIMSendCallback* callback) {
    V2TIMMessage message = messages_.CreateTextMessage(text);
    return messages_.SendMessage(message, "", groupID, priority, false, {}, callback);
}

void Instance::CheckConnection() {
    if (const auto client = current()) client->checkConnection();
}

void Instance::ClearStorage(const V2TIMString& userID, V2TIMCallback* callback) {
    const auto client = this->client(callback);
    if (!client) return;
    if (client->user() == userID.ToString()) status_->login = V2TIM_STATUS_LOGOUT;
    client->clearStorage(userID.ToString(), completionOf<Nothing>(callback));
}

std::shared_ptr<Client> Instance::current() const {
    std::lock_guard lock(mutex_);
    return client_;
}

std::shared_ptr<Client> Instance::client(V2TIMBaseCallback* callback) const {
    auto client = current();
    if (!client && callback != nullptr) callback->OnError(ERR_SDK_NOT_INITIALIZED, "call InitSDK and Login first");
    return client;
}

void Instance::markAsRead(const std::string& conversation, V2TIMCallback* callback) {
    const auto client = this->client(callback);
    if (!client) return;
    readNewest(*client, conversation, completionOf<Nothing>(callback));
}

}  // namespace recall

V2TIMManager* V2TIMManager::GetInstance() {
    // Never destroyed: callbacks may still run while the program ends.
    static auto* instance = new recall::Instance;
    return instance;
}

std::unique_ptr<V2TIMManager> V2TIMManager::CreateInstance() { return std::make_unique<recall::Instance>(); }

#import <RecallIM/V2TIMManager.h>

#include <algorithm>

#include "callback_queue.h"
#include "client/file_storage.h"
#include "network_watch.h"
#import "state.h"
#include "storage_folder.h"

@implementation V2TIMSDKConfig
@synthesize url = _url, storagePath = _storagePath, callbackQueue = _callbackQueue, requestTimeoutMilliseconds = _requestTimeoutMilliseconds;
@synthesize reconnectMinimumMilliseconds = _reconnectMinimumMilliseconds;
@synthesize reconnectMaximumMilliseconds = _reconnectMaximumMilliseconds;
@synthesize pingIntervalMilliseconds = _pingIntervalMilliseconds;

- (id)init {
    if ((self = [super init])) {
        _requestTimeoutMilliseconds = 10000;
        _reconnectMinimumMilliseconds = 500;
        _reconnectMaximumMilliseconds = 30000;
        _pingIntervalMilliseconds = 30000;
    }
    return self;
}

- (V2TIMTokenProvider)tokenProvider {
    return _tokenProvider;
}

// By hand, since a synthesized setter copies by a message, and a block is no object everywhere.
- (void)setTokenProvider:(V2TIMTokenProvider)provider {
#if __has_feature(objc_arc)
    _tokenProvider = [provider copy];
#else
    V2TIMTokenProvider kept = nil;
    if (provider) kept = Block_copy(provider);
    if (_tokenProvider) Block_release(_tokenProvider);
    _tokenProvider = kept;
#endif
}

- (void)dealloc {
    self.tokenProvider = nil;
    RECALL_RELEASE(_url);
    RECALL_RELEASE(_storagePath);
    RECALL_RELEASE(_callbackQueue);
    RECALL_DEALLOC;
}
@end

namespace {

recall::ClientOptions optionsOf(V2TIMSDKConfig *config) {
    recall::ClientOptions options;
    options.url = fromObjectiveC(config.url);
    options.callbackExecutor = recall::executorOf(config.callbackQueue ? config.callbackQueue : [NSOperationQueue mainQueue]);
    options.requestTimeout = std::max(config.requestTimeoutMilliseconds, 1u);
    options.reconnectMinimum = config.reconnectMinimumMilliseconds;
    options.reconnectMaximum = config.reconnectMaximumMilliseconds;
    options.pingInterval = std::max(config.pingIntervalMilliseconds, 1u);
    const std::string folder = recall::storageFolder(config.storagePath);
    if (!folder.empty()) options.storage = std::make_shared<recall::FileStorage>(folder);
    if (config.tokenProvider) {
        NSOperationQueue *background = RECALL_AUTORELEASE([[NSOperationQueue alloc] init]);
        background.maxConcurrentOperationCount = 1;
        options.tokenProvider = [kept = KeptBlock<V2TIMTokenProvider>(config.tokenProvider), run = recall::executorOf(background)](
                                    const std::function<void(std::optional<std::string>)>& answer) {
            run([kept, answer] {
                NSString *token = kept.get()();
                answer(token ? std::optional<std::string>(fromObjectiveC(token)) : std::nullopt);
            });
        };
    }
    return options;
}

}  // namespace

@implementation V2TIMManager

+ (V2TIMManager *)sharedInstance {
    // Never released: callbacks may still run while the program ends.
    static V2TIMManager *instance = [[V2TIMManager alloc] init];
    return instance;
}

- (id)init {
    if ((self = [super init])) _state = new RecallState;
    return self;
}

- (void)dealloc {
    [self unInitSDK];
    delete _state;
    RECALL_DEALLOC;
}

- (BOOL)initSDK:(int)sdkAppID config:(V2TIMSDKConfig *)config {
    if (!recall::parseAddress(fromObjectiveC(config.url))) return NO;
    [self unInitSDK];
    const auto bridge = std::make_shared<Bridge>(_state->registry);
    const auto client = std::make_shared<recall::Client>(optionsOf(config), bridge);
    bridge->attach(client);
    const auto watch = recall::watchNetwork([weak = std::weak_ptr<recall::Client>(client)] {
        if (const auto watched = weak.lock()) watched->checkConnection();
    });
    std::lock_guard lock(_state->mutex);
    _state->client = client;
    _state->watch = watch;
    return YES;
}

- (void)unInitSDK {
    std::shared_ptr<recall::Client> ended;  // is stopped outside the lock, because that waits for callbacks
    std::shared_ptr<void> watch;
    {
        std::lock_guard lock(_state->mutex);
        ended.swap(_state->client);
        watch.swap(_state->watch);
    }
    if (ended) ended->stop();
    _state->registry->login = V2TIM_STATUS_LOGOUT;
}

- (std::shared_ptr<recall::Client>)current {
    std::lock_guard lock(_state->mutex);
    return _state->client;
}

- (recall::PushDevice)registered {
    std::lock_guard lock(_state->mutex);
    return _state->pushDevice;
}

- (void)registers:(const recall::PushDevice&)device {
    std::lock_guard lock(_state->mutex);
    _state->pushDevice = device;
}

- (Registry&)registry {
    return *_state->registry;
}

- (std::shared_ptr<recall::Client>)clientOrFail:(V2TIMFail)fail {
    const auto client = [self current];
    if (!client && fail) fail(ERR_SDK_NOT_INITIALIZED, @"call initSDK and login first");
    return client;
}

- (void)login:(NSString *)userID userSig:(NSString *)userSig succ:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client) return;
    const auto registry = _state->registry;
    registry->login = V2TIM_STATUS_LOGINING;
    registry->told.begin();
    client->post([registry] {
        @autoreleasepool {
            registry->conversation.each(@selector(onSyncServerStart),
                                        [](id<V2TIMConversationListener> listener) { [listener onSyncServerStart]; });
        }
    });
    const auto ended = done<recall::Nothing>(succ, fail);
    const std::weak_ptr<recall::Client> weak = client;
    client->login(fromObjectiveC(userID), fromObjectiveC(userSig),
                  {[registry, weak, told = ended.succeeded](const recall::Nothing& nothing) {
                       registry->login = V2TIM_STATUS_LOGINED;
                       if (const auto present = weak.lock()) registry->told.complete(*present);
                       @autoreleasepool {
                           registry->conversation.each(@selector(onSyncServerFinish), [](id<V2TIMConversationListener> listener) {
                               [listener onSyncServerFinish];
                           });
                       }
                       told(nothing);
                   },
                   [registry, told = ended.failed](const recall::Error& error) {
                       registry->login = V2TIM_STATUS_LOGOUT;
                       @autoreleasepool {
                           registry->conversation.each(@selector(onSyncServerFailed), [](id<V2TIMConversationListener> listener) {
                               [listener onSyncServerFailed];
                           });
                       }
                       told(error);
                   }});
}

- (void)logout:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client) return;
    _state->registry->login = V2TIM_STATUS_LOGOUT;
    client->logout(done<recall::Nothing>(succ, fail));
}

- (NSString *)getLoginUser {
    const auto client = [self current];
    return client ? toObjectiveC(client->user()) : @"";
}

- (V2TIMLoginStatus)getLoginStatus {
    return _state->registry->login;
}

- (void)checkConnection {
    if (const auto client = [self current]) client->checkConnection();
}

- (uint64_t)getServerTime {
    return static_cast<uint64_t>([self getServerTimeMilliseconds] / 1000);
}

- (void)clearStorage:(NSString *)userID succ:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client) return;
    const std::string user = fromObjectiveC(userID);
    if (client->user() == user) _state->registry->login = V2TIM_STATUS_LOGOUT;
    client->clearStorage(user, done<recall::Nothing>(succ, fail));
}

- (int64_t)getServerTimeMilliseconds {
    const auto client = [self current];
    return client ? client->serverTime() : 0;
}

- (void)addIMSDKListener:(id<V2TIMSDKListener>)listener {
    _state->registry->sdk.add(listener);
}

- (void)removeIMSDKListener:(id<V2TIMSDKListener>)listener {
    _state->registry->sdk.remove(listener);
}

- (void)addAdvancedMsgListener:(id<V2TIMAdvancedMsgListener>)listener {
    _state->registry->message.add(listener);
}

- (void)removeAdvancedMsgListener:(id<V2TIMAdvancedMsgListener>)listener {
    _state->registry->message.remove(listener);
}

@end

// The client of one user's device.
#import <RecallIM/V2TIMListener.h>
#import <RecallIM/V2TIMMessage.h>

NS_ASSUME_NONNULL_BEGIN

@interface V2TIMSDKConfig : NSObject {
@private
    NSString *_url, *_storagePath;
    NSOperationQueue *_callbackQueue;
    V2TIMTokenProvider _tokenProvider;
    unsigned _requestTimeoutMilliseconds, _reconnectMinimumMilliseconds, _reconnectMaximumMilliseconds, _pingIntervalMilliseconds;
}
/// The deployment: wss://{api}.execute-api.{region}.amazonaws.com/{stage}, locally ws://127.0.0.1:3001/local.
@property(nonatomic, copy, nullable) NSString *url;
/// The folder in which messages outlive the program. nil: RecallIM in the program's folder in Application Support. Empty: nothing is
/// written to disk.
@property(nonatomic, copy, nullable) NSString *storagePath;
/// Blocks and listeners are called on this queue, in order. It must run one operation at a time. nil: the main queue.
@property(nonatomic, retain, nullable) NSOperationQueue *callbackQueue;
/// Without one, the end of a token ends the login.
@property(nonatomic, copy, nullable) V2TIMTokenProvider tokenProvider;
/// Of one of 3 attempts: 10 000.
@property(nonatomic, assign) unsigned requestTimeoutMilliseconds;
/// Of the back-off: 500.
@property(nonatomic, assign) unsigned reconnectMinimumMilliseconds;
/// Of the back-off: 30 000.
@property(nonatomic, assign) unsigned reconnectMaximumMilliseconds;
/// Between two WebSocket pings, which tell whether the connection is alive: 30 000.
@property(nonatomic, assign) unsigned pingIntervalMilliseconds;
@end

/// All methods return at once and may be called from any thread. While messages are stored, login, send and revoke first wait for the
/// disk. Blocks and listeners are called on V2TIMSDKConfig.callbackQueue, one at a time; each call ends with exactly one of succ and fail,
/// and both may be nil.
@interface V2TIMManager : NSObject {
@private
    struct RecallState *_state;
}
/// One for the program. Not in V2TIM: alloc and init make more, for a second user.
+ (V2TIMManager *)sharedInstance;

/// The application number is not used: the address says which deployment is meant. NO if the address is not a WebSocket's. Ends what an
/// earlier call began.
- (BOOL)initSDK:(int)sdkAppID config:(V2TIMSDKConfig *)config;
/// Logs out. Callbacks that wait on callbackQueue still come.
- (void)unInitSDK;

/// userSig is the user's token (a JWT). succ comes after the first synchronisation: what was missed is known then.
- (void)login:(NSString *)userID userSig:(NSString *)userSig succ:(V2TIMSucc _Nullable)succ fail:(V2TIMFail _Nullable)fail;
/// Outstanding calls fail with ERR_SDK_NET_DISCONNECT; what is held is forgotten, and what is stored stays.
- (void)logout:(V2TIMSucc _Nullable)succ fail:(V2TIMFail _Nullable)fail;
/// Empty when nobody is logged in.
- (NSString *)getLoginUser;
- (V2TIMLoginStatus)getLoginStatus;
/// The server's clock in seconds since 1970; 0 before the first login.
- (uint64_t)getServerTime;
/// Not in V2TIM: the server's clock in milliseconds since 1970. Compare it with recallableUntil to offer a recall; the device's clock may be
/// wrong.
- (int64_t)getServerTimeMilliseconds;
/// Not in V2TIM: makes sure at once that the connection is alive, or makes one. On Apple's systems the client calls it by itself when the network
/// comes back and when the application comes to the front.
- (void)checkConnection;
/// Not in V2TIM: removes everything that is stored of a user, who is logged out. Call it when somebody signs out of the device.
- (void)clearStorage:(NSString *)userID succ:(V2TIMSucc _Nullable)succ fail:(V2TIMFail _Nullable)fail;

/// Listeners are held weakly, as in V2TIM: keep yours. With ARC one that is gone is no longer told; without ARC, remove it before it goes.
- (void)addIMSDKListener:(id<V2TIMSDKListener>)listener NS_SWIFT_NAME(addIMSDKListener(listener:));
- (void)removeIMSDKListener:(id<V2TIMSDKListener>)listener NS_SWIFT_NAME(removeIMSDKListener(listener:));
- (void)addAdvancedMsgListener:(id<V2TIMAdvancedMsgListener>)listener NS_SWIFT_NAME(addAdvancedMsgListener(listener:));
- (void)removeAdvancedMsgListener:(id<V2TIMAdvancedMsgListener>)listener NS_SWIFT_NAME(removeAdvancedMsgListener(listener:));
@end

NS_ASSUME_NONNULL_END

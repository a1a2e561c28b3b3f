// Not in V2TIM: calls with one block at the end, which Swift imports as asynchronous functions that throw:
//
//     let sent = try await manager.send(text: "to the wrong person", to: "c2c_bob")
//     try await manager.revoke(sent, reason: nil)
//
// The calls with succ and fail stay as they are, because Swift imports only calls with one block in this way.
#import <RecallIM/V2TIMManager.h>

NS_ASSUME_NONNULL_BEGIN

/// The domain of the errors below. Their code is a V2TIMErrorCode, and NSLocalizedDescriptionKey is English for developers.
extern NSString *const V2TIMErrorDomain;

@interface V2TIMManager (Completion)

- (void)login:(NSString *)userID
      userSig:(NSString *)userSig
   completion:(void (^)(NSError *_Nullable error))completion NS_SWIFT_NAME(login(userID:userSig:completion:))
                  NS_SWIFT_ASYNC_NAME(login(userID:userSig:));
- (void)logoutWithCompletion:(void (^)(NSError *_Nullable error))completion NS_SWIFT_NAME(logout(completion:))
    NS_SWIFT_ASYNC_NAME(logout());
- (void)sendText:(NSString *)text
    toConversation:(NSString *)conversationID
        completion:(void (^)(V2TIMMessage *_Nullable sent, NSError *_Nullable error))completion
    NS_SWIFT_NAME(send(text:to:completion:)) NS_SWIFT_ASYNC_NAME(send(text:to:));
/// Takes a message back, with a reason of up to 256 bytes that the others see.
- (void)revokeMessage:(V2TIMMessage *)msg
               reason:(NSString *_Nullable)reason
           completion:(void (^)(NSError *_Nullable error))completion NS_SWIFT_NAME(revoke(_:reason:completion:))
                          NS_SWIFT_ASYNC_NAME(revoke(_:reason:));
/// The newest messages before lastMsg (nil: of all), newest first, from the server, at most 100.
- (void)getMessages:(NSString *)conversationID
              count:(int)count
            lastMsg:(V2TIMMessage *_Nullable)lastMsg
         completion:(void (^)(NSArray<V2TIMMessage *> *_Nullable msgs, NSError *_Nullable error))completion
    NS_SWIFT_NAME(messages(conversationID:count:before:completion:)) NS_SWIFT_ASYNC_NAME(messages(conversationID:count:before:));
/// What is held on this device, newest first.
- (void)getStoredMessages:(NSString *)conversationID
               completion:(void (^)(NSArray<V2TIMMessage *> *_Nullable msgs, NSError *_Nullable error))completion
    NS_SWIFT_NAME(storedMessages(conversationID:completion:)) NS_SWIFT_ASYNC_NAME(storedMessages(conversationID:));
@end

NS_ASSUME_NONNULL_END

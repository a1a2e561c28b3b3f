// What the client tells by itself. Listeners are called on V2TIMSDKConfig.callbackQueue, which is the main queue unless you say otherwise.
#import <RecallIM/V2TIMDefine.h>

NS_ASSUME_NONNULL_BEGIN

@class V2TIMGroupMemberInfo;
@class V2TIMMessageReceipt;
@class V2TIMUserFullInfo;

@protocol V2TIMSDKListener <NSObject>
@optional
- (void)onConnecting;
- (void)onConnectSuccess;
/// The connection was lost. The client makes a new one by itself and then synchronises.
- (void)onConnectFailed:(int)code err:(NSString *)err;
/// The token is over and no token provider gave a new one: log in again with a new token.
- (void)onUserSigExpired;
/// The server ended this device's session: newer connections of the user took all places, or an administrator closed them. The
/// client does not connect again by itself; a login does. Calls fail with ERR_SDK_NET_DISCONNECT, and onConnectFailed:err: is not called.
- (void)onKickedOffline;
/// Not in V2TIM: says why too, and is called before the one above. connection_limit, administrator, or a reason of a newer server.
- (void)onKickedOffline:(NSString *)reason NS_SWIFT_NAME(onKickedOffline(reason:));
/// Not in V2TIM: the folder storagePath cannot be used. The client goes on in memory. Called once after each login.
- (void)onStorageFailed:(int)code err:(NSString *)err;
@end

@protocol V2TIMAdvancedMsgListener <NSObject>
@optional
/// A new message, once for each. Messages of the user's other devices come too.
- (void)onRecvNewMessage:(V2TIMMessage *)msg NS_SWIFT_NAME(onRecvNewMessage(msg:));
/// A message was recalled, by someone else or on another device: once for each message (Tencent: from 7.4).
- (void)onRecvMessageRevoked:(NSString *)msgID
                 operateUser:(V2TIMUserFullInfo *)operateUser
                      reason:(NSString *_Nullable)reason NS_SWIFT_NAME(onRecvMessageRevoked(msgID:operateUser:reason:));
/// V2TIM's older form; called besides the one above.
- (void)onRecvMessageRevoked:(NSString *)msgID NS_SWIFT_NAME(onRecvMessageRevoked(msgID:));
/// Not in V2TIM: the whole tombstone, with its conversation. Called before the two above.
- (void)onRecvMessageTombstone:(V2TIMMessage *)tombstone NS_SWIFT_NAME(onRecvMessageTombstone(_:));
/// Not in V2TIM, as the next: an earlier run of the program sent this message, got no answer, and the server refuses it now. It is kept among
/// the unsent ones. If the server accepts it, onRecvNewMessage: is called.
- (void)onUnsentMessageFailed:(V2TIMMessage *)msg code:(int)code err:(NSString *)err;
/// The same of a recall. If the server accepts it, onRecvMessageRevoked: is called.
- (void)onUnsentRecallFailed:(V2TIMMessage *)msg code:(int)code err:(NSString *)err;
/// Never called, as the next three: Recall has no read receipts, changes no messages and pins none.
- (void)onRecvMessageReadReceipts:(NSArray<V2TIMMessageReceipt *> *)receiptList NS_SWIFT_NAME(onRecvMessageReadReceipts(receiptList:));
- (void)onRecvC2CReadReceipt:(NSArray<V2TIMMessageReceipt *> *)receiptList NS_SWIFT_NAME(onRecvC2CReadReceipt(receiptList:));
- (void)onRecvMessageModified:(V2TIMMessage *)msg NS_SWIFT_NAME(onRecvMessageModified(msg:));
- (void)onGroupMessagePinned:(NSString *_Nullable)groupID
                     message:(V2TIMMessage *)message
                    isPinned:(BOOL)isPinned
                      opUser:(V2TIMGroupMemberInfo *)opUser NS_SWIFT_NAME(onGroupMessagePinned(groupID:message:isPinned:opUser:));
@end

@protocol V2TIMConversationListener <NSObject>
@optional
/// The first synchronisation of a login began, is over, or failed with the login. The list is complete when it is over.
- (void)onSyncServerStart;
- (void)onSyncServerFinish;
- (void)onSyncServerFailed;
/// Conversations that were not in the list have come.
- (void)onNewConversation:(NSArray<V2TIMConversation *> *)conversationList NS_SWIFT_NAME(onNewConversation(conversationList:));
/// The unread number, the last message or the place in the list changed.
- (void)onConversationChanged:(NSArray<V2TIMConversation *> *)conversationList NS_SWIFT_NAME(onConversationChanged(conversationList:));
- (void)onTotalUnreadMessageCountChanged:(uint64_t)totalUnreadCount NS_SWIFT_NAME(onTotalUnreadMessageCountChanged(totalUnreadCount:));
@end

NS_ASSUME_NONNULL_END

// Conversations and what is unread in them. The forms by ID alone are not in V2TIM.
#import <RecallIM/V2TIMManager.h>

NS_ASSUME_NONNULL_BEGIN

@interface V2TIMManager (Conversation)

- (void)getConversation:(NSString *)conversationID
                   succ:(V2TIMConversationSucc _Nullable)succ
                   fail:(V2TIMFail _Nullable)fail;
- (void)getConversationList:(V2TIMConversationListSucc _Nullable)succ fail:(V2TIMFail _Nullable)fail;
/// Read up to and with that message, on all devices of the user.
- (void)markConversationAsRead:(NSString *)conversationID
                         msgID:(NSString *)msgID
                          succ:(V2TIMUnreadSucc _Nullable)succ
                          fail:(V2TIMFail _Nullable)fail;
@end

NS_ASSUME_NONNULL_END

// Conversations and what is unread in them.
#import <RecallIM/V2TIMManager.h>

NS_ASSUME_NONNULL_BEGIN

@interface V2TIMManager (Conversation)

/// Listeners are held weakly, as in V2TIM.
- (void)addConversationListener:(id<V2TIMConversationListener>)listener NS_SWIFT_NAME(addConversationListener(listener:));
- (void)removeConversationListener:(id<V2TIMConversationListener>)listener NS_SWIFT_NAME(removeConversationListener(listener:));

/// A page of the list, latest change first. Begin with nextSeq 0 and go on with the result's until isFinished.
- (void)getConversationList:(uint64_t)nextSeq
                      count:(int)count
                       succ:(V2TIMConversationResultSucc _Nullable)succ
                       fail:(V2TIMFail _Nullable)fail NS_SWIFT_NAME(getConversationList(nextSeq:count:succ:fail:));
/// Some conversations by their IDs, in the order asked for, without those of which nothing is held.
- (void)getConversationList:(NSArray<NSString *> *)conversationIDList
                       succ:(V2TIMConversationListSucc _Nullable)succ
                       fail:(V2TIMFail _Nullable)fail NS_SWIFT_NAME(getConversationList(conversationIDList:succ:fail:));
- (void)getConversation:(NSString *)conversationID
                   succ:(V2TIMConversationSucc _Nullable)succ
                   fail:(V2TIMFail _Nullable)fail NS_SWIFT_NAME(getConversation(conversationID:succ:fail:));
- (void)getTotalUnreadMessageCount:(V2TIMTotalUnreadMessageCountSucc _Nullable)succ
                              fail:(V2TIMFail _Nullable)fail NS_SWIFT_NAME(getTotalUnreadMessageCount(succ:fail:));
/// Marks a conversation as read up to the newest message held. As in V2TIM, c2c means all one-to-one conversations, group all groups, and an empty
/// ID or nil all conversations. The two numbers must be 0; to read up to a certain message, use markConversationAsRead.
- (void)cleanConversationUnreadMessageCount:(NSString *_Nullable)conversationID
                             cleanTimestamp:(uint64_t)cleanTimestamp
                              cleanSequence:(uint64_t)cleanSequence
                                       succ:(V2TIMSucc _Nullable)succ
                                       fail:(V2TIMFail _Nullable)fail
    NS_SWIFT_NAME(cleanConversationUnreadMessageCount(conversationID:cleanTimestamp:cleanSequence:succ:fail:));
/// Not in V2TIM: read up to and with that message, on all devices of the user.
- (void)markConversationAsRead:(NSString *)conversationID
                         msgID:(NSString *)msgID
                          succ:(V2TIMUnreadSucc _Nullable)succ
                          fail:(V2TIMFail _Nullable)fail;

/// The roles of some members of a group, in the order asked for. The client knows only the role of the user who is logged in. All others have the
/// role V2TIM_GROUP_MEMBER_UNDEFINED.
- (void)getGroupMembersInfo:(NSString *)groupID
                 memberList:(NSArray<NSString *> *)memberList
                       succ:(V2TIMGroupMemberInfoListSucc _Nullable)succ
                       fail:(V2TIMFail _Nullable)fail NS_SWIFT_NAME(getGroupMembersInfo(groupID:memberList:succ:fail:));
@end

NS_ASSUME_NONNULL_END

// Messages, tombstones and conversations.
#import <RecallIM/V2TIMDefine.h>

NS_ASSUME_NONNULL_BEGIN

/// Who recalled. The user ID only: Recall knows no profiles.
@interface V2TIMUserFullInfo : NSObject {
@private
    NSString *_userID;
}
@property(nonatomic, copy) NSString *userID;
@end

/// A message; with status V2TIM_MSG_STATUS_LOCAL_REVOKED its tombstone, which has no text and no body.
@interface V2TIMMessage : NSObject {
@private
    NSString *_msgID, *_sender, *_userID, *_groupID, *_text, *_revokeReason, *_revokerRole, *_replyTo;
    NSData *_body;
    V2TIMUserFullInfo *_revokerInfo;
    V2TIMMessageStatus _status;
    int64_t _sentAt, _recallableUntil;
    BOOL _isSelf;
}
/// Made when the message is sent; setting it before makes a retry the same message.
@property(nonatomic, copy, nullable) NSString *msgID;
@property(nonatomic, copy, nullable) NSString *sender;
/// The other side of a one-to-one conversation, nil in a group.
@property(nonatomic, copy, nullable) NSString *userID;
/// The group, nil in a one-to-one conversation.
@property(nonatomic, copy, nullable) NSString *groupID;
/// nil when the body is no text.
@property(nonatomic, copy, nullable) NSString *text;
/// The JSON object that was sent, in UTF-8, up to 12,288 bytes; nil when recalled.
@property(nonatomic, copy, nullable) NSData *body;
/// The msgID of the message that this one answers.
@property(nonatomic, copy, nullable) NSString *replyTo;
@property(nonatomic, assign) V2TIMMessageStatus status;
/// Milliseconds since 1970 on the server's clock.
@property(nonatomic, assign) int64_t sentAt;
/// The last millisecond in which its sender may recall it, on the server's clock; -1: no limit, 0: never.
@property(nonatomic, assign) int64_t recallableUntil;
@property(nonatomic, assign) BOOL isSelf;
/// Of a tombstone only, as the next two.
@property(nonatomic, retain, nullable) V2TIMUserFullInfo *revokerInfo;
/// sender, moderator or admin: by what right it was recalled.
@property(nonatomic, copy, nullable) NSString *revokerRole;
@property(nonatomic, copy, nullable) NSString *revokeReason;
/// c2c_<user ID> or group_<group ID>; empty when neither or both are set.
- (NSString *)conversationID;
@end

@interface V2TIMConversation : NSObject {
@private
    NSString *_conversationID, *_lastMessageID;
    int _unreadCount;
}
@property(nonatomic, copy) NSString *conversationID;
@property(nonatomic, copy, nullable) NSString *lastMessageID;
/// Never counts recalled messages.
@property(nonatomic, assign) int unreadCount;
@end

NS_ASSUME_NONNULL_END

// Messages, tombstones and conversations.
#import <RecallIM/V2TIMDefine.h>

NS_ASSUME_NONNULL_BEGIN

/// A user. The user ID only: Recall keeps no profiles.
@interface V2TIMUserInfo : NSObject {
@private
    NSString *_userID;
}
@property(nonatomic, copy) NSString *userID;
/// Always nil, as the next.
@property(nonatomic, readonly, nullable) NSString *nickName;
@property(nonatomic, readonly, nullable) NSString *faceURL;
@end

/// A user, for example who recalled a message.
@interface V2TIMUserFullInfo : V2TIMUserInfo
/// What to show as the user's name: the user ID.
- (NSString *)showName;
@end

@interface V2TIMGroupMemberInfo : NSObject {
@private
    NSString *_userID;
}
@property(nonatomic, copy) NSString *userID;
/// Always nil, as the next three.
@property(nonatomic, readonly, nullable) NSString *nickName;
@property(nonatomic, readonly, nullable) NSString *friendRemark;
@property(nonatomic, readonly, nullable) NSString *nameCard;
@property(nonatomic, readonly, nullable) NSString *faceURL;
@end

@interface V2TIMGroupMemberFullInfo : V2TIMGroupMemberInfo {
@private
    uint32_t _role;
}
/// A V2TIMGroupMemberRole.
@property(nonatomic, assign) uint32_t role;
@end

@class RecallFile;

/// What a message consists of: at most one text or custom element, and then one element for each of its files.
@interface V2TIMElem : NSObject {
@private
    V2TIMElem *_nextElem;
    NSString *_path, *_filename;
    RecallFile *_file;
}
/// The element of the message's next file; nil: there is none.
@property(nonatomic, readonly, nullable) V2TIMElem *nextElem;
@end

@interface V2TIMTextElem : V2TIMElem {
@private
    NSString *_text;
}
@property(nonatomic, copy, nullable) NSString *text;
@end

/// The data of a custom message: a JSON object in UTF-8. V2TIM puts desc and extension into push notifications; here they are not sent.
@interface V2TIMCustomElem : V2TIMElem {
@private
    NSData *_data;
    NSString *_desc, *_extension;
}
@property(nonatomic, copy, nullable) NSData *data;
@property(nonatomic, copy, nullable) NSString *desc;
@property(nonatomic, copy, nullable) NSString *extension NS_SWIFT_NAME(ext);
@end

/// A picture that can be downloaded.
@interface V2TIMImage : NSObject {
@private
    RecallFile *_file;
}
@property(nonatomic, readonly, nullable) NSString *uuid;
/// V2TIM_IMAGE_TYPE_ORIGIN.
@property(nonatomic, readonly) V2TIMImageType type;
/// Bytes.
@property(nonatomic, readonly) int size;
/// Always 0, as the height: Recall does not look into files.
@property(nonatomic, readonly) int width;
@property(nonatomic, readonly) int height;
/// Always nil. An address works for 5 minutes only, so each download asks for one.
@property(nonatomic, readonly, nullable) NSString *url;
/// Writes the picture to a file, which is there only when all of it has come. Calls fail with 20023 (the message is recalled, also while the
/// picture comes), 6009 (the bytes did not come, or cannot be written), 76006 (no such file), 20022 and 10030 (no such message), 76005 (the
/// deployment has no attachments), 6012, 6206 and 9508.
- (void)downloadImage:(NSString *)path
             progress:(V2TIMDownLoadProgress _Nullable)progress
                 succ:(V2TIMSucc _Nullable)succ
                 fail:(V2TIMFail _Nullable)fail NS_SWIFT_NAME(downloadImage(path:progress:succ:fail:));
@end

/// A picture: a file whose type is that of a picture.
@interface V2TIMImageElem : V2TIMElem
/// The path that was given to createImageMessage; nil for a message that was received.
@property(nonatomic, readonly, nullable) NSString *path;
/// The picture as its sender gave it, and no smaller ones; empty before the message is sent.
@property(nonatomic, readonly) NSArray<V2TIMImage *> *imageList;
@end

/// Any other file.
@interface V2TIMFileElem : V2TIMElem
/// The path that was given to createFileMessage; nil for a message that was received.
@property(nonatomic, readonly, nullable) NSString *path;
/// nil before the message is sent.
@property(nonatomic, readonly, nullable) NSString *uuid;
/// Another user has chosen it. Never use it as a path.
@property(nonatomic, readonly, nullable) NSString *filename;
/// Bytes; 0 before the message is sent.
@property(nonatomic, readonly) int fileSize;
/// As downloadImage of V2TIMImage. A message that is not sent yet ends with 6017.
- (void)downloadFile:(NSString *)path
            progress:(V2TIMDownLoadProgress _Nullable)progress
                succ:(V2TIMSucc _Nullable)succ
                fail:(V2TIMFail _Nullable)fail NS_SWIFT_NAME(downloadFile(path:progress:succ:fail:));
@end

/// Not in V2TIM: a file of a message, or one that uploadFile has uploaded for a message.
@interface V2TIMAttachment : NSObject {
@private
    NSString *_attachmentID, *_name, *_type, *_fromConversationID, *_fromMsgID;
    uint64_t _size;
}
@property(nonatomic, copy, nullable) NSString *attachmentID;
/// Of the file, without a folder. Another user has chosen it, as the type.
@property(nonatomic, copy, nullable) NSString *name;
/// Such as image/png.
@property(nonatomic, copy, nullable) NSString *type;
/// Bytes.
@property(nonatomic, assign) uint64_t size;
/// The message that has the file, when another message forwards it; else nil, as the next.
@property(nonatomic, copy, nullable) NSString *fromConversationID;
@property(nonatomic, copy, nullable) NSString *fromMsgID;
@end

/// A read receipt. Recall has none, so there is never one of these.
@interface V2TIMMessageReceipt : NSObject
@property(nonatomic, readonly, nullable) NSString *msgID;
@property(nonatomic, readonly, nullable) NSString *userID;
@property(nonatomic, readonly, nullable) NSString *groupID;
@property(nonatomic, readonly) BOOL isPeerRead;
@property(nonatomic, readonly) int readCount;
@property(nonatomic, readonly) int unreadCount;
@end

/// What a push notification would say. The server makes the notifications by itself, so nothing of it is used.
@interface V2TIMOfflinePushInfo : NSObject {
@private
    NSString *_title, *_desc, *_ext;
    BOOL _disablePush;
}
@property(nonatomic, copy, nullable) NSString *title;
@property(nonatomic, copy, nullable) NSString *desc;
@property(nonatomic, copy, nullable) NSString *ext;
@property(nonatomic, assign) BOOL disablePush;
@end

/// A message. With status V2TIM_MSG_STATUS_LOCAL_REVOKED it is recalled, and has no text, no body and no files, except an own message without
/// files that was given to revokeMessage:succ:fail:, which keeps them in that object, so that the person can edit it again.
@interface V2TIMMessage : NSObject {
@private
    NSString *_msgID, *_sender, *_userID, *_groupID, *_text, *_revokeReason, *_revokerRole, *_replyTo, *_unlessRevoked;
    NSData *_body;
    NSArray *_attachments;
    V2TIMElem *_files;
    V2TIMUserFullInfo *_revokerInfo;
    V2TIMMessageStatus _status;
    int64_t _sentAt, _recallableUntil;
    BOOL _isSelf;
    int _sendErrorCode;
}
/// Made when the message is sent; setting it before makes a retry the same message.
@property(nonatomic, copy, nullable) NSString *msgID;
@property(nonatomic, copy, nullable) NSString *sender;
/// The other side of a one-to-one conversation, nil in a group.
@property(nonatomic, copy, nullable) NSString *userID;
/// The group, nil in a one-to-one conversation.
@property(nonatomic, copy, nullable) NSString *groupID;
/// Always nil, as the next three: Recall keeps no profiles.
@property(nonatomic, readonly, nullable) NSString *nickName;
@property(nonatomic, readonly, nullable) NSString *friendRemark;
@property(nonatomic, readonly, nullable) NSString *nameCard;
@property(nonatomic, readonly, nullable) NSString *faceURL;
/// When it was sent, on the server's clock; nil before.
@property(nonatomic, readonly, nullable) NSDate *timestamp;
/// That of the first element: of the text or the data, or of the first file where there is neither.
@property(nonatomic, readonly) V2TIMElemType elemType;
/// nil when the body is no text.
@property(nonatomic, readonly, nullable) V2TIMTextElem *textElem;
/// nil when the body is a text, or when there are only files.
@property(nonatomic, readonly, nullable) V2TIMCustomElem *customElem;
/// The picture, if the first file is one, else nil. nextElem has the other files.
@property(nonatomic, readonly, nullable) V2TIMImageElem *imageElem;
/// The file, if the first file is no picture, else nil. nextElem has the other files.
@property(nonatomic, readonly, nullable) V2TIMFileElem *fileElem;
/// Always NO: Recall does not look into messages.
@property(nonatomic, readonly) BOOL hasRiskContent;
/// Not in V2TIM, as the next: the text of textElem, and the data of customElem.
@property(nonatomic, copy, nullable) NSString *text;
/// The JSON object that was sent, in UTF-8, up to 12,288 bytes; {} with files only, nil when recalled.
@property(nonatomic, copy, nullable) NSData *body;
/// The files of the message. Before sending, those of uploadFile, and those of another message that is forwarded, each with that message in
/// from…: up to 10 together with the file of createImageMessage or createFileMessage. Empty when recalled.
@property(nonatomic, copy, null_resettable) NSArray<V2TIMAttachment *> *attachments;
/// The msgID of the message that this one answers.
@property(nonatomic, copy, nullable) NSString *replyTo;
/// The msgID of a message of the conversation, set before sending. The server stores this message only if that one is not recalled at that very
/// moment. If it is, sending fails with ERR_RECALL_OTHER_MESSAGE_RECALLED. An answer names its question. Not in V2TIM.
@property(nonatomic, copy, nullable) NSString *unlessRevoked;
@property(nonatomic, assign) V2TIMMessageStatus status;
/// Milliseconds since 1970 on the server's clock.
@property(nonatomic, assign) int64_t sentAt;
/// The last millisecond in which its sender may recall it, on the server's clock; -1: no limit, 0: never.
@property(nonatomic, assign) int64_t recallableUntil;
@property(nonatomic, assign) BOOL isSelf;
/// Not in V2TIM: the code with which the send of an unsent message failed.
@property(nonatomic, assign) int sendErrorCode;
/// Of a tombstone only, as the next two.
@property(nonatomic, retain, nullable) V2TIMUserFullInfo *revokerInfo;
/// sender, moderator or admin: by what right it was recalled.
@property(nonatomic, copy, nullable) NSString *revokerRole;
@property(nonatomic, copy, nullable) NSString *revokeReason;
/// c2c_<user ID> or group_<group ID>; empty when neither or both are set.
- (NSString *)conversationID;
@end

/// Which messages to get.
@interface V2TIMMessageListGetOption : NSObject {
@private
    V2TIMMessageGetType _getType;
    NSString *_userID, *_groupID;
    NSUInteger _count;
    V2TIMMessage *_lastMsg;
}
/// V2TIM_GET_CLOUD_OLDER_MSG without another choice.
@property(nonatomic, assign) V2TIMMessageGetType getType;
/// One of userID and groupID.
@property(nonatomic, copy, nullable) NSString *userID;
@property(nonatomic, copy, nullable) NSString *groupID;
/// At most so many; the server gives at most 100. 20 without another choice.
@property(nonatomic, assign) NSUInteger count;
/// Begin before this message, or after it for a NEWER type; nil: the newest.
@property(nonatomic, retain, nullable) V2TIMMessage *lastMsg;
@end

@interface V2TIMConversation : NSObject {
@private
    NSString *_conversationID, *_lastMessageID, *_role;
    V2TIMMessage *_lastMessage;
    int _unreadCount;
    NSUInteger _orderKey;
}
@property(nonatomic, copy) NSString *conversationID;
@property(nonatomic, readonly) V2TIMConversationType type;
/// The other side of a one-to-one conversation, else nil.
@property(nonatomic, readonly, nullable) NSString *userID;
@property(nonatomic, readonly, nullable) NSString *groupID;
/// Always nil: Recall has one type of group.
@property(nonatomic, readonly, nullable) NSString *groupType;
/// userID or groupID: Recall keeps no names.
@property(nonatomic, readonly, nullable) NSString *showName;
/// Always nil.
@property(nonatomic, readonly, nullable) NSString *faceUrl;
/// Always NO.
@property(nonatomic, readonly) BOOL isPinned;
/// Never counts recalled messages.
@property(nonatomic, assign) int unreadCount;
/// The newest message held, or its tombstone; nil when none is held.
@property(nonatomic, retain, nullable) V2TIMMessage *lastMessage;
/// When it last changed, in milliseconds since 1970 on the server's clock; the list begins with the highest.
@property(nonatomic, assign) NSUInteger orderKey;
/// Not in V2TIM: the ID also of a message that is not held.
@property(nonatomic, copy, nullable) NSString *lastMessageID;
/// Not in V2TIM: the user's role in a group, which is owner, admin or member.
@property(nonatomic, copy, nullable) NSString *role;
@end

NS_ASSUME_NONNULL_END

// Blocks, states and error codes, named as in V2TIM.
#import <Foundation/Foundation.h>

// GNUstep's Foundation lacks what these say to Swift.
#ifndef NS_SWIFT_NAME
#define NS_SWIFT_NAME(name)
#endif
#ifndef NS_SWIFT_ASYNC_NAME
#define NS_SWIFT_ASYNC_NAME(name)
#endif

NS_ASSUME_NONNULL_BEGIN

@class V2TIMAttachment;
@class V2TIMConversation;
@class V2TIMGroupMemberFullInfo;
@class V2TIMMessage;

/// A call succeeded (Tencent: V2TIMSucc).
typedef void (^V2TIMSucc)(void);
/// A call failed (Tencent: V2TIMFail). desc is English for developers; act on the code.
typedef void (^V2TIMFail)(int code, NSString *_Nullable desc);
/// Messages, newest first.
typedef void (^V2TIMMessageListSucc)(NSArray<V2TIMMessage *> *msgs);
typedef void (^V2TIMConversationListSucc)(NSArray<V2TIMConversation *> *list);
/// A page of the list: nextSeq asks for the next page, and isFinished says that this is the last one.
typedef void (^V2TIMConversationResultSucc)(NSArray<V2TIMConversation *> *list, uint64_t nextSeq, BOOL isFinished);
typedef void (^V2TIMConversationSucc)(V2TIMConversation *conv);
typedef void (^V2TIMTotalUnreadMessageCountSucc)(uint64_t totalUnreadCount);
typedef void (^V2TIMGroupMemberInfoListSucc)(NSArray<V2TIMGroupMemberFullInfo *> *memberList);
/// How a call ends that has a message in both cases (Tencent: V2TIMMessageModifyCompletion).
typedef void (^V2TIMMessageModifyCompletion)(int code, NSString *desc, V2TIMMessage *msg);
/// The conversation's unread number after a read.
typedef void (^V2TIMUnreadSucc)(int unreadCount);
/// How far the upload of a message's file is, in percent (Tencent: V2TIMProgress). A message without a file has none.
typedef void (^V2TIMProgress)(uint32_t progress);
/// How many bytes of a download have come, and how many there are; 0 if that is not known (Tencent: V2TIMDownLoadProgress).
typedef void (^V2TIMDownLoadProgress)(NSInteger curSize, NSInteger totalSize);
/// Not in V2TIM, as the next: how many bytes are uploaded, and how many there are.
typedef void (^V2TIMUploadProgress)(NSInteger curSize, NSInteger totalSize);
typedef void (^V2TIMAttachmentSucc)(V2TIMAttachment *attachment);
/// Returns the token to go on with when the one in use was refused, nil for none. Called in the background, so it may ask a server.
typedef NSString *_Nullable (^V2TIMTokenProvider)(void);

/// Tencent's numbers. V2TIM_MSG_STATUS_HAS_DELETED and V2TIM_MSG_STATUS_LOCAL_IMPORTED do not occur.
typedef NS_ENUM(NSInteger, V2TIMMessageStatus) {
    V2TIM_MSG_STATUS_SENDING = 1,
    V2TIM_MSG_STATUS_SEND_SUCC = 2,
    V2TIM_MSG_STATUS_SEND_FAIL = 3,
    V2TIM_MSG_STATUS_HAS_DELETED = 4,
    V2TIM_MSG_STATUS_LOCAL_IMPORTED = 5,
    /// A tombstone: the text is gone, and who recalled it is in revokerInfo.
    V2TIM_MSG_STATUS_LOCAL_REVOKED = 6
};

typedef NS_ENUM(NSInteger, V2TIMElemType) {
    /// A message without an element, as a recalled one.
    V2TIM_ELEM_TYPE_NONE = 0,
    V2TIM_ELEM_TYPE_TEXT = 1,
    V2TIM_ELEM_TYPE_CUSTOM = 2,
    V2TIM_ELEM_TYPE_IMAGE = 3,
    V2TIM_ELEM_TYPE_FILE = 6
};

/// The server makes no smaller pictures, so each picture is the one that was sent.
typedef NS_ENUM(NSInteger, V2TIMImageType) {
    V2TIM_IMAGE_TYPE_ORIGIN = 0x01,
    V2TIM_IMAGE_TYPE_THUMB = 0x02,
    V2TIM_IMAGE_TYPE_LARGE = 0x04
};

typedef NS_ENUM(NSInteger, V2TIMMessageGetType) {
    /// From the server, from newer to older.
    V2TIM_GET_CLOUD_OLDER_MSG = 1,
    /// Refused: the server gives pages from newer to older.
    V2TIM_GET_CLOUD_NEWER_MSG = 2,
    /// From what the client holds, from newer to older; nothing is asked of the server.
    V2TIM_GET_LOCAL_OLDER_MSG = 3,
    /// From what the client holds, from older to newer; nothing is asked of the server.
    V2TIM_GET_LOCAL_NEWER_MSG = 4
};

typedef NS_ENUM(NSInteger, V2TIMConversationType) {
    V2TIM_UNKNOWN = 0,
    V2TIM_C2C = 1,
    V2TIM_GROUP = 2
};

typedef NS_ENUM(NSInteger, V2TIMGroupMemberRole) {
    /// The role is not known here.
    V2TIM_GROUP_MEMBER_UNDEFINED = 0,
    V2TIM_GROUP_MEMBER_ROLE_MEMBER = 200,
    /// May recall the messages of all members, as the owner.
    V2TIM_GROUP_MEMBER_ROLE_ADMIN = 300,
    /// The owner.
    V2TIM_GROUP_MEMBER_ROLE_SUPER = 400
};

typedef NS_ENUM(NSInteger, V2TIMMessagePriority) {
    V2TIM_PRIORITY_DEFAULT = 0,
    V2TIM_PRIORITY_HIGH = 1,
    V2TIM_PRIORITY_NORMAL = 2,
    V2TIM_PRIORITY_LOW = 3
};

typedef NS_ENUM(NSInteger, V2TIMLoginStatus) {
    V2TIM_STATUS_LOGINED = 1,
    V2TIM_STATUS_LOGINING = 2,
    V2TIM_STATUS_LOGOUT = 3
};

/// Codes of V2TIMFail. Names and numbers are those of Tencent's SDK; 20022 and 20023 are numbers of Tencent's REST interface, to which
/// Tencent gives no name; 76xxx are Recall's.
typedef NS_ENUM(NSInteger, V2TIMErrorCode) {
    ERR_SUCC = 0,
    // Made by the client.
    ERR_FILE_TRANS_UPLOAD_FAILED = 6008,   ///< the bytes of a file did not get to the server
    ERR_FILE_TRANS_DOWNLOAD_FAILED = 6009, ///< the bytes of a file did not come, or cannot be written
    ERR_REQUEST_TIME_OUT = 6012,          ///< no reply after all attempts; the outcome is unknown
    ERR_SDK_NOT_INITIALIZED = 6013,       ///< the call came before initSDK:config:
    ERR_SDK_NOT_LOGGED_IN = 6014,         ///< Tencent's for a call without a login; Recall's clients say ERR_SDK_NET_DISCONNECT
    ERR_SDK_INTERFACE_NOT_SUPPORT = 7013, ///< this service does not have the function
    ERR_INVALID_PARAMETERS = 6017,        ///< a field is missing, ill-typed or too long
    ERR_DATABASE_OPERATE_FAILED = 6019,   ///< what is stored on this device could not be read or written
    ERR_USER_SIG_EXPIRED = 6206,          ///< the token is over
    ERR_REVOKE_TIME_LIMIT_EXCEED = 6223,  ///< the recall window is over, known without asking
    ERR_SDK_NET_DISCONNECT = 9508,        ///< not logged in
    // Made by the server.
    ERR_SVR_MSG_NET_ERROR = 20004,                ///< a part of the server failed for a while, after all retries
    ERR_SVR_MSG_INTERNAL_ERROR1 = 20005,          ///< a bug of the server
    ERR_SVR_MSG_REVOKE_TIME_LIMIT = 20016,        ///< one-to-one: the recall window is over
    ERR_SVR_MSG_REVOKE_NOT_FOUND = 20022,         ///< one-to-one: no such message
    ERR_SVR_MSG_REVOKE_REPEATED = 20023,          ///< somebody else recalled the message before
    ERR_SVR_GROUP_PERMISSION_DENY = 10007,        ///< the action needs another role
    ERR_SVR_GROUP_NOT_FOUND = 10010,              ///< the group was deleted; only the admin function answers it
    ERR_SVR_GROUP_INVALID_GROUPID = 10015,        ///< no such group, or not a member
    ERR_SVR_GROUP_SEND_MSG_FREQ_LIMIT = 10023,    ///< too many requests of this user
    ERR_SVR_GROUP_REVOKE_MSG_NOT_FOUND = 10030,   ///< group: no such message
    ERR_SVR_GROUP_REVOKE_MSG_TIME_LIMIT = 10031,  ///< group: the recall window is over
    ERR_SVR_GROUP_REVOKE_MSG_DENY = 10032,        ///< neither the sender nor a moderator
    ERR_SVR_COMM_BODY_SIZE_LIMIT = 80002,         ///< the body is over 12,288 bytes
    ERR_RECALL_UNKNOWN_ACTION = 7014,             ///< the server does not know the action; Tencent gives no name to it
    ERR_RECALL_STALE_MESSAGE_ID = 76001,          ///< the time in the message's ID is too far from the server's clock
    ERR_RECALL_MESSAGE_ID_TAKEN = 76002,          ///< that message ID belongs to another message
    ERR_RECALL_CONVERSATION_FULL = 76003,         ///< the conversation takes no more
    ERR_RECALL_OTHER_MESSAGE_RECALLED = 76004,    ///< the message that unlessRevoked of a send names was recalled
    ERR_RECALL_ATTACHMENTS_OFF = 76005,           ///< the deployment has no attachments
    ERR_RECALL_ATTACHMENT_NOT_FOUND = 76006,      ///< no such attachment, or it is not uploaded completely
    ERR_RECALL_ATTACHMENT_TOO_LARGE = 76007,      ///< the attachment is larger than the deployment allows
    ERR_RECALL_PUSH_OFF = 76008                   ///< the deployment sends no notifications of this kind
};

NS_ASSUME_NONNULL_END

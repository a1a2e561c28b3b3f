// Error codes of V2TIMCallback::OnError. Names and numbers are those of Tencent's V2TIMErrorCode.h; 20022 and 20023 are
// numbers of Tencent's REST interface, to which Tencent gives no name; 76xxx are Recall's.
#pragma once

constexpr int ERR_SUCC = 0;

// Made by the client.
constexpr int ERR_FILE_TRANS_UPLOAD_FAILED = 6008;    // the bytes of a file did not get to the server
constexpr int ERR_FILE_TRANS_DOWNLOAD_FAILED = 6009;  // the bytes of a file did not come, or not all of them
constexpr int ERR_REQUEST_TIME_OUT = 6012;          // no reply after all attempts; the outcome is unknown
constexpr int ERR_SDK_NOT_INITIALIZED = 6013;       // the call came before InitSDK
constexpr int ERR_SDK_NOT_LOGGED_IN = 6014;         // Tencent's for a call without a login; Recall's clients say 9508
constexpr int ERR_INVALID_PARAMETERS = 6017;        // a field is missing, ill-typed or too long
constexpr int ERR_DATABASE_OPERATE_FAILED = 6019;   // what is stored on this device could not be read or written
constexpr int ERR_USER_SIG_EXPIRED = 6206;          // the token is over
constexpr int ERR_REVOKE_TIME_LIMIT_EXCEED = 6223;  // the recall window is over, known without asking
constexpr int ERR_SDK_INTERFACE_NOT_SUPPORT = 7013;  // this service does not have the function
constexpr int ERR_SDK_NET_DISCONNECT = 9508;        // not logged in

// Made by the server.
constexpr int ERR_SVR_MSG_NET_ERROR = 20004;                // a part of the server failed for a while, after all retries
constexpr int ERR_SVR_MSG_INTERNAL_ERROR1 = 20005;          // a bug of the server
constexpr int ERR_SVR_MSG_REVOKE_TIME_LIMIT = 20016;        // one-to-one: the recall window is over
constexpr int ERR_SVR_MSG_REVOKE_NOT_FOUND = 20022;         // one-to-one: no such message
constexpr int ERR_SVR_MSG_REVOKE_REPEATED = 20023;          // somebody else recalled the message before
constexpr int ERR_SVR_GROUP_PERMISSION_DENY = 10007;        // the action needs another role
constexpr int ERR_SVR_GROUP_NOT_FOUND = 10010;              // the group was deleted; only the admin function answers it
constexpr int ERR_SVR_GROUP_INVALID_GROUPID = 10015;        // no such group, or not a member
constexpr int ERR_SVR_GROUP_SEND_MSG_FREQ_LIMIT = 10023;    // too many requests of this user
constexpr int ERR_SVR_GROUP_REVOKE_MSG_NOT_FOUND = 10030;   // group: no such message
constexpr int ERR_SVR_GROUP_REVOKE_MSG_TIME_LIMIT = 10031;  // group: the recall window is over
constexpr int ERR_SVR_GROUP_REVOKE_MSG_DENY = 10032;        // group: neither the sender nor a moderator
constexpr int ERR_SVR_COMM_BODY_SIZE_LIMIT = 80002;         // the body is over 12,288 bytes
constexpr int ERR_RECALL_UNKNOWN_ACTION = 7014;     // the server does not know the action; Tencent gives no name to it
constexpr int ERR_RECALL_STALE_MESSAGE_ID = 76001;  // the time in the message's ID is too far from the server's clock
constexpr int ERR_RECALL_MESSAGE_ID_TAKEN = 76002;  // that message ID belongs to another message
constexpr int ERR_RECALL_CONVERSATION_FULL = 76003;  // the conversation takes no more
constexpr int ERR_RECALL_OTHER_MESSAGE_RECALLED = 76004;  // the message that unlessRevoked of a send names was recalled
constexpr int ERR_RECALL_ATTACHMENTS_OFF = 76005;         // the deployment has no attachments
constexpr int ERR_RECALL_ATTACHMENT_NOT_FOUND = 76006;    // no such attachment, or it is not uploaded completely
constexpr int ERR_RECALL_ATTACHMENT_TOO_LARGE = 76007;    // the attachment is larger than the deployment allows
constexpr int ERR_RECALL_PUSH_OFF = 76008;  // the deployment sends no notifications of this kind

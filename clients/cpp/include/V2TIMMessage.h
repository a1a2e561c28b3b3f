// Messages.
#pragma once

#include <memory>

#include "V2TIMCallback.h"

enum V2TIMMessageStatus {
    V2TIM_MSG_STATUS_SENDING = 1,
    V2TIM_MSG_STATUS_SEND_SUCC = 2,
    V2TIM_MSG_STATUS_SEND_FAIL = 3,
    V2TIM_MSG_STATUS_HAS_DELETED = 4,
    V2TIM_MSG_STATUS_LOCAL_IMPORTED = 5,
    V2TIM_MSG_STATUS_LOCAL_REVOKED = 6,  // recalled: no elements any more
};

enum V2TIMElemType {
    V2TIM_ELEM_TYPE_NONE = 0,
    V2TIM_ELEM_TYPE_TEXT = 1,
    V2TIM_ELEM_TYPE_CUSTOM = 2,
};

enum V2TIMMessagePriority { V2TIM_PRIORITY_DEFAULT = 0, V2TIM_PRIORITY_HIGH = 1, V2TIM_PRIORITY_NORMAL = 2, V2TIM_PRIORITY_LOW = 3 };

// The service keeps no profiles: names and pictures are empty.
struct V2TIMUserInfo {
    V2TIMString userID;
    V2TIMString nickName;
    V2TIMString faceURL;
};

struct V2TIMUserFullInfo : V2TIMUserInfo {};

class V2TIMElem {
public:
    virtual ~V2TIMElem() = default;
    V2TIMElemType elemType = V2TIM_ELEM_TYPE_NONE;
};

// A body with a text: {"text":…}.
class V2TIMTextElem : public V2TIMElem {
public:
    V2TIMTextElem() { elemType = V2TIM_ELEM_TYPE_TEXT; }
    V2TIMString text;
};

// Any other body; `data` is a JSON object. V2TIM puts desc and extension into push notifications; here they are not sent.
class V2TIMCustomElem : public V2TIMElem {
public:
    V2TIMCustomElem() { elemType = V2TIM_ELEM_TYPE_CUSTOM; }
    V2TIMBuffer data;
    V2TIMString desc;
    V2TIMString extension;
};

class V2TIMElemVector {
public:
    // Takes the element over.
    void PushBack(V2TIMElem* elem) { elems_.emplace_back(elem); }
    void PushBack(std::shared_ptr<V2TIMElem> elem) { elems_.push_back(std::move(elem)); }
    void PopBack() { elems_.pop_back(); }
    void Clear() { elems_.clear(); }
    std::size_t Size() const { return elems_.size(); }
    bool Empty() const { return elems_.empty(); }
    // Valid as long as a copy of the message lives.
    V2TIMElem* operator[](std::size_t index) const { return elems_[index].get(); }

private:
    std::vector<std::shared_ptr<V2TIMElem>> elems_;
};

class V2TIMMessage {
public:
    V2TIMString msgID;      // a ULID; set before SendMessage, that one is used
    int64_t timestamp = 0;  // when it was sent, seconds since 1970, server time
    V2TIMString sender;
    V2TIMString nickName;      // always empty, as the next three: the service keeps no profiles
    V2TIMString friendRemark;
    V2TIMString nameCard;
    V2TIMString faceURL;
    V2TIMString groupID;  // of a group message; else empty
    V2TIMString userID;   // of a one-to-one message: the peer; else empty
    V2TIMElemVector elemList;
    V2TIMMessageStatus status = V2TIM_MSG_STATUS_SENDING;
    bool isSelf = false;
    bool hasRiskContent = false;    // always false: the service does not look into messages
    V2TIMUserFullInfo revokerInfo;  // who recalled it, when status is LOCAL_REVOKED
    V2TIMString revokeReason;

    // Not in V2TIM.
    V2TIMString body;             // the body as a JSON object
    V2TIMString replyTo;          // the msgID of the message that this one answers; may be set before SendMessage
    // The msgID of a message of the conversation; may be set before SendMessage. The server stores this one only if that one is
    // not recalled at that very moment. If it is, SendMessage fails with ERR_RECALL_OTHER_MESSAGE_RECALLED. An answer names its question.
    V2TIMString unlessRevoked;
    V2TIMString revokerRole;      // "sender", "moderator" or "admin"
    int64_t sentAt = 0;           // ms since 1970, server time
    int32_t sendErrorCode = 0;    // not in V2TIM: the code with which the send of an unsent message failed
    int64_t recallableUntil = 0;  // until when its sender may recall it: ms since 1970, -1 no limit, 0 never

    // The conversation as its viewer sees it: c2c_<userID> or group_<groupID>.
    V2TIMString ConversationID() const;
};

using V2TIMMessageVector = V2TIMVector<V2TIMMessage>;

// A read receipt. The service has none, so there is never one of these.
struct V2TIMMessageReceipt {
    V2TIMString msgID;
    V2TIMString userID;
    bool isPeerRead = false;
    int64_t timestamp = 0;
    V2TIMString groupID;
    int32_t readCount = 0;
    int32_t unreadCount = 0;
};

using V2TIMMessageReceiptVector = V2TIMVector<V2TIMMessageReceipt>;

// What a push notification would say. The service sends none, so nothing of it is used.
struct V2TIMOfflinePushInfo {
    V2TIMString title;
    V2TIMString desc;
    V2TIMString ext;
    bool disablePush = false;
};

enum V2TIMMessageGetType {
    V2TIM_GET_CLOUD_OLDER_MSG = 1,  // fetched from the server, from newer to older
    V2TIM_GET_CLOUD_NEWER_MSG = 2,  // refused: the server gives pages from newer to older
    V2TIM_GET_LOCAL_OLDER_MSG = 3,  // what the client holds, from newer to older; nothing is asked
    V2TIM_GET_LOCAL_NEWER_MSG = 4,  // what the client holds, from older to newer; nothing is asked
};

struct V2TIMMessageListGetOption {
    V2TIMMessageGetType getType = V2TIM_GET_CLOUD_OLDER_MSG;
    V2TIMString userID;   // one of userID and groupID
    V2TIMString groupID;
    uint32_t count = 20;              // at most 100 from the server
    V2TIMMessage* lastMsg = nullptr;  // begin before this one, or after it for a NEWER type; null: the newest
};

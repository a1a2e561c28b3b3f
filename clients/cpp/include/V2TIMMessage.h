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

struct V2TIMUserFullInfo {
    V2TIMString userID;
    V2TIMString nickName;  // the server knows no names: the same as userID
};

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

// Any other body; `data` is a JSON object.
class V2TIMCustomElem : public V2TIMElem {
public:
    V2TIMCustomElem() { elemType = V2TIM_ELEM_TYPE_CUSTOM; }
    V2TIMBuffer data;
};

class V2TIMElemVector {
public:
    void PushBack(std::shared_ptr<V2TIMElem> elem) { elems_.push_back(std::move(elem)); }
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
    V2TIMString nickName;
    V2TIMString groupID;  // of a group message; else empty
    V2TIMString userID;   // of a one-to-one message: the peer; else empty
    V2TIMElemVector elemList;
    V2TIMMessageStatus status = V2TIM_MSG_STATUS_SENDING;
    bool isSelf = false;
    V2TIMUserFullInfo revokerInfo;  // who recalled it, when status is LOCAL_REVOKED
    V2TIMString revokeReason;

    // Not in V2TIM.
    V2TIMString body;             // the body as a JSON object
    V2TIMString replyTo;          // the msgID of the message that this one answers; may be set before SendMessage
    V2TIMString revokerRole;      // "sender", "moderator" or "admin"
    int64_t sentAt = 0;           // ms since 1970, server time
    int64_t recallableUntil = 0;  // until when its sender may recall it: ms since 1970, -1 no limit, 0 never

    // The conversation as its viewer sees it: c2c_<userID> or group_<groupID>.
    V2TIMString ConversationID() const;
};

using V2TIMMessageVector = V2TIMVector<V2TIMMessage>;

struct V2TIMOfflinePushInfo {};  // push is not covered

enum V2TIMMessageGetType {
    V2TIM_GET_CLOUD_OLDER_MSG = 1,  // fetched from the server
    V2TIM_GET_LOCAL_OLDER_MSG = 3,  // what the client holds; nothing is asked
};

struct V2TIMMessageListGetOption {
    V2TIMMessageGetType getType = V2TIM_GET_CLOUD_OLDER_MSG;
    V2TIMString userID;   // one of userID and groupID
    V2TIMString groupID;
    uint32_t count = 20;                    // at most 100 from the server
    const V2TIMMessage* lastMsg = nullptr;  // begin before this one; null: the newest
};

// Messages.
#pragma once

#include <functional>
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
    V2TIM_ELEM_TYPE_IMAGE = 3,
    V2TIM_ELEM_TYPE_FILE = 6,
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

// The service makes no smaller pictures, so the picture that was sent is the only one.
enum V2TIMImageType { V2TIM_IMAGE_TYPE_ORIGIN = 0x01, V2TIM_IMAGE_TYPE_THUMB = 0x02, V2TIM_IMAGE_TYPE_LARGE = 0x04 };

// Not in V2TIM: fetches a file of a message that the client gave.
using V2TIMDownload = std::function<void(const V2TIMString& path, V2TIMDownloadCallback* callback)>;

struct V2TIMImage {
    V2TIMString uuid;
    V2TIMImageType type = V2TIM_IMAGE_TYPE_ORIGIN;
    uint64_t size = 0;
    uint32_t width = 0;   // always 0, as the height: the service does not look into files
    uint32_t height = 0;
    V2TIMString url;      // always empty: an address works for a few minutes, so each download asks for one
    V2TIMDownload download;

    // Writes the picture to a file, in UTF-8, which is there only when all of it has come. OnError: 20023 (the message is recalled, also
    // while the picture comes), 6009 (the bytes did not come, or cannot be written), 76006 (no such file), 20022 and 10030 (no such
    // message), 76005 (the deployment has no attachments), 6012, 6206, 9508.
    void DownloadImage(const V2TIMString& path, V2TIMDownloadCallback* callback);
};

using V2TIMImageVector = V2TIMVector<V2TIMImage>;

// A picture: an attachment whose type is one of a picture.
class V2TIMImageElem : public V2TIMElem {
public:
    V2TIMImageElem() { elemType = V2TIM_ELEM_TYPE_IMAGE; }
    V2TIMString path;            // of the file to send, in UTF-8; empty in a message that the client gave
    V2TIMImageVector imageList;  // one picture, in a message that the client gave
};

// Any other attachment.
class V2TIMFileElem : public V2TIMElem {
public:
    V2TIMFileElem() { elemType = V2TIM_ELEM_TYPE_FILE; }
    V2TIMString path;      // of the file to send, in UTF-8; empty in a message that the client gave
    V2TIMString uuid;
    V2TIMString filename;  // another user has chosen it
    uint64_t fileSize = 0;
    V2TIMDownload download;

    // As V2TIMImage::DownloadImage.
    void DownloadFile(const V2TIMString& path, V2TIMDownloadCallback* callback);
};

// Not in V2TIM: a file of a message, or one that V2TIMMessageManager::UploadFile has uploaded for a message.
struct V2TIMAttachment {
    V2TIMString attachmentID;
    V2TIMString name;  // of the file, without a folder; another user has chosen it
    V2TIMString type;  // such as image/png; another user has chosen it
    uint64_t size = 0;  // bytes

    // The message that has the attachment, when another message forwards it. Else these are empty.
    V2TIMString fromConversationID;
    V2TIMString fromMsgID;
};

using V2TIMAttachmentVector = V2TIMVector<V2TIMAttachment>;

// Not in V2TIM: ends V2TIMMessageManager::UploadFile.
class V2TIMUploadCallback : public V2TIMValueCallback<V2TIMAttachment> {
public:
    virtual void OnUploadProgress(uint64_t currentSize, uint64_t totalSize) { (void)currentSize, (void)totalSize; }
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
    // The files of the message, as its elements show them. Before SendMessage, those of UploadFile, and those of another message that is
    // forwarded, each with that message in `from…`: up to 10 together with the files of the elements.
    V2TIMAttachmentVector attachments;
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

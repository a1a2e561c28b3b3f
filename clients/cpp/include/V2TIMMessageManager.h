// Sending, recalling and reading messages.
#pragma once

#include "V2TIMListener.h"

class V2TIMMessageManager {
public:
    virtual ~V2TIMMessageManager() = default;

    // Not from within OnRecv… of another thread's listener: removing waits for a callback under way.
    virtual void AddAdvancedMsgListener(V2TIMAdvancedMsgListener* listener) = 0;
    virtual void RemoveAdvancedMsgListener(V2TIMAdvancedMsgListener* listener) = 0;

    virtual V2TIMMessage CreateTextMessage(const V2TIMString& text) = 0;
    // `data` is a JSON object, up to 12,288 bytes as encoded.
    virtual V2TIMMessage CreateCustomMessage(const V2TIMBuffer& data) = 0;
    // V2TIM puts description and extension into push notifications; here they are not sent.
    virtual V2TIMMessage CreateCustomMessage(const V2TIMBuffer& data, const V2TIMString& description,
                                             const V2TIMString& extension) = 0;

    // A picture or another file, whose path is in UTF-8. SendMessage uploads it and then sends the message. A message may have up to 10:
    // put further elements into its elemList, and a text beside them.
    virtual V2TIMMessage CreateImageMessage(const V2TIMString& imagePath) = 0;
    virtual V2TIMMessage CreateFileMessage(const V2TIMString& filePath, const V2TIMString& fileName) = 0;

    // Not in V2TIM: uploads a file for a message that is made with it in `attachments`. An empty type is that of the name's ending. An
    // upload that no message names is removed after a day. OnError: 76005 (the deployment has no attachments), 76007 (too large), 6008 (the
    // bytes did not get there), 6017 (among others: the file cannot be read), 6012, 6206, 9508.
    virtual void UploadFile(const V2TIMString& filePath, const V2TIMString& fileName, const V2TIMString& type,
                            V2TIMUploadCallback* callback) = 0;
    // Not in V2TIM: as V2TIMImage::DownloadImage, for which the IDs are enough.
    virtual void DownloadAttachment(const V2TIMString& conversationID, const V2TIMString& msgID, const V2TIMString& attachmentID,
                                    const V2TIMString& path, V2TIMDownloadCallback* callback) = 0;
    // Not in V2TIM: the size of the largest file that the deployment takes, as of the last connection; 0 if it has no attachments.
    virtual uint64_t GetMaxAttachmentBytes() const = 0;

#ifdef _WIN32
// windows.h makes a macro of this name. Here it is none, and a call that was written through the macro is understood too.
#pragma push_macro("SendMessage")
#undef SendMessage
    V2TIMString SendMessageW(V2TIMMessage& message, const V2TIMString& receiver, const V2TIMString& groupID,
                             V2TIMMessagePriority priority, bool onlineUserOnly,
                             const V2TIMOfflinePushInfo& offlinePushInfo, V2TIMSendCallback* callback) {
        return SendMessage(message, receiver, groupID, priority, onlineUserOnly, offlinePushInfo, callback);
    }
    V2TIMString SendMessageA(V2TIMMessage& message, const V2TIMString& receiver, const V2TIMString& groupID,
                             V2TIMMessagePriority priority, bool onlineUserOnly,
                             const V2TIMOfflinePushInfo& offlinePushInfo, V2TIMSendCallback* callback) {
        return SendMessage(message, receiver, groupID, priority, onlineUserOnly, offlinePushInfo, callback);
    }
#endif
    // Sends to a user (receiver) or a group (groupID) and returns the message ID, empty when the message cannot be sent.
    // OnSuccess brings the message with its time; its msgID differs from the one returned only if the server's clock had
    // to be learnt first. A message whose files are being uploaded can be recalled, which ends the upload. Without files that are
    // uploaded it is not sent: OnError has the codes of UploadFile then. Priority, onlineUserOnly (only false) and offlinePushInfo are not covered.
    virtual V2TIMString SendMessage(V2TIMMessage& message, const V2TIMString& receiver, const V2TIMString& groupID,
                                    V2TIMMessagePriority priority, bool onlineUserOnly,
                                    const V2TIMOfflinePushInfo& offlinePushInfo, V2TIMSendCallback* callback) = 0;
#ifdef _WIN32
#pragma pop_macro("SendMessage")
#endif

    // Recalls a message: one's own within its window, in a group also those of others for its owner and admins. It may
    // be called while SendMessage has had no answer; a recall that succeeds then keeps the message from ever appearing.
    // OnError: 6223, 20016, 10031 (too late), 20022, 10030 (no such message), 20023 (recalled by someone else), 10032
    // (not allowed), 6012 (no answer), 6206 (the token is over), 9508 (not logged in), 6013 (InitSDK was not called).
    virtual void RevokeMessage(const V2TIMMessage& message, V2TIMCallback* callback) = 0;
    // Not in V2TIM: the conversation and the ID are enough, and a reason of up to 256 bytes may be given.
    virtual void RevokeMessage(const V2TIMString& conversationID, const V2TIMString& msgID, const V2TIMString& reason,
                               V2TIMCallback* callback) = 0;

    // Always ends with ERR_SDK_INTERFACE_NOT_SUPPORT: in this service a message is recalled, and never changed.
    virtual void ModifyMessage(const V2TIMMessage& message, V2TIMCompleteCallback<V2TIMMessage>* callback) = 0;

    // Those of some messages that the client holds, recalled ones included.
    virtual void FindMessages(const V2TIMStringVector& messageIDList,
                              V2TIMValueCallback<V2TIMMessageVector>* callback) = 0;

    // Messages newest first, or oldest first for a NEWER type; recalled ones with status V2TIM_MSG_STATUS_LOCAL_REVOKED.
    virtual void GetHistoryMessageList(const V2TIMMessageListGetOption& option,
                                       V2TIMValueCallback<V2TIMMessageVector>* callback) = 0;
    virtual void GetC2CHistoryMessageList(const V2TIMString& userID, uint32_t count, const V2TIMMessage* lastMsg,
                                          V2TIMValueCallback<V2TIMMessageVector>* callback) = 0;
    virtual void GetGroupHistoryMessageList(const V2TIMString& groupID, uint32_t count, const V2TIMMessage* lastMsg,
                                            V2TIMValueCallback<V2TIMMessageVector>* callback) = 0;

    // Not in V2TIM: the messages of a conversation that the server has not answered, newest first. Their status is
    // V2TIM_MSG_STATUS_SENDING, or V2TIM_MSG_STATUS_SEND_FAIL with a sendErrorCode: then the client does not send it again by itself.
    // Send it again as it is here, or recall it. Without V2TIMSDKConfig::initPath there are none that failed.
    virtual void GetUnsentMessageList(const V2TIMString& conversationID, V2TIMValueCallback<V2TIMMessageVector>* callback) = 0;

    virtual void MarkC2CMessageAsRead(const V2TIMString& userID, V2TIMCallback* callback) = 0;
    virtual void MarkGroupMessageAsRead(const V2TIMString& groupID, V2TIMCallback* callback) = 0;
};

// Sending, recalling, history.
#import <RecallIM/V2TIMManager.h>

NS_ASSUME_NONNULL_BEGIN

@interface V2TIMManager (Message)

- (V2TIMMessage *)createTextMessage:(NSString *)text NS_SWIFT_NAME(createTextMessage(text:));
/// A message whose body is a JSON object in UTF-8.
- (V2TIMMessage *)createCustomMessage:(NSData *)data NS_SWIFT_NAME(createCustomMessage(data:));
/// The same. V2TIM puts desc and extension into push notifications; here they are not sent.
- (V2TIMMessage *)createCustomMessage:(NSData *)data
                                 desc:(NSString *_Nullable)desc
                            extension:(NSString *_Nullable)extension NS_SWIFT_NAME(createCustomMessage(data:desc:ext:));

/// A picture or another file. sendMessage uploads it and then sends the message.
- (V2TIMMessage *)createImageMessage:(NSString *)imagePath NS_SWIFT_NAME(createImageMessage(imagePath:));
- (V2TIMMessage *)createFileMessage:(NSString *)filePath
                           fileName:(NSString *_Nullable)fileName NS_SWIFT_NAME(createFileMessage(filePath:fileName:));
/// Not in V2TIM: uploads a file for a message that is made with it in attachments. Without a type it is that of the name's ending. An upload
/// that no message names is removed after a day. Calls fail with 76005 (the deployment has no attachments), 76007 (too large), 6008 (the bytes
/// did not get there), 6017 (among others: the file cannot be read), 6012, 6206 and 9508.
- (void)uploadFile:(NSString *)filePath
          fileName:(NSString *_Nullable)fileName
              type:(NSString *_Nullable)type
          progress:(V2TIMUploadProgress _Nullable)progress
              succ:(V2TIMAttachmentSucc _Nullable)succ
              fail:(V2TIMFail _Nullable)fail NS_SWIFT_NAME(uploadFile(filePath:fileName:type:progress:succ:fail:));
/// Not in V2TIM: as downloadImage of V2TIMImage, for which the IDs are enough.
- (void)downloadAttachmentInConversation:(NSString *)conversationID
                                   msgID:(NSString *)msgID
                            attachmentID:(NSString *)attachmentID
                                    path:(NSString *)path
                                progress:(V2TIMDownLoadProgress _Nullable)progress
                                    succ:(V2TIMSucc _Nullable)succ
                                    fail:(V2TIMFail _Nullable)fail
    NS_SWIFT_NAME(downloadAttachment(conversationID:msgID:attachmentID:path:progress:succ:fail:));
/// Not in V2TIM: the size of the largest file that the deployment takes, as of the last connection; 0 if it has no attachments.
- (uint64_t)getMaxAttachmentBytes;

/// Sends to receiver or to groupID and returns the message's ID at once; nil when it cannot be sent. Before succ is called, message holds its
/// sentAt and recallableUntil; it can be recalled even before that.
/// A message with a file is sent when its file is uploaded, and fails with the codes of uploadFile before. A recall ends the upload.
/// onlineUserOnly must be NO, since what is not stored cannot be recalled; priority and offlinePushInfo have no effect.
- (NSString *_Nullable)sendMessage:(V2TIMMessage *)message
                          receiver:(NSString *_Nullable)receiver
                           groupID:(NSString *_Nullable)groupID
                          priority:(V2TIMMessagePriority)priority
                    onlineUserOnly:(BOOL)onlineUserOnly
                   offlinePushInfo:(V2TIMOfflinePushInfo *_Nullable)offlinePushInfo
                          progress:(V2TIMProgress _Nullable)progress
                              succ:(V2TIMSucc _Nullable)succ
                              fail:(V2TIMFail _Nullable)fail;
- (NSString *_Nullable)sendC2CTextMessage:(NSString *)text
                                       to:(NSString *)userID
                                     succ:(V2TIMSucc _Nullable)succ
                                     fail:(V2TIMFail _Nullable)fail;
- (NSString *_Nullable)sendGroupTextMessage:(NSString *)text
                                         to:(NSString *)groupID
                                   priority:(V2TIMMessagePriority)priority
                                       succ:(V2TIMSucc _Nullable)succ
                                       fail:(V2TIMFail _Nullable)fail;

/// Takes a message back: an own one within its window, as a group's owner or admin any. Repeated by the same user it succeeds. Before succ is
/// called, the status of msg is V2TIM_MSG_STATUS_LOCAL_REVOKED. An own message keeps its element in this object, so that the person can edit it
/// again.
- (void)revokeMessage:(V2TIMMessage *)msg
                 succ:(V2TIMSucc _Nullable)succ
                 fail:(V2TIMFail _Nullable)fail NS_SWIFT_NAME(revokeMessage(msg:succ:fail:));
/// Not in V2TIM: by conversation and ID, with a reason of up to 256 bytes that the others see.
- (void)revokeMessageInConversation:(NSString *)conversationID
                              msgID:(NSString *)msgID
                             reason:(NSString *_Nullable)reason
                               succ:(V2TIMSucc _Nullable)succ
                               fail:(V2TIMFail _Nullable)fail NS_SWIFT_NAME(revokeMessage(conversationID:msgID:reason:succ:fail:));

/// Always ends with ERR_SDK_INTERFACE_NOT_SUPPORT: in Recall a message is recalled, and never changed.
- (void)modifyMessage:(V2TIMMessage *)msg completion:(V2TIMMessageModifyCompletion _Nullable)completion NS_SWIFT_NAME(modifyMessage(msg:completion:));
/// Those of some messages that the client holds, recalled ones included.
- (void)findMessages:(NSArray<NSString *> *)messageIDList
                succ:(V2TIMMessageListSucc _Nullable)succ
                fail:(V2TIMFail _Nullable)fail NS_SWIFT_NAME(findMessages(messageIDList:succ:fail:));
/// Marks everything held of a conversation as read.
- (void)markC2CMessageAsRead:(NSString *)userID succ:(V2TIMSucc _Nullable)succ fail:(V2TIMFail _Nullable)fail;
- (void)markGroupMessageAsRead:(NSString *)groupID succ:(V2TIMSucc _Nullable)succ fail:(V2TIMFail _Nullable)fail;

/// Messages newest first, or oldest first for a NEWER type, recalled ones included. V2TIM_GET_CLOUD_NEWER_MSG is refused with 6017.
- (void)getHistoryMessageList:(V2TIMMessageListGetOption *)option
                         succ:(V2TIMMessageListSucc _Nullable)succ
                         fail:(V2TIMFail _Nullable)fail NS_SWIFT_NAME(getHistoryMessageList(option:succ:fail:));
/// The newest messages before lastMsg (nil: of all), from the server, at most 100.
- (void)getC2CHistoryMessageList:(NSString *)userID
                           count:(int)count
                         lastMsg:(V2TIMMessage *_Nullable)lastMsg
                            succ:(V2TIMMessageListSucc _Nullable)succ
                            fail:(V2TIMFail _Nullable)fail;
- (void)getGroupHistoryMessageList:(NSString *)groupID
                             count:(int)count
                           lastMsg:(V2TIMMessage *_Nullable)lastMsg
                              succ:(V2TIMMessageListSucc _Nullable)succ
                              fail:(V2TIMFail _Nullable)fail;
/// Not in V2TIM, as the next: the same by conversation and ID.
- (void)getHistoryMessageList:(NSString *)conversationID
                        count:(int)count
                    lastMsgID:(NSString *_Nullable)lastMsgID
                         succ:(V2TIMMessageListSucc _Nullable)succ
                         fail:(V2TIMFail _Nullable)fail;
/// All messages that are held here; nothing is asked of the server.
- (void)getLocalMessageList:(NSString *)conversationID
                       succ:(V2TIMMessageListSucc _Nullable)succ
                       fail:(V2TIMFail _Nullable)fail;
/// Not in V2TIM: the messages that the server has not answered. Their status is V2TIM_MSG_STATUS_SENDING, or V2TIM_MSG_STATUS_SEND_FAIL with
/// a sendErrorCode: then the client does not send it again by itself. Send it again as it is here, or recall it. Where nothing is stored,
/// there are none that failed.
- (void)getUnsentMessageList:(NSString *)conversationID
                        succ:(V2TIMMessageListSucc _Nullable)succ
                        fail:(V2TIMFail _Nullable)fail;
@end

NS_ASSUME_NONNULL_END

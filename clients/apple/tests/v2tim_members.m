// Written by go run ./clients/v2tim from clients/v2tim/members.json.
// Makes each call of V2TIM that this client has, with Tencent's types. That it compiles without a warning is the test.
#import <RecallIM/RecallIM.h>

V2TIMManager * member0(void) { return [V2TIMManager sharedInstance]; }
BOOL member1(V2TIMManager *on, int sdkAppID, V2TIMSDKConfig * config) { return [on initSDK:sdkAppID config:config]; }
void member2(V2TIMManager *on) { [on unInitSDK]; }
void member3(V2TIMManager *on, NSString * userID, NSString * userSig, V2TIMSucc succ, V2TIMFail fail) { [on login:userID userSig:userSig succ:succ fail:fail]; }
void member4(V2TIMManager *on, V2TIMSucc succ, V2TIMFail fail) { [on logout:succ fail:fail]; }
NSString * member5(V2TIMManager *on) { return [on getLoginUser]; }
V2TIMLoginStatus member6(V2TIMManager *on) { return [on getLoginStatus]; }
uint64_t member7(V2TIMManager *on) { return [on getServerTime]; }
void member8(V2TIMManager *on, id<V2TIMSDKListener> listener) { [on addIMSDKListener:listener]; }
void member9(V2TIMManager *on, id<V2TIMSDKListener> listener) { [on removeIMSDKListener:listener]; }
void member10(id<V2TIMSDKListener> on) { [on onConnecting]; }
void member11(id<V2TIMSDKListener> on) { [on onConnectSuccess]; }
void member12(id<V2TIMSDKListener> on, int code, NSString * err) { [on onConnectFailed:code err:err]; }
void member13(id<V2TIMSDKListener> on) { [on onKickedOffline]; }
void member14(id<V2TIMSDKListener> on) { [on onUserSigExpired]; }
void member15(V2TIMManager *on, id<V2TIMConversationListener> listener) { [on addConversationListener:listener]; }
void member16(V2TIMManager *on, id<V2TIMConversationListener> listener) { [on removeConversationListener:listener]; }
void member17(V2TIMManager *on, uint64_t nextSeq, int count, V2TIMConversationResultSucc succ, V2TIMFail fail) { [on getConversationList:nextSeq count:count succ:succ fail:fail]; }
void member18(V2TIMManager *on, NSArray<NSString *> * conversationIDList, V2TIMConversationListSucc succ, V2TIMFail fail) { [on getConversationList:conversationIDList succ:succ fail:fail]; }
void member19(V2TIMManager *on, NSString * conversationID, V2TIMConversationSucc succ, V2TIMFail fail) { [on getConversation:conversationID succ:succ fail:fail]; }
void member20(V2TIMManager *on, V2TIMTotalUnreadMessageCountSucc succ, V2TIMFail fail) { [on getTotalUnreadMessageCount:succ fail:fail]; }
void member21(V2TIMManager *on, NSString * conversationID, uint64_t cleanTimestamp, uint64_t cleanSequence, V2TIMSucc succ, V2TIMFail fail) { [on cleanConversationUnreadMessageCount:conversationID cleanTimestamp:cleanTimestamp cleanSequence:cleanSequence succ:succ fail:fail]; }
void member22(id<V2TIMConversationListener> on) { [on onSyncServerStart]; }
void member23(id<V2TIMConversationListener> on) { [on onSyncServerFinish]; }
void member24(id<V2TIMConversationListener> on) { [on onSyncServerFailed]; }
void member25(id<V2TIMConversationListener> on, NSArray<V2TIMConversation *> * conversationList) { [on onNewConversation:conversationList]; }
void member26(id<V2TIMConversationListener> on, NSArray<V2TIMConversation *> * conversationList) { [on onConversationChanged:conversationList]; }
void member27(id<V2TIMConversationListener> on, uint64_t totalUnreadCount) { [on onTotalUnreadMessageCountChanged:totalUnreadCount]; }
V2TIMConversationType member28(V2TIMConversation *on) { return on.type; }
NSString * member29(V2TIMConversation *on) { return on.conversationID; }
NSString * member30(V2TIMConversation *on) { return on.userID; }
NSString * member31(V2TIMConversation *on) { return on.groupID; }
int member32(V2TIMConversation *on) { return on.unreadCount; }
V2TIMMessage * member33(V2TIMConversation *on) { return on.lastMessage; }
NSUInteger member34(V2TIMConversation *on) { return on.orderKey; }
NSString * member35(V2TIMConversation *on) { return on.showName; }
NSString * member36(V2TIMConversation *on) { return on.faceUrl; }
NSString * member37(V2TIMConversation *on) { return on.groupType; }
BOOL member38(V2TIMConversation *on) { return on.isPinned; }
void member39(V2TIMManager *on, NSString * userID, int count, V2TIMMessage * lastMsg, V2TIMMessageListSucc succ, V2TIMFail fail) { [on getC2CHistoryMessageList:userID count:count lastMsg:lastMsg succ:succ fail:fail]; }
void member40(V2TIMManager *on, NSString * groupID, int count, V2TIMMessage * lastMsg, V2TIMMessageListSucc succ, V2TIMFail fail) { [on getGroupHistoryMessageList:groupID count:count lastMsg:lastMsg succ:succ fail:fail]; }
void member41(V2TIMManager *on, V2TIMMessageListGetOption * option, V2TIMMessageListSucc succ, V2TIMFail fail) { [on getHistoryMessageList:option succ:succ fail:fail]; }
void member42(V2TIMManager *on, NSArray<NSString *> * messageIDList, V2TIMMessageListSucc succ, V2TIMFail fail) { [on findMessages:messageIDList succ:succ fail:fail]; }
void member43(V2TIMManager *on, NSString * userID, V2TIMSucc succ, V2TIMFail fail) { [on markC2CMessageAsRead:userID succ:succ fail:fail]; }
void member44(V2TIMManager *on, NSString * groupID, V2TIMSucc succ, V2TIMFail fail) { [on markGroupMessageAsRead:groupID succ:succ fail:fail]; }
V2TIMMessageGetType member45(V2TIMMessageListGetOption *on) { return on.getType; }
void member45Changed(V2TIMMessageListGetOption *on, V2TIMMessageGetType value) { on.getType = value; }
NSString * member46(V2TIMMessageListGetOption *on) { return on.userID; }
void member46Changed(V2TIMMessageListGetOption *on, NSString * value) { on.userID = value; }
NSString * member47(V2TIMMessageListGetOption *on) { return on.groupID; }
void member47Changed(V2TIMMessageListGetOption *on, NSString * value) { on.groupID = value; }
NSUInteger member48(V2TIMMessageListGetOption *on) { return on.count; }
void member48Changed(V2TIMMessageListGetOption *on, NSUInteger value) { on.count = value; }
V2TIMMessage * member49(V2TIMMessageListGetOption *on) { return on.lastMsg; }
void member49Changed(V2TIMMessageListGetOption *on, V2TIMMessage * value) { on.lastMsg = value; }
V2TIMMessage * member50(V2TIMManager *on, NSString * text) { return [on createTextMessage:text]; }
V2TIMMessage * member51(V2TIMManager *on, NSData * data) { return [on createCustomMessage:data]; }
V2TIMMessage * member52(V2TIMManager *on, NSData * data, NSString * desc, NSString * extension) { return [on createCustomMessage:data desc:desc extension:extension]; }
NSString * member53(V2TIMManager *on, V2TIMMessage * message, NSString * receiver, NSString * groupID, V2TIMMessagePriority priority, BOOL onlineUserOnly, V2TIMOfflinePushInfo * offlinePushInfo, V2TIMProgress progress, V2TIMSucc succ, V2TIMFail fail) { return [on sendMessage:message receiver:receiver groupID:groupID priority:priority onlineUserOnly:onlineUserOnly offlinePushInfo:offlinePushInfo progress:progress succ:succ fail:fail]; }
NSString * member54(V2TIMManager *on, NSString * text, NSString * userID, V2TIMSucc succ, V2TIMFail fail) { return [on sendC2CTextMessage:text to:userID succ:succ fail:fail]; }
NSString * member55(V2TIMManager *on, NSString * text, NSString * groupID, V2TIMMessagePriority priority, V2TIMSucc succ, V2TIMFail fail) { return [on sendGroupTextMessage:text to:groupID priority:priority succ:succ fail:fail]; }
V2TIMMessage * member56(V2TIMManager *on, NSString * imagePath) { return [on createImageMessage:imagePath]; }
V2TIMMessage * member57(V2TIMManager *on, NSString * filePath, NSString * fileName) { return [on createFileMessage:filePath fileName:fileName]; }
V2TIMImageElem * member58(V2TIMMessage *on) { return on.imageElem; }
V2TIMFileElem * member59(V2TIMMessage *on) { return on.fileElem; }
V2TIMElem * member60(V2TIMElem *on) { return on.nextElem; }
NSData * member61(V2TIMAPNSConfig *on) { return on.token; }
void member61Changed(V2TIMAPNSConfig *on, NSData * value) { on.token = value; }
int member62(V2TIMAPNSConfig *on) { return on.businessID; }
void member62Changed(V2TIMAPNSConfig *on, int value) { on.businessID = value; }
void member63(V2TIMManager *on, V2TIMAPNSConfig * config, V2TIMSucc succ, V2TIMFail fail) { [on setAPNS:config succ:succ fail:fail]; }
NSString * member64(V2TIMOfflinePushInfo *on) { return on.title; }
void member64Changed(V2TIMOfflinePushInfo *on, NSString * value) { on.title = value; }
NSString * member65(V2TIMOfflinePushInfo *on) { return on.desc; }
void member65Changed(V2TIMOfflinePushInfo *on, NSString * value) { on.desc = value; }
NSString * member66(V2TIMOfflinePushInfo *on) { return on.ext; }
void member66Changed(V2TIMOfflinePushInfo *on, NSString * value) { on.ext = value; }
BOOL member67(V2TIMOfflinePushInfo *on) { return on.disablePush; }
void member67Changed(V2TIMOfflinePushInfo *on, BOOL value) { on.disablePush = value; }
void member68(V2TIMManager *on, id<V2TIMAdvancedMsgListener> listener) { [on addAdvancedMsgListener:listener]; }
void member69(V2TIMManager *on, id<V2TIMAdvancedMsgListener> listener) { [on removeAdvancedMsgListener:listener]; }
void member70(id<V2TIMAdvancedMsgListener> on, V2TIMMessage * msg) { [on onRecvNewMessage:msg]; }
void member71(id<V2TIMAdvancedMsgListener> on, NSArray<V2TIMMessageReceipt *> * receiptList) { [on onRecvC2CReadReceipt:receiptList]; }
void member72(id<V2TIMAdvancedMsgListener> on, NSArray<V2TIMMessageReceipt *> * receiptList) { [on onRecvMessageReadReceipts:receiptList]; }
void member73(id<V2TIMAdvancedMsgListener> on, V2TIMMessage * msg) { [on onRecvMessageModified:msg]; }
void member74(id<V2TIMAdvancedMsgListener> on, NSString * groupID, V2TIMMessage * message, BOOL isPinned, V2TIMGroupMemberInfo * opUser) { [on onGroupMessagePinned:groupID message:message isPinned:isPinned opUser:opUser]; }
NSString * member75(V2TIMMessage *on) { return on.msgID; }
NSDate * member76(V2TIMMessage *on) { return on.timestamp; }
NSString * member77(V2TIMMessage *on) { return on.sender; }
NSString * member78(V2TIMMessage *on) { return on.nickName; }
NSString * member79(V2TIMMessage *on) { return on.friendRemark; }
NSString * member80(V2TIMMessage *on) { return on.nameCard; }
NSString * member81(V2TIMMessage *on) { return on.faceURL; }
NSString * member82(V2TIMMessage *on) { return on.groupID; }
NSString * member83(V2TIMMessage *on) { return on.userID; }
V2TIMMessageStatus member84(V2TIMMessage *on) { return on.status; }
V2TIMElemType member85(V2TIMMessage *on) { return on.elemType; }
V2TIMTextElem * member86(V2TIMMessage *on) { return on.textElem; }
V2TIMCustomElem * member87(V2TIMMessage *on) { return on.customElem; }
BOOL member88(V2TIMMessage *on) { return on.isSelf; }
BOOL member89(V2TIMMessage *on) { return on.hasRiskContent; }
NSString * member90(V2TIMTextElem *on) { return on.text; }
void member90Changed(V2TIMTextElem *on, NSString * value) { on.text = value; }
NSData * member91(V2TIMCustomElem *on) { return on.data; }
void member91Changed(V2TIMCustomElem *on, NSData * value) { on.data = value; }
NSString * member92(V2TIMCustomElem *on) { return on.desc; }
void member92Changed(V2TIMCustomElem *on, NSString * value) { on.desc = value; }
NSString * member93(V2TIMCustomElem *on) { return on.extension; }
void member93Changed(V2TIMCustomElem *on, NSString * value) { on.extension = value; }
NSString * member94(V2TIMImageElem *on) { return on.path; }
NSArray<V2TIMImage *> * member95(V2TIMImageElem *on) { return on.imageList; }
NSString * member96(V2TIMImage *on) { return on.uuid; }
V2TIMImageType member97(V2TIMImage *on) { return on.type; }
int member98(V2TIMImage *on) { return on.size; }
int member99(V2TIMImage *on) { return on.width; }
int member100(V2TIMImage *on) { return on.height; }
NSString * member101(V2TIMImage *on) { return on.url; }
void member102(V2TIMImage *on, NSString * path, V2TIMDownLoadProgress progress, V2TIMSucc succ, V2TIMFail fail) { [on downloadImage:path progress:progress succ:succ fail:fail]; }
NSString * member103(V2TIMFileElem *on) { return on.path; }
NSString * member104(V2TIMFileElem *on) { return on.uuid; }
NSString * member105(V2TIMFileElem *on) { return on.filename; }
int member106(V2TIMFileElem *on) { return on.fileSize; }
void member107(V2TIMFileElem *on, NSString * path, V2TIMDownLoadProgress progress, V2TIMSucc succ, V2TIMFail fail) { [on downloadFile:path progress:progress succ:succ fail:fail]; }
NSString * member108(V2TIMUserFullInfo *on) { return on.userID; }
void member108Changed(V2TIMUserFullInfo *on, NSString * value) { on.userID = value; }
NSString * member109(V2TIMUserFullInfo *on) { return on.nickName; }
NSString * member110(V2TIMUserFullInfo *on) { return on.faceURL; }
NSString * member111(V2TIMUserFullInfo *on) { return [on showName]; }
void member112(V2TIMManager *on, V2TIMMessage * msg, V2TIMSucc succ, V2TIMFail fail) { [on revokeMessage:msg succ:succ fail:fail]; }
void member113(id<V2TIMAdvancedMsgListener> on, NSString * msgID) { [on onRecvMessageRevoked:msgID]; }
void member114(id<V2TIMAdvancedMsgListener> on, NSString * msgID, V2TIMUserFullInfo * operateUser, NSString * reason) { [on onRecvMessageRevoked:msgID operateUser:operateUser reason:reason]; }
V2TIMUserFullInfo * member115(V2TIMMessage *on) { return on.revokerInfo; }
NSString * member116(V2TIMMessage *on) { return on.revokeReason; }
void member117(V2TIMManager *on, V2TIMMessage * msg, V2TIMMessageModifyCompletion completion) { [on modifyMessage:msg completion:completion]; }
void member118(V2TIMManager *on, NSString * groupID, NSArray<NSString *> * memberList, V2TIMGroupMemberInfoListSucc succ, V2TIMFail fail) { [on getGroupMembersInfo:groupID memberList:memberList succ:succ fail:fail]; }
uint32_t member119(V2TIMGroupMemberFullInfo *on) { return on.role; }
void member119Changed(V2TIMGroupMemberFullInfo *on, uint32_t value) { on.role = value; }
NSString * member120(V2TIMGroupMemberFullInfo *on) { return on.userID; }
void member120Changed(V2TIMGroupMemberFullInfo *on, NSString * value) { on.userID = value; }
NSString * member121(V2TIMGroupMemberFullInfo *on) { return on.nickName; }
NSString * member122(V2TIMGroupMemberFullInfo *on) { return on.nameCard; }
NSString * member123(V2TIMGroupMemberFullInfo *on) { return on.faceURL; }

_Static_assert(V2TIM_MSG_STATUS_SENDING == 1, "Tencent's number");
_Static_assert(V2TIM_MSG_STATUS_SEND_SUCC == 2, "Tencent's number");
_Static_assert(V2TIM_MSG_STATUS_SEND_FAIL == 3, "Tencent's number");
_Static_assert(V2TIM_MSG_STATUS_HAS_DELETED == 4, "Tencent's number");
_Static_assert(V2TIM_MSG_STATUS_LOCAL_IMPORTED == 5, "Tencent's number");
_Static_assert(V2TIM_MSG_STATUS_LOCAL_REVOKED == 6, "Tencent's number");
_Static_assert(V2TIM_ELEM_TYPE_NONE == 0, "Tencent's number");
_Static_assert(V2TIM_ELEM_TYPE_TEXT == 1, "Tencent's number");
_Static_assert(V2TIM_ELEM_TYPE_CUSTOM == 2, "Tencent's number");
_Static_assert(V2TIM_ELEM_TYPE_IMAGE == 3, "Tencent's number");
_Static_assert(V2TIM_ELEM_TYPE_FILE == 6, "Tencent's number");
_Static_assert(V2TIM_IMAGE_TYPE_ORIGIN == 1, "Tencent's number");
_Static_assert(V2TIM_IMAGE_TYPE_THUMB == 2, "Tencent's number");
_Static_assert(V2TIM_IMAGE_TYPE_LARGE == 4, "Tencent's number");
_Static_assert(V2TIM_PRIORITY_DEFAULT == 0, "Tencent's number");
_Static_assert(V2TIM_PRIORITY_HIGH == 1, "Tencent's number");
_Static_assert(V2TIM_PRIORITY_NORMAL == 2, "Tencent's number");
_Static_assert(V2TIM_PRIORITY_LOW == 3, "Tencent's number");
_Static_assert(V2TIM_GET_CLOUD_OLDER_MSG == 1, "Tencent's number");
_Static_assert(V2TIM_GET_CLOUD_NEWER_MSG == 2, "Tencent's number");
_Static_assert(V2TIM_GET_LOCAL_OLDER_MSG == 3, "Tencent's number");
_Static_assert(V2TIM_GET_LOCAL_NEWER_MSG == 4, "Tencent's number");
_Static_assert(V2TIM_UNKNOWN == 0, "Tencent's number");
_Static_assert(V2TIM_C2C == 1, "Tencent's number");
_Static_assert(V2TIM_GROUP == 2, "Tencent's number");
_Static_assert(V2TIM_STATUS_LOGINED == 1, "Tencent's number");
_Static_assert(V2TIM_STATUS_LOGINING == 2, "Tencent's number");
_Static_assert(V2TIM_STATUS_LOGOUT == 3, "Tencent's number");
_Static_assert(V2TIM_GROUP_MEMBER_UNDEFINED == 0, "Tencent's number");
_Static_assert(V2TIM_GROUP_MEMBER_ROLE_MEMBER == 200, "Tencent's number");
_Static_assert(V2TIM_GROUP_MEMBER_ROLE_ADMIN == 300, "Tencent's number");
_Static_assert(V2TIM_GROUP_MEMBER_ROLE_SUPER == 400, "Tencent's number");
_Static_assert(ERR_SUCC == 0, "Tencent's number");
_Static_assert(ERR_FILE_TRANS_UPLOAD_FAILED == 6008, "Tencent's number");
_Static_assert(ERR_FILE_TRANS_DOWNLOAD_FAILED == 6009, "Tencent's number");
_Static_assert(ERR_REQUEST_TIME_OUT == 6012, "Tencent's number");
_Static_assert(ERR_SDK_NOT_INITIALIZED == 6013, "Tencent's number");
_Static_assert(ERR_SDK_NOT_LOGGED_IN == 6014, "Tencent's number");
_Static_assert(ERR_INVALID_PARAMETERS == 6017, "Tencent's number");
_Static_assert(ERR_DATABASE_OPERATE_FAILED == 6019, "Tencent's number");
_Static_assert(ERR_USER_SIG_EXPIRED == 6206, "Tencent's number");
_Static_assert(ERR_REVOKE_TIME_LIMIT_EXCEED == 6223, "Tencent's number");
_Static_assert(ERR_SDK_INTERFACE_NOT_SUPPORT == 7013, "Tencent's number");
_Static_assert(ERR_SDK_NET_DISCONNECT == 9508, "Tencent's number");
_Static_assert(ERR_SVR_GROUP_PERMISSION_DENY == 10007, "Tencent's number");
_Static_assert(ERR_SVR_GROUP_NOT_FOUND == 10010, "Tencent's number");
_Static_assert(ERR_SVR_GROUP_INVALID_GROUPID == 10015, "Tencent's number");
_Static_assert(ERR_SVR_GROUP_SEND_MSG_FREQ_LIMIT == 10023, "Tencent's number");
_Static_assert(ERR_SVR_GROUP_REVOKE_MSG_NOT_FOUND == 10030, "Tencent's number");
_Static_assert(ERR_SVR_GROUP_REVOKE_MSG_TIME_LIMIT == 10031, "Tencent's number");
_Static_assert(ERR_SVR_GROUP_REVOKE_MSG_DENY == 10032, "Tencent's number");
_Static_assert(ERR_SVR_MSG_NET_ERROR == 20004, "Tencent's number");
_Static_assert(ERR_SVR_MSG_INTERNAL_ERROR1 == 20005, "Tencent's number");
_Static_assert(ERR_SVR_MSG_REVOKE_TIME_LIMIT == 20016, "Tencent's number");
_Static_assert(ERR_SVR_COMM_BODY_SIZE_LIMIT == 80002, "Tencent's number");

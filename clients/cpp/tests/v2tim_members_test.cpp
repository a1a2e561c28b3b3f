// Written by go run ./clients/v2tim from clients/v2tim/members.json.
// Makes each call of V2TIM that this client has, with Tencent's types, and implements each callback.
// That it compiles is the test.
#include "V2TIMManager.h"

namespace recall::test::members {

inline V2TIMManager * member0() { return V2TIMManager::GetInstance(); }
inline V2TIMMessageManager * member1(V2TIMManager& on) { return on.GetMessageManager(); }
inline V2TIMConversationManager * member2(V2TIMManager& on) { return on.GetConversationManager(); }
inline V2TIMGroupManager * member3(V2TIMManager& on) { return on.GetGroupManager(); }
inline bool member4(V2TIMManager& on, uint32_t sdkAppID, const V2TIMSDKConfig & config) { return on.InitSDK(sdkAppID, config); }
inline void member5(V2TIMManager& on) { return on.UnInitSDK(); }
inline void member6(V2TIMManager& on, const V2TIMString & userID, const V2TIMString & userSig, V2TIMCallback * callback) { return on.Login(userID, userSig, callback); }
inline void member7(V2TIMManager& on, V2TIMCallback * callback) { return on.Logout(callback); }
inline V2TIMString member8(V2TIMManager& on) { return on.GetLoginUser(); }
inline V2TIMLoginStatus member9(V2TIMManager& on) { return on.GetLoginStatus(); }
inline int64_t member10(V2TIMManager& on) { return on.GetServerTime(); }
inline void member11(V2TIMManager& on, V2TIMSDKListener * listener) { return on.AddSDKListener(listener); }
inline void member12(V2TIMManager& on, V2TIMSDKListener * listener) { return on.RemoveSDKListener(listener); }
inline void member25(V2TIMConversationManager& on, V2TIMConversationListener * listener) { return on.AddConversationListener(listener); }
inline void member26(V2TIMConversationManager& on, V2TIMConversationListener * listener) { return on.RemoveConversationListener(listener); }
inline void member27(V2TIMConversationManager& on, uint64_t nextSeq, uint32_t count, V2TIMValueCallback<V2TIMConversationResult> * callback) { return on.GetConversationList(nextSeq, count, callback); }
inline void member28(V2TIMConversationManager& on, const V2TIMStringVector & conversationIDList, V2TIMValueCallback<V2TIMConversationVector> * callback) { return on.GetConversationList(conversationIDList, callback); }
inline void member29(V2TIMConversationManager& on, const V2TIMString & conversationID, V2TIMValueCallback<V2TIMConversation> * callback) { return on.GetConversation(conversationID, callback); }
inline void member30(V2TIMConversationManager& on, V2TIMValueCallback<uint64_t> * callback) { return on.GetTotalUnreadMessageCount(callback); }
inline void member31(V2TIMConversationManager& on, const V2TIMString & conversationID, uint64_t cleanTimestamp, uint64_t cleanSequence, V2TIMCallback * callback) { return on.CleanConversationUnreadMessageCount(conversationID, cleanTimestamp, cleanSequence, callback); }
inline void member38(V2TIMConversation& on, V2TIMConversationType value) {
    on.type = value;
    value = on.type;
}
inline void member39(V2TIMConversation& on, V2TIMString value) {
    on.conversationID = value;
    value = on.conversationID;
}
inline void member40(V2TIMConversation& on, V2TIMString value) {
    on.userID = value;
    value = on.userID;
}
inline void member41(V2TIMConversation& on, V2TIMString value) {
    on.groupID = value;
    value = on.groupID;
}
inline void member42(V2TIMConversation& on, int value) {
    on.unreadCount = value;
    value = on.unreadCount;
}
inline void member43(V2TIMConversation& on, V2TIMMessage * value) {
    on.lastMessage = value;
    value = on.lastMessage;
}
inline void member44(V2TIMConversation& on, uint64_t value) {
    on.orderKey = value;
    value = on.orderKey;
}
inline void member45(V2TIMConversation& on, V2TIMString value) {
    on.showName = value;
    value = on.showName;
}
inline void member46(V2TIMConversation& on, V2TIMString value) {
    on.faceUrl = value;
    value = on.faceUrl;
}
inline void member47(V2TIMConversation& on, V2TIMString value) {
    on.groupType = value;
    value = on.groupType;
}
inline void member48(V2TIMConversation& on, bool value) {
    on.isPinned = value;
    value = on.isPinned;
}
inline void member49(V2TIMConversationResult& on, uint64_t value) {
    on.nextSeq = value;
    value = on.nextSeq;
}
inline void member50(V2TIMConversationResult& on, bool value) {
    on.isFinished = value;
    value = on.isFinished;
}
inline void member51(V2TIMConversationResult& on, V2TIMConversationVector value) {
    on.conversationList = value;
    value = on.conversationList;
}
inline void member52(V2TIMMessageManager& on, const V2TIMMessageListGetOption & option, V2TIMValueCallback<V2TIMMessageVector> * callback) { return on.GetHistoryMessageList(option, callback); }
inline void member53(V2TIMMessageManager& on, const V2TIMStringVector & messageIDList, V2TIMValueCallback<V2TIMMessageVector> * callback) { return on.FindMessages(messageIDList, callback); }
inline void member54(V2TIMMessageManager& on, const V2TIMString & userID, V2TIMCallback * callback) { return on.MarkC2CMessageAsRead(userID, callback); }
inline void member55(V2TIMMessageManager& on, const V2TIMString & groupID, V2TIMCallback * callback) { return on.MarkGroupMessageAsRead(groupID, callback); }
inline void member56(V2TIMMessageListGetOption& on, V2TIMMessageGetType value) {
    on.getType = value;
    value = on.getType;
}
inline void member57(V2TIMMessageListGetOption& on, V2TIMString value) {
    on.userID = value;
    value = on.userID;
}
inline void member58(V2TIMMessageListGetOption& on, V2TIMString value) {
    on.groupID = value;
    value = on.groupID;
}
inline void member59(V2TIMMessageListGetOption& on, uint32_t value) {
    on.count = value;
    value = on.count;
}
inline void member60(V2TIMMessageListGetOption& on, V2TIMMessage * value) {
    on.lastMsg = value;
    value = on.lastMsg;
}
inline V2TIMMessage member61(V2TIMMessageManager& on, const V2TIMString & text) { return on.CreateTextMessage(text); }
inline V2TIMMessage member62(V2TIMMessageManager& on, const V2TIMBuffer & data) { return on.CreateCustomMessage(data); }
inline V2TIMMessage member63(V2TIMMessageManager& on, const V2TIMBuffer & data, const V2TIMString & description, const V2TIMString & extension) { return on.CreateCustomMessage(data, description, extension); }
inline V2TIMString member64(V2TIMMessageManager& on, V2TIMMessage & message, const V2TIMString & receiver, const V2TIMString & groupID, V2TIMMessagePriority priority, bool onlineUserOnly, const V2TIMOfflinePushInfo & offlinePushInfo, V2TIMSendCallback * callback) { return on.SendMessage(message, receiver, groupID, priority, onlineUserOnly, offlinePushInfo, callback); }
inline V2TIMString member65(V2TIMManager& on, const V2TIMString & text, const V2TIMString & userID, V2TIMSendCallback * callback) { return on.SendC2CTextMessage(text, userID, callback); }
inline V2TIMString member66(V2TIMManager& on, const V2TIMString & text, const V2TIMString & groupID, V2TIMMessagePriority priority, V2TIMSendCallback * callback) { return on.SendGroupTextMessage(text, groupID, priority, callback); }
inline V2TIMMessage member67(V2TIMMessageManager& on, const V2TIMString & imagePath) { return on.CreateImageMessage(imagePath); }
inline V2TIMMessage member68(V2TIMMessageManager& on, const V2TIMString & filePath, const V2TIMString & fileName) { return on.CreateFileMessage(filePath, fileName); }
inline void member69(V2TIMOfflinePushInfo& on, V2TIMString value) {
    on.title = value;
    value = on.title;
}
inline void member70(V2TIMOfflinePushInfo& on, V2TIMString value) {
    on.desc = value;
    value = on.desc;
}
inline void member71(V2TIMOfflinePushInfo& on, V2TIMString value) {
    on.ext = value;
    value = on.ext;
}
inline void member72(V2TIMOfflinePushInfo& on, bool value) {
    on.disablePush = value;
    value = on.disablePush;
}
inline void member73(V2TIMMessageManager& on, V2TIMAdvancedMsgListener * listener) { return on.AddAdvancedMsgListener(listener); }
inline void member74(V2TIMMessageManager& on, V2TIMAdvancedMsgListener * listener) { return on.RemoveAdvancedMsgListener(listener); }
inline void member80(V2TIMMessage& on, V2TIMString value) {
    on.msgID = value;
    value = on.msgID;
}
inline void member81(V2TIMMessage& on, int64_t value) {
    on.timestamp = value;
    value = on.timestamp;
}
inline void member82(V2TIMMessage& on, V2TIMString value) {
    on.sender = value;
    value = on.sender;
}
inline void member83(V2TIMMessage& on, V2TIMString value) {
    on.nickName = value;
    value = on.nickName;
}
inline void member84(V2TIMMessage& on, V2TIMString value) {
    on.friendRemark = value;
    value = on.friendRemark;
}
inline void member85(V2TIMMessage& on, V2TIMString value) {
    on.nameCard = value;
    value = on.nameCard;
}
inline void member86(V2TIMMessage& on, V2TIMString value) {
    on.faceURL = value;
    value = on.faceURL;
}
inline void member87(V2TIMMessage& on, V2TIMString value) {
    on.groupID = value;
    value = on.groupID;
}
inline void member88(V2TIMMessage& on, V2TIMString value) {
    on.userID = value;
    value = on.userID;
}
inline void member89(V2TIMMessage& on, V2TIMMessageStatus value) {
    on.status = value;
    value = on.status;
}
inline void member90(V2TIMMessage& on, V2TIMElemVector value) {
    on.elemList = value;
    value = on.elemList;
}
inline void member91(V2TIMElemVector& on, V2TIMElem *const & obj) { return on.PushBack(obj); }
inline size_t member92(V2TIMElemVector& on) { return on.Size(); }
inline void member93(V2TIMElem& on, V2TIMElemType value) {
    on.elemType = value;
    value = on.elemType;
}
inline void member94(V2TIMMessage& on, bool value) {
    on.isSelf = value;
    value = on.isSelf;
}
inline void member95(V2TIMMessage& on, bool value) {
    on.hasRiskContent = value;
    value = on.hasRiskContent;
}
inline void member96(V2TIMTextElem& on, V2TIMString value) {
    on.text = value;
    value = on.text;
}
inline void member97(V2TIMCustomElem& on, V2TIMBuffer value) {
    on.data = value;
    value = on.data;
}
inline void member98(V2TIMCustomElem& on, V2TIMString value) {
    on.desc = value;
    value = on.desc;
}
inline void member99(V2TIMCustomElem& on, V2TIMString value) {
    on.extension = value;
    value = on.extension;
}
inline void member100(V2TIMImageElem& on, V2TIMString value) {
    on.path = value;
    value = on.path;
}
inline void member101(V2TIMImageElem& on, V2TIMImageVector value) {
    on.imageList = value;
    value = on.imageList;
}
inline void member102(V2TIMImage& on, V2TIMString value) {
    on.uuid = value;
    value = on.uuid;
}
inline void member103(V2TIMImage& on, V2TIMImageType value) {
    on.type = value;
    value = on.type;
}
inline void member104(V2TIMImage& on, uint64_t value) {
    on.size = value;
    value = on.size;
}
inline void member105(V2TIMImage& on, uint32_t value) {
    on.width = value;
    value = on.width;
}
inline void member106(V2TIMImage& on, uint32_t value) {
    on.height = value;
    value = on.height;
}
inline void member107(V2TIMImage& on, V2TIMString value) {
    on.url = value;
    value = on.url;
}
inline void member108(V2TIMImage& on, const V2TIMString & path, V2TIMDownloadCallback * callback) { return on.DownloadImage(path, callback); }
inline void member109(V2TIMFileElem& on, V2TIMString value) {
    on.path = value;
    value = on.path;
}
inline void member110(V2TIMFileElem& on, V2TIMString value) {
    on.uuid = value;
    value = on.uuid;
}
inline void member111(V2TIMFileElem& on, V2TIMString value) {
    on.filename = value;
    value = on.filename;
}
inline void member112(V2TIMFileElem& on, uint64_t value) {
    on.fileSize = value;
    value = on.fileSize;
}
inline void member113(V2TIMFileElem& on, const V2TIMString & path, V2TIMDownloadCallback * callback) { return on.DownloadFile(path, callback); }
inline void member117(V2TIMUserFullInfo& on, V2TIMString value) {
    on.userID = value;
    value = on.userID;
}
inline void member118(V2TIMUserFullInfo& on, V2TIMString value) {
    on.nickName = value;
    value = on.nickName;
}
inline void member119(V2TIMUserFullInfo& on, V2TIMString value) {
    on.faceURL = value;
    value = on.faceURL;
}
inline void member120(V2TIMMessageManager& on, const V2TIMMessage & message, V2TIMCallback * callback) { return on.RevokeMessage(message, callback); }
inline void member123(V2TIMMessage& on, V2TIMUserFullInfo value) {
    on.revokerInfo = value;
    value = on.revokerInfo;
}
inline void member124(V2TIMMessage& on, V2TIMString value) {
    on.revokeReason = value;
    value = on.revokeReason;
}
inline void member125(V2TIMMessageManager& on, const V2TIMMessage & message, V2TIMCompleteCallback<V2TIMMessage> * callback) { return on.ModifyMessage(message, callback); }
inline void member126(V2TIMGroupManager& on, const V2TIMString & groupID, V2TIMStringVector memberList, V2TIMValueCallback<V2TIMGroupMemberFullInfoVector> * callback) { return on.GetGroupMembersInfo(groupID, memberList, callback); }
inline void member127(V2TIMGroupMemberFullInfo& on, uint32_t value) {
    on.role = value;
    value = on.role;
}
inline void member128(V2TIMGroupMemberFullInfo& on, V2TIMString value) {
    on.userID = value;
    value = on.userID;
}
inline void member129(V2TIMGroupMemberFullInfo& on, V2TIMString value) {
    on.nickName = value;
    value = on.nickName;
}
inline void member130(V2TIMGroupMemberFullInfo& on, V2TIMString value) {
    on.nameCard = value;
    value = on.nameCard;
}
inline void member131(V2TIMGroupMemberFullInfo& on, V2TIMString value) {
    on.faceURL = value;
    value = on.faceURL;
}
inline const char * member132(V2TIMString& on) { return on.CString(); }
inline size_t member133(V2TIMString& on) { return on.Size(); }
inline size_t member134(V2TIMString& on) { return on.Length(); }
inline bool member135(V2TIMString& on) { return on.Empty(); }
inline char & member136(V2TIMString& on, int index) { return on.operator[](index); }
inline bool member137(V2TIMString& on, const V2TIMString & str) { return on.operator<(str); }
inline bool member138(V2TIMString& on, const V2TIMString & str) { return on.operator==(str); }
inline const uint8_t * member139(V2TIMBuffer& on) { return on.Data(); }
inline size_t member140(V2TIMBuffer& on) { return on.Size(); }
inline void member141(V2TIMStringVector& on, const V2TIMString & obj) { return on.PushBack(obj); }
inline V2TIMString & member142(V2TIMStringVector& on, size_t index) { return on.operator[](index); }
inline size_t member143(V2TIMStringVector& on) { return on.Size(); }
inline bool member144(V2TIMStringVector& on) { return on.Empty(); }
inline void member145(V2TIMStringVector& on) { return on.PopBack(); }
inline void member146(V2TIMStringVector& on) { return on.Clear(); }
inline void member147(V2TIMStringVector& on, size_t index) { return on.Erase(index); }
inline void member148(V2TIMMessageVector& on, const V2TIMMessage & obj) { return on.PushBack(obj); }
inline V2TIMMessage & member149(V2TIMMessageVector& on, size_t index) { return on.operator[](index); }
inline size_t member150(V2TIMMessageVector& on) { return on.Size(); }
inline bool member151(V2TIMMessageVector& on) { return on.Empty(); }
inline void member152(V2TIMMessageVector& on) { return on.PopBack(); }
inline void member153(V2TIMMessageVector& on) { return on.Clear(); }
inline void member154(V2TIMMessageVector& on, size_t index) { return on.Erase(index); }

struct MyV2TIMSDKListener : V2TIMSDKListener {
    void OnConnecting() override {}
    void OnConnectSuccess() override {}
    void OnConnectFailed(int, const V2TIMString &) override {}
    void OnKickedOffline() override {}
    void OnUserSigExpired() override {}
};

struct MyV2TIMCallback : V2TIMCallback {
    void OnSuccess() override {}
    void OnError(int, const V2TIMString &) override {}
};

template <typename T>
struct MyV2TIMValueCallback : V2TIMValueCallback<T> {
    void OnSuccess(const T &) override {}
    void OnError(int, const V2TIMString &) override {}
};
template struct MyV2TIMValueCallback<V2TIMMessage>;

struct MyV2TIMSendCallback : V2TIMSendCallback {
    void OnSuccess(const V2TIMMessage &) override {}
    void OnProgress(uint32_t) override {}
};

template <typename T>
struct MyV2TIMCompleteCallback : V2TIMCompleteCallback<T> {
    void OnComplete(int, const V2TIMString &, const T &) override {}
};
template struct MyV2TIMCompleteCallback<V2TIMMessage>;

struct MyV2TIMConversationListener : V2TIMConversationListener {
    void OnSyncServerStart() override {}
    void OnSyncServerFinish() override {}
    void OnSyncServerFailed() override {}
    void OnNewConversation(const V2TIMConversationVector &) override {}
    void OnConversationChanged(const V2TIMConversationVector &) override {}
    void OnTotalUnreadMessageCountChanged(uint64_t) override {}
};

struct MyV2TIMAdvancedMsgListener : V2TIMAdvancedMsgListener {
    void OnRecvNewMessage(const V2TIMMessage &) override {}
    void OnRecvC2CReadReceipt(const V2TIMMessageReceiptVector &) override {}
    void OnRecvMessageReadReceipts(const V2TIMMessageReceiptVector &) override {}
    void OnRecvMessageModified(const V2TIMMessage &) override {}
    void OnGroupMessagePinned(const V2TIMString &, const V2TIMMessage &, bool, const V2TIMGroupMemberInfo &) override {}
    void OnRecvMessageRevoked(const V2TIMString &) override {}
    void OnRecvMessageRevoked(const V2TIMString &, const V2TIMUserFullInfo &, const V2TIMString &) override {}
};

struct MyV2TIMDownloadCallback : V2TIMDownloadCallback {
    void OnSuccess() override {}
    void OnError(int, const V2TIMString &) override {}
    void OnDownLoadProgress(uint64_t, uint64_t) override {}
};

static_assert(V2TIM_MSG_STATUS_SENDING == 1, "Tencent's number");
static_assert(V2TIM_MSG_STATUS_SEND_SUCC == 2, "Tencent's number");
static_assert(V2TIM_MSG_STATUS_SEND_FAIL == 3, "Tencent's number");
static_assert(V2TIM_MSG_STATUS_HAS_DELETED == 4, "Tencent's number");
static_assert(V2TIM_MSG_STATUS_LOCAL_IMPORTED == 5, "Tencent's number");
static_assert(V2TIM_MSG_STATUS_LOCAL_REVOKED == 6, "Tencent's number");
static_assert(V2TIM_ELEM_TYPE_NONE == 0, "Tencent's number");
static_assert(V2TIM_ELEM_TYPE_TEXT == 1, "Tencent's number");
static_assert(V2TIM_ELEM_TYPE_CUSTOM == 2, "Tencent's number");
static_assert(V2TIM_ELEM_TYPE_IMAGE == 3, "Tencent's number");
static_assert(V2TIM_ELEM_TYPE_FILE == 6, "Tencent's number");
static_assert(V2TIM_IMAGE_TYPE_ORIGIN == 1, "Tencent's number");
static_assert(V2TIM_IMAGE_TYPE_THUMB == 2, "Tencent's number");
static_assert(V2TIM_IMAGE_TYPE_LARGE == 4, "Tencent's number");
static_assert(V2TIM_PRIORITY_DEFAULT == 0, "Tencent's number");
static_assert(V2TIM_PRIORITY_HIGH == 1, "Tencent's number");
static_assert(V2TIM_PRIORITY_NORMAL == 2, "Tencent's number");
static_assert(V2TIM_PRIORITY_LOW == 3, "Tencent's number");
static_assert(V2TIM_GET_CLOUD_OLDER_MSG == 1, "Tencent's number");
static_assert(V2TIM_GET_CLOUD_NEWER_MSG == 2, "Tencent's number");
static_assert(V2TIM_GET_LOCAL_OLDER_MSG == 3, "Tencent's number");
static_assert(V2TIM_GET_LOCAL_NEWER_MSG == 4, "Tencent's number");
static_assert(V2TIM_UNKNOWN == 0, "Tencent's number");
static_assert(V2TIM_C2C == 1, "Tencent's number");
static_assert(V2TIM_GROUP == 2, "Tencent's number");
static_assert(V2TIM_STATUS_LOGINED == 1, "Tencent's number");
static_assert(V2TIM_STATUS_LOGINING == 2, "Tencent's number");
static_assert(V2TIM_STATUS_LOGOUT == 3, "Tencent's number");
static_assert(V2TIM_GROUP_MEMBER_UNDEFINED == 0, "Tencent's number");
static_assert(V2TIM_GROUP_MEMBER_ROLE_MEMBER == 200, "Tencent's number");
static_assert(V2TIM_GROUP_MEMBER_ROLE_ADMIN == 300, "Tencent's number");
static_assert(V2TIM_GROUP_MEMBER_ROLE_SUPER == 400, "Tencent's number");
static_assert(ERR_SUCC == 0, "Tencent's number");
static_assert(ERR_FILE_TRANS_UPLOAD_FAILED == 6008, "Tencent's number");
static_assert(ERR_FILE_TRANS_DOWNLOAD_FAILED == 6009, "Tencent's number");
static_assert(ERR_REQUEST_TIME_OUT == 6012, "Tencent's number");
static_assert(ERR_SDK_NOT_INITIALIZED == 6013, "Tencent's number");
static_assert(ERR_SDK_NOT_LOGGED_IN == 6014, "Tencent's number");
static_assert(ERR_INVALID_PARAMETERS == 6017, "Tencent's number");
static_assert(ERR_DATABASE_OPERATE_FAILED == 6019, "Tencent's number");
static_assert(ERR_USER_SIG_EXPIRED == 6206, "Tencent's number");
static_assert(ERR_REVOKE_TIME_LIMIT_EXCEED == 6223, "Tencent's number");
static_assert(ERR_SDK_INTERFACE_NOT_SUPPORT == 7013, "Tencent's number");
static_assert(ERR_SDK_NET_DISCONNECT == 9508, "Tencent's number");
static_assert(ERR_SVR_GROUP_PERMISSION_DENY == 10007, "Tencent's number");
static_assert(ERR_SVR_GROUP_NOT_FOUND == 10010, "Tencent's number");
static_assert(ERR_SVR_GROUP_INVALID_GROUPID == 10015, "Tencent's number");
static_assert(ERR_SVR_GROUP_SEND_MSG_FREQ_LIMIT == 10023, "Tencent's number");
static_assert(ERR_SVR_GROUP_REVOKE_MSG_NOT_FOUND == 10030, "Tencent's number");
static_assert(ERR_SVR_GROUP_REVOKE_MSG_TIME_LIMIT == 10031, "Tencent's number");
static_assert(ERR_SVR_GROUP_REVOKE_MSG_DENY == 10032, "Tencent's number");
static_assert(ERR_SVR_MSG_NET_ERROR == 20004, "Tencent's number");
static_assert(ERR_SVR_MSG_INTERNAL_ERROR1 == 20005, "Tencent's number");
static_assert(ERR_SVR_MSG_REVOKE_TIME_LIMIT == 20016, "Tencent's number");
static_assert(ERR_SVR_COMM_BODY_SIZE_LIMIT == 80002, "Tencent's number");

}  // namespace recall::test::members

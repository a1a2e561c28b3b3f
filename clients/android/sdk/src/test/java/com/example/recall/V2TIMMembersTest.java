// Written by go run ./clients/v2tim from clients/v2tim/members.json.
package com.example.recall;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.example.recall.v2.*;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Makes each call of V2TIM that this client has, with Tencent's types, and implements each callback.
 * That it compiles is the test.
 */
class V2TIMMembersTest {
    V2TIMManager getInstance0() {
        return V2TIMManager.getInstance();
    }

    V2TIMMessageManager getMessageManager1() {
        return V2TIMManager.getMessageManager();
    }

    V2TIMConversationManager getConversationManager2() {
        return V2TIMManager.getConversationManager();
    }

    V2TIMGroupManager getGroupManager3() {
        return V2TIMManager.getGroupManager();
    }

    boolean initSDK4(V2TIMManager on, android.content.Context context, int sdkAppID, V2TIMSDKConfig config) {
        return on.initSDK(context, sdkAppID, config);
    }

    void unInitSDK5(V2TIMManager on) {
        on.unInitSDK();
    }

    void login6(V2TIMManager on, String userID, String userSig, V2TIMCallback callback) {
        on.login(userID, userSig, callback);
    }

    void logout7(V2TIMManager on, V2TIMCallback callback) {
        on.logout(callback);
    }

    String getLoginUser8(V2TIMManager on) {
        return on.getLoginUser();
    }

    int getLoginStatus9(V2TIMManager on) {
        return on.getLoginStatus();
    }

    long getServerTime10(V2TIMManager on) {
        return on.getServerTime();
    }

    void addIMSDKListener11(V2TIMManager on, V2TIMSDKListener listener) {
        on.addIMSDKListener(listener);
    }

    void removeIMSDKListener12(V2TIMManager on, V2TIMSDKListener listener) {
        on.removeIMSDKListener(listener);
    }

    V2TIMSDKConfig make13() {
        return new V2TIMSDKConfig();
    }

    void addConversationListener26(V2TIMConversationManager on, V2TIMConversationListener listener) {
        on.addConversationListener(listener);
    }

    void removeConversationListener27(V2TIMConversationManager on, V2TIMConversationListener listener) {
        on.removeConversationListener(listener);
    }

    void getConversationList28(V2TIMConversationManager on, long nextSeq, int count, V2TIMValueCallback<V2TIMConversationResult> callback) {
        on.getConversationList(nextSeq, count, callback);
    }

    void getConversationList29(V2TIMConversationManager on, List<String> conversationIDList, V2TIMValueCallback<List<V2TIMConversation>> callback) {
        on.getConversationList(conversationIDList, callback);
    }

    void getConversation30(V2TIMConversationManager on, String conversationID, V2TIMValueCallback<V2TIMConversation> callback) {
        on.getConversation(conversationID, callback);
    }

    void getTotalUnreadMessageCount31(V2TIMConversationManager on, V2TIMValueCallback<Long> callback) {
        on.getTotalUnreadMessageCount(callback);
    }

    void cleanConversationUnreadMessageCount32(V2TIMConversationManager on, String conversationID, long cleanTimestamp, long cleanSequence, V2TIMCallback callback) {
        on.cleanConversationUnreadMessageCount(conversationID, cleanTimestamp, cleanSequence, callback);
    }

    int getType39(V2TIMConversation on) {
        return on.getType();
    }

    String getConversationID40(V2TIMConversation on) {
        return on.getConversationID();
    }

    String getUserID41(V2TIMConversation on) {
        return on.getUserID();
    }

    String getGroupID42(V2TIMConversation on) {
        return on.getGroupID();
    }

    int getUnreadCount43(V2TIMConversation on) {
        return on.getUnreadCount();
    }

    V2TIMMessage getLastMessage44(V2TIMConversation on) {
        return on.getLastMessage();
    }

    long getOrderKey45(V2TIMConversation on) {
        return on.getOrderKey();
    }

    String getShowName46(V2TIMConversation on) {
        return on.getShowName();
    }

    String getFaceUrl47(V2TIMConversation on) {
        return on.getFaceUrl();
    }

    String getGroupType48(V2TIMConversation on) {
        return on.getGroupType();
    }

    boolean isPinned49(V2TIMConversation on) {
        return on.isPinned();
    }

    long getNextSeq50(V2TIMConversationResult on) {
        return on.getNextSeq();
    }

    boolean isFinished51(V2TIMConversationResult on) {
        return on.isFinished();
    }

    List<V2TIMConversation> getConversationList52(V2TIMConversationResult on) {
        return on.getConversationList();
    }

    void getC2CHistoryMessageList53(V2TIMMessageManager on, String userID, int count, V2TIMMessage lastMsg, V2TIMValueCallback<List<V2TIMMessage>> callback) {
        on.getC2CHistoryMessageList(userID, count, lastMsg, callback);
    }

    void getGroupHistoryMessageList54(V2TIMMessageManager on, String groupID, int count, V2TIMMessage lastMsg, V2TIMValueCallback<List<V2TIMMessage>> callback) {
        on.getGroupHistoryMessageList(groupID, count, lastMsg, callback);
    }

    void getHistoryMessageList55(V2TIMMessageManager on, V2TIMMessageListGetOption option, V2TIMValueCallback<List<V2TIMMessage>> callback) {
        on.getHistoryMessageList(option, callback);
    }

    void findMessages56(V2TIMMessageManager on, List<String> messageIDList, V2TIMValueCallback<List<V2TIMMessage>> callback) {
        on.findMessages(messageIDList, callback);
    }

    void markC2CMessageAsRead57(V2TIMMessageManager on, String userID, V2TIMCallback callback) {
        on.markC2CMessageAsRead(userID, callback);
    }

    void markGroupMessageAsRead58(V2TIMMessageManager on, String groupID, V2TIMCallback callback) {
        on.markGroupMessageAsRead(groupID, callback);
    }

    void setGetType59(V2TIMMessageListGetOption on, int getType) {
        on.setGetType(getType);
    }

    void setUserID60(V2TIMMessageListGetOption on, String userID) {
        on.setUserID(userID);
    }

    void setGroupID61(V2TIMMessageListGetOption on, String groupID) {
        on.setGroupID(groupID);
    }

    void setCount62(V2TIMMessageListGetOption on, int count) {
        on.setCount(count);
    }

    void setLastMsg63(V2TIMMessageListGetOption on, V2TIMMessage lastMsg) {
        on.setLastMsg(lastMsg);
    }

    V2TIMMessage createTextMessage64(V2TIMMessageManager on, String text) {
        return on.createTextMessage(text);
    }

    V2TIMMessage createCustomMessage65(V2TIMMessageManager on, byte[] data) {
        return on.createCustomMessage(data);
    }

    V2TIMMessage createCustomMessage66(V2TIMMessageManager on, byte[] data, String description, byte[] extension) {
        return on.createCustomMessage(data, description, extension);
    }

    String sendMessage67(V2TIMMessageManager on, V2TIMMessage message, String receiver, String groupID, int priority, boolean onlineUserOnly, V2TIMOfflinePushInfo offlinePushInfo, V2TIMSendCallback<V2TIMMessage> callback) {
        return on.sendMessage(message, receiver, groupID, priority, onlineUserOnly, offlinePushInfo, callback);
    }

    String sendC2CTextMessage68(V2TIMManager on, String text, String userID, V2TIMValueCallback<V2TIMMessage> callback) {
        return on.sendC2CTextMessage(text, userID, callback);
    }

    String sendGroupTextMessage69(V2TIMManager on, String text, String groupID, int priority, V2TIMValueCallback<V2TIMMessage> callback) {
        return on.sendGroupTextMessage(text, groupID, priority, callback);
    }

    V2TIMMessage createImageMessage70(V2TIMMessageManager on, String imagePath) {
        return on.createImageMessage(imagePath);
    }

    V2TIMMessage createFileMessage71(V2TIMMessageManager on, String filePath, String fileName) {
        return on.createFileMessage(filePath, fileName);
    }

    V2TIMMessage createForwardMessage72(V2TIMMessageManager on, V2TIMMessage message) {
        return on.createForwardMessage(message);
    }

    V2TIMImageElem getImageElem73(V2TIMMessage on) {
        return on.getImageElem();
    }

    V2TIMFileElem getFileElem74(V2TIMMessage on) {
        return on.getFileElem();
    }

    V2TIMElem getNextElem75(V2TIMElem on) {
        return on.getNextElem();
    }

    String getPath76(V2TIMImageElem on) {
        return on.getPath();
    }

    List<V2TIMImageElem.V2TIMImage> getImageList77(V2TIMImageElem on) {
        return on.getImageList();
    }

    int getType78(V2TIMImageElem.V2TIMImage on) {
        return on.getType();
    }

    String getUUID79(V2TIMImageElem.V2TIMImage on) {
        return on.getUUID();
    }

    int getSize80(V2TIMImageElem.V2TIMImage on) {
        return on.getSize();
    }

    int getWidth81(V2TIMImageElem.V2TIMImage on) {
        return on.getWidth();
    }

    int getHeight82(V2TIMImageElem.V2TIMImage on) {
        return on.getHeight();
    }

    void downloadImage83(V2TIMImageElem.V2TIMImage on, String path, V2TIMDownloadCallback callback) {
        on.downloadImage(path, callback);
    }

    String getPath84(V2TIMFileElem on) {
        return on.getPath();
    }

    String getFileName85(V2TIMFileElem on) {
        return on.getFileName();
    }

    String getUUID86(V2TIMFileElem on) {
        return on.getUUID();
    }

    int getFileSize87(V2TIMFileElem on) {
        return on.getFileSize();
    }

    void downloadFile88(V2TIMFileElem on, String path, V2TIMDownloadCallback callback) {
        on.downloadFile(path, callback);
    }

    long getCurrentSize92(V2TIMElem.V2ProgressInfo on) {
        return on.getCurrentSize();
    }

    long getTotalSize93(V2TIMElem.V2ProgressInfo on) {
        return on.getTotalSize();
    }

    V2TIMOfflinePushManager getOfflinePushManager94() {
        return V2TIMManager.getOfflinePushManager();
    }

    V2TIMOfflinePushConfig make95() {
        return new V2TIMOfflinePushConfig(1, "token");
    }

    void setOfflinePushConfig96(V2TIMOfflinePushManager on, V2TIMOfflinePushConfig config, V2TIMCallback callback) {
        on.setOfflinePushConfig(config, callback);
    }

    void setTitle97(V2TIMOfflinePushInfo on, String title) {
        on.setTitle(title);
    }

    void setDesc98(V2TIMOfflinePushInfo on, String desc) {
        on.setDesc(desc);
    }

    void setExt99(V2TIMOfflinePushInfo on, byte[] ext) {
        on.setExt(ext);
    }

    void disablePush100(V2TIMOfflinePushInfo on, boolean disablePush) {
        on.disablePush(disablePush);
    }

    void addAdvancedMsgListener101(V2TIMMessageManager on, V2TIMAdvancedMsgListener listener) {
        on.addAdvancedMsgListener(listener);
    }

    void removeAdvancedMsgListener102(V2TIMMessageManager on, V2TIMAdvancedMsgListener listener) {
        on.removeAdvancedMsgListener(listener);
    }

    String getMsgID108(V2TIMMessage on) {
        return on.getMsgID();
    }

    long getTimestamp109(V2TIMMessage on) {
        return on.getTimestamp();
    }

    String getSender110(V2TIMMessage on) {
        return on.getSender();
    }

    String getNickName111(V2TIMMessage on) {
        return on.getNickName();
    }

    String getFriendRemark112(V2TIMMessage on) {
        return on.getFriendRemark();
    }

    String getNameCard113(V2TIMMessage on) {
        return on.getNameCard();
    }

    String getFaceUrl114(V2TIMMessage on) {
        return on.getFaceUrl();
    }

    String getGroupID115(V2TIMMessage on) {
        return on.getGroupID();
    }

    String getUserID116(V2TIMMessage on) {
        return on.getUserID();
    }

    int getStatus117(V2TIMMessage on) {
        return on.getStatus();
    }

    int getElemType118(V2TIMMessage on) {
        return on.getElemType();
    }

    V2TIMTextElem getTextElem119(V2TIMMessage on) {
        return on.getTextElem();
    }

    V2TIMCustomElem getCustomElem120(V2TIMMessage on) {
        return on.getCustomElem();
    }

    boolean isSelf121(V2TIMMessage on) {
        return on.isSelf();
    }

    boolean hasRiskContent122(V2TIMMessage on) {
        return on.hasRiskContent();
    }

    String getText123(V2TIMTextElem on) {
        return on.getText();
    }

    byte[] getData124(V2TIMCustomElem on) {
        return on.getData();
    }

    String getDescription125(V2TIMCustomElem on) {
        return on.getDescription();
    }

    byte[] getExtension126(V2TIMCustomElem on) {
        return on.getExtension();
    }

    String getUserID127(V2TIMUserFullInfo on) {
        return on.getUserID();
    }

    String getNickName128(V2TIMUserFullInfo on) {
        return on.getNickName();
    }

    String getFaceUrl129(V2TIMUserFullInfo on) {
        return on.getFaceUrl();
    }

    void revokeMessage130(V2TIMMessageManager on, V2TIMMessage msg, V2TIMCallback callback) {
        on.revokeMessage(msg, callback);
    }

    V2TIMUserFullInfo getRevokerInfo133(V2TIMMessage on) {
        return on.getRevokerInfo();
    }

    String getRevokeReason134(V2TIMMessage on) {
        return on.getRevokeReason();
    }

    void modifyMessage135(V2TIMMessageManager on, V2TIMMessage message, V2TIMCompleteCallback<V2TIMMessage> callback) {
        on.modifyMessage(message, callback);
    }

    void getGroupMembersInfo136(V2TIMGroupManager on, String groupID, List<String> memberList, V2TIMValueCallback<List<V2TIMGroupMemberFullInfo>> callback) {
        on.getGroupMembersInfo(groupID, memberList, callback);
    }

    int getRole137(V2TIMGroupMemberFullInfo on) {
        return on.getRole();
    }

    String getUserID138(V2TIMGroupMemberFullInfo on) {
        return on.getUserID();
    }

    String getNickName139(V2TIMGroupMemberFullInfo on) {
        return on.getNickName();
    }

    String getNameCard140(V2TIMGroupMemberFullInfo on) {
        return on.getNameCard();
    }

    String getFaceUrl141(V2TIMGroupMemberFullInfo on) {
        return on.getFaceUrl();
    }

    abstract static class MyV2TIMSDKListener extends V2TIMSDKListener {
        @Override
        public void onConnecting() {
        }

        @Override
        public void onConnectSuccess() {
        }

        @Override
        public void onConnectFailed(int code, String error) {
        }

        @Override
        public void onKickedOffline() {
        }

        @Override
        public void onUserSigExpired() {
        }
    }

    abstract static class MyV2TIMCallback implements V2TIMCallback {
        @Override
        public void onSuccess() {
        }

        @Override
        public void onError(int code, String desc) {
        }
    }

    abstract static class MyV2TIMValueCallback<T> implements V2TIMValueCallback<T> {
        @Override
        public void onSuccess(T t) {
        }

        @Override
        public void onError(int code, String desc) {
        }
    }

    abstract static class MyV2TIMSendCallback<T> implements V2TIMSendCallback<T> {
        @Override
        public void onSuccess(T t) {
        }

        @Override
        public void onProgress(int progress) {
        }
    }

    abstract static class MyV2TIMCompleteCallback<T> implements V2TIMCompleteCallback<T> {
        @Override
        public void onComplete(int code, String desc, T t) {
        }
    }

    abstract static class MyV2TIMConversationListener extends V2TIMConversationListener {
        @Override
        public void onSyncServerStart() {
        }

        @Override
        public void onSyncServerFinish() {
        }

        @Override
        public void onSyncServerFailed() {
        }

        @Override
        public void onNewConversation(List<V2TIMConversation> conversationList) {
        }

        @Override
        public void onConversationChanged(List<V2TIMConversation> conversationList) {
        }

        @Override
        public void onTotalUnreadMessageCountChanged(long totalUnreadCount) {
        }
    }

    abstract static class MyV2TIMDownloadCallback implements V2TIMDownloadCallback {
        @Override
        public void onProgress(V2TIMElem.V2ProgressInfo progressInfo) {
        }

        @Override
        public void onSuccess() {
        }

        @Override
        public void onError(int code, String desc) {
        }
    }

    abstract static class MyV2TIMAdvancedMsgListener extends V2TIMAdvancedMsgListener {
        @Override
        public void onRecvNewMessage(V2TIMMessage msg) {
        }

        @Override
        public void onRecvC2CReadReceipt(List<V2TIMMessageReceipt> receiptList) {
        }

        @Override
        public void onRecvMessageReadReceipts(List<V2TIMMessageReceipt> receiptList) {
        }

        @Override
        public void onRecvMessageModified(V2TIMMessage msg) {
        }

        @Override
        public void onGroupMessagePinned(String groupID, V2TIMMessage message, boolean isPinned, V2TIMGroupMemberInfo opUser) {
        }

        @Override
        public void onRecvMessageRevoked(String msgID) {
        }

        @Override
        public void onRecvMessageRevoked(String msgID, V2TIMUserFullInfo operateUser, String reason) {
        }
    }

    @Test
    void everyConstantHasTencentsNumber() {
        assertEquals(1, V2TIMMessage.V2TIM_MSG_STATUS_SENDING);
        assertEquals(2, V2TIMMessage.V2TIM_MSG_STATUS_SEND_SUCC);
        assertEquals(3, V2TIMMessage.V2TIM_MSG_STATUS_SEND_FAIL);
        assertEquals(4, V2TIMMessage.V2TIM_MSG_STATUS_HAS_DELETED);
        assertEquals(5, V2TIMMessage.V2TIM_MSG_STATUS_LOCAL_IMPORTED);
        assertEquals(6, V2TIMMessage.V2TIM_MSG_STATUS_LOCAL_REVOKED);
        assertEquals(0, V2TIMMessage.V2TIM_ELEM_TYPE_NONE);
        assertEquals(1, V2TIMMessage.V2TIM_ELEM_TYPE_TEXT);
        assertEquals(2, V2TIMMessage.V2TIM_ELEM_TYPE_CUSTOM);
        assertEquals(3, V2TIMMessage.V2TIM_ELEM_TYPE_IMAGE);
        assertEquals(6, V2TIMMessage.V2TIM_ELEM_TYPE_FILE);
        assertEquals(0, V2TIMMessage.V2TIM_PRIORITY_DEFAULT);
        assertEquals(1, V2TIMMessage.V2TIM_PRIORITY_HIGH);
        assertEquals(2, V2TIMMessage.V2TIM_PRIORITY_NORMAL);
        assertEquals(3, V2TIMMessage.V2TIM_PRIORITY_LOW);
        assertEquals(1, V2TIMMessageListGetOption.V2TIM_GET_CLOUD_OLDER_MSG);
        assertEquals(2, V2TIMMessageListGetOption.V2TIM_GET_CLOUD_NEWER_MSG);
        assertEquals(3, V2TIMMessageListGetOption.V2TIM_GET_LOCAL_OLDER_MSG);
        assertEquals(4, V2TIMMessageListGetOption.V2TIM_GET_LOCAL_NEWER_MSG);
        assertEquals(1, V2TIMConversation.V2TIM_C2C);
        assertEquals(2, V2TIMConversation.V2TIM_GROUP);
        assertEquals(1, V2TIMManager.V2TIM_STATUS_LOGINED);
        assertEquals(2, V2TIMManager.V2TIM_STATUS_LOGINING);
        assertEquals(3, V2TIMManager.V2TIM_STATUS_LOGOUT);
        assertEquals(0, V2TIMGroupMemberFullInfo.V2TIM_GROUP_MEMBER_UNDEFINED);
        assertEquals(200, V2TIMGroupMemberFullInfo.V2TIM_GROUP_MEMBER_ROLE_MEMBER);
        assertEquals(300, V2TIMGroupMemberFullInfo.V2TIM_GROUP_MEMBER_ROLE_ADMIN);
        assertEquals(400, V2TIMGroupMemberFullInfo.V2TIM_GROUP_MEMBER_ROLE_OWNER);
        assertEquals(0, V2TIMImageElem.V2TIM_IMAGE_TYPE_ORIGIN);
        assertEquals(1, V2TIMImageElem.V2TIM_IMAGE_TYPE_THUMB);
        assertEquals(2, V2TIMImageElem.V2TIM_IMAGE_TYPE_LARGE);
        assertEquals(0, BaseConstants.ERR_SUCC);
        assertEquals(6008, BaseConstants.ERR_FILE_TRANS_UPLOAD_FAILED);
        assertEquals(6009, BaseConstants.ERR_FILE_TRANS_DOWNLOAD_FAILED);
        assertEquals(6012, BaseConstants.ERR_REQUEST_TIMEOUT);
        assertEquals(6013, BaseConstants.ERR_SDK_NOT_INITIALIZED);
        assertEquals(6014, BaseConstants.ERR_SDK_NOT_LOGGED_IN);
        assertEquals(6017, BaseConstants.ERR_INVALID_PARAMETERS);
        assertEquals(6019, BaseConstants.ERR_DATABASE_OPERATE_FAILED);
        assertEquals(6206, BaseConstants.ERR_USER_SIG_EXPIRED);
        assertEquals(6223, BaseConstants.ERR_REVOKE_TIME_LIMIT_EXCEED);
        assertEquals(7013, BaseConstants.ERR_SDK_INTERFACE_NOT_SUPPORT);
        assertEquals(9508, BaseConstants.ERR_SDK_NET_DISCONNECT);
        assertEquals(10007, BaseConstants.ERR_SVR_GROUP_PERMISSION_DENY);
        assertEquals(10010, BaseConstants.ERR_SVR_GROUP_NOT_FOUND);
        assertEquals(10015, BaseConstants.ERR_SVR_GROUP_INVALID_GROUPID);
        assertEquals(10023, BaseConstants.ERR_SVR_GROUP_SEND_MSG_FREQ_LIMIT);
        assertEquals(10030, BaseConstants.ERR_SVR_GROUP_REVOKE_MSG_NOT_FOUND);
        assertEquals(10031, BaseConstants.ERR_SVR_GROUP_REVOKE_MSG_TIME_LIMIT);
        assertEquals(10032, BaseConstants.ERR_SVR_GROUP_REVOKE_MSG_DENY);
        assertEquals(20004, BaseConstants.ERR_SVR_MSG_NET_ERROR);
        assertEquals(20005, BaseConstants.ERR_SVR_MSG_INTERNAL_ERROR1);
        assertEquals(20016, BaseConstants.ERR_SVR_MSG_REVOKE_TIME_LIMIT);
        assertEquals(80002, BaseConstants.ERR_SVR_COMM_BODY_SIZE_LIMIT);
    }
}

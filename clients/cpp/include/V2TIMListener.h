// Listeners. A listener must stay valid until it was removed.
#pragma once

#include "V2TIMConversation.h"
#include "V2TIMGroup.h"
#include "V2TIMMessage.h"

class V2TIMSDKListener {
public:
    virtual ~V2TIMSDKListener() = default;
    virtual void OnConnecting() {}
    virtual void OnConnectSuccess() {}
    // The connection was lost. The client makes a new one by itself and then synchronises.
    virtual void OnConnectFailed(int error_code, const V2TIMString& error_message) {
        (void)error_code;
        (void)error_message;
    }
    // The token is over and no V2TIMSDKConfig::tokenProvider gave a new one: log in again with a new token.
    virtual void OnUserSigExpired() {}
    // The server ended this device's session: newer connections of the user took all places, or an administrator closed
    // them. The client does not connect again by itself; Login does. Calls fail with ERR_SDK_NET_DISCONNECT, and
    // OnConnectFailed is not called.
    virtual void OnKickedOffline() {}
    // Not in V2TIM: the same with the reason, called before the one above. "connection_limit", "administrator", or a reason
    // of a newer server.
    virtual void OnKickedOffline(const V2TIMString& reason) { (void)reason; }
    // Not in V2TIM: the folder V2TIMSDKConfig::initPath cannot be used. The client goes on in memory. Called once after each login.
    virtual void OnStorageFailed(int error_code, const V2TIMString& error_message) {
        (void)error_code;
        (void)error_message;
    }
};

class V2TIMAdvancedMsgListener {
public:
    virtual ~V2TIMAdvancedMsgListener() = default;
    // A new message, once for each. Messages of the user's other devices come too.
    virtual void OnRecvNewMessage(const V2TIMMessage& message) { (void)message; }
    // A message was recalled, by someone else or on another device: once for each message. All three forms are called, in this
    // order: override one of them.
    virtual void OnRecvMessageRevoked(const V2TIMString& messageID) { (void)messageID; }
    virtual void OnRecvMessageRevoked(const V2TIMString& messageID, const V2TIMUserFullInfo& operateUser,
                                      const V2TIMString& reason) {
        (void)messageID;
        (void)operateUser;
        (void)reason;
    }
    // Not in V2TIM: the tombstone says the conversation too.
    virtual void OnRecvMessageRevoked(const V2TIMMessage& tombstone) { (void)tombstone; }

    // Never called: the service has no read receipts, changes no messages and pins none.
    virtual void OnRecvC2CReadReceipt(const V2TIMMessageReceiptVector& receiptList) { (void)receiptList; }
    virtual void OnRecvMessageReadReceipts(const V2TIMMessageReceiptVector& receiptList) { (void)receiptList; }
    virtual void OnRecvMessageModified(const V2TIMMessage& message) { (void)message; }
    virtual void OnGroupMessagePinned(const V2TIMString& groupID, const V2TIMMessage& message, bool isPinned,
                                      const V2TIMGroupMemberInfo& opUser) {
        (void)groupID;
        (void)message;
        (void)isPinned;
        (void)opUser;
    }
    // Not in V2TIM, as the next: an earlier run of the program sent this message, got no answer, and the server refuses it now. It is kept
    // among the unsent ones. If the server accepts it, OnRecvNewMessage is called.
    virtual void OnUnsentMessageFailed(const V2TIMMessage& message, int error_code, const V2TIMString& error_message) {
        (void)message;
        (void)error_code;
        (void)error_message;
    }
    // The same of a recall. If the server accepts it, OnRecvMessageRevoked is called.
    virtual void OnUnsentRecallFailed(const V2TIMMessage& message, int error_code, const V2TIMString& error_message) {
        (void)message;
        (void)error_code;
        (void)error_message;
    }
};

class V2TIMConversationListener {
public:
    virtual ~V2TIMConversationListener() = default;
    // The first synchronisation of a login began, is over, or failed with the login. The list is complete when it is over.
    virtual void OnSyncServerStart() {}
    virtual void OnSyncServerFinish() {}
    virtual void OnSyncServerFailed() {}
    // Conversations that were not in the list have come.
    virtual void OnNewConversation(const V2TIMConversationVector& conversationList) { (void)conversationList; }
    // The unread number, the last message or the place in the list changed.
    virtual void OnConversationChanged(const V2TIMConversationVector& conversationList) { (void)conversationList; }
    virtual void OnTotalUnreadMessageCountChanged(uint64_t totalUnreadCount) { (void)totalUnreadCount; }
};

package com.example.recall.v2;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happens to messages. */
public abstract class V2TIMAdvancedMsgListener {
    /** A message was learnt for the first time; once per message, the user's other devices' included. */
    public void onRecvNewMessage(V2TIMMessage msg) {
    }

    /** A message was recalled; once per message. All three forms are called: override one. */
    public void onRecvMessageRevoked(String msgID) {
    }

    /**
     * A message was recalled; once per message, not for recalls this client asked for.
     *
     * @param operateUser who recalled it
     * @param reason why; empty without one
     */
    public void onRecvMessageRevoked(String msgID, V2TIMUserFullInfo operateUser, String reason) {
    }

    /** A message was recalled: the whole tombstone, with its conversation and sender. Not in V2TIM. */
    public void onRecvMessageRevoked(V2TIMMessage tombstone) {
    }

    /** Never called: this service has no read receipts. */
    public void onRecvC2CReadReceipt(List<V2TIMMessageReceipt> receiptList) {
    }

    /** Never called: this service has no read receipts. */
    public void onRecvMessageReadReceipts(List<V2TIMMessageReceipt> receiptList) {
    }

    /** Never called: in this service a message is recalled, and never changed. */
    public void onRecvMessageModified(V2TIMMessage msg) {
    }

    /** Never called: this service pins no messages. */
    public void onGroupMessagePinned(String groupID, V2TIMMessage message, boolean isPinned, @Nullable V2TIMGroupMemberInfo opUser) {
    }
}

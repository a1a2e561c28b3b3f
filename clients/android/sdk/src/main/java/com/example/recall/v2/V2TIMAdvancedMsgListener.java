package com.example.recall.v2;

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
}

package com.example.recall.client;

import java.util.ArrayList;
import java.util.List;

/** Writes down what a client tells, in words. */
class Recorder implements RecallListener {
    final List<String> told = new ArrayList<>();

    @Override
    public void onConnecting() {
    }

    @Override
    public void onConnected() {
        told.add("connected");
    }

    @Override
    public void onDisconnected(RecallError why) {
        told.add("disconnected");
    }

    @Override
    public void onTokenExpired() {
        told.add("token expired");
    }

    @Override
    public void onKickedOffline(String reason) {
        told.add("kicked offline: " + reason);
    }

    @Override
    public void onNewMessage(Message message) {
        told.add("new " + message.messageId());
    }

    @Override
    public void onMessageRevoked(Message tombstone) {
        told.add("revoked " + tombstone.messageId() + " by " + tombstone.revoked().by());
    }

    @Override
    public void onConversationChanged(Conversation conversation) {
    }

    @Override
    public void onStorageFailed(RecallError why) {
        told.add("storage failed: " + why);
    }

    @Override
    public void onUnsentMessageFailed(UnsentMessage message, RecallError why) {
        told.add("not sent " + message.messageId() + ": " + why.code());
    }

    @Override
    public void onUnansweredRevokeFailed(String conversation, String messageId, RecallError why) {
        told.add("not recalled " + messageId + ": " + why.code());
    }

    /** What was told of messages, leaving out the connection. */
    List<String> ofMessages() {
        List<String> some = new ArrayList<>();
        for (String line : told) {
            if (line.startsWith("new ") || line.startsWith("revoked ")) {
                some.add(line);
            }
        }
        return some;
    }
}

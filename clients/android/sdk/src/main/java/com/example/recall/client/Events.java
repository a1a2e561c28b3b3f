package com.example.recall.client;

import com.google.gson.JsonObject;

/** What the server tells unasked: messages, recalls, what was read elsewhere, who joined. */
final class Events {
    private final Conversations conversations;

    Events(Conversations conversations) {
        this.conversations = conversations;
    }

    void onEvent(String type, JsonObject frame) {
        String id = Frames.conversation(type.equals("message") && Json.object(frame, "message") != null
                ? Json.object(frame, "message") : frame);
        if (id == null) {
            return;
        }
        switch (type) {
            case "message":
                onMessage(id, Json.object(frame, "message"));
                break;
            case "revoked":
                for (Message revocation : Pages.revocations(frame, id)) {
                    ConversationView view = conversations.view(id);
                    if (view != null) {
                        conversations.revoke(view, revocation, Conversations.Source.EVENT);
                    }
                }
                break;
            case "read":
                onRead(id, frame);
                break;
            case "conversation":
                onConversation(id, frame);
                break;
            default:
                // A newer server may tell more than this client knows of.
        }
    }

    private void onMessage(String id, JsonObject content) {
        Message message = content == null ? null : Frames.message(content, id, null);
        ConversationView view = message == null ? null : conversations.view(id);
        if (view != null) {
            conversations.accept(view, message, Conversations.Source.EVENT);
        }
    }

    private void onRead(String id, JsonObject frame) {
        String readUpTo = Json.string(frame, "readUpTo");
        Long unread = Json.integer(frame, "unread");
        ConversationView view = MessageIds.isValid(readUpTo) && unread != null ? conversations.view(id) : null;
        if (view != null) {
            conversations.read(view, readUpTo, unread);
        }
    }

    private void onConversation(String id, JsonObject frame) {
        String change = Json.string(frame, "change");
        boolean mine = conversations.user().equals(Json.string(frame, "user"));
        if (!mine || change == null) {
            return;
        }
        ConversationView view = change.equals("left") ? conversations.find(id) : conversations.view(id);
        if (view == null) {
            return;
        }
        if (change.equals("left")) {
            conversations.forget(view);
            return;
        }
        if (change.equals("joined") || change.equals("role")) {
            view.listed = true;
            view.role = Json.string(frame, "role");
        }
        conversations.changed(view);
        if (change.equals("joined") && view.cursor == null) {
            conversations.heard(view);
        }
    }
}

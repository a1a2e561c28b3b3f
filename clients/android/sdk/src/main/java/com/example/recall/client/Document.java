package com.example.recall.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/** What is stored of one conversation, as one JSON document, so that its parts always agree with each other. */
final class Document {
    private static final long VERSION = 1;
    private static final int MOST_MESSAGES = 200;
    /** A failed message that nobody sends again or discards must not stay for ever. */
    private static final int MOST_FAILED = 100;

    private Document() {
    }

    /** The document of a conversation. It has no text of a recalled message, nor of one that was recalled before it was sent. */
    static byte[] write(ConversationView view) {
        JsonObject document = new JsonObject();
        document.addProperty("version", VERSION);
        document.addProperty("conversation", view.id);
        writeState(view, document);
        document.addProperty("floor", view.floor);
        JsonArray messages = new JsonArray();
        int dropped = view.messages.size() - MOST_MESSAGES;
        for (Message message : view.messages.values()) {
            if (dropped-- > 0) {
                document.addProperty("floor", message.messageId().compareTo(view.floor) > 0 ? message.messageId() : view.floor);
            } else {
                messages.add(written(message));
            }
        }
        document.add("messages", messages);
        document.add("unsent", unsent(view));
        JsonArray revokes = new JsonArray();
        for (UnansweredRevoke revoke : view.unansweredRevokes.values()) {
            JsonObject entry = new JsonObject();
            entry.addProperty("messageId", revoke.messageId);
            entry.addProperty("reason", revoke.reason);
            entry.addProperty("unsent", revoke.unsent);
            revokes.add(entry);
        }
        document.add("revokes", revokes);
        return Json.write(document).getBytes(Json.UTF_8);
    }

    private static void writeState(ConversationView view, JsonObject document) {
        document.addProperty("cursor", view.cursor);
        document.addProperty("listed", view.listed);
        document.addProperty("heard", view.heard);
        document.addProperty("unread", view.unread);
        document.addProperty("readUpTo", view.readUpTo);
        document.addProperty("role", view.role);
        document.addProperty("lastChangeAt", view.lastChangeAt);
    }

    private static JsonObject written(Message message) {
        JsonObject entry = new JsonObject();
        entry.addProperty("messageId", message.messageId());
        entry.addProperty("sender", message.sender());
        entry.addProperty("sentAt", message.sentAt());
        entry.addProperty("recallableUntil", message.recallableUntil());
        entry.addProperty("replyTo", message.replyTo());
        if (message.revoked() == null) {
            entry.add("body", Json.object(message.body()));
            if (!message.attachments().isEmpty()) {
                entry.add("attachments", Attachment.written(message.attachments()));
            }
            return entry;
        }
        JsonObject revoked = new JsonObject();
        revoked.addProperty("at", message.revoked().at());
        revoked.addProperty("by", message.revoked().by());
        revoked.addProperty("role", message.revoked().role());
        revoked.addProperty("reason", message.revoked().reason());
        entry.add("revoked", revoked);
        return entry;
    }

    private static JsonArray unsent(ConversationView view) {
        JsonArray unsent = new JsonArray();
        int failed = 0;
        for (Unsent each : view.unsent.values()) {
            failed += each.failedWith == 0 ? 0 : 1;
        }
        for (Unsent each : view.unsent.values()) {
            boolean tooMany = each.failedWith != 0 && failed-- > MOST_FAILED;
            if (tooMany || view.isRevokedOrToBe(each.messageId)) {
                continue;
            }
            JsonObject entry = new JsonObject();
            entry.addProperty("messageId", each.messageId);
            entry.add("body", each.body);
            entry.addProperty("replyTo", each.replyTo);
            entry.addProperty("unlessRevoked", each.unlessRevoked);
            if (!each.attachments.isEmpty()) {
                entry.add("attachments", Attachment.written(each.attachments));
            }
            entry.addProperty("failed", each.failedWith);
            unsent.add(entry);
        }
        return unsent;
    }

    /** Fills an empty view. False if the document is of a later version, of another conversation, or unreadable. */
    static boolean read(byte[] bytes, ConversationView view) {
        JsonObject document = Json.object(new String(bytes, Json.UTF_8));
        Long version = document == null ? null : Json.integer(document, "version");
        if (version == null || version != VERSION || !view.id.equals(Json.string(document, "conversation"))) {
            return false;
        }
        readState(document, view);
        for (Message message : Pages.messages(document, view.id)) {
            view.messages.put(message.messageId(), message);
        }
        for (JsonElement element : Json.array(document, "unsent")) {
            JsonObject entry = element.isJsonObject() ? element.getAsJsonObject() : new JsonObject();
            String messageId = Frames.messageId(entry);
            JsonObject body = Json.object(entry, "body");
            if (messageId != null && body != null) {
                Unsent unsent = new Unsent(messageId, body, Json.string(entry, "replyTo"), Json.string(entry, "unlessRevoked"),
                        Attachment.readUnsent(entry));
                Long failedWith = Json.integer(entry, "failed");
                unsent.failedWith = failedWith == null ? 0 : failedWith.intValue();
                view.unsent.put(messageId, unsent);
            }
        }
        for (JsonElement element : Json.array(document, "revokes")) {
            JsonObject entry = element.isJsonObject() ? element.getAsJsonObject() : new JsonObject();
            String messageId = Frames.messageId(entry);
            if (messageId != null) {
                view.unansweredRevokes.put(messageId,
                        new UnansweredRevoke(messageId, Json.string(entry, "reason"), Boolean.TRUE.equals(Json.bool(entry, "unsent"))));
            }
        }
        return true;
    }

    private static void readState(JsonObject document, ConversationView view) {
        view.cursor = Json.string(document, "cursor");
        view.listed = Boolean.TRUE.equals(Json.bool(document, "listed"));
        view.heard = Boolean.TRUE.equals(Json.bool(document, "heard"));
        Long unread = Json.integer(document, "unread");
        view.unread = unread == null ? 0 : Math.max(0, unread);
        view.readUpTo(Json.string(document, "readUpTo"));
        view.role = Json.string(document, "role");
        Long lastChangeAt = Json.integer(document, "lastChangeAt");
        view.lastChangeAt = lastChangeAt == null ? 0 : lastChangeAt;
        String floor = Json.string(document, "floor");
        view.floor = floor == null ? "" : floor;
    }
}

package com.example.recall.client;

import com.google.gson.JsonObject;
import java.util.Collections;

/** Turns the server's JSON into the client's values; null where a required field is missing or ill-typed. */
final class Frames {
    private static final String C2C = "c2c_";
    private static final String GROUP = "group_";
    private static final int LONGEST_ID = 64;
    private static final long NO_LIMIT = -1;

    private Frames() {
    }

    static String conversation(JsonObject from) {
        String id = Json.string(from, "conversation");
        return isConversation(id) ? id : null;
    }

    /** Whether a text has a conversation's form: {@code c2c_} or {@code group_}, and an ID. */
    static boolean isConversation(String text) {
        return text != null && (text.startsWith(C2C) && isId(text, C2C.length())
                || text.startsWith(GROUP) && isId(text, GROUP.length()));
    }

    private static boolean isId(String text, int from) {
        if (text.length() == from || text.length() - from > LONGEST_ID) {
            return false;
        }
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letterOrDigit = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letterOrDigit && "._-@".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    static String messageId(JsonObject from) {
        String id = Json.string(from, "messageId");
        return MessageIds.isValid(id) ? id : null;
    }

    /** A message or tombstone. The body that a reply to send leaves out may be given. */
    static Message message(JsonObject from, String conversation, String bodyOfRequest) {
        String messageId = messageId(from);
        String sender = Json.string(from, "sender");
        Long sentAt = Json.integer(from, "sentAt");
        if (messageId == null || sender == null || sentAt == null) {
            return null;
        }
        Revocation revoked = null;
        String body = bodyOfRequest;
        if (from.has("revoked")) {
            revoked = revocation(Json.object(from, "revoked"));
            if (revoked == null) {
                return null;
            }
        } else if (body == null) {
            JsonObject object = Json.object(from, "body");
            if (object == null) {
                return null;
            }
            body = Json.write(object);
        }
        Long recallableUntil = Json.integer(from, "recallableUntil");
        return new Message(messageId, conversation, sender, sentAt, recallableUntil == null ? NO_LIMIT : recallableUntil,
                body, Json.string(from, "replyTo"), Attachment.read(from), revoked);
    }

    /** What a notice of a recall tells: enough for a tombstone. */
    static Message revocation(JsonObject from, String conversation) {
        String messageId = messageId(from);
        String sender = Json.string(from, "sender");
        Revocation revoked = revocation(Json.object(from, "revoked"));
        if (messageId == null || sender == null || revoked == null) {
            return null;
        }
        Long sentAt = Json.integer(from, "sentAt");
        return new Message(messageId, conversation, sender, sentAt == null ? 0 : sentAt, NO_LIMIT, null, null, Collections.emptyList(), revoked);
    }

    static Revocation revocation(JsonObject from) {
        if (from == null) {
            return null;
        }
        String by = Json.string(from, "by");
        Long at = Json.integer(from, "at");
        String role = Json.string(from, "role");
        return by == null ? null : new Revocation(at == null ? 0 : at, by, role == null ? "" : role, Json.string(from, "reason"));
    }

    /** The error of a reply or of one of its items; null if it has none. */
    static RecallError error(JsonObject from) {
        JsonObject error = Json.object(from, "error");
        Long code = error == null ? null : Json.integer(error, "code");
        if (code == null) {
            return null;
        }
        String description = Json.string(error, "desc");
        Long serverTime = Json.integer(error, "serverTime");
        return new RecallError(code.intValue(), description == null ? "" : description,
                Boolean.TRUE.equals(Json.bool(error, "retryable")), serverTime == null ? -1 : serverTime, false);
    }
}

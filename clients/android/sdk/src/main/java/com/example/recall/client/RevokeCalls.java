package com.example.recall.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.Map;

/** The recalls that this client asks for. */
final class RevokeCalls {
    /** The client's estimate of the server's clock may be wrong by this much. Within it the server decides. */
    private static final long CLOCK_TOLERANCE_MILLISECONDS = 2_000;

    private final Requests requests;
    private final Conversations conversations;
    private final SendCalls sendCalls;
    private final ServerClock clock;
    private final Map<String, Integer> asked = new HashMap<>();

    RevokeCalls(Requests requests, Conversations conversations, SendCalls sendCalls, ServerClock clock) {
        this.requests = requests;
        this.conversations = conversations;
        this.sendCalls = sendCalls;
        this.clock = clock;
    }

    boolean isPending(String messageId) {
        return asked.containsKey(messageId);
    }

    void revoke(String conversation, String appsMessageId, String reason, Answer<Message> answer) {
        String messageId = sendCalls.current(appsMessageId);
        if (windowIsOver(conversation, messageId)) {
            answer.onError(RecallError.of(ErrorCode.RECALL_WINDOW_KNOWN_TO_BE_OVER,
                    "the recall window of this message is over; nothing was asked of the server"));
            return;
        }
        JsonObject fields = new JsonObject();
        fields.addProperty("conversation", conversation);
        fields.addProperty("messageId", messageId);
        if (reason != null && !reason.isEmpty()) {
            fields.addProperty("reason", reason);
        }
        if (sendCalls.isUnanswered(messageId)) {
            fields.addProperty("unsent", true);
            sendCalls.revokeRequested(messageId);
        }
        Integer before = asked.get(messageId);
        asked.put(messageId, before == null ? 1 : before + 1);
        requests.submit(new Request("revoke", fields, false, new Request.Handler() {
            @Override
            public boolean onReply(JsonObject reply) {
                Revocation revoked = resultFor(reply, messageId);
                if (revoked == null) {
                    return false;
                }
                ConversationView view = conversations.view(conversation);
                if (view != null) {
                    conversations.revokedByThisClient(view, messageId, revoked);
                }
                answered(messageId);
                answer.onSuccess(view == null ? null : view.get(messageId));
                return true;
            }

            @Override
            public void onError(RecallError error, JsonObject reply) {
                answered(messageId);
                RecallError known = error == null ? errorFor(reply, messageId) : error;
                Message tombstone = known.isOutcomeUnknown() ? tombstoneOfMine(conversation, messageId) : null;
                if (tombstone != null) {
                    // The reply was lost, but the client learned of the recall in another way and called no listener.
                    answer.onSuccess(tombstone);
                } else {
                    answer.onError(known);
                }
            }
        }));
    }

    private boolean windowIsOver(String conversation, String messageId) {
        ConversationView view = conversations.find(conversation);
        Message held = view == null ? null : view.get(messageId);
        return held != null && !held.isRevoked() && !view.isGroup() && held.sender().equals(conversations.user())
                && held.recallableUntil() >= 1 && clock.now() > held.recallableUntil() + CLOCK_TOLERANCE_MILLISECONDS;
    }

    private Message tombstoneOfMine(String conversation, String messageId) {
        ConversationView view = conversations.find(conversation);
        Message held = view == null ? null : view.get(messageId);
        return held != null && held.isRevoked() && held.revoked().by().equals(conversations.user()) ? held : null;
    }

    private void answered(String messageId) {
        Integer count = asked.remove(messageId);
        if (count != null && count > 1) {
            asked.put(messageId, count - 1);
        }
    }

    private static JsonObject result(JsonObject reply, String messageId) {
        for (JsonElement element : Json.array(reply, "results")) {
            if (element.isJsonObject() && messageId.equals(Frames.messageId(element.getAsJsonObject()))) {
                return element.getAsJsonObject();
            }
        }
        return null;
    }

    private static Revocation resultFor(JsonObject reply, String messageId) {
        JsonObject result = result(reply, messageId);
        return result == null ? null : Frames.revocation(Json.object(result, "revoked"));
    }

    private static RecallError errorFor(JsonObject reply, String messageId) {
        JsonObject result = result(reply, messageId);
        RecallError error = result == null ? null : Frames.error(result);
        return error == null ? RecallError.timedOut() : error;
    }
}

package com.example.recall.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;

/** The recalls that this client asks for. */
final class RevokeCalls {
    /** The client's estimate of the server's clock may be wrong by this much. Within it the server decides. */
    private static final long CLOCK_TOLERANCE_MILLISECONDS = 2_000;

    private final Requests requests;
    private final Conversations conversations;
    private final SendCalls sendCalls;
    private final Store store;
    private final Callbacks callbacks;
    private final ServerClock clock;
    private final Map<String, Integer> asked = new HashMap<>();

    RevokeCalls(Requests requests, Conversations conversations, SendCalls sendCalls, Store store, Callbacks callbacks, ServerClock clock) {
        this.requests = requests;
        this.conversations = conversations;
        this.sendCalls = sendCalls;
        this.store = store;
        this.callbacks = callbacks;
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
        boolean unsent = sendCalls.isUnanswered(conversation, messageId);
        if (unsent) {
            sendCalls.revokeRequested(messageId);
        }
        UnansweredRevoke revoke = new UnansweredRevoke(messageId, reason, unsent);
        ConversationView view = conversations.view(conversation);
        if (view != null) {
            view.unansweredRevokes.put(messageId, revoke);
            store.save(view);
        }
        submit(conversation, revoke, answer);
    }

    /** Repeats the recalls that an earlier process left without an answer, after a synchronisation. */
    void resume() {
        for (ConversationView view : conversations.all()) {
            for (UnansweredRevoke revoke : new ArrayList<>(view.unansweredRevokes.values())) {
                if (!isPending(revoke.messageId)) {
                    submit(view.id, revoke, new Resumed(view.id, revoke));
                }
            }
        }
    }

    /** Tells the app how the recall of an earlier process ended. */
    private final class Resumed implements Answer<Message> {
        private final String conversation;
        private final UnansweredRevoke revoke;

        Resumed(String conversation, UnansweredRevoke revoke) {
            this.conversation = conversation;
            this.revoke = revoke;
        }

        @Override
        public void onSuccess(Message tombstone) {
            if (tombstone != null) {
                callbacks.tell(listener -> listener.onMessageRevoked(tombstone));
            }
        }

        @Override
        public void onError(RecallError error) {
            boolean neverSent = revoke.unsent && error.code() == ErrorCode.STALE_MESSAGE_ID;
            if (!error.isOutcomeUnknown() && !neverSent) {
                callbacks.tell(listener -> listener.onUnansweredRevokeFailed(conversation, revoke.messageId, error));
            }
        }
    }

    private void submit(String conversation, UnansweredRevoke revoke, Answer<Message> answer) {
        String messageId = revoke.messageId;
        JsonObject fields = new JsonObject();
        fields.addProperty("conversation", conversation);
        fields.addProperty("messageId", messageId);
        if (revoke.reason != null && !revoke.reason.isEmpty()) {
            fields.addProperty("reason", revoke.reason);
        }
        if (revoke.unsent) {
            fields.addProperty("unsent", true);
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
                    view.unansweredRevokes.remove(messageId);
                    view.unsent.remove(messageId);
                    conversations.revokedByThisClient(view, messageId, revoked);
                    store.beforeTelling(view);
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
                failed(conversation, revoke, tombstone != null || !known.isOutcomeUnknown() || !(answer instanceof Resumed), known);
                if (tombstone != null) {
                    // The reply was lost, but the client learned of the recall in another way and called no listener.
                    answer.onSuccess(tombstone);
                } else {
                    answer.onError(known);
                }
            }
        }));
    }

    /** A recall whose failure the app learns of is only repeated by the app. */
    private void failed(String conversation, UnansweredRevoke revoke, boolean isOver, RecallError error) {
        ConversationView view = conversations.find(conversation);
        if (view == null || !isOver) {
            return;
        }
        view.unansweredRevokes.remove(revoke.messageId);
        if (!error.isOutcomeUnknown() && !sendCalls.isPending(revoke.messageId)) {
            // Either the server has the message, or it never takes it under this ID.
            view.unsent.remove(revoke.messageId);
        }
        store.beforeTelling(view);
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

package com.example.recall.client;

import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The messages that are being sent: those without an answer, those that ended without one, and those that got a new ID after a wrong clock. */
final class SendCalls {
    private static final int MOST_REMEMBERED = 10_000;

    private final Requests requests;
    private final Conversations conversations;
    private final ServerClock clock;
    private final MessageIds messageIds;
    private final Map<String, Request> pending = new HashMap<>();
    /** Messages whose send ended without an answer. They may be stored, or may still be stored later. */
    private final Recent<Boolean> unanswered = new Recent<>(MOST_REMEMBERED);
    /** The new ID of each message that got one, by the ID that the app was given first. */
    private final Recent<String> renamed = new Recent<>(MOST_REMEMBERED);
    private final Set<String> revokeRequested = new HashSet<>();

    SendCalls(Requests requests, Conversations conversations, ServerClock clock, MessageIds messageIds) {
        this.requests = requests;
        this.conversations = conversations;
        this.clock = clock;
        this.messageIds = messageIds;
    }

    /** The message as the app gave it. */
    static final class Draft {
        final String conversation;
        final JsonObject body;
        final String replyTo;
        /** An ID that the app chose may have been sent before, so it is never replaced. */
        final boolean idChosenByApp;

        Draft(String conversation, JsonObject body, String replyTo, boolean idChosenByApp) {
            this.conversation = conversation;
            this.body = body;
            this.replyTo = replyTo;
            this.idChosenByApp = idChosenByApp;
        }
    }

    boolean isPending(String messageId) {
        return pending.containsKey(messageId);
    }

    /** Whether the message was sent, and the server may not have it yet. */
    boolean isUnanswered(String messageId) {
        return pending.containsKey(messageId) || unanswered.containsKey(messageId);
    }

    /** The current ID of a message. */
    String current(String messageId) {
        String newer = renamed.get(messageId);
        return newer == null ? messageId : newer;
    }

    /** From now on the message must not get a fresh ID, under which it would be delivered after all. */
    void revokeRequested(String messageId) {
        if (pending.containsKey(messageId)) {
            revokeRequested.add(messageId);
        }
    }

    void send(Draft draft, String messageId, Answer<Message> answer) {
        submit(draft, messageId, !draft.idChosenByApp, answer);
    }

    private void submit(Draft draft, String messageId, boolean mayRename, Answer<Message> answer) {
        JsonObject fields = new JsonObject();
        fields.addProperty("conversation", draft.conversation);
        fields.addProperty("messageId", messageId);
        fields.add("body", draft.body);
        if (draft.replyTo != null) {
            fields.addProperty("replyTo", draft.replyTo);
        }
        Request[] request = new Request[1];
        request[0] = new Request("send", fields, false, new Request.Handler() {
            @Override
            public boolean onReply(JsonObject reply) {
                JsonObject stored = Json.object(reply, "message");
                Message message = stored == null ? null : Frames.message(stored, draft.conversation, Json.write(draft.body));
                if (message == null || !message.messageId().equals(messageId)) {
                    return false;
                }
                forget(messageId);
                unanswered.remove(messageId);
                answer.onSuccess(stored(draft, message));
                return true;
            }

            @Override
            public void onError(RecallError error, JsonObject reply) {
                failed(draft, messageId, mayRename, request[0], error, answer);
            }
        });
        pending.put(messageId, request[0]);
        requests.submit(request[0]);
    }

    private Message stored(Draft draft, Message message) {
        ConversationView view = conversations.view(draft.conversation);
        if (view == null) {
            return message;
        }
        conversations.accept(view, message, Conversations.Source.OWN_SEND);
        Message held = view.get(message.messageId());
        return held == null ? message : held;
    }

    private void failed(Draft draft, String messageId, boolean mayRename, Request request, RecallError error,
            Answer<Message> answer) {
        boolean revoked = revokeRequested.contains(messageId);
        forget(messageId);
        if (error.code() == ErrorCode.STALE_MESSAGE_ID) {
            if (error.serverTime() > 0) {
                clock.learn(error.serverTime(), request.transmittedAt);
            }
            if (mayRename && !revoked && !request.outcomeUnknown) {
                String fresh = messageIds.next(clock.now());
                renamed.put(messageId, fresh);
                submit(draft, fresh, false, answer);
                return;
            }
        }
        boolean unknown = error.isOutcomeUnknown() || request.outcomeUnknown && error.code() == ErrorCode.STALE_MESSAGE_ID;
        if (unknown) {
            unanswered.put(messageId, Boolean.TRUE);
        } else {
            unanswered.remove(messageId);
        }
        answer.onError(unknown ? error.withUnknownOutcome() : error);
    }

    private void forget(String messageId) {
        pending.remove(messageId);
        revokeRequested.remove(messageId);
    }

    void clear() {
        unanswered.clear();
        renamed.clear();
    }
}

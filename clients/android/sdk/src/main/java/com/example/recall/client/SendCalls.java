package com.example.recall.client;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The messages that are being sent: those without an answer, those that ended without one, and those that got a new ID after a wrong clock. */
final class SendCalls {
    private static final int MOST_REMEMBERED = 10_000;

    private final Requests requests;
    private final Conversations conversations;
    private final Store store;
    private final Callbacks callbacks;
    private final ServerClock clock;
    private final MessageIds messageIds;
    private final Map<String, Request> pending = new HashMap<>();
    /** Messages whose send ended without an answer. They may be stored, or may still be stored later. */
    private final Recent<Boolean> unanswered = new Recent<>(MOST_REMEMBERED);
    /** The new ID of each message that got one, by the ID that the app was given first. */
    private final Recent<String> renamed = new Recent<>(MOST_REMEMBERED);
    private final Set<String> revokeRequested = new HashSet<>();

    SendCalls(Requests requests, Conversations conversations, Store store, Callbacks callbacks, ServerClock clock, MessageIds messageIds) {
        this.requests = requests;
        this.conversations = conversations;
        this.store = store;
        this.callbacks = callbacks;
        this.clock = clock;
        this.messageIds = messageIds;
    }

    /** The message as the app gave it. */
    static final class Draft {
        final String conversation;
        final JsonObject body;
        final String replyTo;
        /** The server stores the message only if this one is not recalled at that moment; null without a condition. */
        final String unlessRevoked;
        final List<Attachment> attachments;
        /** An ID that the app chose may have been sent before, so it is never replaced. */
        final boolean idChosenByApp;
        /** Whether an earlier process left it, so that no caller waits for the answer. */
        final boolean resumed;

        Draft(NewMessage message, JsonObject body, List<Attachment> attachments) {
            conversation = message.conversation;
            this.body = body;
            replyTo = message.replyTo;
            unlessRevoked = message.unlessRevoked;
            this.attachments = attachments;
            idChosenByApp = message.messageId != null;
            resumed = false;
        }

        /** The message of an earlier process. */
        Draft(String conversation, Unsent unsent) {
            this.conversation = conversation;
            body = unsent.body;
            replyTo = unsent.replyTo;
            unlessRevoked = unsent.unlessRevoked;
            attachments = unsent.attachments;
            idChosenByApp = true;
            resumed = true;
        }
    }

    boolean isPending(String messageId) {
        return pending.containsKey(messageId);
    }

    /** Whether the message was sent, and the server may not have it yet. */
    boolean isUnanswered(String conversation, String messageId) {
        ConversationView view = conversations.find(conversation);
        return pending.containsKey(messageId) || unanswered.containsKey(messageId)
                || view != null && view.unsent.containsKey(messageId);
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
        remember(draft, messageId);
        submit(draft, messageId, !draft.idChosenByApp, answer);
    }

    /** From now on the message is not lost when the app is killed. */
    private void remember(Draft draft, String messageId) {
        ConversationView view = conversations.view(draft.conversation);
        if (view != null) {
            view.unsent.put(messageId, new Unsent(messageId, draft.body, draft.replyTo, draft.unlessRevoked, draft.attachments));
            store.save(view);
        }
    }

    /** Sends what an earlier process left unsent, after a synchronisation. A message that was recalled before it was sent is not among it. */
    void resume() {
        for (ConversationView view : conversations.all()) {
            for (Unsent unsent : new ArrayList<>(view.unsent.values())) {
                if (view.get(unsent.messageId) != null && !pending.containsKey(unsent.messageId)) {
                    // An attempt of the earlier process reached the server.
                    view.unsent.remove(unsent.messageId);
                    store.changed(view);
                } else if (unsent.failedWith == 0 && !pending.containsKey(unsent.messageId) && !view.isRevokedOrToBe(unsent.messageId)) {
                    submit(new Draft(view.id, unsent), unsent.messageId, false, new Resumed(view, unsent));
                }
            }
        }
    }

    /** Tells the app how the send of an earlier process ended. */
    private final class Resumed implements Answer<Message> {
        private final ConversationView view;
        private final Unsent unsent;

        Resumed(ConversationView view, Unsent unsent) {
            this.view = view;
            this.unsent = unsent;
        }

        @Override
        public void onSuccess(Message message) {
            if (!message.isRevoked()) {
                callbacks.tell(listener -> listener.onNewMessage(message));
            }
        }

        @Override
        public void onError(RecallError error) {
            if (unsent.failedWith != 0) {
                UnsentMessage message = new UnsentMessage(view.id, unsent);
                callbacks.tell(listener -> listener.onUnsentMessageFailed(message, error));
            }
        }
    }

    private void submit(Draft draft, String messageId, boolean mayRename, Answer<Message> answer) {
        JsonObject fields = new JsonObject();
        fields.addProperty("conversation", draft.conversation);
        fields.addProperty("messageId", messageId);
        fields.add("body", draft.body);
        if (draft.replyTo != null) {
            fields.addProperty("replyTo", draft.replyTo);
        }
        if (draft.unlessRevoked != null) {
            fields.addProperty("unlessRevoked", draft.unlessRevoked);
        }
        if (!draft.attachments.isEmpty()) {
            fields.add("attachments", Attachment.references(draft.attachments));
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
        view.unsent.remove(message.messageId());
        store.beforeTelling(view);
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
                ConversationView view = conversations.find(draft.conversation);
                if (view != null) {
                    view.unsent.remove(messageId);
                }
                remember(draft, fresh);
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
        settle(draft, messageId, error, unknown);
        answer.onError(unknown ? error.withUnknownOutcome() : error);
    }

    /** The app learns of the failure, so that only the app sends the message again. One that may have arrived is kept, under its ID. */
    private void settle(Draft draft, String messageId, RecallError error, boolean unknown) {
        ConversationView view = conversations.find(draft.conversation);
        Unsent unsent = view == null ? null : view.unsent.get(messageId);
        if (unsent == null) {
            return;
        }
        if (draft.resumed && (error.isOutcomeUnknown() || error.code() == ErrorCode.NOT_CONNECTED)) {
            // Nobody waits for the answer, and the next connection tries again.
            return;
        }
        boolean unsure = unknown || error.code() == ErrorCode.REQUEST_TIMED_OUT || error.code() == ErrorCode.NOT_CONNECTED
                || error.code() == ErrorCode.TOKEN_EXPIRED;
        if (error.code() == ErrorCode.ALREADY_RECALLED || !unsure && !draft.resumed) {
            view.unsent.remove(messageId);
        } else {
            unsent.failedWith = error.code();
        }
        store.beforeTelling(view);
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

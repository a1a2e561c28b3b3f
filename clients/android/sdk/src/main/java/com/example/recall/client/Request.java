package com.example.recall.client;

import com.google.gson.JsonObject;

/** One call to the server, through all its attempts. */
final class Request {
    final String action;
    final JsonObject fields;
    final Handler handler;
    /** Hello and synchronisation belong to one connection and are not carried over to the next. */
    final boolean ofConnection;

    String id;
    int transmissions;
    int attemptsUsed;
    int tokensRefused;
    /** Whether the timer is that of the wait before the next attempt. */
    boolean backingOff;
    /** Whether an earlier attempt may have been carried out, because its reply did not say so or never came. */
    boolean outcomeUnknown;
    long transmittedAt;
    EventLoop.Timer timer;

    Request(String action, JsonObject fields, boolean ofConnection, Handler handler) {
        this.action = action;
        this.fields = fields;
        this.ofConnection = ofConnection;
        this.handler = handler;
    }

    /** The conversation that it changes; null if it changes none. */
    String changedConversation() {
        return action.equals("send") || action.equals("revoke") ? Json.string(fields, "conversation") : null;
    }

    /** Where a request ends, on the loop. */
    interface Handler {
        /** A successful reply; false when it lacks what it must have, which counts as no reply. */
        boolean onReply(JsonObject reply);

        void onError(RecallError error, JsonObject reply);
    }
}

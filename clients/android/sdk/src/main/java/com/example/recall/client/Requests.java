package com.example.recall.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The requests without an answer: their attempts, time-outs and back-off. */
final class Requests {
    static final int ATTEMPTS = 3;
    private static final int MOST_TOKENS_REFUSED = 2;
    /** API Gateway ends the connection with 1009 above this, and the same frame sent again would end it again. */
    private static final int LARGEST_FRAME_BYTES = 32 * 1024;

    private final EventLoop loop;
    private final long timeoutMilliseconds;
    private final Backoff backoff;
    private final Link link;
    private final Map<String, Request> outstanding = new LinkedHashMap<>();
    /** Conversations of requests that were given up on this connection, by the requests' IDs. */
    private final Map<String, String> givenUp = new LinkedHashMap<>();
    private long lastId;

    /** What the requests travel on. */
    interface Link {
        /** Whether application requests may go out: after hello. */
        boolean isReady();

        void transmit(String frame);

        void onTokenExpired();

        /** A request that was given up may have changed this conversation, and no event tells the requesting connection of it. */
        void onOutcomeUnknown(String conversation);
    }

    Requests(EventLoop loop, long timeoutMilliseconds, Backoff backoff, Link link) {
        this.loop = loop;
        this.timeoutMilliseconds = timeoutMilliseconds;
        this.backoff = backoff;
        this.link = link;
    }

    void submit(Request request) {
        request.id = Long.toString(++lastId);
        JsonObject largest = frame(request, Integer.MAX_VALUE);
        if (Json.encodedLength(Json.write(largest)) > LARGEST_FRAME_BYTES) {
            request.handler.onError(RecallError.of(ErrorCode.INVALID_REQUEST,
                    "the request has more than " + LARGEST_FRAME_BYTES + " bytes; make it smaller"), null);
            return;
        }
        outstanding.put(request.id, request);
        attempt(request);
    }

    /** An answer arrived; anything that answers nothing is ignored. */
    void onReply(JsonObject reply) {
        String id = Json.string(reply, "id");
        String number = id == null ? "" : id.substring(0, Math.max(0, id.indexOf('.')));
        Request request = outstanding.get(number);
        if (givenUp.containsKey(number)) {
            link.onOutcomeUnknown(givenUp.remove(number));
        }
        Boolean ok = Json.bool(reply, "ok");
        if (request == null || ok == null || request.transmissions == 0) {
            return;
        }
        if (ok) {
            if (request.handler.onReply(reply)) {
                finish(request);
            }
            return;
        }
        RecallError error = Frames.error(reply);
        // Several recalls in one request have an error each, and the reply as a whole none.
        if (error != null || reply.has("results")) {
            onError(request, error, reply);
        }
    }

    private void onError(Request request, RecallError error, JsonObject reply) {
        if (error != null && error.code() == ErrorCode.TOKEN_EXPIRED && request.tokensRefused < MOST_TOKENS_REFUSED) {
            request.tokensRefused++;
            link.onTokenExpired();
            return;
        }
        if (error != null && error.isRetryable()) {
            if (request.backingOff) {
                // The reply to an earlier attempt; the next one is under way.
                return;
            }
            request.outcomeUnknown = true;
            request.attemptsUsed++;
            if (request.attemptsUsed < ATTEMPTS) {
                retryAfterBackoff(request);
                return;
            }
        }
        finish(request);
        if (error != null && error.isRetryable()) {
            giveUp(request);
        }
        request.handler.onError(error != null && request.outcomeUnknown && error.isRetryable()
                ? error.withUnknownOutcome() : error, reply);
    }

    /** API Gateway answered one of them, without saying which: none is known to be done. */
    void onGatewayError() {
        List<String> changed = new ArrayList<>(givenUp.values());
        givenUp.clear();
        for (String conversation : changed) {
            link.onOutcomeUnknown(conversation);
        }
        for (Request request : outstanding.values()) {
            if (request.transmissions == 0 || request.backingOff) {
                continue;
            }
            request.outcomeUnknown = true;
            // After the last attempt its reply may still come before the time-out.
            if (request.attemptsUsed + 1 < ATTEMPTS) {
                request.attemptsUsed++;
                retryAfterBackoff(request);
            }
        }
    }

    /** Sends what is unanswered on a new connection; uses up no attempt. */
    void resend() {
        for (Request request : new ArrayList<>(outstanding.values())) {
            if (!request.ofConnection && outstanding.containsKey(request.id)) {
                attempt(request);
            }
        }
    }

    /** Forgets what belonged to a connection that is no more. */
    void connectionLost() {
        givenUp.clear(); // events tell the next connection of what this one asked for
        for (Request request : new ArrayList<>(outstanding.values())) {
            if (request.ofConnection) {
                finish(request);
            }
        }
    }

    void failAll(RecallError error) {
        List<Request> all = new ArrayList<>(outstanding.values());
        for (Request request : all) {
            finish(request);
        }
        for (Request request : all) {
            request.handler.onError(request.transmissions > 0 ? error.withUnknownOutcome() : error, null);
        }
    }

    private void attempt(Request request) {
        if (request.timer != null) {
            request.timer.cancel();
        }
        request.backingOff = false;
        if (link.isReady() || request.ofConnection) {
            request.outcomeUnknown |= request.transmissions > 0;
            request.transmissions++;
            request.transmittedAt = loop.monotonicMilliseconds();
            link.transmit(Json.write(frame(request, request.transmissions)));
        }
        request.timer = loop.schedule(timeoutMilliseconds, () -> onTimeout(request));
    }

    private void onTimeout(Request request) {
        if (++request.attemptsUsed < ATTEMPTS) {
            attempt(request);
        } else {
            timedOut(request);
        }
    }

    private void timedOut(Request request) {
        finish(request);
        giveUp(request);
        request.handler.onError(request.transmissions > 0 ? RecallError.timedOut()
                : RecallError.of(ErrorCode.REQUEST_TIMED_OUT, "no connection to the server; try again when there is one"), null);
    }

    /** Its late answer says that there is something to learn, once more. */
    private void giveUp(Request request) {
        String conversation = request.changedConversation();
        if (conversation != null && request.transmissions > 0 && link.isReady()) {
            givenUp.put(request.id, conversation);
            link.onOutcomeUnknown(conversation);
        }
    }

    private void retryAfterBackoff(Request request) {
        if (request.timer != null) {
            request.timer.cancel();
        }
        request.backingOff = true;
        request.timer = loop.schedule(backoff.wait(request.attemptsUsed - 1), () -> attempt(request));
    }

    private void finish(Request request) {
        outstanding.remove(request.id);
        if (request.timer != null) {
            request.timer.cancel();
        }
    }

    private static JsonObject frame(Request request, int attempt) {
        JsonObject frame = new JsonObject();
        frame.addProperty("action", request.action);
        frame.addProperty("id", request.id + "." + attempt);
        for (Map.Entry<String, JsonElement> field : request.fields.entrySet()) {
            frame.add(field.getKey(), field.getValue());
        }
        return frame;
    }
}

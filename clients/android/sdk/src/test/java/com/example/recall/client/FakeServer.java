package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The other side of the wire, in memory: a test takes the client's frames and answers them. */
final class FakeServer implements Transport {
    /** The server's clock when the loop's stands at its start. */
    static final long EPOCH = 1_700_000_000_000L;
    private static final long LOOP_START = 5_000_000;

    final ArrayDeque<JsonObject> frames = new ArrayDeque<>();
    final List<String> tokens = new ArrayList<>();
    private final ManualLoop loop;
    boolean pinging = true;
    private Listener listener;
    private boolean open;

    FakeServer(ManualLoop loop) {
        this.loop = loop;
    }

    long now() {
        return EPOCH + loop.monotonicMilliseconds() - LOOP_START;
    }

    @Override
    public Connection open(String url, String token, Listener to) {
        tokens.add(token);
        listener = to;
        open = false;
        return new Connection() {
            @Override
            public boolean send(String frame) {
                if (listener == to && open) {
                    frames.add(JsonParser.parseString(frame).getAsJsonObject());
                }
                return open;
            }

            @Override
            public boolean hasPings() {
                return pinging;
            }

            @Override
            public void close() {
                if (listener == to) {
                    listener = null;
                    open = false;
                }
            }
        };
    }

    @Override
    public void close() {
    }

    boolean hasHandshake() {
        return listener != null && !open;
    }

    boolean isConnected() {
        return open;
    }

    void accept() {
        assertNotNull(listener, "no handshake to accept");
        open = true;
        frames.clear();
        listener.onOpen();
        loop.settle();
    }

    void refuse(int status) {
        assertNotNull(listener, "no handshake to refuse");
        Listener to = listener;
        to.onClosed(status, "the server refused the connection with HTTP status " + status);
        loop.settle();
    }

    void drop() {
        Listener to = listener;
        open = false;
        to.onClosed(0, "the connection failed");
        loop.settle();
    }

    void sendRaw(String text) {
        listener.onFrame(text);
        loop.settle();
    }

    void send(String json) {
        sendRaw(json.replace('\'', '"'));
    }

    /** The next frame, which must have this action. */
    JsonObject take(String action) {
        assertFalse(frames.isEmpty(), "the client sent nothing; expected " + action);
        JsonObject frame = frames.poll();
        assertEquals(action, frame.get("action").getAsString());
        return frame;
    }

    /** Answers a frame with success and these fields. */
    void reply(JsonObject to, String fields) {
        JsonObject reply = JsonParser.parseString(fields.replace('\'', '"')).getAsJsonObject();
        reply.addProperty("type", "reply");
        reply.add("action", to.get("action"));
        reply.add("id", to.get("id"));
        if (!reply.has("ok")) {
            reply.addProperty("ok", true);
        }
        sendRaw(reply.toString());
    }

    void fail(JsonObject to, int code, boolean retryable) {
        reply(to, "{'ok':false,'error':{'code':" + code + ",'name':'n','desc':'d','retryable':" + retryable
                + ",'serverTime':" + now() + "}}");
    }

    void greet() {
        reply(take("hello"), "{'serverTime':" + now() + ",'user':'alice'}");
    }

    /** Accepts and answers everything up to the end of the synchronisation, which brings nothing. */
    void welcome(String... conversations) {
        accept();
        greet();
        JsonArray list = new JsonArray();
        for (String conversation : conversations) {
            JsonObject line = new JsonObject();
            line.addProperty("conversation", conversation);
            line.addProperty("unread", 0);
            list.add(line);
        }
        reply(take("conversations"), "{'conversations':" + list + "}");
        if (conversations.length > 0) {
            JsonArray items = new JsonArray();
            for (String conversation : conversations) {
                items.add(JsonParser.parseString("{\"conversation\":\"" + conversation
                        + "\",\"messages\":[],\"revocations\":[],\"cursor\":\"c1\",\"more\":false,\"unread\":0}"));
            }
            reply(take("sync"), "{'conversations':" + items + "}");
        }
    }

    /** A stored message as send answers with it. */
    String stored(JsonObject send, long recallableUntil) {
        return "{'message':{'messageId':" + send.get("messageId") + ",'conversation':" + send.get("conversation")
                + ",'sender':'alice','sentAt':" + now() + ",'recallableUntil':" + recallableUntil + "},'duplicate':false}";
    }
}

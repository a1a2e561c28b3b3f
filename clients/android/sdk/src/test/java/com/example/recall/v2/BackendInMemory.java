package com.example.recall.v2;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.Buffer;

/** A server of one-to-one conversations that really listens, for tests: stores, recalls and notifies, and checks nothing more. */
public final class BackendInMemory implements Closeable {
    private static final long WINDOW_MILLISECONDS = 120_000;

    private final MockWebServer server = new MockWebServer();
    private final Map<String, WebSocket> connected = new HashMap<>();
    private final Map<String, TreeMap<String, JsonObject>> stored = new HashMap<>();
    private final Map<String, String> readUpTo = new HashMap<>();
    private final BlockingQueue<String> heldSends = new LinkedBlockingQueue<>();
    private boolean holdsSends;
    private int refuseRevocationsWith;
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private final Map<String, JsonObject> attachments = new HashMap<>();
    private final CountDownLatch uploadsMayEnd = new CountDownLatch(1);
    private volatile boolean holdsUploads;
    private volatile int refuseUploadsWith;
    private final Map<String, String> devices = new HashMap<>();

    public BackendInMemory() throws IOException {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                if (request.getTarget().startsWith("/objects/")) {
                    return object(request);
                }
                String token = request.getHeaders().get("Authorization");
                if (token == null || !token.startsWith("Bearer token-of-")) {
                    return new MockResponse.Builder().code(401).build();
                }
                return new MockResponse.Builder().webSocketUpgrade(new UserConnection(token.substring("Bearer token-of-".length()))).build();
            }
        });
        server.start();
    }

    public String url() {
        return server.url("/local").toString().replace("http:", "ws:");
    }

    /** From now on every recall is refused with this code. */
    public synchronized void refuseRevocationsWith(int code) {
        refuseRevocationsWith = code;
    }

    /** From now on a send has no answer and is not stored, or is again. */
    public synchronized void holdSends(boolean hold) {
        holdsSends = hold;
    }

    /** The message ID of the next send that got no answer. */
    public String nextHeldSend() throws InterruptedException {
        return heldSends.poll(30, TimeUnit.SECONDS);
    }

    /** From now on each upload is answered with this status; 0 accepts them. */
    public void refuseUploadsWith(int status) {
        refuseUploadsWith = status;
    }

    /** From now on no upload is answered before the end. */
    public void holdUploads() {
        holdsUploads = true;
    }

    /** How many messages were sent in a conversation. */
    public synchronized int sent(String user, String conversation) {
        return messages(user, conversation).size();
    }

    /** The user who gets the notifications of a device, or null. */
    public synchronized String userOf(String token) {
        return devices.get(token);
    }

    /** How many files are stored. */
    public int files() {
        return objects.size();
    }

    /** The storage of the files. It takes no token, and only an upload that has the headers that attach gave. */
    private MockResponse object(RecordedRequest request) throws InterruptedException {
        String key = request.getTarget();
        if (request.getHeaders().get("Authorization") != null) {
            return new MockResponse.Builder().code(400).build();
        }
        if (request.getMethod().equals("GET")) {
            byte[] content = objects.get(key);
            return content == null ? new MockResponse.Builder().code(404).build()
                    : new MockResponse.Builder().body(new Buffer().write(content)).build();
        }
        if (holdsUploads) {
            uploadsMayEnd.await();
        }
        if (refuseUploadsWith != 0 || !"signed".equals(request.getHeaders().get("x-amz-meta-name"))) {
            return new MockResponse.Builder().code(refuseUploadsWith == 0 ? 403 : refuseUploadsWith).build();
        }
        objects.put(key, request.getBody().toByteArray());
        return new MockResponse.Builder().build();
    }

    private void attach(JsonObject request, JsonObject reply) {
        String attachmentId = String.format("01HF7YAT0000000000000%05d", attachments.size());
        JsonObject attachment = new JsonObject();
        attachment.addProperty("attachmentId", attachmentId);
        for (String field : new String[] {"name", "type", "size"}) {
            attachment.add(field, request.get(field));
        }
        attachments.put(attachmentId, attachment);
        JsonObject headers = new JsonObject();
        headers.add("content-type", request.get("type"));
        headers.add("content-length", new JsonPrimitive(request.get("size").getAsString()));
        headers.addProperty("x-amz-meta-name", "signed");
        JsonObject upload = new JsonObject();
        upload.addProperty("method", "PUT");
        upload.addProperty("url", server.url("/objects/" + attachmentId).toString());
        upload.add("headers", headers);
        reply.addProperty("attachmentId", attachmentId);
        reply.add("upload", upload);
    }

    @Override
    public void close() {
        uploadsMayEnd.countDown();
        server.close();
    }

    private final class UserConnection extends WebSocketListener {
        private final String user;

        UserConnection(String user) {
            this.user = user;
        }

        @Override
        public void onOpen(WebSocket socket, Response response) {
            synchronized (BackendInMemory.this) {
                connected.put(user, socket);
            }
        }

        @Override
        public void onClosing(WebSocket socket, int code, String reason) {
            socket.close(code, null);
        }

        @Override
        public void onMessage(WebSocket socket, String text) {
            JsonObject request = JsonParser.parseString(text).getAsJsonObject();
            JsonObject reply = new JsonObject();
            reply.addProperty("type", "reply");
            reply.add("action", request.get("action"));
            reply.add("id", request.get("id"));
            reply.addProperty("ok", true);
            synchronized (BackendInMemory.this) {
                if (holdsSends && request.get("action").getAsString().equals("send")) {
                    heldSends.add(request.get("messageId").getAsString());
                    return;
                }
                answer(user, request, reply);
                socket.send(reply.toString());
            }
        }
    }

    private void answer(String user, JsonObject request, JsonObject reply) {
        switch (request.get("action").getAsString()) {
            case "hello":
                reply.addProperty("serverTime", System.currentTimeMillis());
                reply.addProperty("maxAttachmentBytes", 1_000_000);
                break;
            case "conversations":
                reply.add("conversations", new JsonArray());
                break;
            case "sync":
                sync(user, request, reply);
                break;
            case "send":
                send(user, request, reply);
                break;
            case "revoke":
                revoke(user, request, reply);
                break;
            case "attach":
                attach(request, reply);
                break;
            case "push":
                String token = request.getAsJsonObject("device").get("token").getAsString();
                if (request.has("remove")) {
                    devices.remove(token, user);
                } else {
                    devices.put(token, user);
                }
                reply.addProperty("registered", !request.has("remove"));
                break;
            case "download":
                reply.addProperty("url", server.url("/objects/" + request.get("attachmentId").getAsString()).toString());
                break;
            default:
                readUpTo.put(user + " " + request.get("conversation").getAsString(), request.get("messageId").getAsString());
                reply.addProperty("unread", unread(user, request.get("conversation").getAsString()));
                reply.add("readUpTo", request.get("messageId"));
        }
    }

    private long unread(String user, String conversation) {
        String read = readUpTo.getOrDefault(user + " " + conversation, "");
        return messages(user, conversation).tailMap(read, false).values().stream()
                .filter(message -> !message.has("revoked") && !message.get("sender").getAsString().equals(user)).count();
    }

    private static String key(String user, String conversation) {
        String peer = conversation.substring("c2c_".length());
        return user.compareTo(peer) < 0 ? user + " " + peer : peer + " " + user;
    }

    private TreeMap<String, JsonObject> messages(String user, String conversation) {
        return stored.computeIfAbsent(key(user, conversation), absent -> new TreeMap<>());
    }

    private static JsonObject seenIn(JsonObject message, String conversation) {
        JsonObject seen = message.deepCopy();
        seen.addProperty("conversation", conversation);
        return seen;
    }

    private void sync(String user, JsonObject request, JsonObject reply) {
        JsonArray items = new JsonArray();
        for (JsonElement wanted : request.getAsJsonArray("conversations")) {
            String conversation = wanted.getAsJsonObject().get("conversation").getAsString();
            JsonArray page = new JsonArray();
            TreeMap<String, JsonObject> messages = messages(user, conversation);
            (wanted.getAsJsonObject().has("before") ? messages.headMap(wanted.getAsJsonObject().get("before").getAsString()) : messages)
                    .values().forEach(message -> page.add(seenIn(message, conversation)));
            JsonObject item = new JsonObject();
            item.addProperty("conversation", conversation);
            item.add("messages", page);
            item.add("revocations", new JsonArray());
            item.addProperty("cursor", "c");
            item.addProperty("more", false);
            item.addProperty("unread", unread(user, conversation));
            items.add(item);
        }
        reply.add("conversations", items);
    }

    private void send(String user, JsonObject request, JsonObject reply) {
        String conversation = request.get("conversation").getAsString();
        JsonObject message = new JsonObject();
        message.add("messageId", request.get("messageId"));
        message.addProperty("conversation", conversation);
        message.addProperty("sender", user);
        message.addProperty("sentAt", System.currentTimeMillis());
        message.addProperty("recallableUntil", System.currentTimeMillis() + WINDOW_MILLISECONDS);
        if (request.has("attachments")) {
            JsonArray files = new JsonArray();
            request.getAsJsonArray("attachments").forEach(named ->
                    files.add(attachments.get(named.getAsJsonObject().get("attachmentId").getAsString())));
            message.add("attachments", files);
        }
        reply.add("message", message.deepCopy());
        message.add("body", request.get("body"));
        messages(user, conversation).put(request.get("messageId").getAsString(), message);
        JsonObject event = new JsonObject();
        event.addProperty("type", "message");
        event.add("message", seenIn(message, "c2c_" + user));
        notifyPeer(conversation, event);
    }

    private void revoke(String user, JsonObject request, JsonObject reply) {
        String conversation = request.get("conversation").getAsString();
        JsonObject message = messages(user, conversation).get(request.get("messageId").getAsString());
        if (refuseRevocationsWith != 0 || message == null) {
            JsonObject error = new JsonObject();
            error.addProperty("code", refuseRevocationsWith == 0 ? 20022 : refuseRevocationsWith);
            error.addProperty("desc", "refused");
            error.addProperty("retryable", false);
            reply.addProperty("ok", false);
            reply.add("error", error);
            return;
        }
        JsonObject revoked = new JsonObject();
        revoked.addProperty("at", System.currentTimeMillis());
        revoked.addProperty("by", user);
        revoked.addProperty("role", "sender");
        if (request.has("reason")) {
            revoked.add("reason", request.get("reason"));
        }
        message.remove("body");
        if (message.has("attachments")) {
            message.remove("attachments").getAsJsonArray().forEach(file ->
                    objects.remove("/objects/" + file.getAsJsonObject().get("attachmentId").getAsString()));
        }
        message.add("revoked", revoked);
        JsonObject result = new JsonObject();
        result.add("messageId", request.get("messageId"));
        result.addProperty("ok", true);
        result.add("revoked", revoked);
        JsonArray results = new JsonArray();
        results.add(result);
        reply.add("results", results);
        JsonArray revocations = new JsonArray();
        revocations.add(message);
        JsonObject event = new JsonObject();
        event.addProperty("type", "revoked");
        event.addProperty("conversation", "c2c_" + user);
        event.add("revocations", revocations);
        notifyPeer(conversation, event);
    }

    private void notifyPeer(String conversation, JsonObject event) {
        WebSocket peer = connected.get(conversation.substring("c2c_".length()));
        if (peer != null) {
            peer.send(event.toString());
        }
    }
}

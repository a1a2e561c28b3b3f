package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.api.Test;

/** The golden frames that the server and all clients share. */
class VectorsTest extends ClientTest {
    private static final Path VECTORS = Path.of("..", "..", "..", "protocol", "vectors");

    private static JsonElement read(String file) throws IOException {
        return JsonParser.parseString(Files.readString(VECTORS.resolve(file)));
    }

    private static Stream<JsonObject> entries(String file) throws IOException {
        return StreamSupport.stream(read(file).getAsJsonArray().spliterator(), false).map(JsonElement::getAsJsonObject);
    }

    static Stream<JsonObject> events() throws IOException {
        return entries("events.json");
    }

    static Stream<JsonObject> hostile() throws IOException {
        return entries("hostile.json");
    }

    static Stream<JsonObject> repliesToSend() throws IOException {
        return replies("send");
    }

    static Stream<JsonObject> repliesToRevoke() throws IOException {
        return replies("revoke").filter(entry -> {
            JsonObject frame = entry.getAsJsonObject("frame");
            // A request for several has no call in this client.
            return !frame.has("results") || frame.getAsJsonArray("results").size() == 1;
        });
    }

    static Stream<JsonObject> repliesToSync() throws IOException {
        return replies("sync");
    }

    private static Stream<JsonObject> replies(String action) throws IOException {
        return entries("replies.json").filter(entry -> entry.getAsJsonObject("frame").get("action").getAsString().equals(action));
    }

    /** Answers a frame of the client with a vector, which has another id. */
    private void answer(JsonObject frame, JsonObject vector) {
        JsonObject reply = vector.deepCopy();
        reply.add("id", frame.get("id"));
        server.sendRaw(reply.toString());
    }

    private void assertAnswered(Outcome<?> outcome, JsonObject vector) {
        if (vector.get("ok").getAsBoolean()) {
            outcome.value();
            return;
        }
        JsonObject error = vector.getAsJsonObject("error");
        if (error.get("retryable").getAsBoolean()) {
            assertTrue(outcome.isPending(), "a retryable error is not the end");
        } else {
            assertEquals(error.get("code").getAsInt(), outcome.code());
        }
    }

    @ParameterizedTest
    @MethodSource("events")
    void everyEventIsUnderstood(JsonObject entry) {
        login("c2c_bob", "group_eng");
        JsonObject frame = entry.getAsJsonObject("frame");
        server.sendRaw(frame.toString());
        switch (frame.get("type").getAsString()) {
            case "message":
                JsonObject sent = frame.getAsJsonObject("message");
                Message message = view(sent.get("conversation").getAsString()).get(0);
                assertEquals(sent.get("messageId").getAsString(), message.messageId());
                assertEquals(sent.get("body"), JsonParser.parseString(message.body()));
                assertEquals(sent.get("recallableUntil").getAsLong(), message.recallableUntil());
                assertEquals(sent.has("replyTo") ? sent.get("replyTo").getAsString() : null, message.replyTo());
                assertEquals(List.of("new " + message.messageId()), recorder.ofMessages());
                break;
            case "revoked":
                JsonArray revocations = frame.getAsJsonArray("revocations");
                List<Message> tombstones = view(frame.get("conversation").getAsString());
                assertEquals(revocations.size(), tombstones.size());
                for (JsonElement revocation : revocations) {
                    JsonObject revoked = revocation.getAsJsonObject().getAsJsonObject("revoked");
                    Message tombstone = tombstones.stream().filter(held -> held.messageId()
                            .equals(revocation.getAsJsonObject().get("messageId").getAsString())).findFirst().orElseThrow();
                    assertEquals(revoked.get("by").getAsString(), tombstone.revoked().by());
                    assertEquals(revoked.get("role").getAsString(), tombstone.revoked().role());
                    assertEquals(revoked.get("reason").getAsString(), tombstone.revoked().reason());
                }
                break;
            case "read":
                assertEquals(frame.get("unread").getAsLong(), unread(frame.get("conversation").getAsString()));
                break;
            default:
                assertEquals(List.of(), recorder.ofMessages());
        }
    }

    @ParameterizedTest
    @MethodSource("repliesToSend")
    void everyReplyToSendIsUnderstood(JsonObject entry) {
        login("c2c_bob");
        JsonObject vector = entry.getAsJsonObject("frame");
        String messageId = vector.has("message") ? vector.getAsJsonObject("message").get("messageId").getAsString() : BOB_1;
        Outcome<Message> outcome = new Outcome<>();
        client.send("c2c_bob", "{}", null, messageId, outcome);
        loop.settle();
        answer(server.take("send"), vector);
        assertAnswered(outcome, vector);
    }

    @ParameterizedTest
    @MethodSource("repliesToRevoke")
    void everyReplyToRevokeIsUnderstood(JsonObject entry) {
        login("c2c_bob");
        JsonObject vector = entry.getAsJsonObject("frame");
        String messageId = vector.has("results")
                ? vector.getAsJsonArray("results").get(0).getAsJsonObject().get("messageId").getAsString() : BOB_1;
        Outcome<Message> outcome = revoke("c2c_bob", messageId);
        answer(server.take("revoke"), vector);
        assertAnswered(outcome, vector);
    }

    @ParameterizedTest
    @MethodSource("repliesToSync")
    void everyReplyToSyncIsUnderstoodAsAPageOfHistory(JsonObject entry) {
        JsonObject vector = entry.getAsJsonObject("frame");
        login("c2c_bob");
        Outcome<List<Message>> page = new Outcome<>();
        client.history("c2c_bob", null, 50, page);
        loop.settle();
        answer(server.take("sync"), vector);
        for (JsonElement item : vector.getAsJsonArray("conversations")) {
            if (item.getAsJsonObject().get("conversation").getAsString().equals("c2c_bob")) {
                JsonArray messages = item.getAsJsonObject().getAsJsonArray("messages");
                assertEquals(messages.size(), page.value().size(), "no message of a page is left out");
                for (int i = 0; i < messages.size(); i++) {
                    assertEquals(messages.get(i).getAsJsonObject().has("revoked"), page.value().get(i).isRevoked());
                }
            }
        }
    }

    @Test
    void everyReplyToHelloConversationsAndReadIsUnderstood() throws IOException {
        for (JsonObject entry : replies("hello").toList()) {
            makeClient();
            Outcome<Void> loggedIn = new Outcome<>();
            client.login("ws://127.0.0.1/local", "alice", "token", loggedIn);
            loop.settle();
            server.accept();
            answer(server.take("hello"), entry.getAsJsonObject("frame"));
            server.take("conversations");
        }
        makeClient();
        login("c2c_bob");
        for (JsonObject entry : replies("read").toList()) {
            Outcome<Long> read = new Outcome<>();
            client.read("c2c_bob", BOB_1, read);
            loop.settle();
            answer(server.take("read"), entry.getAsJsonObject("frame"));
            assertEquals(entry.getAsJsonObject("frame").get("unread").getAsLong(), read.value());
        }
    }

    @Test
    void theRequestsAreMadeAsTheVectorsHaveThem() throws IOException {
        login("c2c_bob", "group_eng");
        int compared = 0;
        for (JsonObject entry : entries("requests.json").toList()) {
            JsonObject wanted = entry.getAsJsonObject("frame");
            if (wanted.entrySet().stream().anyMatch(field -> field.getValue().isJsonNull()) || !call(wanted)) {
                continue;
            }
            JsonObject made = server.take(wanted.get("action").getAsString());
            made.remove("id");
            JsonObject expected = wanted.deepCopy();
            expected.remove("id");
            assertEquals(expected, made, entry.get("name").getAsString());
            server.frames.clear();
            compared++;
        }
        assertTrue(compared >= 5, "only " + compared + " requests were compared");
    }

    /** Makes a request by the call that the client has for it; false when it has none with just these fields. */
    private boolean call(JsonObject wanted) {
        String action = wanted.get("action").getAsString();
        String conversation = wanted.has("conversation") ? wanted.get("conversation").getAsString() : null;
        String messageId = wanted.has("messageId") ? wanted.get("messageId").getAsString() : null;
        if (action.equals("send") && messageId != null && !wanted.has("attachments")) {
            client.send(conversation, wanted.get("body").toString(), wanted.has("replyTo") ? wanted.get("replyTo").getAsString() : null,
                    wanted.has("unlessRevoked") ? wanted.get("unlessRevoked").getAsString() : null, messageId, new Outcome<>());
        } else if (action.equals("revoke") && messageId != null && !wanted.has("unsent")) {
            client.revoke(conversation, messageId, wanted.has("reason") ? wanted.get("reason").getAsString() : null, new Outcome<>());
            loop.settle();
            server.frames.forEach(frame -> frame.remove("unsent"));
        } else if (action.equals("read")) {
            client.read(conversation, messageId, new Outcome<>());
        } else if (action.equals("push") && wanted.getAsJsonObject("device").get("kind").getAsString().equals("fcm")) {
            client.registerPush(wanted.getAsJsonObject("device").get("token").getAsString(), new Outcome<>());
        } else {
            return false;
        }
        loop.settle();
        return true;
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void noHostileFrameIsAnnouncedOrShown(JsonObject entry) {
        login("c2c_bob", "group_eng");
        server.sendRaw(text(entry));
        assertEquals(List.of(), recorder.ofMessages());
        assertTrue(view("c2c_bob").isEmpty() && view("group_eng").isEmpty());
        server.send(messageEvent(BOB_1, "bob", "still alive"));
        assertEquals(List.of("new " + BOB_1), recorder.ofMessages());
    }

    private static String text(JsonObject entry) {
        if (entry.has("raw")) {
            return entry.get("raw").getAsString();
        }
        if (entry.has("base64")) {
            return new String(Base64.getDecoder().decode(entry.get("base64").getAsString()), StandardCharsets.UTF_8);
        }
        return entry.get("before").getAsString() + entry.get("repeated").getAsString().repeat(entry.get("times").getAsInt())
                + entry.get("after").getAsString();
    }

    @Test
    void identifiersAreAcceptedAndRefusedAsTheServerDoes() throws IOException {
        JsonObject identifiers = read("identifiers.json").getAsJsonObject();
        JsonObject conversations = identifiers.getAsJsonObject("conversations");
        for (JsonElement valid : conversations.getAsJsonArray("valid")) {
            assertTrue(Frames.isConversation(valid.getAsString()), valid.getAsString());
        }
        for (JsonElement invalid : conversations.getAsJsonArray("invalid")) {
            // Talking to oneself has the right form; the server refuses it.
            if (!invalid.getAsString().equals("c2c_" + conversations.get("viewer").getAsString())) {
                assertFalse(Frames.isConversation(invalid.getAsString()), invalid.getAsString());
            }
        }
        for (JsonElement valid : identifiers.getAsJsonObject("messageIds").getAsJsonArray("valid")) {
            assertTrue(MessageIds.isValid(valid.getAsJsonObject().get("messageId").getAsString()), valid.toString());
        }
        for (JsonElement invalid : identifiers.getAsJsonObject("messageIds").getAsJsonArray("invalid")) {
            assertFalse(MessageIds.isValid(invalid.getAsString()), invalid.getAsString());
        }
        assertNotNull(identifiers.get("userIds"));
    }

    @Test
    void everyCodeOfTheServerHasAConstant() throws IOException {
        Set<Integer> known = Stream.of(ErrorCode.class.getFields()).map(VectorsTest::value).collect(Collectors.toSet());
        List<JsonObject> errors = entries("errors.json").collect(Collectors.toList());
        assertTrue(errors.size() > 15);
        for (JsonObject error : errors) {
            assertTrue(known.contains(error.get("code").getAsInt()), error.toString());
            assertTrue(known.contains(error.get("groupCode").getAsInt()), error.toString());
        }
    }

    private static int value(Field constant) {
        try {
            return constant.getInt(null);
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }
}

package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A story of sends and recalls whose process is killed before and after each write in turn. */
@Timeout(60)
class KilledAtEveryWriteTest extends ClientTest {
    private StorageInMemory storage = new StorageInMemory();
    /** The texts of the frames that left, and the recalls that left. */
    private final Map<String, String> sendsThatLeft = new HashMap<>();
    private final Set<String> revokesThatLeft = new HashSet<>();
    /** What the app was told. */
    private final Set<String> toldAsSent = new HashSet<>();
    private final Set<String> toldAsReceived = new HashSet<>();
    private final Map<String, String> toldAsRevoked = new HashMap<>();

    @Override
    Storage storage() {
        return storage;
    }

    /** The next frame with this action. The client may have asked for a synchronisation before it. */
    private JsonObject take(String action) {
        server.frames.removeIf(frame -> frame.get("action").getAsString().equals("sync"));
        return server.take(action);
    }

    private JsonObject leaves(String text) {
        Outcome<Message> outcome = new Outcome<>();
        JsonObject body = new JsonObject();
        body.addProperty("text", text);
        client.send("c2c_bob", body.toString(), null, null, told(outcome, () -> toldAsSent.add(outcome.value().messageId())));
        loop.settle();
        JsonObject frame = take("send");
        sendsThatLeft.put(frame.get("messageId").getAsString(), text);
        return frame;
    }

    private JsonObject recallLeaves(JsonObject send) {
        String messageId = send.get("messageId").getAsString();
        Outcome<Message> outcome = new Outcome<>();
        client.revoke("c2c_bob", messageId, null, told(outcome, () -> toldAsRevoked.put(messageId, sendsThatLeft.get(messageId))));
        loop.settle();
        JsonObject frame = take("revoke");
        revokesThatLeft.add(messageId);
        return frame;
    }

    private static Answer<Message> told(Outcome<Message> outcome, Runnable success) {
        return new Answer<Message>() {
            @Override
            public void onSuccess(Message message) {
                outcome.onSuccess(message);
                success.run();
            }

            @Override
            public void onError(RecallError error) {
                outcome.onError(error);
            }
        };
    }

    /** What happens until the process is killed. */
    private void story() {
        client.addListener(new Recorder() {
            @Override
            public void onNewMessage(Message message) {
                toldAsReceived.add(message.messageId());
            }

            @Override
            public void onMessageRevoked(Message tombstone) {
                toldAsRevoked.put(tombstone.messageId(), "from bob");
            }
        });
        login("c2c_bob");
        JsonObject first = leaves("first of alice");
        server.reply(first, server.stored(first, -1));
        server.send(messageEvent(BOB_1, "bob", "from bob"));
        loop.advance(500);
        JsonObject second = leaves("second of alice");
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        JsonObject recall = recallLeaves(second);
        server.reply(recall, revokeReply(second.get("messageId").getAsString(), "alice"));
        server.fail(second, ErrorCode.ALREADY_RECALLED, false);
        JsonObject third = leaves("third of alice");
        server.reply(third, server.stored(third, -1));
        JsonObject recallOfFirst = recallLeaves(first);
        server.reply(recallOfFirst, revokeReply(first.get("messageId").getAsString(), "alice"));
        server.send("{'type':'message','message':" + message(BOB_2, "carol", "new here").replace("c2c_bob", "c2c_carol") + "}");
        leaves("fourth of alice");
        recallLeaves(third);
        loop.advance(500);
    }

    /** Kills the story at a write. True if it came to its end. */
    private boolean runUntilKilledAt(int write, boolean afterTheWrite) {
        storage = new StorageInMemory();
        storage.killedAt = write;
        storage.afterTheWrite = afterTheWrite;
        loop.close();
        server.frames.clear();
        recorder.told.clear();
        sendsThatLeft.clear();
        revokesThatLeft.clear();
        toldAsSent.clear();
        toldAsReceived.clear();
        toldAsRevoked.clear();
        makeClient();
        try {
            story();
            return true;
        } catch (StorageInMemory.Killed killed) {
            return false;
        }
    }

    @Override
    void login(String... conversations) {
        Outcome<Void> outcome = new Outcome<>();
        client.login("ws://127.0.0.1/local", "alice", "token-1", outcome);
        loop.settle();
        server.welcome(conversations);
    }

    private Message held(String messageId) {
        List<Message> all = new ArrayList<>(view("c2c_bob"));
        all.addAll(view("c2c_carol"));
        return all.stream().filter(message -> message.messageId().equals(messageId)).findFirst().orElse(null);
    }

    private void checkAfterTheKill(String when) {
        for (Map.Entry<String, String> revoked : toldAsRevoked.entrySet()) {
            assertFalse(storage.has(revoked.getValue()), when + ": " + revoked.getValue() + " is still stored");
        }
        storage.killedAt = 0;
        restart();
        for (String messageId : toldAsSent) {
            assertTrue(held(messageId) != null, when + ": a message that the app knows to be sent is not held");
        }
        if (toldAsReceived.contains(BOB_2)) {
            assertTrue(held(BOB_2) != null, when + ": a message of a conversation without a cursor is not held");
        }
        for (String messageId : toldAsRevoked.keySet()) {
            assertTrue(held(messageId).isRevoked(), when + ": a recall that the app knows of is forgotten");
        }
        server.accept();
        server.greet();
        server.reply(server.take("conversations"), "{'conversations':[]}");
        if (!server.frames.isEmpty()) {
            JsonObject sync = server.take("sync");
            JsonArray items = new JsonArray();
            for (JsonElement wanted : sync.getAsJsonArray("conversations")) {
                items.add(JsonParser.parseString("{\"conversation\":" + wanted.getAsJsonObject().get("conversation")
                        + ",\"messages\":[],\"revocations\":[],\"cursor\":\"c1\",\"more\":false,\"unread\":0}"));
            }
            server.reply(sync, "{'conversations':" + items + "}");
        }
        Set<String> sentAgain = new HashSet<>();
        Set<String> revokedAgain = new HashSet<>();
        for (JsonObject frame : server.frames) {
            String action = frame.get("action").getAsString();
            if (action.equals("send")) {
                sentAgain.add(frame.get("messageId").getAsString());
            } else if (action.equals("revoke")) {
                revokedAgain.add(frame.get("messageId").getAsString());
            }
        }
        for (String messageId : sendsThatLeft.keySet()) {
            boolean settled = toldAsSent.contains(messageId) || toldAsRevoked.containsKey(messageId);
            boolean stored = held(messageId) != null;
            assertTrue(settled || stored || sentAgain.contains(messageId) || revokedAgain.contains(messageId),
                    when + ": a message that left is lost");
            assertFalse(sentAgain.contains(messageId) && revokesThatLeft.contains(messageId),
                    when + ": a message that was recalled before it was sent is sent again");
        }
        for (String messageId : revokesThatLeft) {
            boolean stored = held(messageId) != null && held(messageId).isRevoked();
            assertTrue(stored || revokedAgain.contains(messageId), when + ": a recall that left is lost");
        }
        for (String messageId : sentAgain) {
            assertTrue(sendsThatLeft.containsKey(messageId) || !toldAsSent.contains(messageId), when + ": it is sent twice");
        }
    }

    @Test
    void nothingIsLostAndNothingRecalledComesBack() {
        int kills = 0;
        for (boolean afterTheWrite : new boolean[] {false, true}) {
            int write = 1;
            while (!runUntilKilledAt(write, afterTheWrite)) {
                checkAfterTheKill((afterTheWrite ? "after" : "before") + " write " + write);
                write++;
                kills++;
            }
            checkAfterTheKill("at the end");
        }
        assertTrue(kills > 20, "only " + kills + " writes");
        assertEquals(4, sendsThatLeft.size());
    }
}

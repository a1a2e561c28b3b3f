package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecallTest extends ClientTest {
    private String sent(long recallableUntil) {
        Outcome<Message> sent = send("secret");
        JsonObject frame = server.take("send");
        server.reply(frame, server.stored(frame, recallableUntil));
        return sent.value().messageId();
    }

    @Test
    void anOwnRecallIsATombstoneInTheViewAtOnceAndIsNotAnnounced() {
        login("c2c_bob");
        String messageId = sent(server.now() + 120_000);
        Outcome<Message> recall = revoke("c2c_bob", messageId);
        JsonObject frame = server.take("revoke");
        assertFalse(frame.has("unsent"));
        server.reply(frame, revokeReply(messageId, "alice"));
        assertTrue(recall.value().isRevoked());
        assertNull(view("c2c_bob").get(0).body());
        assertEquals(List.of(), recorder.ofMessages());
    }

    @Test
    void aRepeatOfTheNoticeAfterAnOwnRecallTellsNobody() {
        login("c2c_bob");
        String messageId = sent(-1);
        revoke("c2c_bob", messageId);
        JsonObject frame = server.take("revoke");
        server.send(revokedEvent(messageId, "alice", "alice"));
        server.reply(frame, revokeReply(messageId, "alice"));
        server.send(revokedEvent(messageId, "alice", "alice"));
        assertEquals(List.of(), recorder.ofMessages());
    }

    @Test
    void whenTheReplyIsLostAndTheRecallIsLearntOtherwiseItSucceeded() {
        login("c2c_bob");
        String messageId = sent(-1);
        Outcome<Message> recall = revoke("c2c_bob", messageId);
        server.take("revoke");
        server.send(revokedEvent(messageId, "alice", "alice"));
        loop.advance(30_000);
        assertTrue(recall.value().isRevoked());
        assertEquals(List.of(), recorder.ofMessages());
    }

    @Test
    void aRecallByAModeratorWhileAskingOneselfIsAnnounced() {
        login("c2c_bob");
        String messageId = sent(-1);
        Outcome<Message> recall = revoke("c2c_bob", messageId);
        JsonObject frame = server.take("revoke");
        server.send(revokedEvent(messageId, "alice", "carol"));
        server.fail(frame, 20023, false);
        assertEquals(ErrorCode.ALREADY_RECALLED, recall.code());
        assertEquals(List.of("revoked " + messageId + " by carol"), recorder.ofMessages());
    }

    @Test
    void aRecallOfAMessageWithoutAnswerGoesAsUnsentAndTheSendFailsAsRecalled() {
        login("c2c_bob");
        Outcome<Message> sent = send("oops");
        JsonObject frame = server.take("send");
        String messageId = frame.get("messageId").getAsString();
        Outcome<Message> recall = revoke("c2c_bob", messageId);
        JsonObject asked = server.take("revoke");
        assertTrue(asked.get("unsent").getAsBoolean());
        server.reply(asked, revokeReply(messageId, "alice"));
        recall.value();
        server.fail(frame, 20023, false);
        assertEquals(ErrorCode.ALREADY_RECALLED, sent.code());
        assertTrue(view("c2c_bob").stream().allMatch(Message::isRevoked));
    }

    @Test
    void aMessageWhoseSendTimedOutIsRecalledAsUnsent() {
        login("c2c_bob");
        Outcome<Message> sent = send("oops");
        String messageId = server.take("send").get("messageId").getAsString();
        loop.advance(30_000);
        sent.code();
        server.frames.clear();
        revoke("c2c_bob", messageId);
        assertTrue(server.take("revoke").get("unsent").getAsBoolean());
    }

    @Test
    void anOwnMessageWhoseWindowIsOverByMoreThanTwoSecondsIsRefusedWithoutAsking() {
        login("c2c_bob");
        String messageId = sent(server.now() + 120_000);
        loop.advance(122_001);
        server.frames.clear();
        assertEquals(ErrorCode.RECALL_WINDOW_KNOWN_TO_BE_OVER, revoke("c2c_bob", messageId).code());
        assertTrue(server.frames.isEmpty());
    }

    @Test
    void withinTwoSecondsAfterTheWindowTheServerDecides() {
        login("c2c_bob");
        String messageId = sent(server.now() + 120_000);
        loop.advance(122_000);
        Outcome<Message> recall = revoke("c2c_bob", messageId);
        server.fail(server.take("revoke"), 20016, false);
        assertEquals(ErrorCode.RECALL_WINDOW_EXPIRED, recall.code());
        assertFalse(view("c2c_bob").get(0).isRevoked());
    }

    @Test
    void withoutLimitOrWithRecallOffTheServerDecides() {
        login("c2c_bob");
        revoke("c2c_bob", sent(-1));
        server.take("revoke");
        revoke("c2c_bob", sent(0));
        server.take("revoke");
    }

    @Test
    void aRecallThatOvertakesItsMessageWins() {
        login("c2c_bob");
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        assertEquals(List.of("revoked " + BOB_1 + " by bob"), recorder.ofMessages());
        server.send(messageEvent(BOB_1, "bob", "secret"));
        assertEquals(List.of("revoked " + BOB_1 + " by bob"), recorder.ofMessages());
        assertEquals(1, view("c2c_bob").size());
        assertNull(view("c2c_bob").get(0).body());
        assertEquals("bob", view("c2c_bob").get(0).sender());
    }

    @Test
    void aTombstoneNeverTurnsBackIntoAMessage() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "secret"));
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        server.send(messageEvent(BOB_1, "bob", "secret"));
        Outcome<List<Message>> page = new Outcome<>();
        client.history("c2c_bob", null, 50, page);
        loop.settle();
        answerSync(server.take("sync"), page(message(BOB_1, "bob", "secret"), "", "c9", false, 0));
        assertTrue(page.value().get(0).isRevoked(), "a page of history that is late shows no body either");
        assertTrue(view("c2c_bob").get(0).isRevoked());
    }

    @Test
    void repeatsAreAnnouncedOnce() {
        login("c2c_bob");
        for (int i = 0; i < 3; i++) {
            server.send(messageEvent(BOB_1, "bob", "hi"));
        }
        for (int i = 0; i < 3; i++) {
            server.send(revokedEvent(BOB_1, "bob", "bob"));
        }
        assertEquals(List.of("new " + BOB_1, "revoked " + BOB_1 + " by bob"), recorder.ofMessages());
    }

    @Test
    void messagesOfOwnOtherDevicesAreAnnounced() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "alice", "from my tablet"));
        assertEquals(List.of("new " + BOB_1), recorder.ofMessages());
        assertEquals(0, unread("c2c_bob"));
    }

    @Test
    void theViewIsSortedByMessageId() {
        login("c2c_bob");
        server.send(messageEvent(BOB_2, "bob", "second"));
        server.send(messageEvent(BOB_1, "bob", "first"));
        assertEquals(BOB_1, view("c2c_bob").get(0).messageId());
        assertEquals(BOB_2, view("c2c_bob").get(1).messageId());
    }
}

package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;

class RequestsTest extends ClientTest {
    @Test
    void aSendWithoutAnswerIsRepeatedWithTheSameMessageIdAndFailsAfterThreeAttempts() {
        login("c2c_bob");
        Outcome<Message> sent = send("hi");
        String messageId = server.take("send").get("messageId").getAsString();
        loop.advance(10_000);
        assertEquals(messageId, server.take("send").get("messageId").getAsString());
        loop.advance(10_000);
        assertEquals(messageId, server.take("send").get("messageId").getAsString());
        assertTrue(sent.isPending());
        loop.advance(10_000);
        assertEquals(ErrorCode.REQUEST_TIMED_OUT, sent.code());
        assertTrue(sent.error().isOutcomeUnknown());
        server.take("sync"); // looks whether it was stored
        assertTrue(server.frames.isEmpty());
    }

    @Test
    void anAnswerNamesItsQuestionInEachAttemptAndFailsForGoodWhenThatWasRecalled() {
        login("c2c_bob");
        Outcome<Message> answer = new Outcome<>();
        answer(BOB_1, answer);
        assertEquals(BOB_1, server.take("send").get("unlessRevoked").getAsString());
        loop.advance(10_000);
        JsonObject second = server.take("send");
        assertEquals(BOB_1, second.get("unlessRevoked").getAsString());
        server.fail(second, ErrorCode.OTHER_MESSAGE_RECALLED, false);
        assertEquals(ErrorCode.OTHER_MESSAGE_RECALLED, answer.code());
        assertFalse(answer.error().isOutcomeUnknown());
        loop.advance(60_000);
        assertTrue(server.frames.isEmpty(), "it is not sent again");
        assertTrue(view("c2c_bob").isEmpty());
    }

    @Test
    void anAnswerUnderAFreshIdNamesItsQuestionToo() {
        login("c2c_bob");
        answer(BOB_1, new Outcome<>());
        JsonObject first = server.take("send");
        server.fail(first, ErrorCode.STALE_MESSAGE_ID, false);
        JsonObject fresh = server.take("send");
        assertNotEquals(first.get("messageId"), fresh.get("messageId"));
        assertEquals(BOB_1, fresh.get("unlessRevoked").getAsString());
    }

    @Test
    void theAnswerToAnEarlierAttemptCounts() {
        login("c2c_bob");
        Outcome<Message> sent = send("hi");
        JsonObject first = server.take("send");
        loop.advance(10_000);
        server.take("send");
        server.reply(first, server.stored(first, -1));
        assertEquals(first.get("messageId").getAsString(), sent.value().messageId());
        assertEquals("{\"text\":\"hi\"}", sent.value().body());
    }

    @Test
    void aRetryableErrorIsRetriedWithinTheSameAttemptsAndThenReported() {
        login("c2c_bob");
        Outcome<Message> sent = send("hi");
        for (int attempt = 0; attempt < 3; attempt++) {
            assertTrue(sent.isPending());
            server.fail(server.take("send"), 20004, true);
            loop.advance(2_000);
        }
        assertEquals(20004, sent.code());
        server.take("sync"); // looks whether it was stored after all
        assertTrue(server.frames.isEmpty());
    }

    @Test
    void aFinalErrorIsReportedAtOnce() {
        login("c2c_bob");
        Outcome<Message> sent = send("hi");
        server.fail(server.take("send"), 10007, false);
        assertEquals(10007, sent.code());
        assertFalse(sent.error().isOutcomeUnknown());
    }

    @Test
    void afterAFrameOfTheGatewayItselfEverythingOutstandingIsSentAgain() {
        login("c2c_bob");
        send("one");
        send("two");
        JsonObject one = server.take("send");
        JsonObject two = server.take("send");
        server.send("{'message':'Internal server error','connectionId':'x','requestId':'y'}");
        loop.advance(2_000);
        assertEquals(2, server.frames.size());
        assertTrue(server.frames.stream().anyMatch(frame -> frame.get("messageId").equals(one.get("messageId"))));
        assertTrue(server.frames.stream().anyMatch(frame -> frame.get("messageId").equals(two.get("messageId"))));
    }

    @Test
    void afterALostConnectionWhatIsUnansweredIsSentAgainAfterHello() {
        login("c2c_bob");
        Outcome<Message> sent = send("hi");
        JsonObject first = server.take("send");
        server.drop();
        loop.advance(500);
        assertTrue(server.hasHandshake());
        server.accept();
        assertEquals(1, server.frames.size(), "nothing but hello before hello is answered");
        server.greet();
        JsonObject again = server.take("send");
        assertEquals(first.get("messageId"), again.get("messageId"));
        server.reply(again, server.stored(again, -1));
        assertEquals("alice", sent.value().sender());
    }

    @Test
    void aSendWhileThereIsNoConnectionGoesOutOnTheNext() {
        login("c2c_bob");
        server.drop();
        Outcome<Message> sent = send("hi");
        assertTrue(sent.isPending());
        loop.advance(500);
        server.accept();
        server.greet();
        JsonObject frame = server.take("send");
        server.reply(frame, server.stored(frame, -1));
        sent.value();
    }

    @Test
    void aCallEndsWithATimeOutEvenWithoutAnyConnection() {
        login("c2c_bob");
        server.drop();
        Outcome<Message> sent = send("hi");
        loop.advance(30_000);
        assertEquals(ErrorCode.REQUEST_TIMED_OUT, sent.code());
        assertFalse(sent.error().isOutcomeUnknown());
    }

    @Test
    void beforeLoginEveryCallFailsAsNotConnected() {
        assertEquals(ErrorCode.NOT_CONNECTED, send("hi").code());
        assertEquals(ErrorCode.NOT_CONNECTED, revoke("c2c_bob", BOB_1).code());
    }

    @Test
    void logoutEndsOutstandingCalls() {
        login("c2c_bob");
        Outcome<Message> sent = send("hi");
        Outcome<Void> logout = new Outcome<>();
        client.logout(logout);
        loop.settle();
        logout.value();
        assertEquals(ErrorCode.NOT_CONNECTED, sent.code());
        assertTrue(view("c2c_bob").isEmpty());
        assertFalse(server.isConnected());
    }

    @Test
    void aBodyOverTheLimitIsRefusedWithoutAskingTheServer() {
        login("c2c_bob");
        assertEquals(ErrorCode.BODY_TOO_LARGE, send("x".repeat(12_289)).code());
        assertTrue(server.frames.isEmpty());
    }

    @Test
    void messageIdsIncreaseAndAreOnTheServersClock() {
        login("c2c_bob");
        send("one");
        send("two");
        String one = server.take("send").get("messageId").getAsString();
        String two = server.take("send").get("messageId").getAsString();
        assertTrue(one.compareTo(two) < 0);
        assertTrue(one.startsWith("01HF7YAT0"), "the time in the ID is the server's: " + one);
    }

    @Test
    void aStaleMessageIdCorrectsTheClockAndIsSentOnceMoreAfresh() {
        login("c2c_bob");
        Outcome<Message> sent = send("hi");
        JsonObject first = server.take("send");
        server.fail(first, 76001, false);
        JsonObject second = server.take("send");
        assertNotEquals(first.get("messageId"), second.get("messageId"));
        server.reply(second, server.stored(second, -1));
        assertEquals(second.get("messageId").getAsString(), sent.value().messageId());
    }

    @Test
    void aStaleMessageIdIsReportedWhenAnEarlierAttemptMayHaveArrived() {
        login("c2c_bob");
        Outcome<Message> sent = send("hi");
        server.take("send");
        loop.advance(10_000);
        server.fail(server.take("send"), 76001, false);
        assertEquals(ErrorCode.STALE_MESSAGE_ID, sent.code());
        assertTrue(sent.error().isOutcomeUnknown());
        assertTrue(server.frames.isEmpty());
    }

    @Test
    void aMessageWhoseRecallWasAskedForGetsNoFreshId() {
        login("c2c_bob");
        Outcome<Message> sent = send("hi");
        JsonObject frame = server.take("send");
        revoke("c2c_bob", frame.get("messageId").getAsString());
        server.take("revoke");
        server.fail(frame, 76001, false);
        assertEquals(ErrorCode.STALE_MESSAGE_ID, sent.code());
        assertTrue(server.frames.isEmpty());
    }

    @Test
    void aRecallOfAMessageThatGotAFreshIdRecallsItUnderThatOne() {
        login("c2c_bob");
        send("hi");
        JsonObject first = server.take("send");
        server.fail(first, 76001, false);
        JsonObject second = server.take("send");
        revoke("c2c_bob", first.get("messageId").getAsString());
        JsonObject recall = server.take("revoke");
        assertEquals(second.get("messageId"), recall.get("messageId"));
        assertTrue(recall.get("unsent").getAsBoolean());
    }

    @Test
    void historyThatFailsForTheConversationFails() {
        login("c2c_bob");
        Outcome<java.util.List<Message>> page = new Outcome<>();
        client.history("group_secret", null, 20, page);
        loop.settle();
        JsonObject frame = server.take("sync");
        JsonObject item = frame.getAsJsonArray("conversations").get(0).getAsJsonObject();
        assertEquals(20, item.get("limit").getAsInt());
        assertNull(item.get("before"));
        server.reply(frame, "{'conversations':[{'conversation':'group_secret','error':{'code':10015,'name':'n','desc':'d','retryable':false}}]}");
        assertEquals(10015, page.code());
    }
}

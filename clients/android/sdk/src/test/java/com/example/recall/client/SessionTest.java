package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTest extends ClientTest {
    @Test
    void helloIsSaidAfterEightToNineMinutesInWhichNothingWasSent() {
        login("c2c_bob");
        long waited = 0;
        while (server.frames.isEmpty()) {
            loop.advance(1_000);
            waited += 1_000;
        }
        assertTrue(waited >= 8 * 60_000 && waited <= 9 * 60_000, "after " + waited + " ms");
        server.greet();
        assertTrue(server.frames.isEmpty(), "one keep-alive, and no new synchronisation");
        assertTrue(server.isConnected());
    }

    @Test
    void aDeviceThatSendsSaysNoHelloToKeepItsConnection() {
        login("c2c_bob");
        for (int time = 0; time < 3; time++) {
            loop.advance(7 * 60_000);
            client.read("c2c_bob", "01HF7YAT000000000000000001", new Outcome<>());
            loop.settle();
            server.reply(server.take("read"), "{'unread':0}");
        }
        assertTrue(server.frames.isEmpty(), "no hello was sent");
    }

    @Test
    void whereThereAreNoPingsAFrameOfTheServerTakesThePlaceOfAHello() {
        server.pinging = false;
        login("c2c_bob");
        for (int time = 0; time < 3; time++) {
            loop.advance(79_999);
            server.send("{'type':'later'}");
        }
        assertTrue(server.frames.isEmpty(), "no hello was sent");
        loop.advance(80_000);
        server.greet();
    }

    @Test
    void aConnectionThatAnswersNoHelloIsGivenUp() {
        login("c2c_bob");
        loop.advance(9 * 60_000 + 30_000);
        assertTrue(recorder.told.contains("disconnected"));
    }

    @Test
    void whereThereAreNoPingsAHelloTakesTheirPlaceFourTimesAsFarApart() {
        server.pinging = false;
        login("c2c_bob");
        loop.advance(79_999);
        assertTrue(server.frames.isEmpty());
        loop.advance(1);
        server.greet();
        loop.advance(79_999);
        assertTrue(server.frames.isEmpty());
        assertTrue(server.isConnected());
        loop.advance(1 + 5_000);
        assertTrue(recorder.told.contains("disconnected"), "no answer within 5 s");
    }

    @Test
    void aCheckOfAnAliveConnectionLeavesItAlone() {
        login("c2c_bob");
        client.checkConnection();
        loop.advance(0);
        server.greet();
        loop.advance(10_000);
        assertTrue(server.isConnected());
    }

    @Test
    void aCheckGivesUpAConnectionThatDoesNotAnswerAndEndsTheWaitBeforeTheNext() {
        login("c2c_bob");
        client.checkConnection();
        loop.advance(5_000);
        assertTrue(recorder.told.contains("disconnected"));
        client.checkConnection();
        loop.advance(0);
        assertTrue(server.hasHandshake());
    }

    @Test
    void theWaitBeforeReconnectingDoublesUpToItsMaximumAndStartsAnewAfterHello() {
        login("c2c_bob");
        server.drop();
        long bound = 500;
        for (int failure = 0; failure < 10; failure++) {
            loop.advance(bound);
            assertTrue(server.hasHandshake(), "a try within " + bound + " ms after failure " + failure);
            server.drop();
            bound = Math.min(30_000, bound * 2);
        }
        loop.advance(bound);
        server.accept();
        server.greet();
        server.drop();
        loop.advance(500);
        assertTrue(server.hasHandshake());
    }

    @Test
    void aHandshakeRefusedWith401AsksForANewToken() {
        startLogin();
        nextToken = "token-2";
        server.refuse(401);
        assertEquals(List.of("token-1", "token-2"), server.tokens);
        server.welcome("c2c_bob");
        login.value();
    }

    @Test
    void withoutANewTokenCallsFailAndTheAppIsTold() {
        login("c2c_bob");
        Outcome<Message> sent = send("hi");
        server.fail(server.take("send"), 6206, false);
        assertEquals(ErrorCode.TOKEN_EXPIRED, sent.code());
        assertTrue(recorder.told.contains("token expired"));
        assertFalse(server.isConnected());
        assertEquals(ErrorCode.NOT_CONNECTED, send("again").code());
    }

    @Test
    void anExpiredTokenIsReplacedAndTheRequestSentAgain() {
        login("c2c_bob");
        nextToken = "token-2";
        Outcome<Message> sent = send("hi");
        JsonObject frame = server.take("send");
        server.fail(frame, 6206, false);
        assertEquals(List.of("token-1", "token-2"), server.tokens);
        server.accept();
        server.greet();
        JsonObject again = server.take("send");
        assertEquals(frame.get("messageId"), again.get("messageId"));
        server.reply(again, server.stored(again, -1));
        sent.value();
    }

    @Test
    void aNewTokenThatIsRefusedAtOnceIsNotAskedForAgain() {
        startLogin();
        nextToken = "token-2";
        server.refuse(401);
        server.refuse(401);
        assertEquals(ErrorCode.TOKEN_EXPIRED, login.code());
        assertTrue(recorder.told.contains("token expired"));
        assertEquals(2, server.tokens.size());
    }

    @Test
    void afterLoggingInWithANewTokenWhatWasHeldIsSyncedFromItsCursor() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "hi"));
        send("x");
        server.fail(server.take("send"), 6206, false);
        Outcome<Void> again = new Outcome<>();
        client.login("ws://127.0.0.1/local", "alice", "token-3", again);
        loop.settle();
        server.accept();
        server.greet();
        server.reply(server.take("conversations"), "{'conversations':[]}");
        JsonObject sync = server.take("sync");
        assertEquals("c1", sync.getAsJsonArray("conversations").get(0).getAsJsonObject().get("cursor").getAsString());
        answerSync(sync, page(message(BOB_2, "bob", "missed"), "", "c2", false, 2));
        again.value();
        assertEquals(List.of("new " + BOB_1, "new " + BOB_2), recorder.ofMessages());
    }

    @Test
    void anotherUserStartsWithNothing() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "hi"));
        client.login("ws://127.0.0.1/local", "carol", "token-3", new Outcome<>());
        loop.settle();
        assertTrue(view("c2c_bob").isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"connection_limit", "administrator", "a reason of tomorrow"})
    void aDeviceThatIsKickedSaysWhyAndDoesNotConnectAgainByItself(String reason) {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "hi"));
        nextToken = "token-2";
        Outcome<Message> outstanding = send("hi");
        server.send("{'type':'kicked','reason':'" + reason + "'}");
        assertEquals(ErrorCode.NOT_CONNECTED, outstanding.code());
        assertEquals(ErrorCode.NOT_CONNECTED, send("again").code());
        loop.advance(10 * 60_000);
        assertEquals(List.of("token-1"), server.tokens, "no connection but the first");
        assertEquals(List.of("connected", "new " + BOB_1, "kicked offline: " + reason), recorder.told);
        assertEquals(1, view("c2c_bob").size(), "what was held is still shown");
    }

    @Test
    void aDeviceThatWasKickedConnectsWithTheNextLoginAndSyncsFromItsCursor() {
        login("c2c_bob");
        server.send("{'type':'kicked','reason':'administrator'}");
        Outcome<Void> again = new Outcome<>();
        client.login("ws://127.0.0.1/local", "alice", "token-3", again);
        loop.settle();
        server.accept();
        server.greet();
        server.reply(server.take("conversations"), "{'conversations':[]}");
        JsonObject sync = server.take("sync");
        assertEquals("c1", sync.getAsJsonArray("conversations").get(0).getAsJsonObject().get("cursor").getAsString());
        answerSync(sync, page("", "", "c2", false, 0));
        again.value();
    }

    @Test
    void kickedWithoutAReasonIsIgnored() {
        login("c2c_bob");
        server.send("{'type':'kicked'}");
        server.send("{'type':'kicked','reason':7}");
        assertTrue(server.isConnected());
    }

    @Test
    void anyOtherRefusalIsTriedAgain() {
        startLogin();
        server.refuse(503);
        loop.advance(500);
        server.refuse(403);
        loop.advance(1_000);
        server.welcome();
        login.value();
    }

    @Test
    void aLoginThatReachesNobodyFailsInTheEnd() {
        startLogin();
        loop.advance(30_000);
        assertEquals(ErrorCode.NOT_CONNECTED, login.code());
        assertFalse(server.hasHandshake());
    }

    @Test
    void aMalformedUrlIsRefused() {
        client.login("127.0.0.1:3001", "alice", "token", login);
        loop.settle();
        assertEquals(ErrorCode.INVALID_REQUEST, login.code());
    }
}

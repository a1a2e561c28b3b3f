package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client that is killed finds again when it starts. */
class StorageTest extends ClientTest {
    private static final long SOON = 500;

    private final StorageInMemory storage = new StorageInMemory();

    @Override
    Storage storage() {
        return storage;
    }

    private String sent(String text) {
        Outcome<Message> sent = send(text);
        JsonObject frame = server.take("send");
        server.reply(frame, server.stored(frame, -1));
        return sent.value().messageId();
    }

    private String unanswered(String text) {
        send(text);
        return server.take("send").get("messageId").getAsString();
    }

    /** Answers everything up to the end of the synchronisation, and returns the frames that come after it. */
    private List<JsonObject> welcomeAgain() {
        return welcomeAgain(page("", "", "c1", false, 0));
    }

    /** The same, with what the synchronisation brings. */
    private List<JsonObject> welcomeAgain(String page) {
        server.accept();
        server.greet();
        server.reply(server.take("conversations"), "{'conversations':[]}");
        server.reply(server.take("sync"), "{'conversations':[" + page + "]}");
        List<JsonObject> resumed = new ArrayList<>(server.frames);
        server.frames.clear();
        return resumed;
    }

    /** Recalls the first message of bob, whose text is "secret". */
    private void assertListenerIsToldWithoutTheStoredText() {
        List<Boolean> stillThere = new ArrayList<>();
        client.addListener(new Recorder() {
            @Override
            public void onMessageRevoked(Message tombstone) {
                stillThere.add(storage.has("secret"));
            }
        });
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        assertEquals(List.of(false), stillThere);
    }

    private List<String> unsent() {
        Outcome<List<UnsentMessage>> outcome = new Outcome<>();
        client.unsent("c2c_bob", outcome);
        loop.settle();
        return outcome.value().stream().map(message -> message.body() + (message.failedWith() == 0 ? "" : " " + message.failedWith()))
                .collect(Collectors.toList());
    }

    @Test
    void aColdStartShowsTheListTheMessagesAndTheTombstonesWithoutAConnection() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "hello"));
        server.send(messageEvent(BOB_2, "bob", "secret"));
        server.send(revokedEvent(BOB_2, "bob", "bob"));
        String mine = sent("my answer");
        Outcome<Void> again = restart();
        assertTrue(again.isPending());
        assertTrue(server.hasHandshake(), "no connection was accepted");
        assertEquals(List.of("c2c_bob"), conversations());
        Map<String, Message> held = view("c2c_bob").stream().collect(Collectors.toMap(Message::messageId, message -> message));
        assertEquals(Set.of(BOB_1, BOB_2, mine), held.keySet());
        assertEquals("{\"text\":\"hello\"}", held.get(BOB_1).body());
        assertTrue(held.get(BOB_2).isRevoked());
        assertEquals(1, unread("c2c_bob"));
        assertEquals(List.of(), recorder.ofMessages(), "what is stored is no news");
    }

    @Test
    void afterAColdStartAConversationIsSyncedFromItsCursorAndOnlyWhatIsNewIsTold() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "hello"));
        loop.advance(SOON);
        Outcome<Void> again = restart();
        server.accept();
        server.greet();
        server.reply(server.take("conversations"), "{'conversations':[{'conversation':'c2c_bob','unread':1}]}");
        JsonObject sync = server.take("sync");
        assertEquals("c1", sync.getAsJsonArray("conversations").get(0).getAsJsonObject().get("cursor").getAsString());
        answerSync(sync, page(message(BOB_1, "bob", "hello") + "," + message(BOB_3, "bob", "new"),
                revocation(BOB_1, "bob", "bob"), "c2", false, 1));
        again.value();
        assertEquals(List.of("revoked " + BOB_1 + " by bob", "new " + BOB_3), recorder.ofMessages());
    }

    @Test
    void theRecallOfAMessageThatTheAppWasToldOfBeforeItsConversationHadACursorIsToldAfterAKill() {
        login();
        server.send(messageEvent(BOB_1, "bob", "hello"));
        assertEquals(List.of("new " + BOB_1), recorder.ofMessages());
        restart();
        welcomeAgain(page("", revocation(BOB_1, "bob", "bob"), "c1", false, 0));
        assertEquals(List.of("revoked " + BOB_1 + " by bob"), recorder.ofMessages());
    }

    @Test
    void aMessageWithoutAnswerIsSentAgainUnderItsIdAndTheAppIsToldWhenItIsStored() {
        login("c2c_bob");
        String messageId = unanswered("do not lose me");
        Outcome<Void> again = restart();
        assertEquals(List.of("{\"text\":\"do not lose me\"}"), unsent());
        assertEquals(List.of(), view("c2c_bob"));
        List<JsonObject> resumed = welcomeAgain();
        assertEquals(1, resumed.size());
        assertEquals(messageId, resumed.get(0).get("messageId").getAsString());
        assertEquals("do not lose me", resumed.get(0).getAsJsonObject("body").get("text").getAsString());
        server.reply(resumed.get(0), server.stored(resumed.get(0), -1));
        assertEquals(List.of("new " + messageId), recorder.ofMessages());
        assertEquals(messageId, view("c2c_bob").get(0).messageId());
        assertEquals(List.of(), unsent());
        restart();
        assertEquals(List.of(), welcomeAgain(), "it is sent once");
    }

    @Test
    void aMessageThatTheServerHasIsNotSentAgain() {
        login("c2c_bob");
        String messageId = unanswered("it arrived");
        restart();
        assertEquals(List.of(), welcomeAgain(page(message(messageId, "alice", "it arrived"), "", "c2", false, 0)));
        assertEquals(List.of("new " + messageId), recorder.ofMessages());
        assertEquals(List.of(), unsent());
    }

    @Test
    void aMessageThatIsSentAgainAndFindsNoServerWaitsForTheNextConnection() {
        login("c2c_bob");
        String messageId = unanswered("wait");
        restart();
        welcomeAgain();
        loop.advance(30_000);
        server.drop();
        loop.advance(500);
        assertEquals(messageId, welcomeAgain().get(0).get("messageId").getAsString());
        loop.advance(30_000);
        assertEquals(List.of("connected", "disconnected", "connected"), recorder.told.subList(0, 3));
        assertFalse(recorder.told.stream().anyMatch(line -> line.startsWith("not sent")));
        assertEquals(1, unsent().size());
    }

    @Test
    void anAnswerWithoutAReplyKeepsItsConditionSoThatItDoesNotAnswerWhatWasRecalledMeanwhile() {
        login("c2c_bob");
        answer(BOB_1, new Outcome<>());
        String messageId = server.take("send").get("messageId").getAsString();
        restart();
        JsonObject resumed = welcomeAgain().get(0);
        assertEquals(messageId, resumed.get("messageId").getAsString());
        assertEquals(BOB_1, resumed.get("unlessRevoked").getAsString());
        server.fail(resumed, ErrorCode.OTHER_MESSAGE_RECALLED, false);
        assertTrue(recorder.told.contains("not sent " + messageId + ": 76004"), recorder.told.toString());
        restart();
        assertEquals(List.of(), welcomeAgain());
        Outcome<List<UnsentMessage>> kept = new Outcome<>();
        client.unsent("c2c_bob", kept);
        loop.settle();
        assertEquals(BOB_1, kept.value().get(0).unlessRevoked(), "an app that sends it again gives the condition again");
    }

    @Test
    void aMessageWhoseIdGotTooOldIsKeptAsFailedUntilTheAppGivesItUp() {
        login("c2c_bob");
        String messageId = unanswered("too late");
        restart();
        server.fail(welcomeAgain().get(0), ErrorCode.STALE_MESSAGE_ID, false);
        assertTrue(recorder.told.contains("not sent " + messageId + ": 76001"), recorder.told.toString());
        restart();
        assertEquals(List.of(), welcomeAgain());
        assertEquals(List.of("{\"text\":\"too late\"} 76001"), unsent());
        Outcome<Void> given = new Outcome<>();
        client.discardUnsent("c2c_bob", messageId, given);
        loop.settle();
        given.value();
        assertFalse(storage.has("too late"));
        assertEquals(List.of(), unsent());
    }

    @Test
    void aMessageWhoseFailureTheAppWasToldIsOnlySentAgainByTheApp() {
        login("c2c_bob");
        Outcome<Message> sent = send("perhaps stored");
        String messageId = server.take("send").get("messageId").getAsString();
        loop.advance(30_000);
        assertEquals(ErrorCode.REQUEST_TIMED_OUT, sent.code());
        restart();
        assertEquals(List.of(), welcomeAgain());
        assertEquals(List.of("{\"text\":\"perhaps stored\"} 6012"), unsent());
        revoke("c2c_bob", messageId);
        assertTrue(server.take("revoke").get("unsent").getAsBoolean(), "it may be stored or not");
        assertFalse(storage.has("perhaps stored"));
    }

    @Test
    void aRefusedMessageIsKeptNowhere() {
        login("c2c_bob");
        Outcome<Message> sent = send("too much");
        server.fail(server.take("send"), ErrorCode.CONVERSATION_FULL, false);
        assertEquals(ErrorCode.CONVERSATION_FULL, sent.code());
        assertFalse(storage.has("too much"));
    }

    @Test
    void aMessageThatWasRecalledBeforeItWasSentStaysRecalled() {
        login("c2c_bob");
        String messageId = unanswered("oops");
        revoke("c2c_bob", messageId);
        assertFalse(storage.has("oops"), "nobody needs the text any more");
        restart();
        assertEquals(List.of(), unsent());
        List<JsonObject> resumed = welcomeAgain();
        assertEquals(List.of("revoke"), resumed.stream().map(frame -> frame.get("action").getAsString()).collect(Collectors.toList()));
        assertTrue(resumed.get(0).get("unsent").getAsBoolean());
        server.reply(resumed.get(0), revokeReply(messageId, "alice"));
        assertTrue(view("c2c_bob").get(0).isRevoked());
        assertEquals(List.of("revoked " + messageId + " by alice"), recorder.ofMessages());
        restart();
        assertEquals(List.of(), welcomeAgain());
    }

    @Test
    void aRecallWithoutAnswerIsRepeatedWithItsReason() {
        login("c2c_bob");
        String messageId = sent("secret");
        client.revoke("c2c_bob", messageId, "wrong chat", new Outcome<>());
        loop.settle();
        restart();
        List<JsonObject> resumed = welcomeAgain();
        assertEquals(messageId, resumed.get(0).get("messageId").getAsString());
        assertEquals("wrong chat", resumed.get(0).get("reason").getAsString());
        assertFalse(resumed.get(0).has("unsent"));
        server.fail(resumed.get(0), ErrorCode.RECALL_WINDOW_EXPIRED, false);
        assertTrue(recorder.told.contains("not recalled " + messageId + ": 20016"), recorder.told.toString());
        restart();
        assertEquals(List.of(), welcomeAgain());
    }

    @Test
    void aRecallThatIsLearntFromAnEventAndThenAnsweredIsNotRepeated() {
        login("c2c_bob");
        String messageId = sent("secret");
        Outcome<Message> recall = revoke("c2c_bob", messageId);
        server.send(revokedEvent(messageId, "alice", "alice"));
        server.reply(server.take("revoke"), revokeReply(messageId, "alice"));
        recall.value();
        restart();
        assertEquals(List.of(), welcomeAgain());
    }

    @Test
    void aRecalledTextIsGoneFromTheStorageBeforeAListenerIsTold() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "secret"));
        loop.advance(SOON);
        assertTrue(storage.has("secret"));
        assertListenerIsToldWithoutTheStoredText();
    }

    @Test
    void aRecalledTextIsGoneFromTheStorageBeforeTheCallSucceeds() {
        login("c2c_bob");
        String messageId = sent("secret");
        assertTrue(storage.has("secret"));
        List<Boolean> stillThere = new ArrayList<>();
        client.revoke("c2c_bob", messageId, null, new Answer<Message>() {
            @Override
            public void onSuccess(Message tombstone) {
                stillThere.add(storage.has("secret"));
            }

            @Override
            public void onError(RecallError error) {
            }
        });
        loop.settle();
        server.reply(server.take("revoke"), revokeReply(messageId, "alice"));
        assertEquals(List.of(false), stillThere);
    }

    @Test
    void manyMessagesAreStoredWithOneWrite() {
        login("c2c_bob");
        loop.advance(SOON);
        int before = storage.writes;
        server.send(messageEvent(BOB_1, "bob", "one"));
        server.send(messageEvent(BOB_2, "bob", "two"));
        server.send(messageEvent(BOB_3, "bob", "three"));
        loop.advance(SOON);
        assertEquals(1, storage.writes - before);
        assertTrue(storage.has("three"));
    }

    @Test
    void aFloodOfRecallsOfUnknownMessagesCostsOneWrite() {
        login("c2c_bob");
        loop.advance(SOON);
        int before = storage.writes;
        for (int i = 0; i < 1_000; i++) {
            server.send(revokedEvent(String.format("01HF7YAT00000000000000%04d", i), "bob", "bob"));
        }
        assertEquals(1_000, recorder.ofMessages().size(), "each is told at once");
        loop.advance(SOON);
        assertEquals(1, storage.writes - before);
    }

    @Test
    void aRecalledTextOfAMessageThatIsNoLongerInMemoryIsGoneBeforeAListenerIsTold() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "secret"));
        loop.advance(SOON);
        for (int i = 0; i <= MemoryLimit.MOST_MESSAGES; i++) {
            server.send(messageEvent(String.format("01HF7YAT0100000000000%05d", i), "bob", "x"));
        }
        assertFalse(view("c2c_bob").stream().anyMatch(message -> message.messageId().equals(BOB_1)), "the memory is full");
        assertTrue(storage.has("secret"), "nothing was written since");
        assertListenerIsToldWithoutTheStoredText();
    }

    @Test
    void theNewest200MessagesAreStoredAndWhatIsOlderIsNotNewAgain() {
        login("c2c_bob");
        for (int i = 0; i < 210; i++) {
            server.send(messageEvent(String.format("01HF7YAT00000000000000%04d", i), "bob", "text " + i));
        }
        loop.advance(SOON);
        restart();
        assertEquals(200, view("c2c_bob").size());
        assertEquals("{\"text\":\"text 10\"}", view("c2c_bob").get(0).body());
        welcomeAgain(page(message("01HF7YAT000000000000000009", "bob", "text 9"), "", "c2", false, 0));
        assertEquals(List.of(), recorder.ofMessages());
    }

    @Test
    void aFailingStorageIsToldOnceWithWhatToDoAndMessagesGoOn() {
        login("c2c_bob");
        storage.failure = "No space left on device";
        sent("one");
        sent("two");
        server.send(messageEvent(BOB_1, "bob", "three"));
        List<String> failures = recorder.told.stream().filter(line -> line.startsWith("storage failed")).collect(Collectors.toList());
        assertEquals(1, failures.size());
        assertTrue(failures.get(0).contains("No space left on device") && failures.get(0).contains("Free some space"), failures.get(0));
        assertEquals(3, view("c2c_bob").size());
        storage.failure = null;
        loop.advance(30_000);
        assertTrue(storage.has("three"), "it is tried again");
    }

    @Test
    void whenAFullDiskTakesNoTombstoneTheOldDocumentGoes() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "secret"));
        loop.advance(SOON);
        storage.failure = "No space left on device";
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        assertFalse(storage.has("secret"));
        assertTrue(recorder.ofMessages().contains("revoked " + BOB_1 + " by bob"));
    }

    @Test
    void aStorageThatCannotBeReadIsToldAndNothingIsWrittenToIt() {
        storage.failureOfLoad = "another client uses it";
        login("c2c_bob");
        sent("one");
        assertEquals(0, storage.writes);
        assertTrue(recorder.told.get(0).contains("another client uses it"), recorder.told.toString());
        assertEquals(1, view("c2c_bob").size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"version\":2,\"conversation\":\"c2c_bob\",\"text\":\"secret\"}",
        "{\"version\":1,\"conversation\":\"c2c_carol\"}", "{\"version\":1}"})
    void anUnreadableOrNewerDocumentIsDroppedAndItsConversationFetchedAgain(String document) {
        storage.of("alice").put("c2c_bob", document.getBytes(StandardCharsets.UTF_8));
        login("c2c_bob");
        assertFalse(storage.has("secret"));
        loop.advance(SOON);
        assertTrue(storage.has("\"cursor\":\"c1\""));
    }

    @Test
    void logoutKeepsWhatIsStoredAndTheNextLoginBeginsWithIt() {
        login("c2c_bob");
        sent("mine");
        client.logout(new Outcome<>());
        loop.settle();
        assertEquals(List.of(), view("c2c_bob"));
        client.login("ws://127.0.0.1/local", "alice", "token-1", new Outcome<>());
        loop.settle();
        assertEquals(1, view("c2c_bob").size());
    }

    @Test
    void clearingTheStorageRemovesEverythingOfAUserWhoIsNotLoggedIn() {
        login("c2c_bob");
        sent("mine");
        Outcome<Void> refused = new Outcome<>();
        client.clearStorage("alice", refused);
        loop.settle();
        assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
        client.logout(new Outcome<>());
        Outcome<Void> cleared = new Outcome<>();
        client.clearStorage("alice", cleared);
        loop.settle();
        cleared.value();
        assertTrue(storage.of("alice").isEmpty());
        loop.advance(60_000);
        assertTrue(storage.of("alice").isEmpty());
    }

    @Test
    void aUserWhoWasKickedIsNotLoggedInAndTheirStorageCanBeCleared() {
        login("c2c_bob");
        sent("mine");
        server.send("{'type':'kicked','reason':'administrator'}");
        Outcome<Void> cleared = new Outcome<>();
        client.clearStorage("alice", cleared);
        loop.settle();
        cleared.value();
        assertEquals(List.of(), view("c2c_bob"));
        loop.advance(60_000);
        assertTrue(storage.of("alice").isEmpty());
    }

    @Test
    void aClientThatIsClosedStoresWhatItHasAndTheNextOneGoesOn() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "hello"));
        String messageId = unanswered("later");
        client.close();
        loop.settle();
        restart();
        assertEquals(1, view("c2c_bob").size());
        assertEquals(messageId, welcomeAgain().get(0).get("messageId").getAsString());
    }

    @Test
    void ofAGroupThatTheUserLeftNothingIsHeldOrStored() {
        login("c2c_bob", "group_eng");
        server.send(messageEvent(BOB_1, "bob", "secret").replace("c2c_bob", "group_eng"));
        loop.advance(SOON);
        assertTrue(storage.has("secret"));
        List<String> changed = new ArrayList<>();
        client.addListener(new Recorder() {
            @Override
            public void onConversationChanged(Conversation conversation) {
                changed.add(conversation.id() + " " + conversation.unread() + " " + conversation.lastMessage()
                        + (storage.has("group_eng") ? " stored" : ""));
            }
        });
        server.send(revokedEvent(BOB_2, "bob", "bob").replace("c2c_bob", "group_eng"));
        changed.clear();
        server.send("{'type':'conversation','conversation':'group_eng','change':'left','user':'alice'}");
        assertEquals(List.of("group_eng 0 null"), changed);
        assertEquals(List.of("c2c_bob"), conversations());
        assertEquals(List.of(), view("group_eng"));
        loop.advance(60_000);
        assertFalse(storage.has("group_eng"), "no later write brings it back");
        restart();
        assertEquals(List.of("c2c_bob"), conversations());
    }

    @Test
    void everyUserHasTheirOwnStorage() {
        login("c2c_bob");
        sent("of alice");
        client.login("ws://127.0.0.1/local", "carol", "token-3", new Outcome<>());
        loop.settle();
        assertNull(storage.users.get("carol").get("c2c_bob"));
        assertEquals(List.of(), view("c2c_bob"));
        assertTrue(storage.has("of alice"));
        restart();
        assertEquals(1, view("c2c_bob").size());
    }
}

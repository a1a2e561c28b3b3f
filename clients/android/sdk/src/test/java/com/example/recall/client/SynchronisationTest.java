package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SynchronisationTest extends ClientTest {
    private JsonObject item(JsonObject sync) {
        return sync.getAsJsonArray("conversations").get(0).getAsJsonObject();
    }

    private void reconnect() {
        server.drop();
        loop.advance(500);
        server.accept();
        server.greet();
        server.reply(server.take("conversations"), "{'conversations':[]}");
    }

    private JsonObject syncAfterReconnecting() {
        reconnect();
        return server.take("sync");
    }

    @Test
    void loginSucceedsAfterTheFirstSynchronisationWhichIsHistoryAndNotAnnounced() {
        startLogin();
        server.accept();
        server.greet();
        server.reply(server.take("conversations"), "{'conversations':[{'conversation':'c2c_bob','unread':5}]}");
        assertTrue(login.isPending());
        JsonObject sync = server.take("sync");
        assertFalse(item(sync).has("cursor"));
        answerSync(sync, page(message(BOB_1, "bob", "hi"), revocation(BOB_2, "bob", "bob"), "c1", false, 1));
        login.value();
        assertEquals(List.of(), recorder.ofMessages());
        assertEquals(2, view("c2c_bob").size());
        assertEquals(1, unread("c2c_bob"));
    }

    @Test
    void allPagesOfTheListAndAllPagesOfAConversationAreFetched() {
        startLogin();
        server.accept();
        server.greet();
        server.reply(server.take("conversations"), "{'conversations':[{'conversation':'c2c_bob'}],'next':'n1'}");
        JsonObject second = server.take("conversations");
        assertEquals("n1", second.get("after").getAsString());
        server.reply(second, "{'conversations':[{'conversation':'c2c_carol'}]}");
        JsonObject sync = server.take("sync");
        assertEquals(2, sync.getAsJsonArray("conversations").size());
        server.reply(sync, "{'conversations':[" + page(message(BOB_1, "bob", "hi"), "", "c1", true, 2)
                + ",{'conversation':'c2c_carol','messages':[],'revocations':[],'more':true,'unread':0}]}");
        sync = server.take("sync");
        assertEquals(2, sync.getAsJsonArray("conversations").size(), "one has more, the other did not fit");
        assertEquals("c2c_carol", item(sync).get("conversation").getAsString(), "a conversation without room has its turn first");
        server.reply(sync, "{'conversations':[" + page(message(BOB_2, "bob", "ho"), "", "c2", false, 2)
                + ",{'conversation':'c2c_carol','messages':[],'revocations':[],'cursor':'c1','more':false,'unread':0}]}");
        login.value();
        assertEquals(List.of(), recorder.ofMessages(), "later pages of the first synchronisation are history too");
    }

    @Test
    void batchesHaveAtMostTwentyConversations() {
        startLogin();
        server.accept();
        server.greet();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 45; i++) {
            lines.add("{'conversation':'group_" + i + "'}");
        }
        server.reply(server.take("conversations"), "{'conversations':[" + String.join(",", lines) + "]}");
        int asked = 0;
        while (login.isPending()) {
            JsonObject sync = server.take("sync");
            int size = sync.getAsJsonArray("conversations").size();
            assertTrue(size <= 20);
            asked += size;
            List<String> items = new ArrayList<>();
            sync.getAsJsonArray("conversations").forEach(wanted -> items.add("{'conversation':"
                    + wanted.getAsJsonObject().get("conversation") + ",'messages':[],'revocations':[],'cursor':'c','more':false,'unread':0}"));
            server.reply(sync, "{'conversations':[" + String.join(",", items) + "]}");
        }
        assertEquals(45, asked);
    }

    @Test
    void afterReconnectingEveryCursorIsSyncedAndWhatWasMissedIsAnnouncedOnce() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "one"));
        server.send(messageEvent(BOB_2, "bob", "two"));
        JsonObject sync = syncAfterReconnecting();
        assertEquals("c1", item(sync).get("cursor").getAsString(), "also when the list does not name it");
        answerSync(sync, page(message(BOB_2, "bob", "two") + "," + message(BOB_3, "bob", "three"),
                revocation(BOB_1, "bob", "bob") + "," + revocation("01HF7YAT00000000000000A0A0", "alice", "carol"), "c2", false, 2));
        assertEquals(List.of("new " + BOB_1, "new " + BOB_2, "new " + BOB_3, "revoked " + BOB_1 + " by bob",
                "revoked 01HF7YAT00000000000000A0A0 by carol"), recorder.ofMessages());
        assertEquals(2, unread("c2c_bob"));
    }

    @Test
    void aMessageThatIsRecalledOnTheSamePageIsNeverAnnouncedAsNew() {
        login("c2c_bob");
        reconnect();
        answerSync(server.take("sync"), page(message(BOB_1, "bob", "secret"),
                revocation(BOB_1, "bob", "bob"), "c2", false, 0));
        assertEquals(List.of("revoked " + BOB_1 + " by bob"), recorder.ofMessages());
        assertTrue(view("c2c_bob").get(0).isRevoked());
    }

    @Test
    void aConversationThatBeganWhileAwayIsAnnouncedMessageByMessage() {
        login();
        server.drop();
        loop.advance(500);
        server.accept();
        server.greet();
        server.reply(server.take("conversations"), "{'conversations':[{'conversation':'c2c_bob'}]}");
        answerSync(server.take("sync"), page(message(BOB_1, "bob", "hi"), "", "c1", false, 1));
        assertEquals(List.of("new " + BOB_1), recorder.ofMessages());
    }

    @Test
    void unreadCountsNewMessagesOfOthersAndUncountsRecalledOnes() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "one"));
        server.send(messageEvent(BOB_2, "bob", "two"));
        server.send(messageEvent(BOB_2, "bob", "two"));
        assertEquals(2, unread("c2c_bob"));
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        assertEquals(1, unread("c2c_bob"));
    }

    @Test
    void aRecallOfAMessageThatIsNotHeldAndNotReadFetchesTheUnreadNumber() {
        login("c2c_bob");
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        JsonObject sync = server.take("sync");
        assertEquals("c1", item(sync).get("cursor").getAsString());
        answerSync(sync, page("", "", "c2", false, 7));
        assertEquals(7, unread("c2c_bob"));
    }

    @Test
    void aRecallOfAMessageThatWasReadFetchesNothing() {
        login("c2c_bob");
        server.send(readEvent(BOB_2, 0));
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        assertTrue(server.frames.isEmpty());
    }

    @Test
    void aLiveMessageDuringTheSyncIsCountedOnceWhateverTheServersNumberKnew() {
        login("c2c_bob");
        JsonObject sync = syncAfterReconnecting();
        server.send(messageEvent(BOB_1, "bob", "on the page too"));
        server.send(messageEvent(BOB_2, "bob", "after the page was made"));
        answerSync(sync, page(message(BOB_1, "bob", "on the page too"), "", "c2", false, 1));
        assertEquals(2, unread("c2c_bob"));
        assertEquals(List.of("new " + BOB_1, "new " + BOB_2), recorder.ofMessages());
    }

    @Test
    void aLiveRecallDuringTheSyncIsNotCountedBackByALatePage() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "secret"));
        JsonObject sync = syncAfterReconnecting();
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        answerSync(sync, page(message(BOB_1, "bob", "secret"), "", "c2", false, 1));
        assertEquals(0, unread("c2c_bob"));
        assertTrue(view("c2c_bob").get(0).isRevoked());
    }

    @Test
    void aRecallThatThePageTellsItselfIsNotUncountedTwice() {
        login("c2c_bob");
        JsonObject sync = syncAfterReconnecting();
        server.send(messageEvent(BOB_2, "bob", "hello"));
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        answerSync(sync, page(message(BOB_1, "bob", "secret") + "," + message(BOB_2, "bob", "hello"),
                revocation(BOB_1, "bob", "bob"), "c2", false, 1));
        assertEquals(1, unread("c2c_bob"));
    }

    @Test
    void aNumberCountedBeforeALiveRecallIsNotTakenAndTheConversationIsSyncedAgain() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "one"));
        server.send(messageEvent(BOB_2, "bob", "two"));
        JsonObject sync = syncAfterReconnecting();
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        answerSync(sync, page("", "", "c2", false, 2));
        assertEquals(1, unread("c2c_bob"));
        JsonObject again = server.take("sync");
        assertEquals("c2", item(again).get("cursor").getAsString());
        answerSync(again, page("", revocation(BOB_1, "bob", "bob"), "c3", false, 1));
        assertEquals(1, unread("c2c_bob"));
        assertTrue(server.frames.isEmpty(), "nothing came during the second synchronisation");
    }

    @Test
    void aNumberCountedBeforeThisClientsOwnRecallIsNotTaken() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "one"));
        JsonObject sync = syncAfterReconnecting();
        revoke("c2c_bob", BOB_1);
        server.reply(server.take("revoke"), revokeReply(BOB_1, "alice"));
        answerSync(sync, page("", "", "c2", false, 1));
        assertEquals(0, unread("c2c_bob"));
        server.take("sync");
    }

    @Test
    void aNumberCountedBeforeALiveReadIsNotTaken() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "one"));
        JsonObject sync = syncAfterReconnecting();
        server.send(readEvent(BOB_1, 0));
        answerSync(sync, page("", "", "c2", false, 1));
        assertEquals(0, unread("c2c_bob"));
        server.take("sync");
    }

    @Test
    void aNumberThatKnowsAllThatCameMeanwhileIsTakenAndNothingMoreIsAsked() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "one"));
        JsonObject sync = syncAfterReconnecting();
        server.send(messageEvent(BOB_2, "bob", "two"));
        server.send(messageEvent(BOB_3, "bob", "three"));
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        server.send(revokedEvent(BOB_2, "bob", "bob"));
        server.send(readEvent(BOB_2, 1));
        String second = "{'messageId':'" + BOB_2 + "','sender':'bob','sentAt':1700000000000,"
                + "'revoked':{'at':1700000001000,'by':'bob','role':'sender'}}";
        server.reply(sync, "{'conversations':[{'conversation':'c2c_bob','messages':[" + second + "," + message(BOB_3, "bob", "three")
                + "],'revocations':[" + revocation(BOB_1, "bob", "bob") + "],'cursor':'c2','more':false,'unread':7,'readUpTo':'" + BOB_2 + "'}]}");
        assertEquals(7, unread("c2c_bob"));
        assertTrue(server.frames.isEmpty());
    }

    @Test
    void theNumberOfAReadEventThatDiffersFromWhatIsHeldIsFetchedAgain() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "one"));
        server.send(messageEvent(BOB_2, "bob", "two"));
        server.send(readEvent(BOB_1, 2));
        assertEquals(2, unread("c2c_bob"));
        answerSync(server.take("sync"), page("", "", "c2", false, 1));
        assertEquals(1, unread("c2c_bob"));
        assertTrue(server.frames.isEmpty());
    }

    @Test
    void theNumberOfAReadReplyThatDiffersFromWhatIsHeldIsFetchedAgainOnce() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "one"));
        client.read("c2c_bob", BOB_1, new Outcome<>());
        loop.settle();
        server.reply(server.take("read"), "{'readUpTo':'" + BOB_1 + "','unread':3}");
        answerSync(server.take("sync"), page("", "", "c2", false, 3));
        assertEquals(3, unread("c2c_bob"), "a sync's number is exact, also of messages that are not held");
        assertTrue(server.frames.isEmpty());
    }

    @Test
    void theNumberOfAReadThatAgreesWithWhatIsHeldOrStandsForMoreFetchesNothing() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "one"));
        server.send(messageEvent(BOB_2, "alice", "from my tablet"));
        server.send(messageEvent(BOB_3, "bob", "three"));
        server.send(readEvent(BOB_1, 1));
        server.send(readEvent(BOB_1, 100));
        assertEquals(100, unread("c2c_bob"));
        assertTrue(server.frames.isEmpty());
    }

    @Test
    void anOwnRecallOfAMessageThatIsNotHeldAndNotReadFetchesTheUnreadNumber() {
        login("c2c_bob");
        revoke("c2c_bob", BOB_1);
        server.reply(server.take("revoke"), revokeReply(BOB_1, "alice").replace("'role':'sender'", "'role':'moderator'"));
        server.take("sync");
    }

    @Test
    void aRecallDuringTheFirstSynchronisationDoesNotHoldTheLoginUp() {
        startLogin();
        server.accept();
        server.greet();
        server.reply(server.take("conversations"), "{'conversations':[{'conversation':'c2c_bob'}]}");
        JsonObject sync = server.take("sync");
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        answerSync(sync, page("", "", "c1", false, 0));
        login.value();
        server.take("sync");
    }

    @Test
    void anOlderReadThanTheOneHeldChangesNothing() {
        login("c2c_bob");
        server.send(readEvent(BOB_2, 3));
        server.send(readEvent(BOB_1, 9));
        assertEquals(3, unread("c2c_bob"));
    }

    @Test
    void aPageOfHistoryIsNotAnnouncedAndMovesNoCursor() {
        login("c2c_bob");
        Outcome<List<Message>> page = new Outcome<>();
        client.history("c2c_bob", null, 50, page);
        loop.settle();
        answerSync(server.take("sync"), page(message(BOB_3, "bob", "hi"), "", "c9", false, 1));
        assertEquals(1, page.value().size());
        assertEquals(List.of(), recorder.ofMessages());
        reconnect();
        assertEquals("c1", item(server.take("sync")).get("cursor").getAsString());
    }

    @Test
    void aMessageKnownFromHistoryIsCountedWhenItsEventComes() {
        login("c2c_bob");
        client.history("c2c_bob", null, 50, new Outcome<>());
        loop.settle();
        answerSync(server.take("sync"), page(message(BOB_3, "bob", "hi"), "", "c9", false, 1));
        server.send(messageEvent(BOB_3, "bob", "hi"));
        server.send(messageEvent(BOB_3, "bob", "hi"));
        assertEquals(1, unread("c2c_bob"));
    }

    @Test
    void aConversationThatTheUserLeftIsAskedForNoMore() {
        login("c2c_bob", "group_eng");
        server.send("{'type':'conversation','conversation':'group_eng','change':'left','user':'alice'}");
        JsonObject sync = syncAfterReconnecting();
        assertEquals(1, sync.getAsJsonArray("conversations").size());
        assertEquals("c2c_bob", item(sync).get("conversation").getAsString());
    }

    @Test
    void aConversationThatTheServerDoesNotGiveAnyMoreIsHeldNoMore() {
        login("c2c_bob", "group_eng");
        server.send(messageEvent(BOB_1, "bob", "hello").replace("c2c_bob", "group_eng"));
        reconnect();
        server.reply(server.take("sync"), "{'conversations':[" + page("", "", "c2", false, 0)
                + ",{'conversation':'group_eng','error':{'code':10015,'name':'n','desc':'d','retryable':false}}]}");
        assertEquals(List.of("c2c_bob"), conversations());
        assertEquals(List.of(), view("group_eng"));
    }

    @Test
    void aConversationThatTheUserLeavesDuringItsSynchronisationHoldsNothingUp() {
        startLogin();
        server.accept();
        server.greet();
        server.reply(server.take("conversations"), "{'conversations':[{'conversation':'group_eng'}]}");
        JsonObject sync = server.take("sync");
        server.send("{'type':'conversation','conversation':'group_eng','change':'left','user':'alice'}");
        answerSync(sync, page(message(BOB_1, "bob", "hello"), "", "c1", false, 1).replace("c2c_bob", "group_eng"));
        login.value();
        assertEquals(List.of(), conversations());
    }

    @Test
    void aSynchronisationThatFailsBeginsAgainOnAnotherConnection() {
        startLogin();
        server.accept();
        server.greet();
        loop.advance(30_000 - 1);
        assertTrue(login.isPending());
        assertEquals(3, server.frames.size(), "conversations was asked three times");
    }
}

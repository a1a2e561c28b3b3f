package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileServerTest extends ClientTest {
    @ParameterizedTest
    @ValueSource(strings = {
        "", "null", "[]", "5", "{", "{'type':", "{'type':5}", "{'type':null}", "{'type':'unheard of','conversation':'c2c_bob'}",
        "{'type':'message'}", "{'type':'message','message':5}", "{'type':'message','message':{'conversation':'c2c_bob'}}",
        "{'type':'message','message':{'messageId':'short','conversation':'c2c_bob','sender':'bob','sentAt':1,'body':{}}}",
        "{'type':'message','message':{'messageId':'01HF7YAT00000000000000B0B1','conversation':'c2c_bob','sender':'bob','sentAt':1e999999999,'body':{}}}",
        "{'type':'message','message':{'messageId':'01HF7YAT00000000000000B0B1','conversation':'c2c_bob','sender':'bob','sentAt':1,'body':'text'}}",
        "{'type':'message','message':{'messageId':'01HF7YAT00000000000000B0B1','conversation':'c2c_bob','sender':7,'sentAt':1,'body':{}}}",
        "{'type':'message','message':{'messageId':'01HF7YAT00000000000000B0B1','conversation':'c2c_bob','sender':'bob','sentAt':1,'revoked':true,'body':{}}}",
        "{'type':'revoked','conversation':'c2c_bob','revocations':'all'}", "{'type':'revoked','conversation':'c2c_bob','revocations':[1,null,{}]}",
        "{'type':'revoked','conversation':5,'revocations':[]}", "{'type':'revoked','conversation':'elsewhere','revocations':[]}",
        "{'type':'read','conversation':'c2c_bob','readUpTo':5,'unread':'many'}", "{'type':'conversation','conversation':'c2c_bob','user':'alice'}",
        "{'type':'reply'}", "{'type':'reply','id':5,'ok':true}", "{'type':'reply','id':'','ok':true}", "{'type':'reply','id':'.','ok':true}",
        "{'type':'reply','id':'99.1','ok':true}", "{'type':'message','message':{}} trailing"})
    void aFrameThatMakesNoSenseIsIgnored(String frame) {
        login("c2c_bob");
        server.send(frame);
        assertEquals(List.of(), recorder.ofMessages());
        assertTrue(view("c2c_bob").isEmpty());
        assertTrue(server.isConnected());
        server.send(messageEvent(BOB_1, "bob", "still alive"));
        assertEquals(List.of("new " + BOB_1), recorder.ofMessages());
    }

    @Test
    void deepNestingIsIgnored() {
        login("c2c_bob");
        server.sendRaw("[".repeat(100_000));
        server.sendRaw("{\"type\":\"message\",\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
        server.send(messageEvent(BOB_1, "bob", "still alive"));
        assertEquals(List.of("new " + BOB_1), recorder.ofMessages());
    }

    @Test
    void aSuccessWithoutItsContentsIsNoAnswer() {
        login("c2c_bob");
        Outcome<Message> sent = send("hi");
        server.reply(server.take("send"), "{'message':'thanks'}");
        assertTrue(sent.isPending());
        Outcome<Message> recall = revoke("c2c_bob", BOB_1);
        server.reply(server.take("revoke"), "{'results':[]}");
        assertTrue(recall.isPending());
    }

    @Test
    void aServerThatSaysMoreForEverDoesNotKeepTheClientForEver() {
        startLogin();
        server.accept();
        server.greet();
        server.reply(server.take("conversations"), "{'conversations':[{'conversation':'c2c_bob'}]}");
        int asked = 0;
        while (login.isPending() && asked < 1_000) {
            answerSync(server.take("sync"), page("", "", "c1", true, 0));
            asked++;
        }
        login.value();
        assertTrue(asked < 50);
    }

    @Test
    void aFloodOfRecallsOfUnknownMessagesIsForgottenBeforeItFillsTheMemory() {
        login("c2c_bob");
        server.send(messageEvent(BOB_1, "bob", "a real one"));
        for (int i = 0; i < MemoryLimit.MOST_EARLY_RECALLS + 5_000; i++) {
            server.send(revokedEvent(String.format("01HF7YBT00000000000%07d", i), "bob", "bob"));
        }
        assertEquals(MemoryLimit.MOST_EARLY_RECALLS + 1, view("c2c_bob").size());
        assertEquals(BOB_1, view("c2c_bob").get(0).messageId(), "what is real is not pushed out");
    }

    @Test
    void aFloodOfMessagesKeepsTheNewest() {
        login("c2c_bob");
        int sent = MemoryLimit.MOST_MESSAGES + 5_000;
        for (int i = 0; i < sent; i++) {
            server.send(messageEvent(String.format("01HF7YBT00000000000%07d", i), "bob", "flood"));
        }
        List<Message> held = view("c2c_bob");
        assertTrue(held.size() <= MemoryLimit.MOST_MESSAGES);
        assertEquals(String.format("01HF7YBT00000000000%07d", sent - 1), held.get(held.size() - 1).messageId());
        int announced = recorder.ofMessages().size();
        server.send(messageEvent(String.format("01HF7YBT00000000000%07d", 0), "bob", "flood"));
        assertEquals(announced, recorder.ofMessages().size(), "what was dropped is not new when it comes again");
    }

    @Test
    void manyConversationsAreBounded() {
        login("c2c_bob");
        for (int i = 0; i < MemoryLimit.MOST_CONVERSATIONS + 100; i++) {
            server.send("{'type':'read','conversation':'group_" + i + "','readUpTo':'" + BOB_1 + "','unread':1}");
        }
        Outcome<List<Conversation>> list = new Outcome<>();
        client.conversations(list);
        loop.settle();
        assertTrue(list.value().size() <= MemoryLimit.MOST_CONVERSATIONS);
    }

    @Test
    void randomDamageToGoodFramesBreaksNothing() {
        login("c2c_bob");
        Random random = new Random(42);
        String good = (messageEvent(BOB_1, "bob", "hi") + revokedEvent(BOB_2, "bob", "bob")).replace('\'', '"');
        for (int i = 0; i < 20_000; i++) {
            StringBuilder damaged = new StringBuilder(random.nextBoolean()
                    ? messageEvent(BOB_1, "bob", "hi").replace('\'', '"') : revokedEvent(BOB_2, "bob", "bob").replace('\'', '"'));
            for (int hit = 0; hit < 3; hit++) {
                damaged.setCharAt(random.nextInt(damaged.length()), good.charAt(random.nextInt(good.length())));
            }
            server.sendRaw(damaged.toString());
        }
        server.send(messageEvent(BOB_3, "bob", "still alive"));
        assertTrue(recorder.told.contains("new " + BOB_3));
        assertTrue(server.isConnected());
    }
}

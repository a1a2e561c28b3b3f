package com.example.recall.client;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.BeforeEach;

/** A client on a fake server, in a time that the test moves. */
abstract class ClientTest {
    static final String BOB_1 = "01HF7YAT00000000000000B0B1";
    static final String BOB_2 = "01HF7YAVYG000000000000B0B2";
    static final String BOB_3 = "01HF7YAWXR000000000000B0B3";

    final ManualLoop loop = new ManualLoop();
    final FakeServer server = new FakeServer(loop);
    final Recorder recorder = new Recorder();
    final Outcome<Void> login = new Outcome<>();
    String nextToken;
    RecallClient client;

    /** Null: nothing is stored. */
    Storage storage() {
        return null;
    }

    /** Null: a plain one. */
    OkHttpClient httpClient() {
        return null;
    }

    @BeforeEach
    void makeClient() {
        RecallOptions options = new RecallOptions()
                .storage(storage())
                .httpClient(httpClient())
                .requestTimeoutMilliseconds(10_000)
                .tokenProvider((user, answer) -> {
                    if (nextToken == null) {
                        answer.onError(RecallError.of(ErrorCode.TOKEN_EXPIRED, "none"));
                    } else {
                        answer.onSuccess(nextToken);
                    }
                });
        client = new RecallClient(options, loop, server, Runnable::run, new Random(1));
        client.addListener(recorder);
    }

    /** The process is killed and starts again, and its user logs in. */
    Outcome<Void> restart() {
        loop.close();
        server.frames.clear();
        recorder.told.clear();
        makeClient();
        Outcome<Void> again = new Outcome<>();
        client.login("ws://127.0.0.1/local", "alice", "token-1", again);
        loop.settle();
        return again;
    }

    void login(String... conversations) {
        startLogin();
        server.welcome(conversations);
        login.value();
    }

    void startLogin() {
        client.login("ws://127.0.0.1/local", "alice", "token-1", login);
        loop.settle();
    }

    /** Answers a sync of one conversation with a page of it. */
    void answerSync(JsonObject sync, String page) {
        server.reply(sync, "{'conversations':[" + page + "]}");
    }

    Outcome<Message> send(String text) {
        Outcome<Message> outcome = new Outcome<>();
        JsonObject body = new JsonObject();
        body.addProperty("text", text);
        client.send("c2c_bob", body.toString(), null, null, outcome);
        loop.settle();
        return outcome;
    }

    /** Sends an answer that is stored only if its question is not recalled. */
    void answer(String question, Outcome<Message> outcome) {
        client.send("c2c_bob", "{\"text\":\"42\"}", null, question, null, outcome);
        loop.settle();
    }

    Outcome<Message> revoke(String conversation, String messageId) {
        Outcome<Message> outcome = new Outcome<>();
        client.revoke(conversation, messageId, null, outcome);
        loop.settle();
        return outcome;
    }

    List<Message> view(String conversation) {
        Outcome<List<Message>> outcome = new Outcome<>();
        client.held(conversation, null, Integer.MAX_VALUE, outcome);
        loop.settle();
        return outcome.value();
    }

    /** The IDs of the list, in its order. */
    List<String> conversations() {
        Outcome<List<Conversation>> outcome = new Outcome<>();
        client.conversations(outcome);
        loop.settle();
        return outcome.value().stream().map(Conversation::id).collect(Collectors.toList());
    }

    long unread(String conversation) {
        Outcome<Conversation> outcome = new Outcome<>();
        client.conversation(conversation, outcome);
        loop.settle();
        return outcome.value().unread();
    }

    static String message(String messageId, String sender, String text) {
        return "{'messageId':'" + messageId + "','conversation':'c2c_bob','sender':'" + sender
                + "','sentAt':1700000000000,'recallableUntil':1700000120000,'body':{'text':'" + text + "'}}";
    }

    static String messageEvent(String messageId, String sender, String text) {
        return "{'type':'message','message':" + message(messageId, sender, text) + "}";
    }

    static String revocation(String messageId, String sender, String by) {
        return "{'messageId':'" + messageId + "','sender':'" + sender
                + "','sentAt':1700000000000,'revoked':{'at':1700000001000,'by':'" + by + "','role':'sender'}}";
    }

    static String revokedEvent(String messageId, String sender, String by) {
        return "{'type':'revoked','conversation':'c2c_bob','revocations':[" + revocation(messageId, sender, by) + "]}";
    }

    static String readEvent(String readUpTo, long unread) {
        return "{'type':'read','conversation':'c2c_bob','readUpTo':'" + readUpTo + "','unread':" + unread + "}";
    }

    static String page(String messages, String revocations, String cursor, boolean more, long unread) {
        return "{'conversation':'c2c_bob','messages':[" + messages + "],'revocations':[" + revocations + "],'cursor':'" + cursor
                + "','more':" + more + ",'unread':" + unread + "}";
    }

    static String revokeReply(String messageId, String by) {
        return "{'results':[{'messageId':'" + messageId + "','ok':true,'revoked':{'at':1700000001000,'by':'" + by
                + "','role':'sender'}}]}";
    }
}

package com.example.recall.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * A user's connection to recall. Methods may be called from any thread and return at once; answers and listeners are called
 * on {@link RecallOptions#callbackExecutor}, in order.
 */
public final class RecallClient {
    private static final int MOST_BODY_BYTES = 12_288;

    private final EventLoop loop;
    private final Callbacks callbacks;
    private final Inbox inbox;
    private final Transport transport;
    private final ServerClock clock;
    private final MessageIds messageIds;
    private final Requests requests;
    private final Conversations conversations;
    private final Store store;
    private final Synchronisation synchronisation;
    private final SendCalls sendCalls;
    private final RevokeCalls revokeCalls;
    private final Account account;
    private final Platform platform;
    private volatile Runnable unwatch = () -> { };

    /** Nothing is connected before {@link #login}. */
    public RecallClient(RecallOptions options) {
        this(options, Platform.current(), new SecureRandom());
    }

    private RecallClient(RecallOptions options, Platform platform, Random random) {
        this(options, new ThreadLoop(platform),
                new OkHttpTransport(options.httpClient() == null ? new OkHttpClient() : options.httpClient(),
                        options.pingIntervalMilliseconds()),
                options.callbackExecutor() == null ? platform.callbackExecutor() : options.callbackExecutor(), random, platform);
    }

    RecallClient(RecallOptions options, EventLoop loop, Transport transport, Executor executor, Random random) {
        this(options, loop, transport, executor, random, Platform.current());
    }

    private RecallClient(RecallOptions options, EventLoop loop, Transport transport, Executor executor, Random random, Platform platform) {
        this.platform = platform;
        this.loop = loop;
        this.transport = transport;
        callbacks = new Callbacks(executor);
        inbox = new Inbox(loop, callbacks);
        clock = new ServerClock(loop);
        messageIds = new MessageIds(random);
        long minimum = options.reconnectMinimumMilliseconds();
        long maximum = options.reconnectMaximumMilliseconds();
        conversations = new Conversations(new Teller());
        store = new Store(options.storageOn(platform), loop, callbacks);
        account = new Account(loop, callbacks, options.tokenProvider(), conversations, new Events(conversations), store);
        Session session = new Session(loop, transport, inbox, clock, new Backoff(minimum, maximum, random), random,
                options.pingIntervalMilliseconds(), account);
        requests = new Requests(loop, options.requestTimeoutMilliseconds(), new Backoff(minimum, maximum, random), session);
        session.requests(requests);
        synchronisation = new Synchronisation(requests, conversations, account);
        sendCalls = new SendCalls(requests, conversations, store, callbacks, clock, messageIds);
        revokeCalls = new RevokeCalls(requests, conversations, sendCalls, store, callbacks, clock);
        account.connect(session, requests, synchronisation, sendCalls, revokeCalls);
    }

    public void addListener(RecallListener listener) {
        callbacks.add(listener);
    }

    public void removeListener(RecallListener listener) {
        callbacks.remove(listener);
    }

    /**
     * Connects, and answers after the first synchronisation. Keeps trying for 30 s, then
     * {@link ErrorCode#NOT_CONNECTED}; {@link ErrorCode#TOKEN_EXPIRED} when the server refuses the token. What is stored of the user can be
     * asked for at once, before there is a connection: {@link #conversations}, {@link #held}.
     *
     * @param url {@code wss://…/stage}
     * @param token the JWT of this user
     */
    public void login(String url, String userId, String token, Answer<@Nullable Void> answer) {
        Answer<Void> told = callbacks.answering(answer);
        if (!OkHttpTransport.isUrl(url) || userId == null || userId.isEmpty() || token == null || token.isEmpty()) {
            told.onError(RecallError.of(ErrorCode.INVALID_REQUEST, "login needs a ws:// or wss:// URL, a user ID and a token"));
            return;
        }
        loop.execute(() -> account.login(url, userId, token, told));
    }

    /** Disconnects and forgets what is held. What is stored stays for the next login. Outstanding calls fail with {@link ErrorCode#NOT_CONNECTED}. */
    public void logout(Answer<@Nullable Void> answer) {
        Answer<Void> told = callbacks.answering(answer);
        loop.execute(() -> {
            account.logout();
            told.onSuccess(null);
        });
    }

    /**
     * Makes sure at once that the connection is alive, or makes one: a request that has 5 s, and no wait before the next connection. Call it
     * when the network came back or the app came to the front.
     */
    public void checkConnection() {
        loop.execute(account::checkConnection);
    }

    /**
     * On Android: checks the connection by itself when the network comes back and when the app comes to the front. Elsewhere it does nothing.
     *
     * @param context an {@code android.content.Context}
     */
    public void watch(Object context) {
        unwatch.run();
        unwatch = platform.watch(context, this::checkConnection);
    }

    /** Disconnects and frees the client's threads. It cannot be used again. What is stored stays. */
    public void close() {
        unwatch.run();
        loop.execute(() -> {
            account.close();
            inbox.close();
            transport.close();
            loop.close();
        });
    }

    /** The user logged in, or null. */
    public @Nullable String user() {
        return account.user();
    }

    /** Whether requests can be answered: after the first hello since login. */
    public boolean isLoggedIn() {
        return account.isGreeted();
    }

    /** Server time in milliseconds since 1970 as this client knows it; −1 before the first login. */
    public long serverTime() {
        return clock.isKnown() ? clock.now() : -1;
    }

    /**
     * Sends a message.
     *
     * @param bodyJson a JSON object of up to 12,288 bytes
     * @param replyTo the message it answers, or null
     * @param messageId null for a fresh one; an earlier one to repeat a send whose outcome is unknown
     * @return the message ID, or null when nothing was sent because not logged in or the parameters are wrong
     */
    public @Nullable String send(String conversation, String bodyJson, @Nullable String replyTo, @Nullable String messageId, Answer<Message> answer) {
        return send(conversation, bodyJson, replyTo, null, messageId, answer);
    }

    /**
     * Sends a message that is stored only if another one is not recalled at that very moment. An answer names its question, so that nobody answers
     * what was recalled. If it was, the error is {@link ErrorCode#OTHER_MESSAGE_RECALLED}.
     *
     * @param bodyJson a JSON object of up to 12,288 bytes
     * @param replyTo the message it answers, or null
     * @param unlessRevoked a message of the same conversation; null sends without a condition
     * @param messageId null for a fresh one; an earlier one to repeat a send whose outcome is unknown
     * @return the message ID, or null when nothing was sent because not logged in or the parameters are wrong
     */
    public @Nullable String send(String conversation, String bodyJson, @Nullable String replyTo, @Nullable String unlessRevoked,
            @Nullable String messageId, Answer<Message> answer) {
        Answer<Message> told = callbacks.answering(answer);
        JsonObject body = bodyJson == null ? null : Json.object(bodyJson);
        RecallError refusal = refusal(conversation, body, messageId);
        if (refusal != null) {
            told.onError(refusal);
            return null;
        }
        String id = messageId == null ? messageIds.next(clock.now()) : messageId;
        SendCalls.Draft draft = new SendCalls.Draft(conversation, body, replyTo, unlessRevoked, messageId != null);
        loop.execute(() -> {
            if (!account.isGreeted()) {
                told.onError(notLoggedIn());
            } else {
                sendCalls.send(draft, id, told);
            }
        });
        return id;
    }

    private RecallError refusal(String conversation, JsonObject body, String messageId) {
        if (!account.isGreeted()) {
            return notLoggedIn();
        }
        if (!Frames.isConversation(conversation)) {
            return RecallError.of(ErrorCode.INVALID_REQUEST, "conversation: must be c2c_<user ID> or group_<group ID>");
        }
        if (body == null) {
            return RecallError.of(ErrorCode.INVALID_REQUEST, "body: must be a JSON object");
        }
        if (messageId != null && !MessageIds.isValid(messageId)) {
            return RecallError.of(ErrorCode.INVALID_REQUEST, "messageId: must be a ULID of 26 characters");
        }
        if (Json.encodedLength(Json.write(body)) > MOST_BODY_BYTES) {
            return RecallError.of(ErrorCode.BODY_TOO_LARGE, "body: has more than " + MOST_BODY_BYTES + " bytes; send less or send a link");
        }
        return null;
    }

    private static RecallError notLoggedIn() {
        return RecallError.of(ErrorCode.NOT_CONNECTED, "not logged in; call login and wait for its success");
    }

    /**
     * Recalls a message; answers with its tombstone.
     *
     * @param reason up to 256 bytes, shown to the members; or null
     */
    public void revoke(String conversation, String messageId, @Nullable String reason, Answer<Message> answer) {
        Answer<Message> told = callbacks.answering(answer);
        if (!Frames.isConversation(conversation) || !MessageIds.isValid(messageId)) {
            told.onError(RecallError.of(ErrorCode.INVALID_REQUEST, "revoke needs a conversation and a message ID"));
            return;
        }
        whenLoggedIn(told, () -> revokeCalls.revoke(conversation, messageId, reason, told));
    }

    private void whenLoggedIn(Answer<?> answer, Runnable task) {
        loop.execute(() -> {
            if (account.isGreeted()) {
                task.run();
            } else {
                answer.onError(notLoggedIn());
            }
        });
    }

    /**
     * A page of history from the server, oldest first, tombstones included.
     *
     * @param before the page ends before this message; null for the newest
     * @param limit 1 to 100
     */
    public void history(String conversation, @Nullable String before, int limit, Answer<List<Message>> answer) {
        Answer<List<Message>> told = callbacks.answering(answer);
        if (!Frames.isConversation(conversation) || before != null && !MessageIds.isValid(before)) {
            told.onError(RecallError.of(ErrorCode.INVALID_REQUEST, "history needs a conversation, and a message ID or nothing to begin before"));
            return;
        }
        JsonObject item = new JsonObject();
        item.addProperty("conversation", conversation);
        if (before != null) {
            item.addProperty("before", before);
        }
        item.addProperty("limit", Math.max(1, Math.min(100, limit)));
        JsonArray items = new JsonArray();
        items.add(item);
        JsonObject fields = new JsonObject();
        fields.add("conversations", items);
        whenLoggedIn(told, () -> requests.submit(new Request("sync", fields, false, new HistoryPage(conversation, conversations, told))));
    }

    /** Tells the server up to where this user has read; answers with what is unread then. */
    public void read(String conversation, String messageId, Answer<Long> answer) {
        Answer<Long> told = callbacks.answering(answer);
        if (!Frames.isConversation(conversation) || !MessageIds.isValid(messageId)) {
            told.onError(RecallError.of(ErrorCode.INVALID_REQUEST, "read needs a conversation and a message ID"));
            return;
        }
        JsonObject fields = new JsonObject();
        fields.addProperty("conversation", conversation);
        fields.addProperty("messageId", messageId);
        whenLoggedIn(told, () -> requests.submit(new Request("read", fields, false, new Request.Handler() {
            @Override
            public boolean onReply(JsonObject reply) {
                Long unread = Json.integer(reply, "unread");
                ConversationView view = conversations.view(conversation);
                if (unread == null) {
                    return false;
                }
                String readUpTo = Json.string(reply, "readUpTo");
                if (view != null) {
                    conversations.read(view, readUpTo == null ? messageId : readUpTo, unread);
                }
                told.onSuccess(unread);
                return true;
            }

            @Override
            public void onError(RecallError error, JsonObject reply) {
                told.onError(error);
            }
        })));
    }

    /** What is held of a conversation now, without asking the server: oldest first, up to a limit, before a message or null. */
    public void held(String conversation, @Nullable String before, int limit, Answer<List<Message>> answer) {
        Answer<List<Message>> told = callbacks.answering(answer);
        loop.execute(() -> {
            ConversationView view = conversations.find(conversation);
            told.onSuccess(view == null ? new ArrayList<>() : view.olderThan(before, limit));
        });
    }

    /** Those of some messages that are held. */
    public void heldMessages(List<String> wanted, Answer<List<Message>> answer) {
        Answer<List<Message>> told = callbacks.answering(answer);
        loop.execute(() -> {
            List<Message> found = new ArrayList<>();
            for (String messageId : wanted) {
                for (ConversationView view : conversations.all()) {
                    Message message = view.get(messageId);
                    if (message != null) {
                        found.add(message);
                    }
                }
            }
            told.onSuccess(found);
        });
    }

    /** The user's own messages of a conversation whose send has no good answer yet, oldest first. {@link #held} does not have them. */
    public void unsent(String conversation, Answer<List<UnsentMessage>> answer) {
        Answer<List<UnsentMessage>> told = callbacks.answering(answer);
        loop.execute(() -> {
            ConversationView view = conversations.find(conversation);
            List<UnsentMessage> unsent = new ArrayList<>();
            for (Unsent each : view == null ? new ArrayList<Unsent>() : view.unsent.values()) {
                if (!view.isRevokedOrToBe(each.messageId)) {
                    unsent.add(new UnsentMessage(conversation, each));
                }
            }
            told.onSuccess(unsent);
        });
    }

    /** Removes everything that is stored of a user who is not logged in, for an app's "sign out". */
    public void clearStorage(String userId, Answer<@Nullable Void> answer) {
        Answer<Void> told = callbacks.answering(answer);
        loop.execute(() -> account.clearStorage(userId, told));
    }

    /** Gives up a message that failed. It is no longer among {@link #unsent}. One that may have arrived can still appear. */
    public void discardUnsent(String conversation, String messageId, Answer<@Nullable Void> answer) {
        Answer<Void> told = callbacks.answering(answer);
        loop.execute(() -> {
            ConversationView view = conversations.find(conversation);
            if (view != null && !sendCalls.isPending(messageId) && view.unsent.remove(messageId) != null) {
                store.beforeTelling(view);
            }
            told.onSuccess(null);
        });
    }

    /** One conversation as held now; with nothing in it when nothing is held. */
    public void conversation(String id, Answer<Conversation> answer) {
        Answer<Conversation> told = callbacks.answering(answer);
        loop.execute(() -> {
            ConversationView view = conversations.find(id);
            told.onSuccess((view == null ? new ConversationView(id) : view).snapshot());
        });
    }

    /** The list of conversations as held now, latest change first. */
    public void conversations(Answer<List<Conversation>> answer) {
        Answer<List<Conversation>> told = callbacks.answering(answer);
        loop.execute(() -> told.onSuccess(conversations.list()));
    }

    private void conversationChanged(ConversationView view) {
        Conversation snapshot = view.snapshot();
        callbacks.tell(listener -> listener.onConversationChanged(snapshot));
    }

    private final class Teller implements Conversations.Teller {
        @Override
        public void onNewMessage(Message message) {
            callbacks.tell(listener -> listener.onNewMessage(message));
        }

        @Override
        public void onRevoked(Message tombstone) {
            callbacks.tell(listener -> listener.onMessageRevoked(tombstone));
        }

        @Override
        public void onChanged(ConversationView view) {
            conversationChanged(view);
        }

        @Override
        public void onStateChanged(ConversationView view) {
            store.changed(view);
        }

        @Override
        public void onStoreFirst(ConversationView view) {
            store.beforeTelling(view);
        }

        @Override
        public void onTombstone(ConversationView view) {
            store.beforeTellingOfRevocation(view);
        }

        @Override
        public void onForgotten(ConversationView view) {
            store.forget(view);
            conversationChanged(new ConversationView(view.id));
        }

        @Override
        public boolean isBeingSent(String messageId) {
            return sendCalls.isPending(messageId);
        }

        @Override
        public boolean isBeingRevoked(String messageId) {
            return revokeCalls.isPending(messageId);
        }

        @Override
        public void onSynchronisationNeeded(ConversationView view) {
            synchronisation.again(view);
        }
    }
}

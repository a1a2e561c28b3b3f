package com.example.recall.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.File;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A user's connection to recall. Methods may be called from any thread and return at once; answers and listeners are called
 * on {@link RecallOptions#callbackExecutor}, in order.
 */
public final class RecallClient {
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
    private final AttachmentCalls attachmentCalls;
    private final Account account;
    private final Platform platform;
    private volatile Runnable unwatch = () -> { };

    /** Nothing is connected before {@link #login}. */
    public RecallClient(RecallOptions options) {
        this(options, Platform.current(), new SecureRandom());
    }

    private RecallClient(RecallOptions options, Platform platform, Random random) {
        this(options, new ThreadLoop(platform),
                new OkHttpTransport(options.httpClient(), options.pingIntervalMilliseconds()),
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
        attachmentCalls = new AttachmentCalls(requests, conversations, loop, callbacks, new Transfers(options.httpClient()));
        account.connect(session, requests, synchronisation, sendCalls, revokeCalls, attachmentCalls);
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
        return send(new NewMessage(conversation, bodyJson).replyTo(replyTo).messageId(messageId), answer);
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
        return send(new NewMessage(conversation, bodyJson).replyTo(replyTo).unlessRevoked(unlessRevoked).messageId(messageId), answer);
    }

    /**
     * Sends a message with everything that a message may have. If it has a file to upload, the file goes first, by HTTP and not over the
     * connection. Until the upload has ended the message is not stored, and a recall ends the upload, so that nothing is sent.
     *
     * @return the message ID, or null when nothing was sent because not logged in or the parameters are wrong
     */
    public @Nullable String send(NewMessage message, Answer<Message> answer) {
        Answer<Message> told = callbacks.answering(answer);
        JsonObject body = message.bodyJson == null ? null : Json.object(message.bodyJson);
        RecallError refusal = account.isGreeted() ? message.refusal(body) : notLoggedIn();
        if (refusal != null) {
            told.onError(refusal);
            return null;
        }
        String id = message.messageId == null ? messageIds.next(clock.now()) : message.messageId;
        loop.execute(() -> {
            if (!account.isGreeted()) {
                told.onError(notLoggedIn());
            } else {
                upload(message, body, id, told);
            }
        });
        return id;
    }

    private void upload(NewMessage message, JsonObject body, String id, Answer<Message> told) {
        Upload upload = message.upload;
        if (upload == null || upload.attachment() != null) {
            sendCalls.send(new SendCalls.Draft(message, body, message.allAttachments()), id, told);
            return;
        }
        attachmentCalls.attach(upload, message.conversation, id, new Answer<Attachment>() {
            @Override
            public void onSuccess(Attachment uploaded) {
                sendCalls.send(new SendCalls.Draft(message, body, message.allAttachments()), id, told);
            }

            @Override
            public void onError(RecallError error) {
                // Nobody knows what became of the file, but the message was surely not sent.
                told.onError(error.withKnownOutcome());
            }
        });
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
        whenLoggedIn(told, () -> {
            if (attachmentCalls.isUploading(conversation, messageId)) {
                // The server knows nothing of the message, and never will.
                attachmentCalls.revoked(conversation, messageId);
                Revocation revoked = new Revocation(clock.now(), account.user(), "sender", reason);
                told.onSuccess(new Message(messageId, conversation, account.user(), 0, 0, null, null, Collections.emptyList(), revoked));
            } else {
                revokeCalls.revoke(conversation, messageId, reason, told);
            }
        });
    }

    /** How large a file may be in bytes, as the latest connection has said; 0 if the deployment has no attachments, and before the login. */
    public long maxAttachmentBytes() {
        return account.maxAttachmentBytes();
    }

    /**
     * Uploads a file for a message that is sent later with {@link NewMessage#attachments}. It goes by HTTP and not over the connection. An upload
     * that no message names is removed after a day.
     *
     * <p>The errors are {@link ErrorCode#ATTACHMENTS_OFF}, {@link ErrorCode#ATTACHMENT_TOO_LARGE}, {@link ErrorCode#UPLOAD_FAILED},
     * {@link ErrorCode#INVALID_REQUEST}, also for a file that cannot be read, and those of every request.
     */
    public void attach(Upload upload, Answer<Attachment> answer) {
        Answer<Attachment> told = callbacks.answering(answer);
        whenLoggedIn(told, () -> attachmentCalls.attach(upload, told));
    }

    /**
     * Downloads a file of a message. The bytes go to a file beside the target, whose name ends with {@code .tmp}, and which takes the place of the
     * target when it is whole. If the client learns meanwhile that the message is recalled, the download ends with
     * {@link ErrorCode#ALREADY_RECALLED}. When it has ended with any error, no byte of it is left on the device. Delete what was downloaded
     * earlier when {@link RecallListener#onMessageRevoked} is called.
     *
     * <p>The other errors are {@link ErrorCode#ATTACHMENT_NOT_FOUND}, {@link ErrorCode#ATTACHMENTS_OFF}, {@link ErrorCode#MESSAGE_NOT_FOUND}
     * ({@link ErrorCode#GROUP_MESSAGE_NOT_FOUND}), {@link ErrorCode#DOWNLOAD_FAILED}, also if the file cannot be written, and those of every
     * request.
     *
     * @param progress null if nobody wants to know
     */
    public void download(String conversation, String messageId, String attachmentId, File target, @Nullable TransferProgress progress,
            Answer<@Nullable Void> answer) {
        Answer<Void> told = callbacks.answering(answer);
        if (!Frames.isConversation(conversation) || !MessageIds.isValid(messageId) || !MessageIds.isValid(attachmentId)) {
            told.onError(RecallError.of(ErrorCode.INVALID_REQUEST, "download needs a conversation, a message ID and an attachment ID"));
            return;
        }
        whenLoggedIn(told, () -> attachmentCalls.download(conversation, messageId, attachmentId, target, progress, told));
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

    /**
     * Registers this device for notifications, which its user gets while they have no open connection. Register at each start, because tokens
     * change. A device belongs to the user who registered it last.
     *
     * <p>The errors are {@link ErrorCode#PUSH_OFF}, {@link ErrorCode#INVALID_REQUEST}, and those of every request.
     *
     * @param fcmToken the token that Firebase Cloud Messaging gave to the app
     */
    public void registerPush(String fcmToken, Answer<@Nullable Void> answer) {
        push(fcmToken, false, answer);
    }

    /** Ends the notifications of this device, for example when its user signs out. It is no error if the device is not the user's. */
    public void unregisterPush(String fcmToken, Answer<@Nullable Void> answer) {
        push(fcmToken, true, answer);
    }

    private void push(String fcmToken, boolean remove, Answer<@Nullable Void> answer) {
        Answer<Void> told = callbacks.answering(answer);
        if (fcmToken == null || fcmToken.isEmpty()) {
            told.onError(RecallError.of(ErrorCode.INVALID_REQUEST, "the token of Firebase Cloud Messaging is missing"));
            return;
        }
        whenLoggedIn(told, () -> requests.submit(PushRegistration.request(fcmToken, remove, told)));
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
        public void onRevocation(String conversation, String messageId) {
            attachmentCalls.revoked(conversation, messageId);
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

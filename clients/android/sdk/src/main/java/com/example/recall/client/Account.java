package com.example.recall.client;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** The login of a user: whether it is complete, and how it ends, while connections open and close. */
final class Account implements Session.Owner, Synchronisation.Owner {
    private static final long LOGIN_MILLISECONDS = 30_000;

    private final EventLoop loop;
    private final Callbacks callbacks;
    private final TokenProvider tokenProvider;
    private final Conversations conversations;
    private final Events events;
    private final Store store;
    private Session session;
    private Requests requests;
    private Synchronisation synchronisation;
    private SendCalls sendCalls;
    private RevokeCalls revokeCalls;
    private AttachmentCalls attachmentCalls;

    private final List<Answer<Void>> logins = new ArrayList<>();
    private EventLoop.Timer loginTimer;
    private boolean synchronised;
    private volatile boolean greeted;
    private volatile String user;
    private volatile long maxAttachmentBytes;

    Account(EventLoop loop, Callbacks callbacks, TokenProvider tokenProvider, Conversations conversations, Events events, Store store) {
        this.loop = loop;
        this.callbacks = callbacks;
        this.tokenProvider = tokenProvider;
        this.conversations = conversations;
        this.events = events;
        this.store = store;
    }

    /** Names the parts that are made with this as their owner. */
    void connect(Session itsSession, Requests itsRequests, Synchronisation itsSynchronisation, SendCalls itsSendCalls, RevokeCalls itsRevokeCalls,
            AttachmentCalls itsAttachmentCalls) {
        session = itsSession;
        requests = itsRequests;
        synchronisation = itsSynchronisation;
        sendCalls = itsSendCalls;
        revokeCalls = itsRevokeCalls;
        attachmentCalls = itsAttachmentCalls;
    }

    /** The user who is logged in or logging in, or null. */
    String user() {
        return user;
    }

    /** Whether the server has answered a hello since the login. */
    boolean isGreeted() {
        return greeted;
    }

    /** How large a file may be, as the latest connection has said; 0 without attachments. */
    long maxAttachmentBytes() {
        return maxAttachmentBytes;
    }

    void login(String url, String userId, String token, Answer<Void> answer) {
        if (session.isActive() && userId.equals(user)) {
            if (synchronised) {
                answer.onSuccess(null);
            } else {
                logins.add(answer);
            }
            return;
        }
        end(RecallError.of(ErrorCode.NOT_CONNECTED, "another user logged in"));
        if (!userId.equals(conversations.user())) {
            store.leave();
            forgetUser();
            conversations.user(userId);
            store.open(userId, conversations);
        }
        user = userId;
        synchronisation.beginLogin();
        logins.add(answer);
        loginTimer = loop.schedule(LOGIN_MILLISECONDS, () -> end(RecallError.of(ErrorCode.NOT_CONNECTED,
                "the server could not be reached within " + LOGIN_MILLISECONDS / 1000 + " seconds; check the URL and the network")));
        session.start(url, token);
    }

    void checkConnection() {
        session.check();
    }

    void logout() {
        end(RecallError.of(ErrorCode.NOT_CONNECTED, "logged out"));
        store.leave();
        forgetUser();
    }

    /** Removes everything that is stored of a user who is not logged in. */
    void clearStorage(String userId, Answer<Void> answer) {
        if (userId.equals(user)) {
            answer.onError(RecallError.of(ErrorCode.INVALID_REQUEST, "the user is logged in; log out first"));
            return;
        }
        if (userId.equals(conversations.user())) {
            store.leave();
            forgetUser();
        }
        RecallError failure = store.clear(userId);
        if (failure == null) {
            answer.onSuccess(null);
        } else {
            answer.onError(failure);
        }
    }

    /** The client ends. What is stored stays, and what has no answer is sent by the next client. */
    void close() {
        store.close();
        end(RecallError.of(ErrorCode.NOT_CONNECTED, "the client was closed"));
        forgetUser();
    }

    /** Ends the connection and every call; what is held stays. */
    private void end(RecallError error) {
        session.stop();
        synchronisation.cancel();
        greeted = false;
        synchronised = false;
        user = null;
        maxAttachmentBytes = 0;
        requests.failAll(error);
        attachmentCalls.failAll(error);
        if (loginTimer != null) {
            loginTimer.cancel();
        }
        List<Answer<Void>> waiting = new ArrayList<>(logins);
        logins.clear();
        for (Answer<Void> login : waiting) {
            login.onError(error);
        }
    }

    private void forgetUser() {
        conversations.clear();
        conversations.user("");
        sendCalls.clear();
        synchronisation.forget();
    }

    @Override
    public void onConnecting() {
        callbacks.tell(RecallListener::onConnecting);
    }

    @Override
    public void onReady(JsonObject hello) {
        Long most = Json.integer(hello, "maxAttachmentBytes");
        maxAttachmentBytes = most == null ? 0 : Math.max(0, most);
        greeted = true;
        callbacks.tell(RecallListener::onConnected);
        requests.resend();
        synchronisation.start();
    }

    @Override
    public void onLost(String why) {
        synchronisation.cancel();
        RecallError error = RecallError.of(ErrorCode.NOT_CONNECTED, why);
        callbacks.tell(listener -> listener.onDisconnected(error));
    }

    @Override
    public void onEvent(String type, JsonObject frame) {
        String reason = type.equals("kicked") ? Json.string(frame, "reason") : null;
        if (reason != null && !reason.isEmpty()) {
            onKicked(reason);
        } else {
            events.onEvent(type, frame);
        }
    }

    @Override
    public void onTokenNeeded(Answer<String> answer) {
        if (tokenProvider == null) {
            answer.onError(RecallError.of(ErrorCode.TOKEN_EXPIRED, "there is no token provider"));
            return;
        }
        String tokenOf = user;
        callbacks.run(() -> tokenProvider.provideToken(tokenOf, answer));
    }

    @Override
    public void onTokenUnavailable() {
        end(RecallError.of(ErrorCode.TOKEN_EXPIRED, "the token is no longer valid; log in again with a new one"));
        callbacks.tell(RecallListener::onTokenExpired);
    }

    /**
     * The server closes this connection next. A client that connected again by itself would push out another device of the same
     * user, which would come back in its turn.
     */
    private void onKicked(String reason) {
        end(RecallError.of(ErrorCode.NOT_CONNECTED, "the server ended this session (" + reason + "); log in to connect again"));
        callbacks.tell(listener -> listener.onKickedOffline(reason));
    }

    @Override
    public void onOutcomeUnknown(String conversation) {
        ConversationView view = conversations.view(conversation);
        if (view != null) {
            synchronisation.again(view);
        }
    }

    @Override
    public void onSynchronised() {
        synchronised = true;
        if (loginTimer != null) {
            loginTimer.cancel();
        }
        for (Answer<Void> login : logins) {
            login.onSuccess(null);
        }
        logins.clear();
        revokeCalls.resume();
        sendCalls.resume();
    }

    @Override
    public void onSynchronisationFailed(RecallError error) {
        session.reconnect("the synchronisation failed");
    }
}

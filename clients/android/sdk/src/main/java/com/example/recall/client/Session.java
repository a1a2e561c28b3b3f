package com.example.recall.client;

import com.google.gson.JsonObject;
import java.util.Random;

/** Keeps one connection alive while logged in: hello, keep-alive, reconnecting, new tokens. */
final class Session implements Requests.Link {
    private static final long KEEP_ALIVE_MINIMUM_MILLISECONDS = 8 * 60_000;
    private static final long KEEP_ALIVE_MAXIMUM_MILLISECONDS = 9 * 60_000;
    private static final long CHECK_MILLISECONDS = 5_000;
    /** A hello costs a message, a ping does not. */
    private static final long HELLO_PER_PINGS = 4;
    private static final long TOKEN_PROVIDER_MILLISECONDS = 30_000;
    private static final int UNAUTHORIZED = 401;

    private final EventLoop loop;
    private final Transport transport;
    private final Inbox inbox;
    private final ServerClock clock;
    private final Backoff backoff;
    private final Random random;
    private final long pingIntervalMilliseconds;
    private final Owner owner;
    private Requests requests;

    private String url;
    private String token;
    private boolean active;
    private boolean ready;
    private boolean tokenIsFresh;
    private boolean askingForToken;
    private Attempt current;
    private EventLoop.Timer timer;
    /** Ends a connection that gives no answer to a check. */
    private EventLoop.Timer checking;
    private boolean checkAgain;
    /** The next check, where the server answers no pings. */
    private EventLoop.Timer looking;

    /** Is called on the loop when the state of the connection changes. */
    interface Owner {
        void onConnecting();

        void onReady(JsonObject hello);

        void onLost(String why);

        void onEvent(String type, JsonObject frame);

        /** The server no longer accepts the token. Answer with a new one, or with an error if there is none. */
        void onTokenNeeded(Answer<String> answer);

        void onTokenUnavailable();

        /** This conversation may have changed without an event to this connection. */
        void onOutcomeUnknown(String conversation);
    }

    Session(EventLoop loop, Transport transport, Inbox inbox, ServerClock clock, Backoff backoff, Random random, long pingIntervalMilliseconds,
            Owner owner) {
        this.loop = loop;
        this.transport = transport;
        this.inbox = inbox;
        this.clock = clock;
        this.backoff = backoff;
        this.random = random;
        this.pingIntervalMilliseconds = pingIntervalMilliseconds;
        this.owner = owner;
    }

    void requests(Requests value) {
        requests = value;
    }

    void start(String toUrl, String withToken) {
        url = toUrl;
        token = withToken;
        active = true;
        tokenIsFresh = false;
        askingForToken = false;
        backoff.reset();
        connect();
    }

    void stop() {
        active = false;
        askingForToken = false;
        disconnect();
    }

    boolean isActive() {
        return active;
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public void transmit(String frame) {
        if (current != null) {
            current.connection.send(frame);
            keepAliveLater();
        }
    }

    /** API Gateway ends a connection that is idle for 10 minutes. Devices that connected together should not speak together. */
    private void keepAliveLater() {
        long spread = KEEP_ALIVE_MAXIMUM_MILLISECONDS - KEEP_ALIVE_MINIMUM_MILLISECONDS;
        schedule(KEEP_ALIVE_MINIMUM_MILLISECONDS + (long) (random.nextDouble() * spread), this::hello);
    }

    @Override
    public void onTokenExpired() {
        if (active && !askingForToken) {
            refuseToken("the token expired");
        }
    }

    @Override
    public void onOutcomeUnknown(String conversation) {
        owner.onOutcomeUnknown(conversation);
    }

    /** Gives the connection up and makes another, after a wait. */
    void reconnect(String why) {
        if (!active || askingForToken) {
            return;
        }
        disconnect();
        owner.onLost(why);
        schedule(backoff.next(), this::connect);
    }

    /** The connection may be dead: looks at once, and ends the wait before the next one. */
    void check() {
        if (!active || askingForToken) {
            return;
        }
        // The answer to a check that is under way may have been sent before what this one is about.
        checkAgain = checking != null;
        if (checkAgain) {
            return;
        }
        if (ready) {
            checking = loop.schedule(CHECK_MILLISECONDS, () -> reconnect("the connection fell silent"));
            hello();
        } else if (current == null) {
            schedule(0, this::connect);
        }
    }

    private void checked() {
        if (checking != null) {
            checking.cancel();
            checking = null;
        }
    }

    /** A frame shows that the connection lives, so where there are no pings it saves the hello that would ask for one. */
    private void lookLater() {
        if (looking != null) {
            looking.cancel();
        }
        if (!current.connection.hasPings()) {
            looking = loop.schedule(HELLO_PER_PINGS * pingIntervalMilliseconds, () -> {
                check();
                lookLater();
            });
        }
    }

    private void connect() {
        owner.onConnecting();
        current = new Attempt();
        current.open();
    }

    private void disconnect() {
        if (timer != null) {
            timer.cancel();
        }
        checked();
        checkAgain = false;
        if (looking != null) {
            looking.cancel();
        }
        ready = false;
        Attempt closing = current;
        current = null;
        requests.connectionLost();
        if (closing != null) {
            closing.connection.close();
        }
    }

    private void schedule(long delayMilliseconds, Runnable task) {
        if (timer != null) {
            timer.cancel();
        }
        timer = loop.schedule(delayMilliseconds, task);
    }

    private void hello() {
        Attempt greeted = current;
        Request[] sent = new Request[1];
        sent[0] = new Request("hello", new JsonObject(), true, new Request.Handler() {
            @Override
            public boolean onReply(JsonObject reply) {
                Long serverTime = Json.integer(reply, "serverTime");
                if (serverTime == null) {
                    return false;
                }
                clock.learn(serverTime, sent[0].transmittedAt);
                onHello(reply);
                return true;
            }

            @Override
            public void onError(RecallError error, JsonObject reply) {
                if (current == greeted) {
                    reconnect("the server did not answer hello");
                }
            }
        });
        requests.submit(sent[0]);
    }

    private void onHello(JsonObject reply) {
        backoff.reset();
        checked();
        if (checkAgain) {
            check();
        }
        tokenIsFresh = false;
        if (!ready) {
            ready = true;
            lookLater();
            owner.onReady(reply);
        }
    }

    private void onFrame(String text) {
        if (ready) {
            lookLater();
        }
        JsonObject frame = Json.object(text);
        if (frame == null) {
            return;
        }
        String type = Json.string(frame, "type");
        if (type == null) {
            if (!frame.has("type") && frame.has("message")) {
                requests.onGatewayError();
            }
        } else if (type.equals("reply")) {
            requests.onReply(frame);
        } else {
            owner.onEvent(type, frame);
        }
    }

    private void onClosed(int handshakeStatus, String why) {
        if (handshakeStatus != UNAUTHORIZED) {
            reconnect(why);
            return;
        }
        refuseToken(why);
    }

    private void refuseToken(String why) {
        disconnect();
        owner.onLost(why);
        if (tokenIsFresh) {
            // A provider whose new token is refused at once would be asked for ever.
            owner.onTokenUnavailable();
        } else {
            renewToken();
        }
    }

    private void renewToken() {
        askingForToken = true;
        boolean[] answered = new boolean[1];
        schedule(TOKEN_PROVIDER_MILLISECONDS, () -> tokenAnswered(answered, null));
        owner.onTokenNeeded(new Answer<String>() {
            @Override
            public void onSuccess(String value) {
                loop.execute(() -> tokenAnswered(answered, value));
            }

            @Override
            public void onError(RecallError error) {
                loop.execute(() -> tokenAnswered(answered, null));
            }
        });
    }

    private void tokenAnswered(boolean[] answered, String value) {
        if (answered[0] || !active || !askingForToken) {
            return;
        }
        answered[0] = true;
        askingForToken = false;
        if (value == null || value.isEmpty()) {
            owner.onTokenUnavailable();
            return;
        }
        token = value;
        tokenIsFresh = true;
        schedule(0, this::connect);
    }

    /** One try at a connection; what an abandoned one still says is ignored. */
    private final class Attempt implements Transport.Listener {
        private Transport.Connection connection;

        void open() {
            connection = transport.open(url, token, this);
        }

        @Override
        public void onOpen() {
            inbox.accept(() -> {
                if (current == this) {
                    hello();
                }
            });
        }

        @Override
        public void onFrame(String frame) {
            inbox.accept(() -> {
                if (current == this) {
                    Session.this.onFrame(frame);
                }
            });
        }

        @Override
        public void onClosed(int handshakeStatus, String why) {
            loop.execute(() -> {
                if (current == this) {
                    Session.this.onClosed(handshakeStatus, why);
                }
            });
        }
    }
}

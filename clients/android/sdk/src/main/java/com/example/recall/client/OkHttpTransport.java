package com.example.recall.client;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;

/** WebSocket by OkHttp, with the bounds that it leaves to its users. */
final class OkHttpTransport implements Transport {
    private static final int NORMAL_CLOSURE = 1000;
    private static final long CLOSE_MILLISECONDS = 2_000;
    /** How OkHttp says that a connection got no answer to any ping; there is no other way to learn it. */
    private static final String NO_PONG_EVER = "(after 0 successful ping/pongs)";

    private final OkHttpClient client;
    /** Whether the next connection sends pings, and whether the server is known to answer them. */
    private volatile boolean pinging = true;
    private volatile boolean pongsCome;

    OkHttpTransport(OkHttpClient base, long pingIntervalMilliseconds) {
        client = base.newBuilder()
                .pingInterval(pingIntervalMilliseconds, TimeUnit.MILLISECONDS)
                .readTimeout(0, TimeUnit.MILLISECONDS)
                .retryOnConnectionFailure(false)
                // A redirect would carry the token to wherever the answer says.
                .followRedirects(false)
                .followSslRedirects(false)
                // Compression has no bound on what a frame grows to, so it is neither offered nor accepted.
                .addInterceptor(chain -> chain
                        .proceed(chain.request().newBuilder().removeHeader("Sec-WebSocket-Extensions").build())
                        .newBuilder().removeHeader("Sec-WebSocket-Extensions").build())
                .build();
    }

    @Override
    public Connection open(String url, String token, Listener listener) {
        ReceiveLimit limit = new ReceiveLimit();
        Request request;
        try {
            request = new Request.Builder().url(url).header("Authorization", "Bearer " + token).build();
        } catch (IllegalArgumentException malformed) {
            listener.onClosed(0, "the server's URL or the token is malformed");
            return new Connection() {
                @Override
                public boolean send(String frame) {
                    return false;
                }

                @Override
                public boolean hasPings() {
                    return false;
                }

                @Override
                public void close() {
                }
            };
        }
        boolean pings = pinging;
        Adapter adapter = new Adapter(listener, limit, pings);
        WebSocket socket = client.newBuilder().socketFactory(limit)
                .pingInterval(pings ? client.pingIntervalMillis() : 0, TimeUnit.MILLISECONDS).build()
                .newWebSocket(request, adapter);
        return new Connection() {
            @Override
            public boolean send(String frame) {
                return socket.send(frame);
            }

            @Override
            public boolean hasPings() {
                return pings;
            }

            @Override
            public void close() {
                // A close frame cannot be sent before the connection is open, and OkHttp would wait for the handshake.
                if (adapter.openedAt == 0 || !socket.close(NORMAL_CLOSURE, null)) {
                    socket.cancel();
                    return;
                }
                // The close frame is written on another thread. OkHttp waits up to a minute for the answer, and a half-dead connection must
                // not linger as long.
                client.dispatcher().executorService().execute(() -> {
                    adapter.awaitEnd(CLOSE_MILLISECONDS);
                    socket.cancel();
                });
            }
        };
    }

    @Override
    public void close() {
        client.connectionPool().evictAll();
    }

    /** Whether a text is a URL that can be connected to. */
    static boolean isUrl(String url) {
        if (url == null) {
            return false;
        }
        String http = url.regionMatches(true, 0, "ws:", 0, 3) ? "http:" + url.substring(3)
                : url.regionMatches(true, 0, "wss:", 0, 4) ? "https:" + url.substring(4) : url;
        return HttpUrl.parse(http) != null;
    }

    private final class Adapter extends WebSocketListener {
        private final Listener listener;
        private final ReceiveLimit limit;
        private final boolean pings;
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile long openedAt;

        Adapter(Listener listener, ReceiveLimit limit, boolean pings) {
            this.listener = listener;
            this.limit = limit;
            this.pings = pings;
        }

        /**
         * A connection that got no answer to any ping is one that died early, or its server answers none. So the next one goes without, and
         * the one after it tries again; a server that answered once is known to.
         */
        private void learn(boolean noPongEver) {
            long lived = System.nanoTime() - openedAt;
            if (!pings) {
                pinging = true;
            } else if (noPongEver) {
                pinging = pongsCome;
            } else if (openedAt != 0 && lived > TimeUnit.MILLISECONDS.toNanos(2L * client.pingIntervalMillis())) {
                pongsCome = true;
            }
        }

        void awaitEnd(long milliseconds) {
            try {
                ended.await(milliseconds, TimeUnit.MILLISECONDS);
            } catch (InterruptedException shutDown) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void onClosed(WebSocket socket, int code, String reason) {
            ended.countDown();
        }

        @Override
        public void onOpen(WebSocket socket, Response response) {
            openedAt = System.nanoTime();
            listener.onOpen();
        }

        @Override
        public void onMessage(WebSocket socket, String text) {
            limit.reset();
            listener.onFrame(text);
        }

        @Override
        public void onMessage(WebSocket socket, ByteString bytes) {
            // The protocol is text only; whatever this is, it is not for us.
            limit.reset();
        }

        @Override
        public void onClosing(WebSocket socket, int code, String reason) {
            socket.close(NORMAL_CLOSURE, null);
            learn(false);
            listener.onClosed(0, "the server closed the connection with code " + code);
        }

        @Override
        public void onFailure(WebSocket socket, Throwable failure, Response response) {
            ended.countDown();
            int status = response == null ? 0 : response.code();
            learn(failure instanceof SocketTimeoutException && String.valueOf(failure.getMessage()).contains(NO_PONG_EVER));
            String what = failure instanceof IOException ? "the connection failed" : "the connection broke";
            listener.onClosed(status == 101 ? 0 : status,
                    status == 0 || status == 101 ? what + " (" + failure.getClass().getSimpleName() + ")" : "the server refused the connection with HTTP status " + status);
        }
    }
}

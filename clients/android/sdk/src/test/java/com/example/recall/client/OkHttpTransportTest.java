package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The real transport against a real WebSocket server in this process. */
@Timeout(60)
class OkHttpTransportTest {
    private final MockWebServer server = new MockWebServer();
    private final OkHttpTransport transport = new OkHttpTransport(new OkHttpClient(), 20_000);
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<WebSocket> accepted = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    /** How a connection ended, as the server sees it. */
    private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();
    private volatile boolean answersCloses = true;

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void acceptNext() {
        server.enqueue(new MockResponse.Builder().webSocketUpgrade(new WebSocketListener() {
            @Override
            public void onOpen(WebSocket socket, Response response) {
                accepted.add(socket);
            }

            @Override
            public void onClosing(WebSocket socket, int code, String reason) {
                ended.add("closed with " + code);
                if (answersCloses) {
                    socket.close(code, null);
                }
            }

            @Override
            public void onMessage(WebSocket socket, String text) {
                received.add(text);
            }
        }).build());
    }

    private Transport.Connection open() {
        return transport.open(server.url("/local").toString().replace("http:", "ws:"), "secret-token", new Transport.Listener() {
            @Override
            public void onOpen() {
                heard.add("open");
            }

            @Override
            public void onFrame(String frame) {
                heard.add("frame " + (frame.length() > 100 ? "of " + frame.length() : frame));
            }

            @Override
            public void onClosed(int handshakeStatus, String why) {
                heard.add("closed " + handshakeStatus);
            }
        });
    }

    private String next() throws InterruptedException {
        return heard.poll(30, TimeUnit.SECONDS);
    }

    @Test
    void theTokenTravelsInAHeaderAndNoCompressionIsOffered() throws InterruptedException {
        acceptNext();
        open();
        assertEquals("open", next());
        RecordedRequest handshake = server.takeRequest();
        assertEquals("Bearer secret-token", handshake.getHeaders().get("Authorization"));
        assertNull(handshake.getHeaders().get("Sec-WebSocket-Extensions"));
        assertEquals("/local", handshake.getTarget());
    }

    @Test
    void framesTravelBothWaysAndBinaryOnesAreIgnored() throws InterruptedException {
        acceptNext();
        Transport.Connection connection = open();
        assertEquals("open", next());
        WebSocket socket = accepted.poll(30, TimeUnit.SECONDS);
        assertTrue(connection.send("{\"action\":\"hello\"}"));
        assertEquals("{\"action\":\"hello\"}", received.poll(30, TimeUnit.SECONDS));
        socket.send(ByteString.encodeUtf8("binary"));
        socket.send("text");
        assertEquals("frame text", next());
    }

    @Test
    void aRefusedHandshakeTellsItsStatus() throws InterruptedException {
        server.enqueue(new MockResponse.Builder().code(401).build());
        open();
        assertEquals("closed 401", next());
    }

    @Test
    void aRedirectIsNotFollowedWithTheToken() throws InterruptedException {
        server.enqueue(new MockResponse.Builder().code(302).addHeader("Location", server.url("/elsewhere").toString()).build());
        open();
        assertEquals("closed 302", next());
        assertEquals(1, server.getRequestCount());
    }

    @Test
    void aServerThatIsNotThereIsAClosedConnection() throws InterruptedException {
        server.close();
        open();
        assertEquals("closed 0", next());
    }

    @Test
    void messagesUpToTheLimitArriveOneAfterTheOther() throws InterruptedException {
        acceptNext();
        open();
        assertEquals("open", next());
        WebSocket socket = accepted.poll(30, TimeUnit.SECONDS);
        for (int i = 0; i < 5; i++) {
            socket.send("x".repeat(300_000));
            assertEquals("frame of 300000", next());
        }
    }

    @Test
    void aHugeMessageEndsTheConnectionBeforeItIsInMemory() throws InterruptedException {
        acceptNext();
        open();
        assertEquals("open", next());
        WebSocket socket = accepted.poll(30, TimeUnit.SECONDS);
        socket.send("x".repeat(8 * 1024 * 1024));
        assertEquals("closed 0", next());
    }

    @Test
    void aCloseByTheServerIsTold() throws InterruptedException {
        acceptNext();
        open();
        assertEquals("open", next());
        accepted.poll(30, TimeUnit.SECONDS).close(1001, "going away");
        assertEquals("closed 0", next());
    }

    @Test
    void aConnectionThatTheClientEndsIsClosedWith1000() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            acceptNext();
            Transport.Connection connection = open();
            assertEquals("open", next());
            connection.send("last frame");
            connection.close();
            assertEquals("closed with 1000", ended.poll(30, TimeUnit.SECONDS));
            assertEquals("last frame", received.poll(30, TimeUnit.SECONDS));
            assertEquals("closed 0", next());
        }
    }

    @Test
    void aServerThatDoesNotAnswerTheCloseHoldsNoConnection() throws InterruptedException {
        answersCloses = false;
        acceptNext();
        Transport.Connection connection = open();
        assertEquals("open", next());
        connection.close();
        assertEquals("closed with 1000", ended.poll(30, TimeUnit.SECONDS));
        // OkHttp by itself would wait for a minute.
        assertEquals("closed 0", next());
        // So that the server of the test can stop.
        accepted.poll(30, TimeUnit.SECONDS).close(1000, null);
    }
}

package com.example.recall.client;

/** Opens WebSocket connections. */
interface Transport {
    Connection open(String url, String token, Listener listener);

    /** Frees threads and sockets. */
    void close();

    /** One connection. */
    interface Connection {
        /** Queues a text frame; false when the connection takes no more. */
        boolean send(String frame);

        /** Whether it looks for a sign of life by itself, with pings. */
        boolean hasPings();

        void close();
    }

    /** Told from the transport's threads. */
    interface Listener {
        void onOpen();

        /** May block, which slows the sender down. */
        void onFrame(String frame);

        /** The last call. The status is the handshake's HTTP status where it was refused, else 0. */
        void onClosed(int handshakeStatus, String why);
    }
}

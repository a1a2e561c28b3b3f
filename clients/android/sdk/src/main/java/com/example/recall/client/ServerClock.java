package com.example.recall.client;

/** The server's time, as learnt from its replies and carried on by a clock that never jumps. The device's wall clock plays no part. */
final class ServerClock {
    private final EventLoop loop;
    private volatile Long offset;

    ServerClock(EventLoop loop) {
        this.loop = loop;
    }

    /** Learns from a reply that was asked for at a time and carried the server's time: the middle is the best guess. */
    void learn(long serverTime, long askedAt) {
        long answeredAt = loop.monotonicMilliseconds();
        offset = serverTime - (askedAt + (answeredAt - askedAt) / 2);
    }

    boolean isKnown() {
        return offset != null;
    }

    /** Milliseconds since 1970 on the server's clock. */
    long now() {
        Long known = offset;
        return loop.monotonicMilliseconds() + (known == null ? 0 : known);
    }
}

package com.example.recall.client;

/** Holds the network back while frames or callbacks pile up, so that a flood fills the sender's buffers and not our memory. */
final class Inbox {
    private static final int MOST_FRAMES = 16;
    private static final int MOST_CALLBACKS = 4096;

    private final EventLoop loop;
    private final Callbacks callbacks;
    private int frames;
    private boolean closed;

    Inbox(EventLoop loop, Callbacks callbacks) {
        this.loop = loop;
        this.callbacks = callbacks;
        callbacks.onProgress(this::wake);
    }

    /** Hands work for one frame to the loop; blocks the caller while there is too much already. */
    void accept(Runnable handling) {
        synchronized (this) {
            while (!closed && (frames >= MOST_FRAMES || callbacks.waiting() > MOST_CALLBACKS)) {
                try {
                    wait();
                } catch (InterruptedException ended) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
            frames++;
        }
        loop.execute(() -> {
            try {
                handling.run();
            } finally {
                synchronized (this) {
                    frames--;
                    notifyAll();
                }
            }
        });
    }

    /** Lets everybody go; what still comes is dropped by the loop. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    private synchronized void wake() {
        notifyAll();
    }
}

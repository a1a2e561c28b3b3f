package com.example.recall.client;

/** The one thread on which a client's state lives, and the clock it measures with. */
interface EventLoop {
    /** Runs a task on the loop's thread, after those given before. */
    void execute(Runnable task);

    /** Runs a task on the loop's thread after a delay. */
    Timer schedule(long delayMilliseconds, Runnable task);

    /** A clock that never jumps; its zero means nothing. */
    long monotonicMilliseconds();

    /** Ends the loop; tasks given afterwards are dropped. */
    void close();

    /** A task that waits. */
    interface Timer {
        void cancel();
    }
}

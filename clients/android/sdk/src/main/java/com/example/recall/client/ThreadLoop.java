package com.example.recall.client;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A loop on a thread of its own, a daemon, so that it keeps no process alive. */
final class ThreadLoop implements EventLoop {
    private final Platform platform;
    private final ScheduledThreadPoolExecutor executor;

    ThreadLoop(Platform platform) {
        this.platform = platform;
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "recall");
            thread.setDaemon(true);
            return thread;
        });
        // A long keep-alive that was cancelled must not hold its connection's memory for minutes.
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException closed) {
            // After close() there is nobody left to be told.
        }
    }

    @Override
    public Timer schedule(long delayMilliseconds, Runnable task) {
        try {
            ScheduledFuture<?> future = executor.schedule(task, delayMilliseconds, TimeUnit.MILLISECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException closed) {
            return () -> { };
        }
    }

    @Override
    public long monotonicMilliseconds() {
        return platform.monotonicMilliseconds();
    }

    @Override
    public void close() {
        executor.shutdown();
    }
}

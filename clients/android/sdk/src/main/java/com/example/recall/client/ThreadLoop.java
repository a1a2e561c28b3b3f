package com.example.recall.client;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A loop on a thread of its own, a daemon, so that it keeps no process alive. */
final class ThreadLoop implements EventLoop {
    private static final Logger LOGGER = Logger.getLogger("com.example.recall");

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
            executor.execute(surviving(task));
        } catch (RejectedExecutionException closed) {
            // After close() there is nobody left to be told.
        }
    }

    @Override
    public Timer schedule(long delayMilliseconds, Runnable task) {
        try {
            ScheduledFuture<?> future = executor.schedule(surviving(task), delayMilliseconds, TimeUnit.MILLISECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException closed) {
            return () -> { };
        }
    }

    /** Keeps a defect of this client from vanishing in the executor. What it says may hold a message's text, so only its place is logged. */
    private static Runnable surviving(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException defect) {
                StackTraceElement[] trace = defect.getStackTrace();
                LOGGER.log(Level.WARNING, "a defect of the recall client: {0} at {1}; please report it",
                        new Object[] {defect.getClass().getName(), trace.length == 0 ? "?" : trace[0]});
            }
        };
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

package com.example.recall.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Brings results and events to the app on its executor, and knows how many still wait there. */
final class Callbacks {
    private final Executor executor;
    private final AtomicInteger waiting = new AtomicInteger();
    private final CopyOnWriteArrayList<RecallListener> listeners = new CopyOnWriteArrayList<>();
    private volatile Runnable onProgress = () -> { };
    /** What waits for the storage, in order; null while nothing waits. */
    private List<Runnable> held;

    Callbacks(Executor executor) {
        this.executor = executor;
    }

    /** One thing to tell a listener. */
    interface Event {
        void tell(RecallListener listener);
    }

    void add(RecallListener listener) {
        listeners.addIfAbsent(listener);
    }

    void remove(RecallListener listener) {
        listeners.remove(listener);
    }

    void tell(Event event) {
        run(() -> {
            for (RecallListener listener : listeners) {
                event.tell(listener);
            }
        });
    }

    /** From now on everything waits for {@link #release}. */
    synchronized void hold() {
        if (held == null) {
            held = new ArrayList<>();
        }
    }

    /** What waited goes to the app, in its order. */
    void release() {
        List<Runnable> released;
        synchronized (this) {
            released = held == null ? new ArrayList<>() : held;
            held = null;
        }
        for (Runnable callback : released) {
            hand(callback);
        }
    }

    void run(Runnable callback) {
        waiting.incrementAndGet();
        synchronized (this) {
            if (held != null) {
                held.add(callback);
                return;
            }
        }
        hand(callback);
    }

    private void hand(Runnable callback) {
        try {
            executor.execute(() -> {
                try {
                    callback.run();
                } finally {
                    done();
                }
            });
        } catch (RejectedExecutionException shutDown) {
            // The app ended its executor, so nobody waits for this any more.
            done();
        } catch (RuntimeException ofTheApp) {
            // An executor that runs at once lets a callback's failure through; it is the app's, and must not stop the rule
            // that was being carried out here.
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, ofTheApp);
        }
    }

    private void done() {
        waiting.decrementAndGet();
        onProgress.run();
    }

    /** How many callbacks the app has not run yet. */
    int waiting() {
        return waiting.get();
    }

    void onProgress(Runnable task) {
        onProgress = task;
    }

    /** Answers on the executor. */
    <T> Answer<T> answering(Answer<T> answer) {
        return new Answer<T>() {
            @Override
            public void onSuccess(T value) {
                run(() -> answer.onSuccess(value));
            }

            @Override
            public void onError(RecallError error) {
                run(() -> answer.onError(error));
            }
        };
    }
}

package com.example.recall.client;

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

    void run(Runnable callback) {
        waiting.incrementAndGet();
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

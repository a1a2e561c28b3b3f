package com.example.recall.client;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A loop whose time stands still until a test moves it. */
final class ManualLoop implements EventLoop {
    /** Other threads may add to it while the test runs what is there. */
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Alarm> alarms =
            new PriorityQueue<>(Comparator.<Alarm>comparingLong(alarm -> alarm.at).thenComparingLong(alarm -> alarm.order));
    private long now = 5_000_000;
    private long order;

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Timer schedule(long delayMilliseconds, Runnable task) {
        Alarm alarm = new Alarm(now + delayMilliseconds, order++, task);
        alarms.add(alarm);
        return () -> alarms.remove(alarm);
    }

    @Override
    public long monotonicMilliseconds() {
        return now;
    }

    @Override
    public void close() {
        tasks.clear();
        alarms.clear();
    }

    /** Runs what is due now. */
    void settle() {
        advance(0);
    }

    /** Lets time pass and runs what falls due on the way. */
    void advance(long milliseconds) {
        long until = now + milliseconds;
        while (true) {
            if (!tasks.isEmpty()) {
                tasks.poll().run();
            } else if (!alarms.isEmpty() && alarms.peek().at <= until) {
                Alarm alarm = alarms.poll();
                now = Math.max(now, alarm.at);
                alarm.task.run();
            } else {
                now = until;
                return;
            }
        }
    }

    private static final class Alarm {
        private final long at;
        private final long order;
        private final Runnable task;

        Alarm(long at, long order, Runnable task) {
            this.at = at;
            this.order = order;
            this.task = task;
        }
    }
}

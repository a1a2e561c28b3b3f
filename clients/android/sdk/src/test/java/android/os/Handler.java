package android.os;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/** Stands in for Android's class of this name: queues what is posted, by looper. */
public class Handler {
    private static final Map<Looper, Queue<Runnable>> POSTED = new HashMap<>();

    private final Looper looper;

    public Handler(Looper looper) {
        this.looper = looper;
    }

    public final boolean post(Runnable task) {
        return posted(looper).add(task);
    }

    /** What waits on a looper. */
    public static synchronized Queue<Runnable> posted(Looper looper) {
        return POSTED.computeIfAbsent(looper, key -> new ArrayDeque<>());
    }
}

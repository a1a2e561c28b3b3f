package android.os;

/** Stands in for Android's class of this name: a clock that counts deep sleep. */
public final class SystemClock {
    private SystemClock() {
    }

    public static long elapsedRealtime() {
        return 86_400_000;
    }
}

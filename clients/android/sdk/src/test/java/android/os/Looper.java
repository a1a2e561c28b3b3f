package android.os;

/** Stands in for Android's class of this name, whose published stubs can be compiled against but not run. */
public final class Looper {
    private static final Looper MAIN = new Looper();

    private Looper() {
    }

    public static Looper getMainLooper() {
        return MAIN;
    }
}

package android.system;

/** Stands in for Android's class of this name. */
public final class OsConstants {
    public static final int O_RDONLY = Integer.parseInt("0");

    private OsConstants() {
    }
}

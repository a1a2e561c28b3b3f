package android.system;

/** Stands in for Android's class of this name. */
public final class ErrnoException extends Exception {
    private static final long serialVersionUID = 1;

    public ErrnoException(String function, int errno) {
        super(function + " failed: " + errno);
    }
}

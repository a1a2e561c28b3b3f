package android.system;

import java.io.FileDescriptor;
import java.util.ArrayList;
import java.util.List;

/** Stands in for Android's class of this name: writes down what is called. */
public final class Os {
    /** The calls, in order. */
    public static final List<String> CALLS = new ArrayList<>();

    private Os() {
    }

    public static FileDescriptor open(String path, int flags, int mode) throws ErrnoException {
        CALLS.add("open " + path);
        if (path.contains("missing")) {
            throw new ErrnoException("open", 2);
        }
        return new FileDescriptor();
    }

    public static void fsync(FileDescriptor opened) {
        CALLS.add("fsync");
    }

    public static void close(FileDescriptor opened) {
        CALLS.add("close");
    }
}

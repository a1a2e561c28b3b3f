package com.example.recall.v2;

import org.jspecify.annotations.Nullable;

/** What a message consists of. A message with several files has an element for each. */
public abstract class V2TIMElem {
    private V2TIMElem next;

    V2TIMElem() {
    }

    /** The element of the next file, or null. */
    public @Nullable V2TIMElem getNextElem() {
        return next;
    }

    void next(V2TIMElem element) {
        next = element;
    }

    /** How far an upload or a download is. */
    public static final class V2ProgressInfo {
        private final long currentSize;
        private final long totalSize;

        V2ProgressInfo(long currentSize, long totalSize) {
            this.currentSize = currentSize;
            this.totalSize = totalSize;
        }

        /** Bytes that are transferred. */
        public long getCurrentSize() {
            return currentSize;
        }

        /** Bytes in all; −1 while that is not known. */
        public long getTotalSize() {
            return totalSize;
        }
    }
}

package com.example.recall.v2;

/** How sending goes on and ends. */
public interface V2TIMSendCallback<T> extends V2TIMValueCallback<T> {
    /**
     * So much of the file of the message is uploaded. It is not called for a message without a file to upload, whose frame goes at once.
     *
     * @param progress percent; the last call has 100
     */
    default void onProgress(int progress) {
    }
}

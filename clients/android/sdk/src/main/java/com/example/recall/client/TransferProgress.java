package com.example.recall.client;

/** Hears how far an upload or a download is; called on the callback executor. */
public interface TransferProgress {
    /**
     * More bytes were transferred. The last call has as many bytes as there are; some of those before may be left out.
     *
     * @param done bytes transferred so far
     * @param size bytes in all; −1 while that is not known
     */
    void onProgress(long done, long size);
}

package com.example.recall.client;

import java.io.IOException;
import java.util.Map;

/**
 * Keeps a client's conversations on the device, so that nothing is lost when the app is killed. {@link FileStorage} is one. An app may bring
 * another, for example one that encrypts.
 *
 * <p>A client calls it from one thread. If a call fails, the client continues in memory and tells
 * {@link RecallListener#onStorageFailed}.
 */
public interface Storage {
    /**
     * Reads what is stored of a user. From now on this storage keeps other processes away from it, until {@link #close}.
     *
     * @return every stored conversation's document, by conversation ID. It may be empty
     * @throws IOException if it cannot be read, or another process uses it
     */
    Map<String, byte[]> load(String user) throws IOException;

    /**
     * Replaces a conversation's document. If the process or the device stops at any moment, the old document or the new one is there, whole.
     * When this returns, the new one is there, and no file holds the old one.
     */
    void save(String user, String conversation, byte[] document) throws IOException;

    /** Removes a conversation's document, if there is one. When this returns, no file holds it. */
    void delete(String user, String conversation) throws IOException;

    /** Removes everything that is stored of a user. When this returns, no file holds any of it. */
    void clear(String user) throws IOException;

    /** The client ends. What is stored stays, and another client may use it. */
    void close() throws IOException;
}

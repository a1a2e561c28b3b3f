package com.example.recall.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A storage that a test can look into, and that fails or ends the process at a chosen write. */
final class StorageInMemory implements Storage {
    final Map<String, Map<String, byte[]>> users = new HashMap<>();
    /** The write at which the process ends, counted from 1; 0 for none. */
    int killedAt;
    /** Whether that write is still done. */
    boolean afterTheWrite;
    int writes;
    String failure;
    String failureOfLoad;

    /** The end of the process, which no code of the client outlives. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private interface Write {
        void run() throws IOException;
    }

    private void write(Write change) throws IOException {
        writes++;
        if (writes == killedAt && !afterTheWrite) {
            throw new Killed();
        }
        change.run();
        if (writes == killedAt) {
            throw new Killed();
        }
    }

    @Override
    public Map<String, byte[]> load(String user) throws IOException {
        if (failureOfLoad != null) {
            throw new IOException(failureOfLoad);
        }
        return new HashMap<>(of(user));
    }

    @Override
    public void save(String user, String conversation, byte[] document) throws IOException {
        write(() -> {
            if (failure != null) {
                throw new IOException(failure);
            }
            of(user).put(conversation, document);
        });
    }

    @Override
    public void delete(String user, String conversation) throws IOException {
        write(() -> of(user).remove(conversation));
    }

    @Override
    public void clear(String user) throws IOException {
        write(() -> users.remove(user));
    }

    @Override
    public void close() {
    }

    Map<String, byte[]> of(String user) {
        return users.computeIfAbsent(user, absent -> new HashMap<>());
    }

    /** Whether a text is anywhere in what is stored. */
    boolean has(String text) {
        return users.values().stream().flatMap(documents -> documents.values().stream())
                .anyMatch(document -> new String(document, StandardCharsets.UTF_8).contains(text));
    }
}

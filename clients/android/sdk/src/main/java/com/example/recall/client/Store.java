package com.example.recall.client;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps the conversations of the user in the app's storage. What the server or the app is told depends on the storage, so it waits for it.
 * Everything else is stored soon, with one write for many changes.
 */
final class Store {
    private static final Logger LOGGER = Logger.getLogger("com.example.recall");
    private static final long SOON_MILLISECONDS = 500;
    private static final long RETRY_MILLISECONDS = 30_000;

    private final Storage storage;
    private final EventLoop loop;
    private final Callbacks callbacks;
    private final Set<ConversationView> soon = new LinkedHashSet<>();
    private final Set<ConversationView> beforeTelling = new LinkedHashSet<>();
    /** Those of which the storage may still hold a text that was recalled. */
    private final Set<ConversationView> revokedIn = new LinkedHashSet<>();
    private EventLoop.Timer timer;
    private boolean holding;
    private boolean failing;
    /** Whose conversations are stored; null if none are. */
    private String user;

    /** Without a storage nothing is kept. */
    Store(Storage storage, EventLoop loop, Callbacks callbacks) {
        this.storage = storage;
        this.loop = loop;
        this.callbacks = callbacks;
    }

    /** Reads what is stored of a user. */
    void open(String itsUser, Conversations conversations) {
        if (storage == null) {
            return;
        }
        Map<String, byte[]> documents;
        try {
            documents = storage.load(itsUser);
        } catch (IOException | RuntimeException failure) {
            failed("The stored conversations could not be read, and what comes now is not stored", failure);
            return;
        }
        user = itsUser;
        for (Map.Entry<String, byte[]> document : documents.entrySet()) {
            if (!conversations.restore(document.getKey(), document.getValue())) {
                // It is fetched again from the server. Its texts must not stay where nobody removes them after a recall.
                delete(document.getKey());
            }
        }
    }

    /** Something changed that is stored soon. */
    void changed(ConversationView view) {
        if (user != null) {
            soon.add(view);
            later(SOON_MILLISECONDS);
        }
    }

    /** Stores a conversation at once, because a frame is about to leave. */
    void save(ConversationView view) {
        if (user != null) {
            write(view);
        }
    }

    /** What the app is told from now on waits until this conversation is stored. */
    void beforeTelling(ConversationView view) {
        if (user == null) {
            return;
        }
        beforeTelling.add(view);
        if (!holding) {
            holding = true;
            callbacks.hold();
            // The frames that wait already come first, so that one write serves them all.
            loop.execute(this::commit);
        }
    }

    /** The same for a recall, whose text must leave the storage. */
    void beforeTellingOfRevocation(ConversationView view) {
        if (user != null) {
            revokedIn.add(view);
            beforeTelling(view);
        }
    }

    /** The user is no longer in the conversation, so nothing of it stays. */
    void forget(ConversationView view) {
        if (user != null) {
            soon.remove(view);
            beforeTelling.remove(view);
            revokedIn.remove(view);
            delete(view.id);
        }
    }

    private void commit() {
        if (!holding) {
            return;
        }
        for (ConversationView view : beforeTelling) {
            if (!write(view) && revokedIn.contains(view)) {
                // A full disk takes no new document, but gives up the old one.
                delete(view.id);
            }
        }
        beforeTelling.clear();
        revokedIn.clear();
        holding = false;
        callbacks.release();
    }

    private void later(long milliseconds) {
        if (timer == null) {
            timer = loop.schedule(milliseconds, () -> {
                timer = null;
                flush();
            });
        }
    }

    private void flush() {
        for (ConversationView view : soon.toArray(new ConversationView[0])) {
            write(view);
        }
    }

    private boolean write(ConversationView view) {
        try {
            storage.save(user, view.id, Document.write(view));
            soon.remove(view);
            failing = false;
            return true;
        } catch (IOException | RuntimeException failure) {
            soon.add(view);
            later(RETRY_MILLISECONDS);
            failed("A conversation could not be stored, and is lost if the app ends now", failure);
            return false;
        }
    }

    private void delete(String conversation) {
        try {
            storage.delete(user, conversation);
        } catch (IOException | RuntimeException failure) {
            failed("A stored conversation could not be removed", failure);
        }
    }

    /** The user logs out, or another one comes. What is stored stays. */
    void leave() {
        if (user != null) {
            commit();
            flush();
            forget();
        }
    }

    /** Removes everything that is stored of a user who is not the present one. Returns what failed, or null. */
    RecallError clear(String ofUser) {
        try {
            if (storage != null) {
                storage.clear(ofUser);
            }
            return null;
        } catch (IOException | RuntimeException failure) {
            return error("What is stored could not be removed", failure);
        }
    }

    private void forget() {
        user = null;
        soon.clear();
        beforeTelling.clear();
        revokedIn.clear();
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        commit();
    }

    /** Stores what is not stored yet, and frees the storage for another client. */
    void close() {
        leave();
        if (storage == null) {
            return;
        }
        try {
            storage.close();
        } catch (IOException | RuntimeException failure) {
            failed("The storage could not be closed", failure);
        }
    }

    private void failed(String what, Exception failure) {
        if (failing) {
            return;
        }
        failing = true;
        RecallError error = error(what, failure);
        LOGGER.log(Level.WARNING, "recall: {0}", error.description());
        callbacks.tell(listener -> listener.onStorageFailed(error));
    }

    private static RecallError error(String what, Exception failure) {
        return RecallError.of(ErrorCode.STORAGE_FAILED, what + " (" + failure.getMessage() + "). Messages go on without the storage."
                + " Free some space on the device, or check the folder and its rights.");
    }
}

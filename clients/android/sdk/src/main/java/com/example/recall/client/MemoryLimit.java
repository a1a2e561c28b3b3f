package com.example.recall.client;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Bounds what is held, whatever the network sends: conversations, messages, and recalls of messages never seen. */
final class MemoryLimit {
    static final int MOST_CONVERSATIONS = 10_000;
    static final int MOST_MESSAGES = 20_000;
    static final long MOST_BODY_CHARACTERS = 16 * 1024 * 1024;
    static final int MOST_EARLY_RECALLS = 10_000;

    /** By conversation and message ID, in the order they came. */
    private final Map<String, EarlyRevocation> early = new LinkedHashMap<>();
    private int messages;
    private long bodyCharacters;

    void clear() {
        early.clear();
        messages = 0;
        bodyCharacters = 0;
    }

    boolean roomForConversation(int held) {
        return held < MOST_CONVERSATIONS;
    }

    void added(Message message) {
        messages++;
        bodyCharacters += length(message);
    }

    void bodyDropped(Message message) {
        bodyCharacters -= length(message);
    }

    /** A recall of a message never seen: the earliest such is forgotten when there are too many. */
    void addedEarly(ConversationView view, Message tombstone) {
        early.put(key(view, tombstone), new EarlyRevocation(view, tombstone.messageId()));
        if (early.size() > MOST_EARLY_RECALLS) {
            Iterator<EarlyRevocation> oldest = early.values().iterator();
            EarlyRevocation forgotten = oldest.next();
            forgotten.view.messages.remove(forgotten.messageId);
            oldest.remove();
        }
    }

    /** The message of an early recall came: from now on it is one like the others. */
    void knownFully(ConversationView view, Message tombstone) {
        if (early.remove(key(view, tombstone)) != null) {
            added(tombstone);
        }
    }

    /** A conversation is held no more. */
    void removed(ConversationView view) {
        dropOldest(view, view.messages.size());
    }

    /** Drops the oldest tenth of the fullest conversation while too much is held; the server has it still. */
    void enforce(Collection<ConversationView> views) {
        while (messages > MOST_MESSAGES || bodyCharacters > MOST_BODY_CHARACTERS) {
            ConversationView fullest = null;
            for (ConversationView view : views) {
                if (fullest == null || view.messages.size() > fullest.messages.size()) {
                    fullest = view;
                }
            }
            if (fullest == null || fullest.messages.isEmpty()) {
                return;
            }
            dropOldest(fullest, fullest.messages.size() / 10 + 1);
        }
    }

    private void dropOldest(ConversationView view, int count) {
        for (int i = 0; i < count && !view.messages.isEmpty(); i++) {
            Message dropped = view.messages.pollFirstEntry().getValue();
            if (early.remove(key(view, dropped)) == null) {
                messages--;
                bodyCharacters -= length(dropped);
            }
            view.aheadOfCursor.remove(dropped.messageId());
            if (dropped.messageId().compareTo(view.floor) > 0) {
                view.floor = dropped.messageId();
            }
        }
    }

    private static String key(ConversationView view, Message message) {
        return view.id + ' ' + message.messageId();
    }

    private static int length(Message message) {
        int length = message.body() == null ? 0 : message.body().length();
        for (Attachment each : message.attachments()) {
            length += each.name().length() + each.type().length();
        }
        return length;
    }

    private static final class EarlyRevocation {
        private final ConversationView view;
        private final String messageId;

        EarlyRevocation(ConversationView view, String messageId) {
            this.view = view;
            this.messageId = messageId;
        }
    }
}

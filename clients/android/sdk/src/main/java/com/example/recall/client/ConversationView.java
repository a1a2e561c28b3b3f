package com.example.recall.client;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is held of one conversation: its messages in order, where its synchronisation stands, and its unread number. */
final class ConversationView {
    final String id;
    final TreeMap<String, Message> messages = new TreeMap<>();
    /** What was learnt while a sync was under way: its unread number may or may not know it. See {@link Conversations}. */
    final Set<String> touched = new HashSet<>();
    /** Messages known from a page of history only, ahead of the cursor: the unread number does not know them. */
    final Set<String> aheadOfCursor = new HashSet<>();
    /** Own messages without a good answer to their send, in the order in which they were sent. They are not part of {@link #messages}. */
    final Map<String, Unsent> unsent = new LinkedHashMap<>();
    /** Recalls that this user asked for and that have no answer. */
    final Map<String, UnansweredRevoke> unansweredRevokes = new LinkedHashMap<>();
    String cursor;
    boolean listed;
    /** An event named the conversation before it had a cursor. Each connection asks for it until it has one, whether or not the list has it. */
    boolean heard;
    boolean syncing;
    /** How the synchronisation that is running counts, for all its pages; null if none is running. */
    Conversations.Source syncSource;
    int pagesWithoutProgress;
    long unread;
    String readUpTo = "";
    String role;
    long lastChangeAt;
    /** Messages up to this ID were dropped to save memory; what is not held below is not new. */
    String floor = "";

    ConversationView(String id) {
        this.id = id;
    }

    boolean isGroup() {
        return id.startsWith("group_");
    }

    Message get(String messageId) {
        return messages.get(messageId);
    }

    /** Whether a message is recalled, or must never be delivered because the user recalled it before it was sent. */
    boolean isRevokedOrToBe(String messageId) {
        Message held = messages.get(messageId);
        UnansweredRevoke asked = unansweredRevokes.get(messageId);
        return held != null && held.isRevoked() || asked != null && asked.unsent;
    }

    String newest() {
        return messages.isEmpty() ? "" : messages.lastKey();
    }

    /** Whether the unread number has to do with this message at all. */
    boolean isUnreadKind(Message message, String me) {
        return !me.equals(message.sender()) && message.messageId().compareTo(readUpTo) > 0;
    }

    /** How many of the messages that are held are unread. */
    long heldUnread(String me) {
        long unread = 0;
        for (Message message : messages.tailMap(readUpTo, false).values()) {
            if (!message.isRevoked() && isUnreadKind(message, me)) {
                unread++;
            }
        }
        return unread;
    }

    void readUpTo(String messageId) {
        if (messageId != null && messageId.compareTo(readUpTo) > 0) {
            readUpTo = messageId;
        }
    }

    void changedAt(long serverTime) {
        lastChangeAt = Math.max(lastChangeAt, serverTime);
    }

    /** The newest messages before one, oldest first; before null: the newest. */
    List<Message> olderThan(String messageId, int limit) {
        List<Message> page = new ArrayList<>();
        Map<String, Message> older = messageId == null ? messages : messages.headMap(messageId, false);
        int skip = older.size() - limit;
        for (Message message : older.values()) {
            if (skip-- <= 0) {
                page.add(message);
            }
        }
        return page;
    }

    Conversation snapshot() {
        return new Conversation(id, unread, lastChangeAt, role, messages.isEmpty() ? null : messages.lastEntry().getValue());
    }
}

package com.example.recall.client;

import org.jspecify.annotations.Nullable;

/** A line of the conversation list, as it was when asked for. */
public final class Conversation {
    private final String id;
    private final long unread;
    private final long lastChangeAt;
    private final String role;
    private final Message lastMessage;

    Conversation(String id, long unread, long lastChangeAt, String role, Message lastMessage) {
        this.id = id;
        this.unread = unread;
        this.lastChangeAt = lastChangeAt;
        this.role = role;
        this.lastMessage = lastMessage;
    }

    /** {@code c2c_<peer>} or {@code group_<id>}. */
    public String id() {
        return id;
    }

    /** Unread messages; a recalled one never counts. */
    public long unread() {
        return unread;
    }

    /** Server time of the newest message or recall, milliseconds since 1970; orders the list. */
    public long lastChangeAt() {
        return lastChangeAt;
    }

    /** This user's role in a group, or null. */
    public @Nullable String role() {
        return role;
    }

    /** The newest message held, a tombstone included, or null. */
    public @Nullable Message lastMessage() {
        return lastMessage;
    }
}

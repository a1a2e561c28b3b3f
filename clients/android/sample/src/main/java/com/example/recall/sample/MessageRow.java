package com.example.recall.sample;

/** One row of the list: a bubble, or the line that a recalled message leaves. */
public final class MessageRow {
    private final String messageId;
    private final String text;
    private final boolean self;
    private final boolean revoked;
    private final boolean recallable;
    private final boolean editable;

    MessageRow(String messageId, String text, boolean self, boolean revoked, boolean recallable, boolean editable) {
        this.messageId = messageId;
        this.text = text;
        this.self = self;
        this.revoked = revoked;
        this.recallable = recallable;
        this.editable = editable;
    }

    public String messageId() {
        return messageId;
    }

    /** The bubble's text, or "Message recalled" and the like. */
    public String text() {
        return text;
    }

    /** Whether it stands on the right. */
    public boolean isSelf() {
        return self;
    }

    /** Whether to draw a centred line in place of a bubble. */
    public boolean isRevoked() {
        return revoked;
    }

    /** Whether a long press offers "Recall". */
    public boolean isRecallable() {
        return recallable;
    }

    /** Whether "Edit again" stands beside the line. */
    public boolean isEditable() {
        return editable;
    }
}

package com.example.recall.client;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message, or, after its recall, its tombstone, which is the same without a body. An instance never changes. */
public final class Message implements Serializable {
    private static final long serialVersionUID = 1;

    private final String messageId;
    private final String conversation;
    private final String sender;
    private final long sentAt;
    private final long recallableUntil;
    private final String body;
    private final String replyTo;
    private final Revocation revoked;
    private final List<Attachment> attachments;

    Message(String messageId, String conversation, String sender, long sentAt, long recallableUntil, String body,
            String replyTo, List<Attachment> attachments, Revocation revoked) {
        this.messageId = messageId;
        this.conversation = conversation;
        this.sender = sender;
        this.sentAt = sentAt;
        this.recallableUntil = recallableUntil;
        this.body = revoked == null ? body : null;
        this.replyTo = replyTo;
        this.attachments = revoked == null ? attachments : Collections.emptyList();
        this.revoked = revoked;
    }

    Message tombstone(Revocation revocation) {
        return new Message(messageId, conversation, sender, sentAt, recallableUntil, null, replyTo, Collections.emptyList(), revocation);
    }

    /** The ULID by which messages are sorted. */
    public String messageId() {
        return messageId;
    }

    /** As this user sees it: {@code c2c_<peer>} or {@code group_<id>}. */
    public String conversation() {
        return conversation;
    }

    /** The user ID of the sender. */
    public String sender() {
        return sender;
    }

    /** Server time, milliseconds since 1970. */
    public long sentAt() {
        return sentAt;
    }

    /** The last moment in which the sender may recall the message: server time in milliseconds since 1970, −1 without limit, 0 never. */
    public long recallableUntil() {
        return recallableUntil;
    }

    /** The body as JSON, or null on a tombstone. */
    public @Nullable String body() {
        return body;
    }

    /** The message it answers, or null. */
    public @Nullable String replyTo() {
        return replyTo;
    }

    /** The files of the message; empty on a tombstone. {@link RecallClient#download} gets one. */
    public List<Attachment> attachments() {
        // A message that an earlier version wrote into a Bundle has no list.
        return attachments == null ? Collections.emptyList() : attachments;
    }

    /** The files of the message for a message that forwards them. The server copies them, so a recall of this message later takes nothing from the other. */
    public List<Attachment> forwarded() {
        List<Attachment> forwarded = new ArrayList<>();
        for (Attachment each : attachments()) {
            forwarded.add(each.from(conversation, messageId));
        }
        return forwarded;
    }

    /** The record of the recall, or null if the message was not recalled. */
    public @Nullable Revocation revoked() {
        return revoked;
    }

    /** Whether this is a tombstone. */
    public boolean isRevoked() {
        return revoked != null;
    }
}

package com.example.recall.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An own message whose send has no good answer yet. */
public final class UnsentMessage {
    private final String conversation;
    private final String messageId;
    private final String body;
    private final String replyTo;
    private final String unlessRevoked;
    private final List<Attachment> attachments;
    private final int failedWith;

    UnsentMessage(String conversation, Unsent unsent) {
        this.conversation = conversation;
        messageId = unsent.messageId;
        body = Json.write(unsent.body);
        replyTo = unsent.replyTo;
        unlessRevoked = unsent.unlessRevoked;
        attachments = unsent.attachments;
        failedWith = unsent.failedWith;
    }

    /** {@code c2c_<peer>} or {@code group_<id>}. */
    public String conversation() {
        return conversation;
    }

    /** Send it again under this ID, and it is stored once. */
    public String messageId() {
        return messageId;
    }

    /** The body as JSON. */
    public String body() {
        return body;
    }

    /** The message it answers, or null. */
    public @Nullable String replyTo() {
        return replyTo;
    }

    /** The message that must not be recalled when this one is stored, or null. Give it again when you send it again. */
    public @Nullable String unlessRevoked() {
        return unlessRevoked;
    }

    /** Its files. Give them again when you send it again. */
    public List<Attachment> attachments() {
        return attachments;
    }

    /** The code with which its send ended, after which the client does not send it by itself; 0 while it does. */
    public int failedWith() {
        return failedWith;
    }
}

package com.example.recall.client;

/** A recall that the user asked for, and that has no answer. */
final class UnansweredRevoke {
    final String messageId;
    final String reason;
    /** Whether the server may not have the message, which then must never be delivered. */
    final boolean unsent;

    UnansweredRevoke(String messageId, String reason, boolean unsent) {
        this.messageId = messageId;
        this.reason = reason;
        this.unsent = unsent;
    }
}

package com.example.recall.client;

import com.google.gson.JsonObject;
import java.util.List;

/** A message without a good answer to its send. */
final class Unsent {
    final String messageId;
    final JsonObject body;
    final String replyTo;
    /** The message that must not be recalled when this one is stored, or null. */
    final String unlessRevoked;
    /** Files that were uploaded before, or are forwarded. */
    final List<Attachment> attachments;
    /** The code of the error that the app was told, so that only the app sends it again; 0 while the client sends it by itself. */
    int failedWith;

    Unsent(String messageId, JsonObject body, String replyTo, String unlessRevoked, List<Attachment> attachments) {
        this.messageId = messageId;
        this.body = body;
        this.replyTo = replyTo;
        this.unlessRevoked = unlessRevoked;
        this.attachments = attachments;
    }
}

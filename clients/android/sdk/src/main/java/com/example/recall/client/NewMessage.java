package com.example.recall.client;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message for {@link RecallClient#send(NewMessage, Answer)}. */
public final class NewMessage {
    private static final int MOST_BODY_BYTES = 12_288;

    final String conversation;
    final String bodyJson;
    String replyTo;
    String unlessRevoked;
    String messageId;
    Upload upload;
    List<Attachment> attachments = Collections.emptyList();

    /**
     * A message with nothing but a body.
     *
     * @param bodyJson a JSON object of up to 12,288 bytes, also for a message with files
     */
    public NewMessage(String conversation, String bodyJson) {
        this.conversation = conversation;
        this.bodyJson = bodyJson;
    }

    /** The message that it answers; null for none. */
    public NewMessage replyTo(@Nullable String value) {
        replyTo = value;
        return this;
    }

    /**
     * A message of the same conversation that must not be recalled at the moment when this one is stored. An answer names its question, so that
     * nobody answers what was recalled. Null sends without a condition.
     */
    public NewMessage unlessRevoked(@Nullable String value) {
        unlessRevoked = value;
        return this;
    }

    /** An earlier ID, to repeat a send whose outcome is unknown; null for a fresh one. */
    public NewMessage messageId(@Nullable String value) {
        messageId = value;
        return this;
    }

    /** Up to 10 files: those that {@link RecallClient#attach} gave, and those that the message forwards. */
    public NewMessage attachments(List<Attachment> value) {
        attachments = Collections.unmodifiableList(new ArrayList<>(value));
        return this;
    }

    /** The files that the message names; without the one that is not uploaded yet. */
    List<Attachment> allAttachments() {
        Attachment uploaded = upload == null ? null : upload.attachment();
        if (uploaded == null) {
            return attachments;
        }
        List<Attachment> all = new ArrayList<>(attachments);
        all.add(uploaded);
        return all;
    }

    /** Why the message cannot be sent; null if it can. The body is what {@code bodyJson} has, or null if that is not an object. */
    @Nullable RecallError refusal(@Nullable JsonObject body) {
        if (!Frames.isConversation(conversation)) {
            return RecallError.of(ErrorCode.INVALID_REQUEST, "conversation: must be c2c_<user ID> or group_<group ID>");
        }
        if (body == null) {
            return RecallError.of(ErrorCode.INVALID_REQUEST, "body: must be a JSON object");
        }
        if (messageId != null && !MessageIds.isValid(messageId)) {
            return RecallError.of(ErrorCode.INVALID_REQUEST, "messageId: must be a ULID of 26 characters");
        }
        if (Json.encodedLength(Json.write(body)) > MOST_BODY_BYTES) {
            return RecallError.of(ErrorCode.BODY_TOO_LARGE, "body: has more than " + MOST_BODY_BYTES + " bytes; send less or send a link");
        }
        if (messageId != null && upload != null && upload.attachment() == null) {
            return RecallError.of(ErrorCode.INVALID_REQUEST, "upload: a message that is sent again has the files that were uploaded before");
        }
        String problem = Attachment.problemOf(allAttachments());
        return problem == null ? null : RecallError.of(ErrorCode.INVALID_REQUEST, problem);
    }

    /**
     * A file that is uploaded first, and is then the last of the attachments. It must be uploaded already if the message has an earlier ID. Null
     * for none.
     */
    public NewMessage upload(@Nullable Upload value) {
        upload = value;
        return this;
    }
}

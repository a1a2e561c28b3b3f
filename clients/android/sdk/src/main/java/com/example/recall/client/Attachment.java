package com.example.recall.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file of a message, or one that was uploaded for a message. An instance never changes. */
public final class Attachment implements Serializable {
    /** As many files a message may have. */
    public static final int MOST_OF_A_MESSAGE = 10;

    private static final long serialVersionUID = 1;
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_TYPE = 127;

    private final String attachmentId;
    private final String name;
    private final String type;
    private final long size;
    private final String fromConversation;
    private final String fromMessageId;

    Attachment(String attachmentId, String name, String type, long size) {
        this(attachmentId, name, type, size, null, null);
    }

    private Attachment(String attachmentId, String name, String type, long size, String fromConversation, String fromMessageId) {
        this.attachmentId = attachmentId;
        this.name = name;
        this.type = type;
        this.size = size;
        this.fromConversation = fromConversation;
        this.fromMessageId = fromMessageId;
    }

    /** A file that was uploaded before, by the ID that {@link RecallClient#attach} gave for it. */
    public static Attachment uploaded(String attachmentId) {
        return new Attachment(attachmentId, "", "", 0);
    }

    /** A file of another message, for a message that forwards it. */
    public static Attachment forwarded(String conversation, String messageId, String attachmentId) {
        return new Attachment(attachmentId, "", "", 0, conversation, messageId);
    }

    /** This file of another message, for a message that forwards it. */
    Attachment from(String conversation, String messageId) {
        return new Attachment(attachmentId, name, type, size, conversation, messageId);
    }

    /** An ID that the server made. It can be a part of a file's name. */
    public String attachmentId() {
        return attachmentId;
    }

    /** The name that the sender chose. Never use it as a path. */
    public String name() {
        return name;
    }

    /** The type that the sender chose, such as {@code image/png}. */
    public String type() {
        return type;
    }

    /** How many bytes the file has; 0 if that is not known. */
    public long size() {
        return size;
    }

    /** The conversation from which the file is forwarded, or null. Files that were received have none. */
    public @Nullable String fromConversation() {
        return fromConversation;
    }

    /** The message from which the file is forwarded, or null. */
    public @Nullable String fromMessageId() {
        return fromMessageId;
    }

    /** What is wrong with a list of files that shall be sent, or null. */
    static String problemOf(List<Attachment> attachments) {
        if (attachments.size() > MOST_OF_A_MESSAGE) {
            return "attachments: a message may have up to " + MOST_OF_A_MESSAGE;
        }
        for (Attachment each : attachments) {
            boolean forwards = each.fromConversation != null || each.fromMessageId != null;
            if (!MessageIds.isValid(each.attachmentId)
                    || forwards && !(Frames.isConversation(each.fromConversation) && MessageIds.isValid(each.fromMessageId))) {
                return "attachments: each needs the ID that attach or a message gave";
            }
        }
        return null;
    }

    /** What a request says of files. */
    static JsonArray references(List<Attachment> attachments) {
        JsonArray references = new JsonArray();
        for (Attachment each : attachments) {
            references.add(each.reference());
        }
        return references;
    }

    private JsonObject reference() {
        JsonObject reference = new JsonObject();
        reference.addProperty("attachmentId", attachmentId);
        if (fromConversation != null) {
            JsonObject from = new JsonObject();
            from.addProperty("conversation", fromConversation);
            from.addProperty("messageId", fromMessageId);
            reference.add("from", from);
        }
        return reference;
    }

    /** What is stored of the files of a message. */
    static JsonArray written(List<Attachment> attachments) {
        JsonArray written = new JsonArray();
        for (Attachment each : attachments) {
            JsonObject entry = each.reference();
            entry.addProperty("name", each.name);
            entry.addProperty("type", each.type);
            entry.addProperty("size", each.size);
            written.add(entry);
        }
        return written;
    }

    /** The files of a message that came from the server. What is none is left out. */
    static List<Attachment> read(JsonObject message) {
        List<Attachment> read = new ArrayList<>();
        for (JsonElement element : Json.array(message, "attachments")) {
            Attachment attachment = element.isJsonObject() ? received(element.getAsJsonObject()) : null;
            if (attachment != null && read.size() < MOST_OF_A_MESSAGE) {
                read.add(attachment);
            }
        }
        return read.isEmpty() ? Collections.emptyList() : Collections.unmodifiableList(read);
    }

    private static Attachment received(JsonObject entry) {
        String attachmentId = Json.string(entry, "attachmentId");
        String name = Json.string(entry, "name");
        String type = Json.string(entry, "type");
        Long size = Json.integer(entry, "size");
        boolean isOne = MessageIds.isValid(attachmentId) && isText(name, LONGEST_NAME) && isText(type, LONGEST_TYPE) && size != null && size > 0;
        return isOne ? new Attachment(attachmentId, name, type, size) : null;
    }

    private static boolean isText(String text, int longest) {
        return text != null && !text.isEmpty() && text.length() <= longest;
    }

    /** The files of a message without an answer, as {@link #written} has stored them. */
    static List<Attachment> readUnsent(JsonObject unsent) {
        List<Attachment> read = new ArrayList<>();
        for (JsonElement element : Json.array(unsent, "attachments")) {
            JsonObject entry = element.isJsonObject() ? element.getAsJsonObject() : new JsonObject();
            JsonObject from = Json.object(entry, "from");
            Long size = Json.integer(entry, "size");
            read.add(new Attachment(Json.string(entry, "attachmentId"), orEmpty(Json.string(entry, "name")), orEmpty(Json.string(entry, "type")),
                    size == null ? 0 : size, from == null ? null : Json.string(from, "conversation"),
                    from == null ? null : Json.string(from, "messageId")));
        }
        return Collections.unmodifiableList(read);
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }
}

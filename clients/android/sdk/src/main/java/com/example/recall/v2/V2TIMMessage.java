package com.example.recall.v2;

import com.example.recall.client.Attachment;
import com.example.recall.client.Message;
import com.example.recall.client.RecallError;
import com.example.recall.client.TransferProgress;
import com.example.recall.client.Upload;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A message. One that was received does not change: after a recall, ask for it again or use the event. One that is sent
 * gets its ID and status as sending goes on. Serializable as V2TIM's, so that it can go into a Bundle; a copy does not follow the
 * original any more, and has no text of a recalled message.
 */
public final class V2TIMMessage implements Serializable {
    private static final long serialVersionUID = 1;

    public static final int V2TIM_MSG_STATUS_SENDING = 1;
    public static final int V2TIM_MSG_STATUS_SEND_SUCC = 2;
    public static final int V2TIM_MSG_STATUS_SEND_FAIL = 3;
    public static final int V2TIM_MSG_STATUS_HAS_DELETED = 4;
    public static final int V2TIM_MSG_STATUS_LOCAL_IMPORTED = 5;
    /** The message was recalled. It has no body, and {@link #getRevokerInfo()} says who recalled it. */
    public static final int V2TIM_MSG_STATUS_LOCAL_REVOKED = 6;

    public static final int V2TIM_ELEM_TYPE_NONE = 0;
    public static final int V2TIM_ELEM_TYPE_TEXT = 1;
    public static final int V2TIM_ELEM_TYPE_CUSTOM = 2;
    public static final int V2TIM_ELEM_TYPE_IMAGE = 3;
    public static final int V2TIM_ELEM_TYPE_FILE = 6;

    public static final int V2TIM_PRIORITY_DEFAULT = 0;
    public static final int V2TIM_PRIORITY_HIGH = 1;
    public static final int V2TIM_PRIORITY_NORMAL = 2;
    public static final int V2TIM_PRIORITY_LOW = 3;

    private final String loginUser;
    private final String draftBody;
    /** The file of a message that this device sends. */
    private volatile String path;
    private volatile String fileName;
    private volatile String fileType;
    private volatile List<Attachment> attachments = Collections.emptyList();
    /** The manager that gave the message. A copy that was written somewhere belongs to V2TIM's only one. */
    private transient volatile V2TIMManager manager;
    private volatile Message stored;
    private volatile int status;
    private volatile String msgID;
    private volatile String conversation;
    private volatile String replyTo;
    private volatile String unlessRevoked;
    private volatile boolean sameIDAgain;
    /** What the element of an own message shows after its recall, so that the person can edit it again. It is never written anywhere. */
    private transient volatile String bodyToEditAgain;

    /** A message to send. */
    V2TIMMessage(String body) {
        draftBody = body;
        loginUser = null;
        status = V2TIM_MSG_STATUS_SENDING;
    }

    /** A message to send with a file, which is uploaded first. */
    V2TIMMessage(String body, String path, String fileName, String fileType) {
        this(body);
        this.path = path;
        this.fileName = fileName;
        this.fileType = fileType;
    }

    /** A message from the server. */
    V2TIMMessage(Message message, V2TIMManager manager) {
        draftBody = null;
        this.manager = manager;
        loginUser = manager.getLoginUser();
        accept(message);
    }

    private void accept(Message message) {
        stored = message;
        msgID = message.messageId();
        conversation = message.conversation();
        replyTo = message.replyTo();
        attachments = message.attachments();
        status = message.isRevoked() ? V2TIM_MSG_STATUS_LOCAL_REVOKED : V2TIM_MSG_STATUS_SEND_SUCC;
    }

    void sending(String toConversation, V2TIMManager by) {
        manager = by;
        conversation = toConversation;
        status = V2TIM_MSG_STATUS_SENDING;
    }

    void sendingAs(String id) {
        if (stored == null) {
            msgID = id;
        }
    }

    void sent(Message message) {
        accept(message);
    }

    void failed(RecallError error) {
        status = V2TIM_MSG_STATUS_SEND_FAIL;
        sameIDAgain = error.isOutcomeUnknown();
    }

    void revoked(Message tombstone) {
        String body = getBody();
        if (body != null && isSelf() && !hasFiles()) {
            bodyToEditAgain = body;
        }
        attachments = Collections.emptyList();
        path = null;
        fileName = null;
        if (tombstone != null) {
            stored = tombstone;
        }
        status = V2TIM_MSG_STATUS_LOCAL_REVOKED;
    }

    /** The ID to send under: the same again when an earlier try may have arrived, so that it is stored once; else null. */
    String idToRepeat() {
        return sameIDAgain ? msgID : null;
    }

    String bodyToSend() {
        return draftBody;
    }

    /** The file that must be uploaded before the message is sent, or null. */
    Upload uploadToSend(@Nullable TransferProgress progress) {
        return path == null || !getAttachments().isEmpty() ? null : new Upload(new File(path), fileName, fileType, progress);
    }

    /** The upload of the message's file has ended well, so it is not uploaded again. */
    void uploaded(Attachment attachment) {
        attachments = Collections.singletonList(attachment);
    }

    private boolean hasFiles() {
        return path != null || !getAttachments().isEmpty();
    }

    /** Its files, of any type; empty once recalled. Not in V2TIM. */
    public List<Attachment> getAttachments() {
        List<Attachment> present = attachments;
        return present == null || status == V2TIM_MSG_STATUS_LOCAL_REVOKED ? Collections.emptyList() : present;
    }

    /**
     * Sends the message with up to 10 files: those that {@link V2TIMMessageManager#uploadFile} gave, and those of other messages that it
     * forwards. Before sending. Not in V2TIM.
     */
    public void setAttachments(List<Attachment> files) {
        attachments = Collections.unmodifiableList(new ArrayList<>(files));
    }

    /** Unique; messages sort by it. Known as soon as sendMessage returns. */
    public @Nullable String getMsgID() {
        return msgID;
    }

    /** When the server stored it, seconds since 1970 as in V2TIM; 0 before. */
    public long getTimestamp() {
        return TimeUnit.MILLISECONDS.toSeconds(getSentAt());
    }

    /** When the server stored it, milliseconds since 1970; 0 before. */
    public long getSentAt() {
        Message message = stored;
        return message == null ? 0 : message.sentAt();
    }

    /** Until when its sender may recall it, server time in milliseconds since 1970; −1 without limit, 0 never or not sent yet. */
    public long getRecallableUntil() {
        Message message = stored;
        return message == null ? 0 : message.recallableUntil();
    }

    /** The sender's user ID; null before it is sent. */
    public @Nullable String getSender() {
        Message message = stored;
        return message == null ? null : message.sender();
    }

    /** The other user of a one-to-one message, else null. */
    public @Nullable String getUserID() {
        return ConversationID.userOf(conversation);
    }

    /** The group of a group message, else null. */
    public @Nullable String getGroupID() {
        return ConversationID.groupOf(conversation);
    }

    /** {@code c2c_<user ID>} or {@code group_<group ID>}; null before it is sent. */
    public @Nullable String getConversationID() {
        return conversation;
    }

    /** One of the V2TIM_MSG_STATUS_… constants. */
    public int getStatus() {
        return status;
    }

    /** Whether the user who is logged in sent it. */
    public boolean isSelf() {
        Message message = stored;
        return message == null || loginUser == null || message.sender().equals(loginUser);
    }

    /** Always empty, as the next three: this service keeps no profiles. */
    public String getNickName() {
        return "";
    }

    public String getFriendRemark() {
        return "";
    }

    public String getNameCard() {
        return "";
    }

    public String getFaceUrl() {
        return "";
    }

    /** Always false: this service does not look into messages. */
    public boolean hasRiskContent() {
        return false;
    }

    private String bodyOfElement() {
        String body = bodyToEditAgain;
        return body == null ? getBody() : body;
    }

    /**
     * V2TIM_ELEM_TYPE_IMAGE or FILE for a message with files, by its first one; TEXT for any other body with a text, NONE for a recalled message,
     * else CUSTOM. An own message without files that was given to revokeMessage keeps its element in this object, so that the person can edit
     * it again.
     */
    public int getElemType() {
        V2TIMElem file = firstFile();
        if (file != null) {
            return file instanceof V2TIMImageElem ? V2TIM_ELEM_TYPE_IMAGE : V2TIM_ELEM_TYPE_FILE;
        }
        String body = bodyOfElement();
        return body == null ? V2TIM_ELEM_TYPE_NONE : textOf(body) != null ? V2TIM_ELEM_TYPE_TEXT : V2TIM_ELEM_TYPE_CUSTOM;
    }

    private V2TIMElem firstFile() {
        if (status == V2TIM_MSG_STATUS_LOCAL_REVOKED) {
            return null;
        }
        List<Attachment> files = getAttachments();
        if (files.isEmpty()) {
            return path == null ? null : element(null);
        }
        V2TIMElem following = null;
        for (int i = files.size() - 1; i >= 0; i--) {
            V2TIMManager owner = manager;
            V2TIMElem element = element(new FileOfMessage(owner == null ? V2TIMManager.getInstance() : owner, conversation, msgID, files.get(i)));
            element.next(following);
            following = element;
        }
        return following;
    }

    private V2TIMElem element(FileOfMessage file) {
        boolean isImage = file == null ? fileType.startsWith("image/") : file.isImage();
        return isImage ? new V2TIMImageElem(path, file) : new V2TIMFileElem(path, file == null ? fileName : file.attachment.name(), file);
    }

    /** The picture, if the message's first file is one; else null. {@link V2TIMElem#getNextElem} has the other files. */
    public @Nullable V2TIMImageElem getImageElem() {
        V2TIMElem first = firstFile();
        return first instanceof V2TIMImageElem ? (V2TIMImageElem) first : null;
    }

    /** The file, if the message's first file is no picture; else null. {@link V2TIMElem#getNextElem} has the other files. */
    public @Nullable V2TIMFileElem getFileElem() {
        V2TIMElem first = firstFile();
        return first instanceof V2TIMFileElem ? (V2TIMFileElem) first : null;
    }

    /** The text, or null when there is none. A message with files may have one, too. */
    public @Nullable V2TIMTextElem getTextElem() {
        String body = bodyOfElement();
        String text = body == null ? null : textOf(body);
        return text == null ? null : new V2TIMTextElem(text);
    }

    /** The data of a message that is not text and has no files, or null. */
    public @Nullable V2TIMCustomElem getCustomElem() {
        String body = bodyOfElement();
        return body == null || textOf(body) != null || firstFile() != null ? null : new V2TIMCustomElem(body);
    }

    /** The whole body, a JSON object; null once recalled. */
    public @Nullable String getBody() {
        if (status == V2TIM_MSG_STATUS_LOCAL_REVOKED) {
            return null;
        }
        Message message = stored;
        return message == null ? draftBody : message.body();
    }

    /** The message it answers, or null. */
    public @Nullable String getReplyTo() {
        return replyTo;
    }

    /** Makes it an answer to another message; before sending. */
    public void setReplyTo(@Nullable String messageID) {
        replyTo = messageID;
    }

    /** The message that must not be recalled when this one is stored, or null. */
    public @Nullable String getUnlessRevoked() {
        return unlessRevoked;
    }

    /**
     * Lets the server store the message only if another one of the conversation is not recalled at that very moment; before sending. An answer
     * names its question, so that nobody answers what was recalled. If it was, sendMessage fails with
     * {@link com.example.recall.client.ErrorCode#OTHER_MESSAGE_RECALLED}. Not in V2TIM.
     */
    public void setUnlessRevoked(@Nullable String messageID) {
        unlessRevoked = messageID;
    }

    /** Who recalled it; null while it is not. */
    public @Nullable V2TIMUserFullInfo getRevokerInfo() {
        Message message = stored;
        return message == null || !message.isRevoked() ? null : new V2TIMUserFullInfo(message.revoked().by());
    }

    /** Why it was recalled; empty without a reason. */
    public String getRevokeReason() {
        Message message = stored;
        String reason = message == null || !message.isRevoked() ? null : message.revoked().reason();
        return reason == null ? "" : reason;
    }

    /** As what it was recalled: {@code sender}, {@code moderator} or {@code admin}; null while it is not. */
    public @Nullable String getRevokerRole() {
        Message message = stored;
        return message == null || !message.isRevoked() ? null : message.revoked().role();
    }

    private static String textOf(String body) {
        JsonElement text = object(body).get("text");
        return text != null && text.isJsonPrimitive() && text.getAsJsonPrimitive().isString() ? text.getAsString() : null;
    }

    /** What an app gives to createJsonMessage may be anything; sending it is what fails. */
    private static JsonObject object(String body) {
        try {
            JsonElement element = JsonParser.parseString(body);
            return element.isJsonObject() ? element.getAsJsonObject() : new JsonObject();
        } catch (JsonParseException malformed) {
            return new JsonObject();
        }
    }
}

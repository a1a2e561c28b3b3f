package com.example.recall.v2;

import com.example.recall.BaseConstants;
import com.example.recall.client.Answer;
import com.example.recall.client.Attachment;
import com.example.recall.client.Message;
import com.example.recall.client.NewMessage;
import com.example.recall.client.RecallClient;
import com.example.recall.client.RecallError;
import com.example.recall.client.TransferProgress;
import com.example.recall.client.UnsentMessage;
import com.example.recall.client.Upload;
import com.google.gson.JsonObject;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Sending, recalling and fetching messages. */
public final class V2TIMMessageManager {
    private final V2TIMManager manager;
    private final CopyOnWriteArrayList<V2TIMAdvancedMsgListener> listeners = new CopyOnWriteArrayList<>();

    V2TIMMessageManager(V2TIMManager manager) {
        this.manager = manager;
    }

    public void addAdvancedMsgListener(V2TIMAdvancedMsgListener listener) {
        listeners.addIfAbsent(listener);
    }

    public void removeAdvancedMsgListener(V2TIMAdvancedMsgListener listener) {
        listeners.remove(listener);
    }

    /** A message with a text; its body is {@code {"text":…}}. */
    public V2TIMMessage createTextMessage(String text) {
        JsonObject body = new JsonObject();
        body.addProperty("text", text);
        return new V2TIMMessage(body.toString());
    }

    /** A message whose body is a JSON object in UTF-8. What is not one is refused when it is sent. */
    public V2TIMMessage createCustomMessage(byte[] data) {
        return new V2TIMMessage(text(data));
    }

    /**
     * The same as {@link #createCustomMessage(byte[])}.
     *
     * @param description not used; V2TIM shows it in push notifications
     * @param extension not used; V2TIM puts it into push notifications
     */
    public V2TIMMessage createCustomMessage(byte[] data, @Nullable String description, byte @Nullable [] extension) {
        return createCustomMessage(data);
    }

    /** The text of bytes, and none where they are not UTF-8: a text with question marks would be another message. */
    private static String text(byte[] data) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
        } catch (CharacterCodingException malformed) {
            return "";
        }
    }

    /** A message with a picture, which sendMessage uploads. */
    public V2TIMMessage createImageMessage(String imagePath) {
        String name = new File(imagePath).getName();
        return new V2TIMMessage("{}", imagePath, name, FileType.ofImage(name));
    }

    /**
     * A message with a file, which sendMessage uploads.
     *
     * @param fileName what receivers see
     */
    public V2TIMMessage createFileMessage(String filePath, String fileName) {
        return new V2TIMMessage("{}", filePath, fileName, FileType.ofFile(fileName));
    }

    /** A message that sends another one on, with copies of its files, which a later recall of that one leaves as they are. */
    public V2TIMMessage createForwardMessage(V2TIMMessage message) {
        V2TIMMessage forwarding = new V2TIMMessage(message.getBody());
        List<Attachment> files = new ArrayList<>();
        for (Attachment each : message.getAttachments()) {
            files.add(Attachment.forwarded(message.getConversationID(), message.getMsgID(), each.attachmentId()));
        }
        forwarding.setAttachments(files);
        return forwarding;
    }

    /** A message with any JSON object as its body. Not in V2TIM, whose custom messages hold bytes. */
    public V2TIMMessage createJsonMessage(String bodyJson) {
        return new V2TIMMessage(bodyJson);
    }

    /**
     * Sends a message to a user or a group. To repeat a send that failed, give the same message again: if the first try may
     * have arrived, it goes under the same ID and is stored once. A file is uploaded before the message is sent. A recall meanwhile ends the
     * upload, and nothing is sent.
     *
     * @param receiver the other user, or null for a group
     * @param groupID the group, or null for a user
     * @param priority not used; V2TIM thins out crowded groups by it
     * @param onlineUserOnly must be false: every message is stored, or it could not be recalled
     * @param offlinePushInfo not used; the server makes the notifications by itself
     * @return the message ID, or null when nothing could be sent
     */
    public @Nullable String sendMessage(V2TIMMessage message, @Nullable String receiver, @Nullable String groupID, int priority, boolean onlineUserOnly,
            @Nullable V2TIMOfflinePushInfo offlinePushInfo, @Nullable V2TIMSendCallback<V2TIMMessage> callback) {
        if (onlineUserOnly) {
            manager.refuse(callback, "onlineUserOnly is not supported");
            return null;
        }
        return sendMessage(message, groupID != null ? ConversationID.ofGroup(groupID) : ConversationID.ofUser(receiver), callback);
    }

    /** Sends a message to a conversation. Not in V2TIM. */
    public @Nullable String sendMessage(V2TIMMessage message, String conversationID, @Nullable V2TIMValueCallback<V2TIMMessage> callback) {
        return send(message, conversationID, message.idToRepeat(), callback);
    }

    /** Sends a message under an ID that the app kept from an earlier try, so that it is stored once. Not in V2TIM. */
    public @Nullable String sendMessageAgain(V2TIMMessage message, String conversationID, String msgID,
            @Nullable V2TIMValueCallback<V2TIMMessage> callback) {
        return send(message, conversationID, msgID, callback);
    }

    private String send(V2TIMMessage message, String conversationID, String msgID, V2TIMValueCallback<V2TIMMessage> callback) {
        RecallClient client = manager.client(callback);
        if (client == null) {
            return null;
        }
        message.sending(conversationID, manager);
        Upload upload = message.uploadToSend(percent(callback));
        NewMessage sending = new NewMessage(conversationID, message.bodyToSend()).replyTo(message.getReplyTo())
                .unlessRevoked(message.getUnlessRevoked()).attachments(message.getAttachments()).upload(upload).messageId(msgID);
        String id = client.send(sending, new Answer<Message>() {
            @Override
            public void onSuccess(Message stored) {
                message.sent(stored);
                if (callback != null) {
                    callback.onSuccess(message);
                }
            }

            @Override
            public void onError(RecallError error) {
                if (upload != null && upload.attachment() != null) {
                    message.uploaded(upload.attachment());
                }
                message.failed(error);
                if (callback != null) {
                    callback.onError(error.code(), error.description());
                }
            }
        });
        if (id != null) {
            message.sendingAs(id);
        }
        return id;
    }

    /**
     * Recalls a message. On success its status is V2TIM_MSG_STATUS_LOCAL_REVOKED. An own message keeps its element in the given object, so
     * that the person can edit it again.
     */
    public void revokeMessage(V2TIMMessage msg, @Nullable V2TIMCallback callback) {
        RecallClient client = manager.client(callback);
        if (client == null) {
            return;
        }
        Answer<Object> told = Callbacks.toCallback(callback);
        client.revoke(msg.getConversationID(), msg.getMsgID(), null, new Answer<Message>() {
            @Override
            public void onSuccess(Message tombstone) {
                msg.revoked(tombstone);
                told.onSuccess(null);
            }

            @Override
            public void onError(RecallError error) {
                told.onError(error);
            }
        });
    }

    /**
     * Uploads a file for a message that is sent later with {@link V2TIMMessage#setAttachments}. An upload that no message names is removed after a
     * day. Not in V2TIM, whose messages have one file.
     *
     * @param fileName what receivers see
     * @param type such as {@code image/png}
     * @param callback a {@link V2TIMSendCallback} is also told the progress
     */
    public void uploadFile(String filePath, String fileName, String type, @Nullable V2TIMValueCallback<Attachment> callback) {
        RecallClient client = manager.client(callback);
        if (client != null) {
            client.attach(new Upload(new File(filePath), fileName, type, percent(callback)),
                    Callbacks.toCallback(callback, attachment -> attachment));
        }
    }

    private static @Nullable TransferProgress percent(@Nullable V2TIMValueCallback<?> callback) {
        return callback instanceof V2TIMSendCallback
                ? (done, size) -> ((V2TIMSendCallback<?>) callback).onProgress((int) (100 * done / size)) : null;
    }

    /**
     * Downloads a file of a message by its IDs; see {@link V2TIMFileElem#downloadFile}. Not in V2TIM.
     *
     * @param callback a {@link V2TIMDownloadCallback} is also told the progress
     */
    public void downloadAttachment(String conversationID, String msgID, String attachmentId, String path, @Nullable V2TIMCallback callback) {
        RecallClient client = manager.client(callback);
        if (client != null) {
            TransferProgress progress = callback instanceof V2TIMDownloadCallback
                    ? (done, size) -> ((V2TIMDownloadCallback) callback).onProgress(new V2TIMElem.V2ProgressInfo(done, size)) : null;
            client.download(conversationID, msgID, attachmentId, new File(path), progress, Callbacks.toCallback(callback));
        }
    }

    /** Always ends with ERR_SDK_INTERFACE_NOT_SUPPORT: in this service a message is recalled, and never changed. */
    public void modifyMessage(V2TIMMessage message, @Nullable V2TIMCompleteCallback<V2TIMMessage> callback) {
        if (callback != null) {
            callback.onComplete(BaseConstants.ERR_SDK_INTERFACE_NOT_SUPPORT, "a message cannot be changed; recall it and send another", message);
        }
    }

    /** Recalls a message by its IDs only. V2TIM does not have this. */
    public void revokeMessage(String conversationID, String msgID, @Nullable V2TIMCallback callback) {
        revokeMessage(conversationID, msgID, null, callback);
    }

    /**
     * Recalls a message with a reason. V2TIM does not have this: there only the REST call takes a reason.
     *
     * @param reason up to 256 bytes, shown to the members; or null
     */
    public void revokeMessage(String conversationID, String msgID, @Nullable String reason, @Nullable V2TIMCallback callback) {
        RecallClient client = manager.client(callback);
        if (client != null) {
            client.revoke(conversationID, msgID, reason, Callbacks.toCallback(callback));
        }
    }

    /** One-to-one messages from the server, newest first as in V2TIM, recalled ones included; before lastMsg, or the newest. */
    public void getC2CHistoryMessageList(String userID, int count, @Nullable V2TIMMessage lastMsg,
            @Nullable V2TIMValueCallback<List<V2TIMMessage>> callback) {
        history(ConversationID.ofUser(userID), count, lastMsg == null ? null : lastMsg.getMsgID(), callback);
    }

    /** Group messages from the server, newest first as in V2TIM, recalled ones included; before lastMsg, or the newest. */
    public void getGroupHistoryMessageList(String groupID, int count, @Nullable V2TIMMessage lastMsg,
            @Nullable V2TIMValueCallback<List<V2TIMMessage>> callback) {
        history(ConversationID.ofGroup(groupID), count, lastMsg == null ? null : lastMsg.getMsgID(), callback);
    }

    /**
     * Messages from the server or from what is held, recalled ones included: newest first, or oldest first for a NEWER type. Refuses
     * V2TIM_GET_CLOUD_NEWER_MSG with 6017.
     */
    public void getHistoryMessageList(V2TIMMessageListGetOption option, @Nullable V2TIMValueCallback<List<V2TIMMessage>> callback) {
        RecallClient client = manager.client(callback);
        if (client == null) {
            return;
        }
        switch (option.type()) {
            case V2TIMMessageListGetOption.V2TIM_GET_CLOUD_OLDER_MSG:
                history(option.conversation(), option.count(), option.start(), callback);
                break;
            case V2TIMMessageListGetOption.V2TIM_GET_LOCAL_OLDER_MSG:
                client.held(option.conversation(), option.start(), option.count(), Callbacks.toCallback(callback, this::newestFirst));
                break;
            case V2TIMMessageListGetOption.V2TIM_GET_LOCAL_NEWER_MSG:
                client.held(option.conversation(), null, Integer.MAX_VALUE,
                        Callbacks.toCallback(callback, all -> wrap(after(all, option.start(), option.count()))));
                break;
            default:
                manager.refuse(callback, "V2TIM_GET_CLOUD_NEWER_MSG is not supported; get older messages, or newer ones from what is held");
        }
    }

    private static List<Message> after(List<Message> oldestFirst, String start, int count) {
        List<Message> newer = new ArrayList<>();
        for (Message message : oldestFirst) {
            if (newer.size() < count && (start == null || message.messageId().compareTo(start) > 0)) {
                newer.add(message);
            }
        }
        return newer;
    }

    private void history(String conversation, int count, String before, V2TIMValueCallback<List<V2TIMMessage>> callback) {
        RecallClient client = manager.client(callback);
        if (client != null) {
            client.history(conversation, before, count, Callbacks.toCallback(callback, this::newestFirst));
        }
    }

    /** Those of some messages that the client holds, recalled ones included. */
    public void findMessages(List<String> messageIDList, @Nullable V2TIMValueCallback<List<V2TIMMessage>> callback) {
        RecallClient client = manager.client(callback);
        if (client != null) {
            client.heldMessages(new ArrayList<>(messageIDList), Callbacks.toCallback(callback, this::wrap));
        }
    }

    /**
     * The user's own messages of a conversation whose send has no good answer yet, oldest first, also those of an earlier process. Those with a
     * {@link UnsentMessage#failedWith} are not sent again without {@link #sendMessageAgain}. Not in V2TIM.
     */
    public void getUnsentMessages(String conversationID, @Nullable V2TIMValueCallback<List<UnsentMessage>> callback) {
        RecallClient client = manager.client(callback);
        if (client != null) {
            client.unsent(conversationID, Callbacks.toCallback(callback, unsent -> unsent));
        }
    }

    /** Marks everything held of a one-to-one conversation as read. */
    public void markC2CMessageAsRead(String userID, @Nullable V2TIMCallback callback) {
        manager.conversationManager().cleanConversationUnreadMessageCount(ConversationID.ofUser(userID), 0, 0, callback);
    }

    /** Marks everything held of a group as read. */
    public void markGroupMessageAsRead(String groupID, @Nullable V2TIMCallback callback) {
        manager.conversationManager().cleanConversationUnreadMessageCount(ConversationID.ofGroup(groupID), 0, 0, callback);
    }

    /** Marks a conversation as read up to a message; answers with what is unread after it. Not in V2TIM. */
    public void markMessageAsRead(String conversationID, String msgID, @Nullable V2TIMValueCallback<Long> callback) {
        RecallClient client = manager.client(callback);
        if (client != null) {
            client.read(conversationID, msgID, Callbacks.toCallback(callback, unread -> unread));
        }
    }

    private List<V2TIMMessage> wrap(List<Message> messages) {
        List<V2TIMMessage> wrapped = new ArrayList<>(messages.size());
        for (Message message : messages) {
            wrapped.add(new V2TIMMessage(message, manager));
        }
        return wrapped;
    }

    private List<V2TIMMessage> newestFirst(List<Message> oldestFirst) {
        List<V2TIMMessage> wrapped = wrap(oldestFirst);
        Collections.reverse(wrapped);
        return wrapped;
    }

    void tellNew(Message message) {
        V2TIMMessage wrapped = new V2TIMMessage(message, manager);
        for (V2TIMAdvancedMsgListener listener : listeners) {
            listener.onRecvNewMessage(wrapped);
        }
    }

    void tellRevoked(Message tombstone) {
        V2TIMMessage wrapped = new V2TIMMessage(tombstone, manager);
        V2TIMUserFullInfo operator = new V2TIMUserFullInfo(tombstone.revoked().by());
        String reason = tombstone.revoked().reason() == null ? "" : tombstone.revoked().reason();
        for (V2TIMAdvancedMsgListener listener : listeners) {
            listener.onRecvMessageRevoked(tombstone.messageId());
            listener.onRecvMessageRevoked(tombstone.messageId(), operator, reason);
            listener.onRecvMessageRevoked(wrapped);
        }
    }
}

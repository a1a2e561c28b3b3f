package com.example.recall.v2;

import com.example.recall.client.Attachment;

/** A file of a message, which knows from where it can be downloaded. */
final class FileOfMessage {
    final Attachment attachment;
    private final V2TIMManager manager;
    private final String conversationID;
    private final String msgID;

    FileOfMessage(V2TIMManager manager, String conversationID, String msgID, Attachment attachment) {
        this.manager = manager;
        this.conversationID = conversationID;
        this.msgID = msgID;
        this.attachment = attachment;
    }

    boolean isImage() {
        return attachment.type().startsWith("image/");
    }

    int size() {
        return (int) Math.min(Integer.MAX_VALUE, attachment.size());
    }

    void download(String path, V2TIMDownloadCallback callback) {
        manager.messageManager().downloadAttachment(conversationID, msgID, attachment.attachmentId(), path, callback);
    }
}

package com.example.recall.v2;

import org.jspecify.annotations.Nullable;

/** A file of a message. */
public final class V2TIMFileElem extends V2TIMElem {
    private final String path;
    private final String name;
    private final FileOfMessage file;

    V2TIMFileElem(String path, String name, FileOfMessage file) {
        this.path = path;
        this.name = name;
        this.file = file;
    }

    /** The path that was given to createFileMessage; null for a message that was received. */
    public @Nullable String getPath() {
        return path;
    }

    /** The name that the sender chose. Never use it as a path. */
    public String getFileName() {
        return name;
    }

    /** An ID that can be a part of a file's name; null before the message is sent. */
    public @Nullable String getUUID() {
        return file == null ? null : file.attachment.attachmentId();
    }

    /** Bytes; 0 before the message is sent. */
    public int getFileSize() {
        return file == null ? 0 : file.size();
    }

    /**
     * Downloads the file to a path. If the message is recalled meanwhile, it ends with
     * {@link com.example.recall.client.ErrorCode#ALREADY_RECALLED}. After any error no byte is left on the device. A file that is not sent yet
     * is on this device already, and ends with {@link com.example.recall.client.ErrorCode#INVALID_REQUEST}.
     */
    public void downloadFile(String path, @Nullable V2TIMDownloadCallback callback) {
        if (file != null) {
            file.download(path, callback);
        } else if (callback != null) {
            callback.onError(com.example.recall.client.ErrorCode.INVALID_REQUEST, "the message is not sent yet; use getPath");
        }
    }
}

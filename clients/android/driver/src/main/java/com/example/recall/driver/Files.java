package com.example.recall.driver;

import com.example.recall.client.Attachment;
import com.example.recall.client.ErrorCode;
import com.example.recall.v2.V2TIMDownloadCallback;
import com.example.recall.v2.V2TIMElem;
import com.example.recall.v2.V2TIMFileElem;
import com.example.recall.v2.V2TIMImageElem;
import com.example.recall.v2.V2TIMMessage;
import com.example.recall.v2.V2TIMMessageManager;
import com.example.recall.v2.V2TIMSendCallback;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Uploads and downloads files, with V2TIM's calls where V2TIM has one. */
final class Files {
    private static final int MOST_BYTES_SHOWN = 1_000;

    private final Output output;
    private final Events events;

    Files(Output output, Events events) {
        this.output = output;
        this.events = events;
    }

    /** The files that a message of the command names. */
    static List<Attachment> attachments(JsonArray named) {
        List<Attachment> attachments = new ArrayList<>();
        for (JsonElement element : named) {
            JsonObject each = element.getAsJsonObject();
            String attachmentId = Driver.text(each, "attachmentId");
            JsonObject from = each.getAsJsonObject("from");
            attachments.add(from == null ? Attachment.uploaded(attachmentId)
                    : Attachment.forwarded(Driver.text(from, "conversation"), Driver.text(from, "messageId"), attachmentId));
        }
        return attachments;
    }

    void attach(V2TIMMessageManager messages, String call, JsonObject command) {
        StringBuilder content = new StringBuilder();
        for (long i = 0; i < Driver.number(command, "times", 1); i++) {
            content.append(Driver.text(command, "content"));
        }
        byte[] bytes = content.toString().getBytes(StandardCharsets.UTF_8);
        Path file;
        try {
            file = java.nio.file.Files.createTempFile("recall-driver", null);
            java.nio.file.Files.write(file, bytes);
        } catch (IOException failed) {
            output.failure(call, ErrorCode.INVALID_REQUEST, "the file to upload could not be written");
            return;
        }
        messages.uploadFile(file.toString(), Driver.text(command, "name"), Driver.text(command, "type"), new V2TIMSendCallback<Attachment>() {
            @Override
            public void onProgress(int percent) {
                progress(call, (long) bytes.length * percent / 100, bytes.length);
            }

            @Override
            public void onSuccess(Attachment attachment) {
                file.toFile().delete();
                JsonObject fields = new JsonObject();
                fields.addProperty("attachmentId", attachment.attachmentId());
                output.success(call, fields);
            }

            @Override
            public void onError(int code, String desc) {
                file.toFile().delete();
                output.failure(call, code, desc);
            }
        });
    }

    void download(V2TIMMessageManager messages, String call, JsonObject command) {
        File folder;
        try {
            folder = java.nio.file.Files.createTempDirectory("recall-driver").toFile();
        } catch (IOException failed) {
            output.failure(call, ErrorCode.INVALID_REQUEST, "a folder for the download could not be made");
            return;
        }
        V2TIMDownloadCallback callback = new Downloaded(call, folder);
        String target = new File(folder, "downloaded").getPath();
        String messageId = Driver.text(command, "messageId");
        String attachmentId = Driver.text(command, "attachmentId");
        V2TIMMessage message = events.message(messageId);
        V2TIMElem first = message == null ? null : message.getImageElem() != null ? message.getImageElem() : message.getFileElem();
        for (V2TIMElem elem = first; elem != null; elem = elem.getNextElem()) {
            if (elem instanceof V2TIMFileElem && attachmentId.equals(((V2TIMFileElem) elem).getUUID())) {
                ((V2TIMFileElem) elem).downloadFile(target, callback);
                return;
            }
            for (V2TIMImageElem.V2TIMImage image : elem instanceof V2TIMImageElem ? ((V2TIMImageElem) elem).getImageList()
                    : new ArrayList<V2TIMImageElem.V2TIMImage>()) {
                if (attachmentId.equals(image.getUUID())) {
                    image.downloadImage(target, callback);
                    return;
                }
            }
        }
        messages.downloadAttachment(Driver.text(command, "conversation"), messageId, attachmentId, target, callback);
    }

    private void progress(String call, long done, long size) {
        JsonObject event = Output.event("progress");
        event.addProperty("call", call);
        event.addProperty("done", done);
        event.addProperty("size", size);
        output.print(event);
    }

    /** Prints what was downloaded. */
    private final class Downloaded implements V2TIMDownloadCallback {
        private final String call;
        private final File folder;

        Downloaded(String call, File folder) {
            this.call = call;
            this.folder = folder;
        }

        @Override
        public void onProgress(V2TIMElem.V2ProgressInfo info) {
            progress(call, info.getCurrentSize(), info.getTotalSize());
        }

        @Override
        public void onSuccess() {
            File file = new File(folder, "downloaded");
            JsonObject fields = new JsonObject();
            fields.addProperty("bytes", file.length());
            try {
                if (file.length() <= MOST_BYTES_SHOWN) {
                    fields.addProperty("content", new String(java.nio.file.Files.readAllBytes(file.toPath()), StandardCharsets.UTF_8));
                }
            } catch (IOException failed) {
                output.failure(call, ErrorCode.DOWNLOAD_FAILED, "the downloaded file could not be read");
                return;
            }
            file.delete();
            folder.delete();
            output.success(call, fields);
        }

        /** An error leaves no file, which is told as a result of its own, because the scenarios do not expect it. */
        @Override
        public void onError(int code, String desc) {
            String[] left = folder.list();
            folder.delete();
            if (left == null || left.length > 0) {
                output.failure(call, ErrorCode.STORAGE_FAILED, "the download failed and left a file");
                return;
            }
            output.failure(call, code, desc);
        }
    }
}

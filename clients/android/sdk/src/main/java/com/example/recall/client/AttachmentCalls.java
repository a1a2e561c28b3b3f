package com.example.recall.client;

import com.google.gson.JsonObject;
import java.io.File;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** Uploads files for messages, and downloads the files of messages. A recall ends both. */
final class AttachmentCalls {
    private final Requests requests;
    private final Conversations conversations;
    private final EventLoop loop;
    private final Callbacks callbacks;
    private final Transfers transfers;
    private final Set<Transfer> underWay = new LinkedHashSet<>();

    AttachmentCalls(Requests requests, Conversations conversations, EventLoop loop, Callbacks callbacks, Transfers transfers) {
        this.requests = requests;
        this.conversations = conversations;
        this.loop = loop;
        this.callbacks = callbacks;
        this.transfers = transfers;
    }

    /** Uploads a file for a message that is sent later. */
    void attach(Upload upload, Answer<Attachment> answer) {
        attach(upload, null, null, answer);
    }

    /** Uploads a file for a message that is sent as soon as this is done, unless it is recalled before. */
    void attach(Upload upload, String conversation, String messageId, Answer<Attachment> answer) {
        long size = upload.file.length();
        if (!upload.file.isFile() || !upload.file.canRead()) {
            answer.onError(RecallError.of(ErrorCode.INVALID_REQUEST, "the file to upload cannot be read; check its path and its rights"));
            return;
        }
        Transfer transfer = new Transfer(conversation, messageId, loop, callbacks, upload.progress) {
            @Override
            void fail(RecallError error) {
                end();
                answer.onError(error);
            }

            @Override
            void succeed(long bytes) {
                toldAll(bytes);
                end();
                upload.uploaded(new Attachment(attachmentId, upload.name, upload.type, bytes));
                answer.onSuccess(upload.attachment());
            }
        };
        JsonObject fields = new JsonObject();
        fields.addProperty("name", upload.name);
        fields.addProperty("type", upload.type);
        fields.addProperty("size", size);
        ask("attach", fields, transfer, reply -> {
            transfer.attachmentId = Json.string(reply, "attachmentId");
            JsonObject target = Json.object(reply, "upload");
            return MessageIds.isValid(transfer.attachmentId) && target != null
                    && transfers.upload(target, upload.file, size, transfer, end(transfer, ErrorCode.UPLOAD_FAILED, "the upload failed"));
        });
    }

    /** Downloads a file of a message. */
    void download(String conversation, String messageId, String attachmentId, File target, TransferProgress progress, Answer<Void> answer) {
        ConversationView view = conversations.find(conversation);
        Message held = view == null ? null : view.get(messageId);
        if (held != null && held.isRevoked()) {
            answer.onError(recalled());
            return;
        }
        Download download = new Download(conversation, messageId, target, unfinished(target), loop, callbacks, progress, answer);
        JsonObject fields = new JsonObject();
        fields.addProperty("conversation", conversation);
        fields.addProperty("messageId", messageId);
        fields.addProperty("attachmentId", attachmentId);
        ask("download", fields, download, reply -> transfers.download(Json.string(reply, "url"), download,
                end(download, ErrorCode.DOWNLOAD_FAILED, "the download failed")));
    }

    /** A file beside the target that no other download is writing. A kill leaves it, and a later download to the same target takes it over. */
    private File unfinished(File target) {
        Set<File> taken = new HashSet<>();
        for (Transfer transfer : underWay) {
            if (transfer instanceof Download) {
                taken.add(((Download) transfer).unfinished());
            }
        }
        int number = 1;
        while (taken.contains(unfinished(target, number))) {
            number++;
        }
        return unfinished(target, number);
    }

    private static File unfinished(File target, int number) {
        return new File(target.getPath() + ".recall" + number + ".tmp");
    }

    /** Ends the transfers of a message that is recalled. */
    void revoked(String conversation, String messageId) {
        for (Transfer transfer : new ArrayList<>(underWay)) {
            if (transfer.isOf(conversation, messageId)) {
                over(transfer, recalled());
            }
        }
    }

    /** Whether the message is sent only after an upload that is under way, so that the server knows nothing of it. */
    boolean isUploading(String conversation, String messageId) {
        for (Transfer transfer : underWay) {
            if (!(transfer instanceof Download) && transfer.isOf(conversation, messageId)) {
                return true;
            }
        }
        return false;
    }

    /** The user is logged in no more. */
    void failAll(RecallError error) {
        for (Transfer transfer : new ArrayList<>(underWay)) {
            over(transfer, error);
        }
    }

    private void over(Transfer transfer, RecallError error) {
        if (underWay.remove(transfer)) {
            transfer.fail(error);
        }
    }

    private static RecallError recalled() {
        return RecallError.of(ErrorCode.ALREADY_RECALLED, "the message was recalled");
    }

    /** Goes on with the reply of the server; false if it is not one. */
    private interface Next {
        boolean go(JsonObject reply);
    }

    private void ask(String action, JsonObject fields, Transfer transfer, Next next) {
        underWay.add(transfer);
        requests.submit(new Request(action, fields, false, new Request.Handler() {
            @Override
            public boolean onReply(JsonObject reply) {
                if (underWay.contains(transfer) && !next.go(reply)) {
                    over(transfer, RecallError.of(ErrorCode.INTERNAL, "the server's reply to " + action + " is not one"));
                }
                return true;
            }

            @Override
            public void onError(RecallError error, JsonObject reply) {
                over(transfer, error);
            }
        }));
    }

    /** What OkHttp's threads tell goes to the loop. */
    private Transfers.End end(Transfer transfer, int code, String what) {
        return new Transfers.End() {
            @Override
            public void succeeded(long bytes) {
                loop.execute(() -> {
                    if (underWay.remove(transfer)) {
                        transfer.succeed(bytes);
                    }
                });
            }

            @Override
            public void failed(String why) {
                loop.execute(() -> over(transfer, RecallError.of(code, what + " (" + why + ")")));
            }
        };
    }
}

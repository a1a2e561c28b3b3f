package com.example.recall.client;

import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Call;

/** An upload or a download that is under way. Everything but {@link #told} is called on the loop. */
abstract class Transfer {
    /** The ID that the server gave for an upload. */
    String attachmentId;
    private final String conversation;
    private final String messageId;
    private final EventLoop loop;
    private final Callbacks callbacks;
    private final TransferProgress progress;
    /** Whether a progress waits to be told, so that a fast transfer does not fill the app's executor. */
    private final AtomicBoolean telling = new AtomicBoolean();
    private volatile long done;
    private long toldDone = -1;
    private Call call;
    private boolean over;

    /** The message is the one that the file is for, or that has it; null for an upload that belongs to no message yet. */
    Transfer(String conversation, String messageId, EventLoop loop, Callbacks callbacks, TransferProgress progress) {
        this.conversation = conversation;
        this.messageId = messageId;
        this.loop = loop;
        this.callbacks = callbacks;
        this.progress = progress;
    }

    /** The transfer ends with an error, and leaves nothing on the device. */
    abstract void fail(RecallError error);

    /** All bytes are transferred. */
    abstract void succeed(long bytes);

    boolean isOf(String itsConversation, String itsMessageId) {
        return itsConversation.equals(conversation) && itsMessageId.equals(messageId);
    }

    /** Nothing more is told. */
    void end() {
        over = true;
        if (call != null) {
            call.cancel();
        }
    }

    /** The HTTP request that transfers the bytes. */
    void by(Call itsCall) {
        call = itsCall;
    }

    /** So many bytes are transferred. Called on OkHttp's threads. */
    void told(long bytes, long size) {
        done = bytes;
        if (progress != null && telling.compareAndSet(false, true)) {
            loop.execute(() -> {
                if (!over) {
                    tell(done, size);
                }
            });
        }
    }

    /** Tells that all bytes are transferred, unless that was told. */
    void toldAll(long size) {
        if (progress != null && toldDone != size) {
            tell(size, size);
        }
    }

    private void tell(long bytes, long size) {
        toldDone = bytes;
        callbacks.run(() -> {
            telling.set(false);
            progress.onProgress(bytes, size);
        });
    }
}

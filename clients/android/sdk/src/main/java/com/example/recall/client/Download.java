package com.example.recall.client;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import okhttp3.ResponseBody;

/** A download into a file, which takes the place of the target only when it is whole. */
final class Download extends Transfer {
    private static final int PIECE_BYTES = 16 * 1024;

    private final File target;
    private final File unfinished;
    private final Answer<Void> answer;
    private boolean discarded;

    Download(String conversation, String messageId, File target, File unfinished, EventLoop loop, Callbacks callbacks,
            TransferProgress progress, Answer<Void> answer) {
        super(conversation, messageId, loop, callbacks, progress);
        this.target = target;
        this.unfinished = unfinished;
        this.answer = answer;
    }

    File unfinished() {
        return unfinished;
    }

    /** Writes what comes to the file beside the target, on one of OkHttp's threads. Returns how many bytes came. */
    long receive(ResponseBody body) throws IOException {
        try (InputStream from = body.byteStream(); OutputStream into = open()) {
            long size = body.contentLength();
            byte[] piece = new byte[PIECE_BYTES];
            long done = 0;
            for (int count = from.read(piece); count >= 0; count = from.read(piece)) {
                write(into, piece, count);
                done += count;
                told(done, size);
            }
            return done;
        } finally {
            // Some systems do not remove a file that is open, so it is removed again now that it is closed.
            removeIfDiscarded();
        }
    }

    private synchronized OutputStream open() throws IOException {
        refuseIfDiscarded();
        return new FileOutputStream(unfinished);
    }

    private synchronized void write(OutputStream into, byte[] piece, int count) throws IOException {
        refuseIfDiscarded();
        into.write(piece, 0, count);
    }

    private void refuseIfDiscarded() throws IOException {
        if (discarded) {
            throw new IOException("the download has ended");
        }
    }

    private synchronized void removeIfDiscarded() {
        if (discarded) {
            unfinished.delete();
        }
    }

    @Override
    void succeed(long bytes) {
        if (!unfinished.renameTo(target)) {
            fail(RecallError.of(ErrorCode.DOWNLOAD_FAILED, "the download could not be given its name; check the folder and its rights"));
            return;
        }
        toldAll(bytes);
        end();
        answer.onSuccess(null);
    }

    @Override
    void fail(RecallError error) {
        end();
        synchronized (this) {
            discarded = true;
            unfinished.delete();
        }
        answer.onError(error);
    }
}

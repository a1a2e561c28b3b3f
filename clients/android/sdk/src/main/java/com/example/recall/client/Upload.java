package com.example.recall.client;

import java.io.File;
import org.jspecify.annotations.Nullable;

/** A file that is uploaded for a message. */
public final class Upload {
    final File file;
    final String name;
    final String type;
    final TransferProgress progress;
    private volatile Attachment attachment;

    /**
     * A file that is not uploaded yet. It must not change before the upload has ended.
     *
     * @param name what receivers see, without a folder: 1 to 255 bytes
     * @param type such as {@code image/png}
     * @param progress null if nobody wants to know
     */
    public Upload(File file, String name, String type, @Nullable TransferProgress progress) {
        this.file = file;
        this.name = name;
        this.type = type;
        this.progress = progress;
    }

    /** The uploaded file; null before the upload has succeeded. */
    public @Nullable Attachment attachment() {
        return attachment;
    }

    void uploaded(Attachment uploaded) {
        attachment = uploaded;
    }
}

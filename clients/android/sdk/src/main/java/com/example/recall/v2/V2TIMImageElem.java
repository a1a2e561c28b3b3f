package com.example.recall.v2;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A picture of a message. */
public final class V2TIMImageElem extends V2TIMElem {
    public static final int V2TIM_IMAGE_TYPE_ORIGIN = 0;
    public static final int V2TIM_IMAGE_TYPE_THUMB = 1;
    public static final int V2TIM_IMAGE_TYPE_LARGE = 2;

    private final String path;
    private final List<V2TIMImage> images;

    V2TIMImageElem(String path, FileOfMessage file) {
        this.path = path;
        images = file == null ? Collections.emptyList() : Collections.singletonList(new V2TIMImage(file));
    }

    /** The path that was given to createImageMessage; null for a message that was received. */
    public @Nullable String getPath() {
        return path;
    }

    /** The picture as its sender gave it, and no smaller ones; empty before the message is sent. */
    public List<V2TIMImage> getImageList() {
        return images;
    }

    /** A picture that can be downloaded. */
    public static final class V2TIMImage {
        private final FileOfMessage file;

        V2TIMImage(FileOfMessage file) {
            this.file = file;
        }

        /** V2TIM_IMAGE_TYPE_ORIGIN. */
        public int getType() {
            return V2TIM_IMAGE_TYPE_ORIGIN;
        }

        /** An ID that can be a part of a file's name. */
        public String getUUID() {
            return file.attachment.attachmentId();
        }

        /** Bytes. */
        public int getSize() {
            return file.size();
        }

        /** Always 0: the server does not look into files. */
        public int getWidth() {
            return 0;
        }

        /** Always 0: the server does not look into files. */
        public int getHeight() {
            return 0;
        }

        /**
         * Downloads the picture to a path. If the message is recalled meanwhile, it ends with
         * {@link com.example.recall.client.ErrorCode#ALREADY_RECALLED}. After any error no byte is left on the device.
         */
        public void downloadImage(String path, @Nullable V2TIMDownloadCallback callback) {
            file.download(path, callback);
        }
    }
}

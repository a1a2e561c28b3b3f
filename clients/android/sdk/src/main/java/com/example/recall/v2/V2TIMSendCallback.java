package com.example.recall.v2;

/** How sending ends. Bodies are small and go at once, so there is no progress to report. */
public interface V2TIMSendCallback<T> extends V2TIMValueCallback<T> {
    /** Never called here; it stands for code written for V2TIM, which calls it for files. */
    default void onProgress(int progress) {
    }
}

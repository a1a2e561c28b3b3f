package com.example.recall.v2;

import org.jspecify.annotations.Nullable;

/** How a call ends that has a value in both cases. */
public interface V2TIMCompleteCallback<T> {
    /**
     * The call ended.
     *
     * @param code 0, or one of {@link com.example.recall.client.ErrorCode}
     * @param desc English for developers
     */
    void onComplete(int code, String desc, @Nullable T value);
}

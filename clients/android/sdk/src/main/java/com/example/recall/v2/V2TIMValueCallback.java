package com.example.recall.v2;

/** How a call with a result ends: exactly one of the two, once. */
public interface V2TIMValueCallback<T> {
    void onSuccess(T value);

    /**
     * The call failed.
     *
     * @param code one of {@link com.example.recall.client.ErrorCode}
     * @param desc English for developers
     */
    void onError(int code, String desc);
}

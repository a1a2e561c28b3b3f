package com.example.recall.v2;

/** How a call without a result ends: exactly one of the two, once. */
public interface V2TIMCallback {
    void onSuccess();

    /**
     * The call failed.
     *
     * @param code one of {@link com.example.recall.client.ErrorCode}
     * @param desc English for developers
     */
    void onError(int code, String desc);
}

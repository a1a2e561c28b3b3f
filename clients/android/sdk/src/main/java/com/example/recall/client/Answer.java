package com.example.recall.client;

import org.jspecify.annotations.Nullable;

/** How a call ends: exactly one of the two, once. */
public interface Answer<T extends @Nullable Object> {
    void onSuccess(T value);

    void onError(RecallError error);
}

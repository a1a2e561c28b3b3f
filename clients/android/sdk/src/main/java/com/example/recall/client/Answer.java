package com.example.recall.client;

/** How a call ends: exactly one of the two, once. */
public interface Answer<T> {
    void onSuccess(T value);

    void onError(RecallError error);
}

package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** How a call ended. */
final class Outcome<T> implements Answer<T> {
    private T value;
    private RecallError error;
    private int answers;

    @Override
    public void onSuccess(T given) {
        value = given;
        answers++;
    }

    @Override
    public void onError(RecallError given) {
        error = given;
        answers++;
    }

    boolean isPending() {
        return answers == 0;
    }

    T value() {
        assertEquals(1, answers, "the call must be answered exactly once");
        assertTrue(error == null, () -> "the call failed: " + error);
        return value;
    }

    int code() {
        assertFalse(answers == 0, "the call is not answered");
        assertEquals(1, answers, "the call must be answered exactly once");
        assertNotNull(error, "the call succeeded");
        return error.code();
    }

    RecallError error() {
        code();
        return error;
    }
}

package com.example.recall.driver;

import com.example.recall.v2.V2TIMValueCallback;
import com.google.gson.JsonObject;

/** Prints the result of a call that has a value. */
class ValueResult<T> implements V2TIMValueCallback<T> {
    private final Output output;
    private final String call;

    ValueResult(Output output, String call) {
        this.output = output;
        this.call = call;
    }

    /** Puts the value into the result's fields. */
    void fill(JsonObject fields, T value) {
    }

    @Override
    public void onSuccess(T value) {
        JsonObject fields = new JsonObject();
        fill(fields, value);
        output.success(call, fields);
    }

    @Override
    public final void onError(int code, String desc) {
        output.failure(call, code, desc);
    }
}

package com.example.recall.v2;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Makes a test wait for callbacks, with a deadline. */
public final class CallbackRecorder {
    private final BlockingQueue<Object> happened = new LinkedBlockingQueue<>();

    /** Waits for what happens next: a value, or a text that names it. */
    public Object next() throws InterruptedException {
        Object next = happened.poll(30, TimeUnit.SECONDS);
        assertNotNull(next, "nothing happened within 30 s");
        return next;
    }

    public boolean isQuiet() {
        return happened.isEmpty();
    }

    public void happened(Object what) {
        happened.add(what);
    }

    /** Puts "success" or "error CODE". */
    public V2TIMCallback callback() {
        return new V2TIMCallback() {
            @Override
            public void onSuccess() {
                happened.add("success");
            }

            @Override
            public void onError(int code, String desc) {
                happened.add("error " + code);
            }
        };
    }

    /** Puts the value or "error CODE". */
    public <T> V2TIMSendCallback<T> valueCallback() {
        return new V2TIMSendCallback<T>() {
            @Override
            public void onSuccess(T value) {
                happened.add(value);
            }

            @Override
            public void onError(int code, String desc) {
                happened.add("error " + code);
            }
        };
    }
}

package com.example.recall.v2;

import com.example.recall.client.Answer;
import com.example.recall.client.RecallError;

/** Turns answers of the engine into V2TIM's callbacks. A null callback means that the app does not want the answer. */
final class Callbacks {
    private Callbacks() {
    }

    /** Turns one value into another. */
    interface Conversion<A, B> {
        B convert(A value);
    }

    static <T> Answer<T> toCallback(V2TIMCallback callback) {
        return new Answer<T>() {
            @Override
            public void onSuccess(T nothing) {
                if (callback != null) {
                    callback.onSuccess();
                }
            }

            @Override
            public void onError(RecallError error) {
                if (callback != null) {
                    callback.onError(error.code(), error.description());
                }
            }
        };
    }

    static <A, B> Answer<A> toCallback(V2TIMValueCallback<B> callback, Conversion<A, B> conversion) {
        return new Answer<A>() {
            @Override
            public void onSuccess(A value) {
                if (callback != null) {
                    callback.onSuccess(conversion.convert(value));
                }
            }

            @Override
            public void onError(RecallError error) {
                if (callback != null) {
                    callback.onError(error.code(), error.description());
                }
            }
        };
    }
}

package com.example.recall.client;

import android.content.Context;
import android.os.Handler;
import android.os.Looper;
import android.os.SystemClock;
import java.util.concurrent.Executor;

/** Android: callbacks on the main looper, as V2TIM does, and a clock that counts deep sleep, which nanoTime does not. */
final class AndroidPlatform extends Platform {
    @Override
    Executor callbackExecutor() {
        Handler handler = new Handler(Looper.getMainLooper());
        return handler::post;
    }

    @Override
    long monotonicMilliseconds() {
        return SystemClock.elapsedRealtime();
    }

    @Override
    Runnable watch(Object context, Runnable check) {
        return context instanceof Context ? new AndroidWatch((Context) context, check) : super.watch(context, check);
    }
}

package com.example.recall.client;

import android.content.Context;
import android.os.Handler;
import android.os.Looper;
import android.os.SystemClock;
import android.system.ErrnoException;
import android.system.Os;
import android.system.OsConstants;
import java.io.File;
import java.io.FileDescriptor;
import java.io.IOException;
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

    /** The app's private folder that is in no backup: a backup that is restored elsewhere would bring recalled texts back. */
    @Override
    Storage storage(Object context) {
        return context instanceof Context ? new FileStorage(new File(((Context) context).getNoBackupFilesDir(), "recall")) : null;
    }

    @Override
    void sync(File folder) throws IOException {
        try {
            FileDescriptor opened = Os.open(folder.getPath(), OsConstants.O_RDONLY, 0);
            try {
                Os.fsync(opened);
            } finally {
                Os.close(opened);
            }
        } catch (ErrnoException failed) {
            throw new IOException("syncing the folder " + folder + " failed", failed);
        }
    }
}

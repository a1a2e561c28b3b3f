package com.example.recall.client;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** What differs between a phone and another JVM: where callbacks run, the clock, and where and how files are kept. */
abstract class Platform {
    /** The platform this process runs on. */
    static Platform current() {
        return "Dalvik".equals(System.getProperty("java.vm.name")) ? new AndroidPlatform() : new JvmPlatform();
    }

    /** Where callbacks run unless the app chooses: the main looper on Android, a thread of their own elsewhere. */
    abstract Executor callbackExecutor();

    /** A clock that never jumps and does not stop while the device sleeps, where the platform has one. */
    abstract long monotonicMilliseconds();

    /**
     * Has the connection checked when the platform says that the network came back or the app came to the front; what it returns ends that.
     * Only Android says so.
     */
    Runnable watch(Object context, Runnable check) {
        return () -> { };
    }

    /** Where this app's data is kept unless the app chooses, or null. Only Android has such a place. */
    Storage storage(Object context) {
        return null;
    }

    /** Waits until the names of the files in a folder are on the disk. */
    abstract void sync(File folder) throws IOException;

    @NotOnAndroid
    private static final class JvmPlatform extends Platform {
        @Override
        Executor callbackExecutor() {
            return Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task, "recall-callbacks");
                thread.setDaemon(true);
                return thread;
            });
        }

        @Override
        long monotonicMilliseconds() {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        }

        @Override
        void sync(File folder) throws IOException {
            try (FileChannel opened = FileChannel.open(folder.toPath(), StandardOpenOption.READ)) {
                opened.force(true);
            } catch (java.nio.file.AccessDeniedException windows) {
                // Windows opens no folders. There the rename itself is what the file system's journal keeps.
            }
        }
    }
}

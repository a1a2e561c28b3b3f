package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import android.os.Handler;
import android.os.Looper;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class AndroidPlatformTest {
    @Test
    void callbacksArePostedToTheMainLooperInOrder() {
        List<String> ran = new ArrayList<>();
        AndroidPlatform platform = new AndroidPlatform();
        platform.callbackExecutor().execute(() -> ran.add("first"));
        platform.callbackExecutor().execute(() -> ran.add("second"));
        assertTrue(ran.isEmpty(), "nothing runs on the calling thread");
        Queue<Runnable> posted = Handler.posted(Looper.getMainLooper());
        while (!posted.isEmpty()) {
            posted.poll().run();
        }
        assertEquals(List.of("first", "second"), ran);
    }

    @Test
    void theClockIsTheOneThatCountsDeepSleep() {
        assertEquals(86_400_000, new AndroidPlatform().monotonicMilliseconds());
    }

    @Test
    void onADalvikRuntimeThePlatformIsAndroid() {
        String before = System.setProperty("java.vm.name", "Dalvik");
        try {
            assertInstanceOf(AndroidPlatform.class, Platform.current());
        } finally {
            System.setProperty("java.vm.name", before);
        }
    }
}

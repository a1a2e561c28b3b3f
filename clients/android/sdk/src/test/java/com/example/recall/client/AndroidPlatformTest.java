package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import android.content.Context;
import android.content.ContextWrapper;
import android.os.Handler;
import android.os.Looper;
import android.system.Os;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    /** A Context that knows where the app's files are. */
    private static Context appIn(File folder) {
        return new ContextWrapper(null) {
            @Override
            public File getNoBackupFilesDir() {
                return folder;
            }
        };
    }

    @Test
    void conversationsAreStoredInTheAppsPrivateFolderThatIsInNoBackup(@TempDir File folder) throws IOException {
        Storage storage = new RecallOptions().context(appIn(folder)).storageOn(new AndroidPlatform());
        storage.load("alice");
        assertTrue(new File(folder, "recall/user-alice").isDirectory());
        storage.close();
    }

    @Test
    void anAppCanChooseToStoreNothingOrElsewhere(@TempDir File folder) {
        assertNull(new RecallOptions().context(appIn(folder)).storage(null).storageOn(new AndroidPlatform()));
        StorageInMemory chosen = new StorageInMemory();
        assertSame(chosen, new RecallOptions().storage(chosen).context(appIn(folder)).storageOn(new AndroidPlatform()));
        assertNull(new RecallOptions().storageOn(new AndroidPlatform()), "there is no Context");
    }

    @Test
    void aFolderIsSyncedWithTheSystemCallsThatAndroidHas() throws IOException {
        Os.CALLS.clear();
        new AndroidPlatform().sync(new File("/data/app"));
        assertEquals(List.of("open /data/app", "fsync", "close"), Os.CALLS);
        IOException failure = assertThrows(IOException.class, () -> new AndroidPlatform().sync(new File("/missing")));
        assertTrue(failure.getMessage().contains("/missing"));
    }
}

package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InboxTest {
    @Test
    void aReaderWaitsWhileTheLoopIsBehind() throws InterruptedException {
        ManualLoop loop = new ManualLoop();
        Inbox inbox = new Inbox(loop, new Callbacks(Runnable::run));
        AtomicInteger handed = new AtomicInteger();
        Thread reader = flood(inbox, handed, 100);
        waitUntilBlocked(reader);
        assertEquals(16, handed.get());
        while (reader.isAlive()) {
            loop.settle();
            reader.join(1);
        }
        assertEquals(100, handed.get());
    }

    @Test
    void aReaderWaitsWhileTheAppIsBehindWithItsCallbacks() throws InterruptedException {
        CountDownLatch appIsBusy = new CountDownLatch(1);
        ThreadLoop loop = new ThreadLoop(Platform.current());
        ExecutorService app = Executors.newSingleThreadExecutor();
        app.execute(() -> {
            try {
                appIsBusy.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
        Callbacks callbacks = new Callbacks(app);
        Inbox inbox = new Inbox(loop, callbacks);
        AtomicInteger ran = new AtomicInteger();
        Thread reader = new Thread(() -> {
            for (int i = 0; i < 10_000; i++) {
                inbox.accept(() -> callbacks.run(ran::incrementAndGet));
            }
        });
        reader.start();
        waitUntilBlocked(reader);
        assertTrue(callbacks.waiting() < 5_000, callbacks.waiting() + " callbacks wait");
        appIsBusy.countDown();
        reader.join();
        CountDownLatch allHandled = new CountDownLatch(1);
        loop.execute(() -> callbacks.run(allHandled::countDown));
        assertTrue(allHandled.await(30, TimeUnit.SECONDS));
        assertEquals(10_000, ran.get());
        app.shutdown();
        loop.close();
    }

    @Test
    void closingLetsTheReaderGo() throws InterruptedException {
        Inbox inbox = new Inbox(new ManualLoop(), new Callbacks(Runnable::run));
        Thread reader = flood(inbox, new AtomicInteger(), 100);
        waitUntilBlocked(reader);
        inbox.close();
        reader.join();
    }

    private static Thread flood(Inbox inbox, AtomicInteger handed, int times) {
        Thread reader = new Thread(() -> {
            for (int i = 0; i < times; i++) {
                inbox.accept(() -> { });
                handed.incrementAndGet();
            }
        });
        reader.start();
        return reader;
    }

    private static void waitUntilBlocked(Thread thread) throws InterruptedException {
        int calm = 0;
        while (calm < 20) {
            thread.join(5);
            calm = thread.getState() == Thread.State.WAITING ? calm + 1 : 0;
        }
    }
}

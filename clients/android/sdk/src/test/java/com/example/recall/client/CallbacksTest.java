package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;

class CallbacksTest extends ClientTest {
    @Test
    void aCallbackThatFailsIsTheAppsFailureAndTheRuleIsCarriedOut() {
        login("c2c_bob");
        List<Throwable> uncaught = new ArrayList<>();
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
        Outcome<Void> ignored = new Outcome<>();
        client.logout(new Answer<Void>() {
            @Override
            public void onSuccess(Void nothing) {
                ignored.onSuccess(nothing);
                throw new IllegalStateException("the app's own mistake");
            }

            @Override
            public void onError(RecallError error) {
                ignored.onError(error);
            }
        });
        loop.settle();
        Thread.currentThread().setUncaughtExceptionHandler(null);
        assertEquals(1, uncaught.size());
        assertFalse(client.isLoggedIn());
    }

    @Test
    void anExecutorThatWasShutDownLosesItsCallbacksAndNothingElse() {
        Callbacks callbacks = new Callbacks(task -> {
            throw new RejectedExecutionException();
        });
        callbacks.run(() -> { });
        assertEquals(0, callbacks.waiting());
    }

    @Test
    void aDefectIsLoggedWithItsPlaceAndWithoutWhatItSaysAndTheLoopGoesOn() throws InterruptedException {
        List<String> logged = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(new SimpleFormatter().formatMessage(entry));
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
        Logger logger = Logger.getLogger("com.example.recall");
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        ThreadLoop real = new ThreadLoop(Platform.current());
        CountDownLatch wentOn = new CountDownLatch(1);
        real.execute(() -> {
            throw new IllegalStateException("secret text");
        });
        real.execute(wentOn::countDown);
        assertTrue(wentOn.await(30, TimeUnit.SECONDS));
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
        real.close();
        assertEquals(1, logged.size());
        assertTrue(logged.get(0).contains("IllegalStateException at " + getClass().getName()), logged.get(0));
        assertFalse(logged.get(0).contains("secret"));
    }
}

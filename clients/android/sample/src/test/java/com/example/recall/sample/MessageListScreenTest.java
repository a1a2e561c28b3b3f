package com.example.recall.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.recall.v2.BackendInMemory;
import com.example.recall.v2.V2TIMManager;
import com.example.recall.v2.V2TIMSDKConfig;
import com.example.recall.v2.CallbackRecorder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two people look at the same conversation, each on a screen of their own. */
@Timeout(60)
class MessageListScreenTest {
    private final ExecutorService mainThread = Executors.newSingleThreadExecutor();
    private final List<V2TIMManager> managers = new ArrayList<>();
    private BackendInMemory backend;
    private Phone alice;
    private Phone bob;

    @BeforeEach
    void openBothScreens() throws IOException, InterruptedException {
        backend = new BackendInMemory();
        alice = new Phone("alice", "c2c_bob");
        bob = new Phone("bob", "c2c_alice");
    }

    @AfterEach
    void close() {
        managers.forEach(V2TIMManager::unInitSDK);
        backend.close();
        mainThread.shutdown();
    }

    /** A phone whose screen writes down what it shows. */
    private final class Phone implements MessageListView {
        private final CallbackRecorder shown = new CallbackRecorder();
        private final MessageListScreen screen;
        private List<MessageRow> rows = List.of();

        Phone(String user, String conversation) throws InterruptedException {
            V2TIMManager manager = V2TIMManager.newInstance();
            managers.add(manager);
            manager.initSDK(new V2TIMSDKConfig().setServerUrl(backend.url()).setCallbackExecutor(mainThread));
            CallbackRecorder login = new CallbackRecorder();
            manager.login(user, "token-of-" + user, login.callback());
            assertEquals("success", login.next());
            screen = new MessageListScreen(manager, conversation, this);
            mainThread.execute(screen::open);
            assertEquals("", next());
        }

        /** Waits for the next change and gives it in words: rows, notice or input. */
        private String next() throws InterruptedException {
            return (String) shown.next();
        }

        @Override
        public void showRows(List<MessageRow> drawn) {
            rows = drawn;
            List<String> words = new ArrayList<>();
            for (MessageRow row : drawn) {
                words.add((row.isSelf() ? "> " : "< ") + row.text() + (row.isRecallable() ? " [Recall]" : "")
                        + (row.isEditable() ? " [Edit again]" : ""));
            }
            shown.happened(String.join("\n", words));
        }

        @Override
        public void showNotice(String text) {
            shown.happened("notice: " + text);
        }

        @Override
        public void putIntoInput(String text) {
            shown.happened("input: " + text);
        }

        @Override
        public void closeMenu(String messageId) {
            shown.happened("menu closed");
        }

        private void longPressAndRecallFirst() {
            mainThread.execute(() -> screen.recall(rows.get(0).messageId()));
        }
    }

    private void aliceSends(String text) throws InterruptedException {
        mainThread.execute(() -> alice.screen.send(text));
        alice.next();
        bob.next();
    }

    @Test
    void aLongPressRecallsAndBothBubblesBecomeALine() throws InterruptedException {
        mainThread.execute(() -> alice.screen.send("secret"));
        assertEquals("> secret [Recall]", alice.next());
        assertEquals("< secret", bob.next());
        alice.longPressAndRecallFirst();
        assertEquals("> You recalled a message [Edit again]", alice.next());
        assertEquals("menu closed", bob.next());
        assertEquals("< Message recalled", bob.next());
        assertTrue(bob.rows.get(0).isRevoked());
    }

    @Test
    void aRecalledTextCanBeEditedAgainByItsSenderOnly() throws InterruptedException {
        aliceSends("sceret");
        alice.longPressAndRecallFirst();
        alice.next();
        mainThread.execute(() -> alice.screen.editAgain(alice.rows.get(0).messageId()));
        assertEquals("input: sceret", alice.next());
        bob.next();
        bob.next();
        assertFalse(bob.rows.get(0).isEditable());
    }

    @Test
    void aRecallThatComesTooLateIsExplainedAndTheBubbleStays() throws InterruptedException {
        aliceSends("secret");
        backend.refuseRevocationsWith(20016);
        alice.longPressAndRecallFirst();
        assertEquals("notice: Too late: this message can no longer be recalled", alice.next());
        assertFalse(alice.rows.get(0).isRevoked());
    }

    @Test
    void aMessageOfTheOtherOffersNoRecall() throws InterruptedException {
        aliceSends("hi");
        assertFalse(bob.rows.get(0).isRecallable());
    }

    @Test
    void whatIsRecalledStaysRecalledWhenTheScreenIsOpenedAgain() throws InterruptedException {
        aliceSends("secret");
        alice.longPressAndRecallFirst();
        alice.next();
        bob.next();
        bob.next();
        bob.screen.close();
        mainThread.execute(bob.screen::open);
        assertEquals("< Message recalled", bob.next());
    }
}

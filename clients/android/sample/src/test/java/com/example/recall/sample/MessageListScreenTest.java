package com.example.recall.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.recall.client.FileStorage;
import com.example.recall.v2.BackendInMemory;
import com.example.recall.v2.V2TIMManager;
import com.example.recall.v2.V2TIMSDKConfig;
import com.example.recall.v2.CallbackRecorder;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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

    private interface Waiting {
        void until(CallbackRecorder login) throws InterruptedException;
    }

    /** A phone whose screen writes down what it shows. */
    private final class Phone implements MessageListView {
        private final CallbackRecorder shown = new CallbackRecorder();
        private final MessageListScreen screen;
        private List<MessageRow> rows = List.of();

        Phone(String user, String conversation) throws InterruptedException {
            this(user, conversation, new V2TIMSDKConfig().setServerUrl(backend.url()), login -> assertEquals("success", login.next()));
            mainThread.execute(screen::open);
            assertEquals("", next());
        }

        Phone(String user, String conversation, V2TIMSDKConfig config, Waiting waiting) throws InterruptedException {
            V2TIMManager manager = V2TIMManager.newInstance();
            managers.add(manager);
            manager.initSDK(config.setCallbackExecutor(mainThread));
            CallbackRecorder login = new CallbackRecorder();
            manager.login(user, "token-of-" + user, login.callback());
            waiting.until(login);
            screen = new MessageListScreen(manager, conversation, this);
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

    @Test
    void whatThePhoneHasStoredIsShownBeforeThereIsAConnection(@TempDir File folder) throws InterruptedException {
        Phone carol = new Phone("carol", "c2c_bob", new V2TIMSDKConfig().setServerUrl(backend.url()).setStorage(new FileStorage(folder)),
                login -> assertEquals("success", login.next()));
        mainThread.execute(() -> carol.screen.send("hello"));
        assertEquals("> hello [Recall]", carol.next());
        managers.get(managers.size() - 1).unInitSDK();
        Phone inATunnel = new Phone("carol", "c2c_bob", new V2TIMSDKConfig().setServerUrl("ws://127.0.0.1:1/").setStorage(new FileStorage(folder)),
                login -> assertTrue(login.isQuiet()));
        mainThread.execute(inATunnel.screen::openStored);
        assertEquals("> hello [Recall]", inATunnel.next());
    }
}

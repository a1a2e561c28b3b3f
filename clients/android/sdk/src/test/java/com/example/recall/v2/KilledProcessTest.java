package com.example.recall.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.recall.client.FileStorage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An app in a process of its own that is ended by SIGKILL and started again, with V2TIM's calls and real files. */
@Timeout(120)
class KilledProcessTest {
    private static final String NOBODY_LISTENS = "ws://127.0.0.1:1/";

    @TempDir
    Path folder;
    private BackendInMemory backend;
    private App app;

    @BeforeEach
    void start() throws IOException {
        backend = new BackendInMemory();
        app = new App(backend.url());
    }

    @AfterEach
    void stop() throws InterruptedException {
        app.kill();
        backend.close();
    }

    /** The process, and what it prints. */
    private final class App {
        private final Process process;
        private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

        App(String url) throws IOException {
            process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                    "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    Program.class.getName(), url, folder.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            Thread reader = new Thread(() -> {
                try (BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                    for (String line = output.readLine(); line != null; line = output.readLine()) {
                        lines.add(line);
                    }
                } catch (IOException ended) {
                    lines.add("ended");
                }
            });
            reader.setDaemon(true);
            reader.start();
        }

        void does(String command) throws IOException {
            process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        }

        String says() throws InterruptedException {
            String line = lines.poll(60, TimeUnit.SECONDS);
            assertNotNull(line, "the app said nothing within 60 s");
            return line;
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }
    }

    /** The app. */
    static final class Program {
        private Program() {
        }

        public static void main(String[] arguments) {
            V2TIMManager manager = V2TIMManager.newInstance();
            manager.initSDK(new V2TIMSDKConfig().setServerUrl(arguments[0])
                    .setStorage(new FileStorage(Path.of(arguments[1]).toFile())));
            manager.messageManager().addAdvancedMsgListener(new V2TIMAdvancedMsgListener() {
                @Override
                public void onRecvNewMessage(V2TIMMessage msg) {
                    print("new " + msg.getMsgID());
                }

                @Override
                public void onRecvMessageRevoked(V2TIMMessage tombstone) {
                    print("revoked " + tombstone.getMsgID());
                }
            });
            manager.login("alice", "token-of-alice", printing("login"));
            Scanner commands = new Scanner(System.in, StandardCharsets.UTF_8);
            while (commands.hasNext()) {
                switch (commands.next()) {
                    case "send":
                        manager.messageManager().sendMessage(manager.messageManager().createTextMessage(commands.next()), "c2c_bob",
                                printingValue(message -> "sent " + message.getMsgID()));
                        break;
                    case "recall":
                        manager.messageManager().revokeMessage("c2c_bob", commands.next(), printing("recall"));
                        break;
                    case "list":
                        manager.conversationManager().getConversationList(0, 10, printingValue(page -> "list "
                                + page.getConversationList().stream().map(V2TIMConversation::getConversationID).collect(Collectors.toList())));
                        break;
                    default:
                        V2TIMMessageListGetOption local = new V2TIMMessageListGetOption();
                        local.setGetType(V2TIMMessageListGetOption.V2TIM_GET_LOCAL_OLDER_MSG);
                        local.setUserID("bob");
                        manager.messageManager().getHistoryMessageList(local, printingValue(messages -> "history "
                                + messages.stream().map(Program::words).collect(Collectors.toList())));
                }
            }
        }

        private static String words(V2TIMMessage message) {
            return message.getTextElem() == null ? "recalled" : message.getTextElem().getText();
        }

        private static synchronized void print(String line) {
            System.out.println(line);
            System.out.flush();
        }

        private static V2TIMCallback printing(String what) {
            return new V2TIMCallback() {
                @Override
                public void onSuccess() {
                    print(what);
                }

                @Override
                public void onError(int code, String desc) {
                    print(what + " " + code);
                }
            };
        }

        private interface Words<T> {
            String of(T value);
        }

        private static <T> V2TIMValueCallback<T> printingValue(Words<T> words) {
            return new V2TIMValueCallback<T>() {
                @Override
                public void onSuccess(T value) {
                    print(words.of(value));
                }

                @Override
                public void onError(int code, String desc) {
                    print("error " + code);
                }
            };
        }
    }

    private boolean anyFileHas(String text) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).collect(Collectors.toList())) {
                if (new String(Files.readAllBytes(file), StandardCharsets.UTF_8).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    private String sent(String text) throws IOException, InterruptedException {
        app.does("send " + text);
        String line = app.says();
        assertTrue(line.startsWith("sent "), line);
        return line.substring("sent ".length());
    }

    @Test
    void theListAndTheHistoryAreThereWithoutANetworkAndTheRecalledTextIsInNoFile() throws IOException, InterruptedException {
        assertEquals("login", app.says());
        sent("kept");
        String recalled = sent("regretted");
        assertTrue(anyFileHas("regretted"));
        app.does("recall " + recalled);
        assertEquals("recall", app.says());
        assertFalse(anyFileHas("regretted"));
        app.kill();
        app = new App(NOBODY_LISTENS);
        app.does("list");
        assertEquals("list [c2c_bob]", app.says());
        app.does("history");
        assertEquals("history [recalled, kept]", app.says());
    }

    @Test
    void aMessageWithoutAnswerIsSentByTheNextProcessUnderTheSameId() throws IOException, InterruptedException {
        assertEquals("login", app.says());
        backend.holdSends(true);
        app.does("send unanswered");
        String messageId = backend.nextHeldSend();
        app.kill();
        backend.holdSends(false);
        app = new App(backend.url());
        assertEquals(List.of("login", "new " + messageId), Stream.of(app.says(), app.says()).sorted().collect(Collectors.toList()));
        app.does("history");
        assertEquals("history [unanswered]", app.says());
    }
}

package com.example.recall.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs the README's examples as they stand there. */
@Timeout(60)
class ReadmeTest {
    @TempDir
    Path folder;

    private static List<String> examples() throws Exception {
        Matcher blocks = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("..", "README.md")));
        List<String> examples = new ArrayList<>();
        while (blocks.find()) {
            examples.add(blocks.group(1));
        }
        return examples;
    }

    /** Makes a class of an example, which uses serverUrl, userID, token, path and show. */
    private Class<?> compile(String name, String example) throws Exception {
        Path source = folder.resolve(name + ".java");
        Files.writeString(source, "import com.example.recall.v2.*;\npublic class " + name
                + " {\n  public static java.util.function.Consumer<String> shown;\n"
                + "  static void show(String text) { shown.accept(text); }\n"
                + "  public static void run(String serverUrl, String userID, String token, String path) {\n" + example + "  }\n}\n");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int status = compiler.run(null, null, null, "-cp", System.getProperty("java.class.path"), "-d", folder.toString(), source.toString());
        assertEquals(0, status, "the example does not compile");
        return new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader()).loadClass(name);
    }

    private void run(Class<?> example, String serverUrl, Consumer<String> shown) throws Exception {
        String path = Files.writeString(folder.resolve("cat.png"), "a picture").toString();
        example.getField("shown").set(null, shown);
        example.getMethod("run", String.class, String.class, String.class, String.class).invoke(null, serverUrl, "alice", "token-of-alice", path);
    }

    @Test
    void theExamplesSendRecallAndHearOfTheRecall() throws Exception {
        List<String> examples = examples();
        assertEquals(3, examples.size());
        assertTrue(examples.get(0).lines().count() <= 16, "about 15 lines");
        CallbackRecorder shown = new CallbackRecorder();
        try (BackendInMemory backend = new BackendInMemory()) {
            run(compile("Sender", examples.get(0)), backend.url(), shown::happened);
            assertEquals("Message recalled", shown.next());

            run(compile("Picture", examples.get(2)), backend.url(), shown::happened);
            assertEquals("100 %", shown.next());
            assertEquals("sent", shown.next());

            run(compile("Receiver", examples.get(1)), backend.url(), shown::happened);
            V2TIMManager bob = V2TIMManager.newInstance();
            bob.initSDK(new V2TIMSDKConfig().setServerUrl(backend.url()));
            CallbackRecorder results = new CallbackRecorder();
            bob.login("bob", "token-of-bob", results.callback());
            assertEquals("success", results.next());
            String msgID = bob.messageManager().sendMessage(bob.messageManager().createTextMessage("hi"), "c2c_alice", results.valueCallback());
            results.next();
            bob.messageManager().revokeMessage("c2c_alice", msgID, results.callback());
            results.next();
            assertEquals(msgID + " recalled by bob", shown.next());
            bob.unInitSDK();
        } finally {
            V2TIMManager.getInstance().unInitSDK();
        }
    }
}

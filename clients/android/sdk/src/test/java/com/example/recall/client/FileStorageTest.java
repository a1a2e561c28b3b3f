package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The files of a real folder. */
@Timeout(120)
class FileStorageTest {
    @TempDir
    Path folder;
    private FileStorage storage;

    private FileStorage storage() {
        storage = new FileStorage(folder.toFile());
        return storage;
    }

    @AfterEach
    void close() throws IOException {
        storage.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether any file under the folder, whatever its name, has a text. */
    private boolean anyFileHas(String text) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).collect(Collectors.toList())) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void whatIsSavedIsLoadedByTheNextProcess() throws IOException {
        storage().load("alice");
        storage.save("alice", "c2c_bob", bytes("{\"one\":1}"));
        storage.save("alice", "group_Eng.1-a@b", bytes("{\"two\":2}"));
        storage.close();
        Map<String, byte[]> loaded = storage().load("alice");
        assertEquals(Set.of("c2c_bob", "group_Eng.1-a@b"), loaded.keySet());
        assertArrayEquals(bytes("{\"two\":2}"), loaded.get("group_Eng.1-a@b"));
    }

    @Test
    void idsThatDifferOnlyInCaseHaveFilesThatDifferInMore() throws IOException {
        storage().load("alice");
        storage.save("alice", "c2c_Bob", bytes("1"));
        storage.save("alice", "c2c_bob", bytes("2"));
        List<String> names = Arrays.stream(folder.resolve("user-alice").toFile().list()).map(String::toLowerCase).sorted()
                .collect(Collectors.toList());
        assertEquals(List.of("c2c_%42ob.json", "c2c_bob.json", "lock"), names);
    }

    @Test
    void aNameCannotLeaveTheFolder() throws IOException {
        storage().load("../../alice");
        storage.save("../../alice", "c2c_/../x", bytes("1"));
        assertEquals(1, folder.toFile().list().length);
        assertEquals(Set.of("c2c_/../x"), storage.load("../../alice").keySet());
    }

    @Test
    void noFileHoldsWhatWasReplacedDeletedOrCleared() throws IOException {
        storage().load("alice");
        storage.save("alice", "c2c_bob", bytes("the first text"));
        storage.save("alice", "c2c_bob", bytes("the second text"));
        assertFalse(anyFileHas("the first text"));
        assertTrue(anyFileHas("the second text"));
        storage.delete("alice", "c2c_bob");
        assertFalse(anyFileHas("the second text"));
        storage.save("alice", "c2c_bob", bytes("the third text"));
        storage.clear("alice");
        assertFalse(anyFileHas("the third text"));
        assertTrue(storage.load("alice").isEmpty());
    }

    /** Whatever part of the new file a kill left, there is one whole document, and nothing of the other one. */
    @Test
    void afterAnInterruptedSaveThereIsTheOldDocumentOrTheNewOne() throws IOException {
        storage().load("alice");
        storage.save("alice", "c2c_bob", bytes("the new text"));
        Path document = folder.resolve("user-alice").resolve("c2c_bob.json");
        byte[] written = Files.readAllBytes(document);
        for (int length = 0; length <= written.length; length++) {
            storage.save("alice", "c2c_bob", bytes("the old text"));
            storage.close();
            Files.write(folder.resolve("user-alice").resolve("c2c_bob.json.new"), Arrays.copyOf(written, length));
            String expected = length == written.length ? "the new text" : "the old text";
            assertArrayEquals(bytes(expected), storage().load("alice").get("c2c_bob"), "after " + length + " bytes");
            assertFalse(anyFileHas(length == written.length ? "the old text" : "the new"), "after " + length + " bytes");
        }
    }

    @Test
    void aFileThatTheDiskDamagedIsNoDocument() throws IOException {
        storage().load("alice");
        storage.save("alice", "c2c_bob", bytes("the text"));
        Path document = folder.resolve("user-alice").resolve("c2c_bob.json");
        byte[] content = Files.readAllBytes(document);
        content[content.length - 1] ^= 1;
        Files.write(document, content);
        assertArrayEquals(new byte[0], storage.load("alice").get("c2c_bob"));
    }

    @Test
    void aSaveThatFailsLeavesTheOldDocumentAndNoOtherFile() throws IOException {
        storage().load("alice");
        storage.save("alice", "c2c_bob", bytes("the old text"));
        // A folder in the place of the file cannot be opened for writing.
        File inTheWay = folder.resolve("user-alice").resolve("c2c_bob.json.new").toFile();
        assertTrue(inTheWay.mkdir());
        assertThrows(IOException.class, () -> storage.save("alice", "c2c_bob", bytes("the new text")));
        assertArrayEquals(bytes("the old text"), storage.load("alice").get("c2c_bob"));
        assertFalse(inTheWay.exists());
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.write(folder.resolve("file"), bytes("x"));
        storage = new FileStorage(file.toFile());
        IOException failure = assertThrows(IOException.class, () -> storage.load("alice"));
        assertTrue(failure.getMessage().contains("cannot be made"), failure.getMessage());
    }

    @Test
    void aSecondClientOfTheSameUserIsRefusedUntilTheFirstIsClosed() throws IOException {
        storage().load("alice");
        FileStorage second = new FileStorage(folder.toFile());
        second.load("bob");
        IOException failure = assertThrows(IOException.class, () -> second.load("alice"));
        assertTrue(failure.getMessage().contains("another client uses"), failure.getMessage());
        storage.close();
        second.load("alice");
        second.close();
    }

    /** Starts a process that saves one document after the other, each of another length, and says so on a line. */
    private Process saving() throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Saving.class.getName(), folder.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** The program of that process. */
    static final class Saving {
        private Saving() {
        }

        public static void main(String[] arguments) throws IOException {
            FileStorage storage = new FileStorage(new File(arguments[0]));
            storage.load("alice");
            for (int number = 0;; number++) {
                storage.save("alice", "c2c_bob", document(number));
                System.out.println(number);
            }
        }
    }

    /** The number, as often as its length says: a part of it, or a mixture of two, is not a document. */
    private static byte[] document(int number) {
        StringBuilder text = new StringBuilder();
        int times = 1 + number * 7919 % 20_000;
        for (int i = 0; i < times; i++) {
            text.append(number).append(' ');
        }
        return bytes(times + ":" + text);
    }

    @Test
    void afterAKillOfTheProcessTheLastDocumentOrTheNextOneIsThereWhole() throws IOException, InterruptedException {
        for (int round = 0; round < 8; round++) {
            Process process = saving();
            int saved = -1;
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                while (saved < 20 + round * 13) {
                    saved = Integer.parseInt(lines.readLine());
                }
                if (round == 0) {
                    IOException failure = assertThrows(IOException.class, () -> storage().load("alice"));
                    assertTrue(failure.getMessage().contains("another client uses"), "another process is refused");
                    storage.close();
                }
                // Not the process's own method, which also closes what it printed.
                process.toHandle().destroyForcibly();
                for (String line = lines.readLine(); line != null && line.matches("\\d+"); line = lines.readLine()) {
                    saved = Math.max(saved, Integer.parseInt(line));
                }
            }
            process.waitFor();
            Map<String, byte[]> loaded = storage().load("alice");
            byte[] found = loaded.get("c2c_bob");
            assertTrue(Arrays.equals(document(saved), found) || Arrays.equals(document(saved + 1), found),
                    "neither document " + saved + " nor the next one is there");
            storage.close();
        }
    }
}

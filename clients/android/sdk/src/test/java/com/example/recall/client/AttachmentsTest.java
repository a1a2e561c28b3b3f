package com.example.recall.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.OkHttpClient;
import okhttp3.ResponseBody;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Uploads and downloads, where a scenario cannot look: at the files of the device, and at what happens in between. */
@Timeout(60)
class AttachmentsTest extends ClientTest {
    private static final String ATTACHMENT = "01HF7YAT0000000000000000A1";
    private static final String PICTURE = "a picture of a cat";

    @TempDir
    Path folder;

    private final MockWebServer objects = new MockWebServer();
    private final List<String> progress = Collections.synchronizedList(new ArrayList<>());

    /** A download that gets nothing for a while must not end by itself, however slow this machine is. */
    @Override
    OkHttpClient httpClient() {
        return new OkHttpClient.Builder().readTimeout(0, TimeUnit.SECONDS).build();
    }

    @BeforeEach
    void startObjects() throws IOException {
        objects.start();
    }

    @AfterEach
    void closeObjects() {
        objects.close();
    }

    /** Lets the loop go on until something holds that depends on OkHttp's threads. */
    private void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertFalse(Thread.interrupted(), "the time of the test is over");
            loop.settle();
            Thread.yield();
        }
    }

    private Upload upload() throws IOException {
        File file = Files.writeString(folder.resolve("cat.png"), PICTURE).toFile();
        return new Upload(file, "cat.png", "image/png", (done, size) -> progress.add(done + " of " + size));
    }

    private void replyToAttach(JsonObject attach) {
        server.reply(attach, "{'attachmentId':'" + ATTACHMENT + "','upload':{'method':'PUT','url':'" + objects.url("/uploads/1")
                + "','headers':{'content-type':'image/png','content-length':'" + PICTURE.length() + "','x-amz-meta-name':'cat.png'}}}");
    }

    private Outcome<Void> download(File target) {
        Outcome<Void> outcome = new Outcome<>();
        client.download("c2c_bob", BOB_1, ATTACHMENT, target, (done, size) -> progress.add(done + " of " + size), outcome);
        loop.settle();
        return outcome;
    }

    private void replyToDownload() {
        server.reply(server.take("download"), "{'url':'" + objects.url("/messages/1") + "'}");
    }

    private static MockResponse.Builder answer(String body) {
        return new MockResponse.Builder().body(body);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.map(path -> path.getFileName().toString()).sorted().collect(Collectors.toList());
        }
    }

    private File unfinished(File target, int number) {
        return new File(target.getPath() + ".recall" + number + ".tmp");
    }

    /** A download of which a part is written, and whose rest never comes. */
    private Outcome<Void> downloadInTheMiddle(File target) {
        return downloadInTheMiddle(target, 1);
    }

    private Outcome<Void> downloadInTheMiddle(File target, int number) {
        Outcome<Void> outcome = download(target);
        // Eight bytes in an hour: so the first part comes at once, and nothing after it.
        objects.enqueue(answer(PICTURE).throttleBody(8, 1, TimeUnit.HOURS).build());
        replyToDownload();
        until(() -> unfinished(target, number).length() > 0);
        return outcome;
    }

    @Test
    void aFileIsUploadedBeforeItsMessageIsSent() throws IOException, InterruptedException {
        login("c2c_bob");
        Outcome<Message> sent = new Outcome<>();
        String messageId = client.send(new NewMessage("c2c_bob", "{\"text\":\"look\"}").upload(upload()), sent);
        loop.settle();
        objects.enqueue(new MockResponse.Builder().build());
        replyToAttach(server.take("attach"));
        assertTrue(server.frames.isEmpty(), "the message waits for its file");
        until(() -> !server.frames.isEmpty());
        RecordedRequest put = objects.takeRequest();
        assertEquals("PUT", put.getMethod());
        assertEquals(PICTURE, put.getBody().utf8());
        assertEquals("image/png", put.getHeaders().get("content-type"));
        assertEquals("cat.png", put.getHeaders().get("x-amz-meta-name"));
        assertEquals(List.of(String.valueOf(PICTURE.length())), put.getHeaders().values("content-length"));
        assertNull(put.getHeaders().get("Authorization"));
        JsonObject frame = server.take("send");
        assertEquals(messageId, frame.get("messageId").getAsString());
        assertEquals("[{\"attachmentId\":\"" + ATTACHMENT + "\"}]", frame.get("attachments").toString());
        server.reply(frame, server.stored(frame, -1));
        sent.value();
        assertEquals(PICTURE.length() + " of " + PICTURE.length(), progress.get(progress.size() - 1));
    }

    @Test
    void aMessageThatIsSentAgainUploadsNothing() throws IOException {
        login("c2c_bob");
        Outcome<Message> refused = new Outcome<>();
        assertNull(client.send(new NewMessage("c2c_bob", "{}").upload(upload()).messageId(BOB_1), refused));
        assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
    }

    @Test
    void aSendWhoseUploadWasCutOffByALogoutSurelySentNothing() throws IOException {
        login("c2c_bob");
        Outcome<Message> sent = new Outcome<>();
        client.send(new NewMessage("c2c_bob", "{}").upload(upload()), sent);
        loop.settle();
        server.take("attach");
        client.logout(new Outcome<>());
        loop.settle();
        assertEquals(ErrorCode.NOT_CONNECTED, sent.code());
        assertFalse(sent.error().isOutcomeUnknown());
    }

    @Test
    void attachmentsThatAreNoneAreRefused() {
        login("c2c_bob");
        List<Attachment> eleven = Collections.nCopies(11, Attachment.uploaded(ATTACHMENT));
        for (List<Attachment> wrong : List.of(eleven, List.of(Attachment.uploaded("../etc/passwd")),
                List.of(Attachment.forwarded("bob", BOB_1, ATTACHMENT)), List.of(Attachment.forwarded("c2c_bob", "1", ATTACHMENT)))) {
            Outcome<Message> refused = new Outcome<>();
            assertNull(client.send(new NewMessage("c2c_bob", "{}").attachments(wrong), refused));
            assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
        }
    }

    @Test
    void aDownloadTakesThePlaceOfTheTargetWhenItIsWhole() throws IOException {
        login("c2c_bob");
        File target = Files.writeString(folder.resolve("cat.png"), "an older picture").toFile();
        Outcome<Void> outcome = download(target);
        objects.enqueue(answer(PICTURE).build());
        replyToDownload();
        until(() -> !outcome.isPending());
        outcome.value();
        assertEquals(PICTURE, Files.readString(target.toPath()));
        assertEquals(List.of("cat.png"), files());
        assertEquals(PICTURE.length() + " of " + PICTURE.length(), progress.get(progress.size() - 1));
    }

    @Test
    void aDownloadThatIsCutLeavesTheTargetAsItWas() throws IOException {
        login("c2c_bob");
        File target = Files.writeString(folder.resolve("cat.png"), "an older picture").toFile();
        Outcome<Void> outcome = download(target);
        objects.enqueue(answer(PICTURE).onResponseBody(SocketEffect.ShutdownConnection.INSTANCE).build());
        replyToDownload();
        until(() -> !outcome.isPending());
        assertEquals(ErrorCode.DOWNLOAD_FAILED, outcome.code());
        assertFalse(outcome.error().description().contains("messages/1"), "the address is a key to the file");
        assertEquals("an older picture", Files.readString(target.toPath()));
        assertEquals(List.of("cat.png"), files());
    }

    @Test
    void aRecallEndsADownloadAtOnceAndNoByteOfItIsLeft() throws IOException {
        login("c2c_bob");
        File target = folder.resolve("cat.png").toFile();
        Outcome<Void> outcome = downloadInTheMiddle(target);
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        assertEquals(ErrorCode.ALREADY_RECALLED, outcome.code());
        assertEquals(List.of(), files());
    }

    @Test
    void anOwnRecallEndsADownloadToo() throws IOException {
        login("c2c_bob");
        Outcome<Void> outcome = downloadInTheMiddle(folder.resolve("cat.png").toFile());
        revoke("c2c_bob", BOB_1);
        server.reply(server.take("revoke"), revokeReply(BOB_1, "alice"));
        assertEquals(ErrorCode.ALREADY_RECALLED, outcome.code());
        assertEquals(List.of(), files());
    }

    @Test
    void aRecallThatASynchronisationBringsEndsADownload() throws IOException {
        login("c2c_bob");
        Outcome<Void> outcome = downloadInTheMiddle(folder.resolve("cat.png").toFile());
        server.drop();
        until(() -> {
            loop.advance(1_000);
            return server.hasHandshake();
        });
        server.accept();
        server.greet();
        server.reply(server.take("conversations"), "{'conversations':[]}");
        assertTrue(outcome.isPending(), "a lost connection does not end a download");
        answerSync(server.take("sync"), page("", revocation(BOB_1, "bob", "bob"), "c2", false, 0));
        assertEquals(ErrorCode.ALREADY_RECALLED, outcome.code());
        assertEquals(List.of(), files());
    }

    @Test
    void theRecallOfAnotherMessageEndsNoDownload() {
        login("c2c_bob");
        Outcome<Void> outcome = downloadInTheMiddle(folder.resolve("cat.png").toFile());
        server.send(revokedEvent(BOB_2, "bob", "bob"));
        assertTrue(outcome.isPending());
    }

    @Test
    void aRecallBeforeTheReplyToADownloadEndsIt() throws IOException {
        login("c2c_bob");
        Outcome<Void> outcome = download(folder.resolve("cat.png").toFile());
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        assertEquals(ErrorCode.ALREADY_RECALLED, outcome.code());
        replyToDownload();
        assertEquals(0, objects.getRequestCount());
        assertEquals(List.of(), files());
    }

    @Test
    void aLogoutEndsADownload() throws IOException {
        login("c2c_bob");
        Outcome<Void> outcome = downloadInTheMiddle(folder.resolve("cat.png").toFile());
        client.logout(new Outcome<>());
        loop.settle();
        assertEquals(ErrorCode.NOT_CONNECTED, outcome.code());
        assertEquals(List.of(), files());
        assertEquals(0, client.maxAttachmentBytes());
    }

    @Test
    void twoDownloadsToOneTargetDoNotMix() throws IOException {
        login("c2c_bob");
        File target = folder.resolve("cat.png").toFile();
        Outcome<Void> first = downloadInTheMiddle(target);
        Outcome<Void> second = download(target);
        objects.enqueue(answer(PICTURE).build());
        replyToDownload();
        until(() -> !second.isPending());
        second.value();
        assertEquals(PICTURE, Files.readString(target.toPath()));
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        assertEquals(ErrorCode.ALREADY_RECALLED, first.code());
        assertEquals(List.of("cat.png"), files(), "the application removes what was downloaded earlier");
    }

    @Test
    void aRecallEndsAllDownloadsOfTheMessage() throws IOException {
        login("c2c_bob");
        File target = folder.resolve("cat.png").toFile();
        Outcome<Void> first = downloadInTheMiddle(target, 1);
        Outcome<Void> second = downloadInTheMiddle(target, 2);
        server.send(revokedEvent(BOB_1, "bob", "bob"));
        assertEquals(ErrorCode.ALREADY_RECALLED, first.code());
        assertEquals(ErrorCode.ALREADY_RECALLED, second.code());
        assertEquals(List.of(), files());
    }

    @Test
    void aDownloadThatEndedWritesNoMore() throws IOException {
        File unfinished = folder.resolve("unfinished").toFile();
        Outcome<Void> outcome = new Outcome<>();
        Download download = new Download("c2c_bob", BOB_1, folder.resolve("cat.png").toFile(), unfinished, loop, new Callbacks(Runnable::run), null, outcome);
        download.fail(RecallError.of(ErrorCode.ALREADY_RECALLED, "the message was recalled"));
        assertEquals(ErrorCode.ALREADY_RECALLED, outcome.code());
        assertThrows(IOException.class, () -> download.receive(ResponseBody.create(PICTURE, null)), "its bytes came a moment later");
        assertEquals(List.of(), files());
    }

    @Test
    void aTargetThatCannotBeWrittenFailsTheDownload() {
        login("c2c_bob");
        Outcome<Void> outcome = download(folder.resolve("nowhere").resolve("cat.png").toFile());
        objects.enqueue(answer(PICTURE).build());
        replyToDownload();
        until(() -> !outcome.isPending());
        assertEquals(ErrorCode.DOWNLOAD_FAILED, outcome.code());
    }

    @Test
    void theNamesOfFilesCountAgainstTheMemory() {
        MemoryLimit memory = new MemoryLimit();
        ConversationView view = new ConversationView("c2c_bob");
        String name = String.join("", Collections.nCopies(255, "n"));
        List<Attachment> ten = Collections.nCopies(10, new Attachment(ATTACHMENT, name, "image/png", 1));
        int held = (int) (MemoryLimit.MOST_BODY_CHARACTERS / (10 * (name.length() + "image/png".length()))) + 1;
        for (int i = 0; i < held; i++) {
            Message message = new Message(String.format("01HF7YBT00000000000%07d", i), "c2c_bob", "bob", 1, 1, "", null, ten, null);
            view.messages.put(message.messageId(), message);
            memory.added(message);
        }
        memory.enforce(List.of(view));
        assertTrue(view.messages.size() < held);
    }

    @Test
    void aForwardedFileNamesTheMessageThatItComesFrom() {
        Message message = new Message(BOB_1, "c2c_bob", "bob", 1, 1, "{}", null, List.of(new Attachment(ATTACHMENT, "cat.png", "image/png", 3)), null);
        Attachment forwarded = message.forwarded().get(0);
        assertArrayEquals(new Object[] {ATTACHMENT, "cat.png", "image/png", 3L, "c2c_bob", BOB_1}, new Object[] {forwarded.attachmentId(),
            forwarded.name(), forwarded.type(), forwarded.size(), forwarded.fromConversation(), forwarded.fromMessageId()});
    }
}

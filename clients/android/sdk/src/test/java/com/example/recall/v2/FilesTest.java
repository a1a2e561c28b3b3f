package com.example.recall.v2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.recall.BaseConstants;
import com.example.recall.client.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** V2TIM's calls for pictures and other files, over real sockets. */
@Timeout(60)
class FilesTest extends TwoUsers {
    private static final byte[] PICTURE = "a picture of a cat".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private final CallbackRecorder progress = new CallbackRecorder();

    @BeforeEach
    void hear() {
        bob.messageManager().addAdvancedMsgListener(new V2TIMAdvancedMsgListener() {
            @Override
            public void onRecvNewMessage(V2TIMMessage msg) {
                bobHeard.happened(msg);
            }

            @Override
            public void onRecvMessageRevoked(V2TIMMessage tombstone) {
                bobHeard.happened(tombstone);
            }
        });
    }

    private String picture(String name) throws IOException {
        return Files.write(folder.resolve(name), PICTURE).toString();
    }

    private String send(V2TIMMessage message) {
        return alice.messageManager().sendMessage(message, "bob", null, V2TIMMessage.V2TIM_PRIORITY_DEFAULT, false, null,
                new V2TIMSendCallback<V2TIMMessage>() {
                    @Override
                    public void onProgress(int percent) {
                        progress.happened(percent);
                    }

                    @Override
                    public void onSuccess(V2TIMMessage sent) {
                        progress.happened("sent");
                        results.happened(sent);
                    }

                    @Override
                    public void onError(int code, String desc) {
                        results.happened("error " + code);
                    }
                });
    }

    private V2TIMMessage received(V2TIMMessage message) throws InterruptedException {
        send(message);
        assertSame(message, results.next());
        return (V2TIMMessage) bobHeard.next();
    }

    private String downloaded(V2TIMImageElem.V2TIMImage image, File target) throws InterruptedException {
        image.downloadImage(target.getPath(), download());
        return (String) results.next();
    }

    private V2TIMDownloadCallback download() {
        return new V2TIMDownloadCallback() {
            @Override
            public void onProgress(V2TIMElem.V2ProgressInfo info) {
                progress.happened(info.getCurrentSize() + " of " + info.getTotalSize());
            }

            @Override
            public void onSuccess() {
                results.happened("success");
            }

            @Override
            public void onError(int code, String desc) {
                results.happened("error " + code);
            }
        };
    }

    @Test
    void aPictureArrivesAndCanBeDownloaded() throws IOException, InterruptedException {
        String path = picture("cat.png");
        V2TIMMessage message = alice.messageManager().createImageMessage(path);
        assertEquals(V2TIMMessage.V2TIM_ELEM_TYPE_IMAGE, message.getElemType());
        assertEquals(path, message.getImageElem().getPath());
        assertEquals(List.of(), message.getImageElem().getImageList());

        V2TIMMessage received = received(message);
        Object told = progress.next();
        while (!told.equals(100)) {
            told = progress.next();
        }
        assertEquals("sent", progress.next(), "100 percent is told once, before the end");
        assertEquals(path, message.getImageElem().getPath());
        assertEquals(V2TIMMessage.V2TIM_ELEM_TYPE_IMAGE, received.getElemType());
        assertNull(received.getFileElem());
        assertNull(received.getTextElem());
        assertNull(received.getCustomElem());
        V2TIMImageElem elem = received.getImageElem();
        assertNull(elem.getPath());
        assertNull(elem.getNextElem());
        V2TIMImageElem.V2TIMImage image = elem.getImageList().get(0);
        assertEquals(V2TIMImageElem.V2TIM_IMAGE_TYPE_ORIGIN, image.getType());
        assertEquals(PICTURE.length, image.getSize());
        assertEquals(message.getImageElem().getImageList().get(0).getUUID(), image.getUUID());

        File target = folder.resolve(image.getUUID()).toFile();
        assertEquals("success", downloaded(image, target));
        assertArrayEquals(PICTURE, Files.readAllBytes(target.toPath()));
        assertEquals(PICTURE.length + " of " + PICTURE.length, progress.next());
    }

    @Test
    void aFileKeepsItsNameAndAPictureThatIsSentAsAFileIsAFile() throws IOException, InterruptedException {
        V2TIMMessage message = alice.messageManager().createFileMessage(picture("x"), "cat.png");
        V2TIMFileElem before = message.getFileElem();
        assertEquals("cat.png", before.getFileName());
        assertNull(before.getUUID());
        before.downloadFile(folder.resolve("y").toString(), null);

        V2TIMMessage received = received(message);
        assertEquals(V2TIMMessage.V2TIM_ELEM_TYPE_FILE, received.getElemType());
        V2TIMFileElem elem = received.getFileElem();
        assertEquals("cat.png", elem.getFileName());
        assertEquals(PICTURE.length, elem.getFileSize());
        File target = folder.resolve("downloaded").toFile();
        elem.downloadFile(target.getPath(), download());
        assertEquals("success", results.next());
        assertArrayEquals(PICTURE, Files.readAllBytes(target.toPath()));
    }

    @Test
    void aRecallTakesTheFileFromEverybody() throws IOException, InterruptedException {
        V2TIMMessage message = alice.messageManager().createImageMessage(picture("cat.png"));
        V2TIMMessage received = received(message);
        V2TIMImageElem.V2TIMImage image = received.getImageElem().getImageList().get(0);
        alice.messageManager().revokeMessage(message, results.callback());
        assertEquals("success", results.next());
        V2TIMMessage tombstone = (V2TIMMessage) bobHeard.next();
        assertNull(tombstone.getImageElem());
        assertEquals(List.of(), tombstone.getAttachments());
        assertEquals(V2TIMMessage.V2TIM_ELEM_TYPE_NONE, tombstone.getElemType());
        assertEquals(V2TIMMessage.V2TIM_ELEM_TYPE_NONE, message.getElemType());
        assertEquals(List.of(), message.getAttachments());
        assertEquals("error " + ErrorCode.ALREADY_RECALLED, downloaded(image, folder.resolve("late").toFile()));
        assertTrue(Files.notExists(folder.resolve("late")));
    }

    @Test
    void aRecallDuringTheUploadEndsItAndNothingIsSent() throws IOException, InterruptedException {
        backend.holdUploads();
        V2TIMMessage message = alice.messageManager().createImageMessage(picture("cat.png"));
        String msgID = send(message);
        assertEquals(msgID, message.getMsgID());
        assertNotNull(msgID);
        assertEquals(100, progress.next(), "all bytes have left, and the storage has not answered");
        alice.messageManager().revokeMessage(message, results.callback());
        assertEquals("error " + ErrorCode.ALREADY_RECALLED, results.next(), "the send ends first");
        assertEquals("success", results.next());
        assertEquals(V2TIMMessage.V2TIM_MSG_STATUS_LOCAL_REVOKED, message.getStatus());
        assertEquals("alice", message.getRevokerInfo().getUserID());
        assertEquals(0, backend.sent("alice", "c2c_bob"));
    }

    @Test
    void anUploadThatFailsSendsNothingAndTheSameMessageCanBeSentAgain() throws IOException, InterruptedException {
        backend.refuseUploadsWith(503);
        V2TIMMessage message = alice.messageManager().createImageMessage(picture("cat.png"));
        send(message);
        assertEquals("error " + BaseConstants.ERR_FILE_TRANS_UPLOAD_FAILED, results.next());
        assertEquals(V2TIMMessage.V2TIM_MSG_STATUS_SEND_FAIL, message.getStatus());
        assertEquals(0, backend.sent("alice", "c2c_bob"));
        backend.refuseUploadsWith(0);
        assertEquals(1, received(message).getAttachments().size());
    }

    @Test
    void aFileThatIsNotThereIsRefused() throws InterruptedException {
        send(alice.messageManager().createImageMessage(folder.resolve("nothing.png").toString()));
        assertEquals("error " + ErrorCode.INVALID_REQUEST, results.next());
    }

    @Test
    void aMessageWithSeveralFilesAndATextHasAnElementForEach() throws IOException, InterruptedException {
        alice.messageManager().uploadFile(picture("cat.png"), "cat.png", "image/png", results.valueCallback());
        com.example.recall.client.Attachment cat = (com.example.recall.client.Attachment) results.next();
        alice.messageManager().uploadFile(picture("log.txt"), "log.txt", "text/plain", results.valueCallback());
        com.example.recall.client.Attachment log = (com.example.recall.client.Attachment) results.next();
        V2TIMMessage message = alice.messageManager().createTextMessage("look");
        message.setAttachments(List.of(cat, log));

        V2TIMMessage received = received(message);
        assertEquals("look", received.getTextElem().getText());
        assertEquals(V2TIMMessage.V2TIM_ELEM_TYPE_IMAGE, received.getElemType());
        V2TIMFileElem second = (V2TIMFileElem) received.getImageElem().getNextElem();
        assertEquals("log.txt", second.getFileName());
        assertNull(second.getNextElem());
    }

    @Test
    void aForwardedMessageNamesTheFilesOfTheOther() throws IOException, InterruptedException {
        V2TIMMessage first = received(alice.messageManager().createImageMessage(picture("cat.png")));
        V2TIMMessage forwarding = bob.messageManager().createForwardMessage(first);
        assertEquals(first.getMsgID(), forwarding.getAttachments().get(0).fromMessageId());
        assertEquals("c2c_alice", forwarding.getAttachments().get(0).fromConversation());
        assertEquals(first.getBody(), forwarding.getBody());
    }

    @Test
    void aMessageOutOfABundleHasItsFiles() throws IOException, InterruptedException, ClassNotFoundException {
        V2TIMMessage received = received(alice.messageManager().createImageMessage(picture("cat.png")));
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        try (ObjectOutputStream output = new ObjectOutputStream(written)) {
            output.writeObject(received);
        }
        V2TIMMessage copy = (V2TIMMessage) new ObjectInputStream(new ByteArrayInputStream(written.toByteArray())).readObject();
        V2TIMImageElem.V2TIMImage image = copy.getImageElem().getImageList().get(0);
        assertEquals(PICTURE.length, image.getSize());
        assertEquals("error " + BaseConstants.ERR_SDK_NOT_INITIALIZED, downloaded(image, folder.resolve("d").toFile()),
                "it belongs to V2TIM's only manager, which this test does not use");
    }

    @Test
    void theManagerSaysHowLargeAFileMayBe() {
        assertEquals(1_000_000, alice.getMaxAttachmentBytes());
        assertEquals(0, V2TIMManager.newInstance().getMaxAttachmentBytes());
    }
}

package com.example.recall.client;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * A storage of plain files: a folder for each user, and a file for each conversation. A document is written to another file first, and that
 * file takes the place of the old one when it is on the disk.
 *
 * <p>The text of a recalled message is in no file any more, but the blocks of the old file are not overwritten. On flash memory and on file
 * systems with a journal, a program cannot do that. Android encrypts the files of all apps, which protects these blocks too.
 */
public final class FileStorage implements Storage {
    private static final String DOCUMENT = ".json";
    /** One name for each conversation, so that the next save or load removes what an interrupted save left. */
    private static final String UNFINISHED = ".json.new";
    private static final String LOCK = "lock";
    /** A client that was closed in this process may still be writing its last document. */
    private static final int LOCK_ATTEMPTS = 40;
    private static final long LOCK_WAIT_MILLISECONDS = 50;
    private static final String UNRESERVED = "abcdefghijklmnopqrstuvwxyz0123456789-_";

    private final File directory;
    private final Platform platform = Platform.current();
    private final Map<String, RandomAccessFile> locks = new HashMap<>();

    /** Keeps everything in this folder, which is made if it is absent. */
    public FileStorage(File directory) {
        this.directory = directory;
    }

    @Override
    public synchronized Map<String, byte[]> load(String user) throws IOException {
        File folder = folder(user);
        makeFolder(folder);
        lock(user, folder);
        for (File file : files(folder)) {
            if (file.getName().endsWith(UNFINISHED)) {
                finishOrRemove(file);
            }
        }
        Map<String, byte[]> documents = new HashMap<>();
        for (File file : files(folder)) {
            String name = file.getName();
            if (name.endsWith(DOCUMENT)) {
                byte[] document = read(file);
                documents.put(decoded(name.substring(0, name.length() - DOCUMENT.length())), document == null ? new byte[0] : document);
            }
        }
        platform.sync(folder);
        return documents;
    }

    /** A kill came between the first byte of the file and its renaming. Whole, it is the new document. */
    private static void finishOrRemove(File unfinished) throws IOException {
        String path = unfinished.getPath();
        boolean whole = unfinished.isFile() && read(unfinished) != null;
        if (!whole || !unfinished.renameTo(new File(path.substring(0, path.length() - UNFINISHED.length()) + DOCUMENT))) {
            remove(unfinished);
        }
    }

    @Override
    public synchronized void save(String user, String conversation, byte[] document) throws IOException {
        File folder = folder(user);
        File unfinished = new File(folder, encoded(conversation) + UNFINISHED);
        try {
            write(unfinished, document);
            File target = new File(folder, encoded(conversation) + DOCUMENT);
            if (!unfinished.renameTo(target)) {
                throw new IOException("renaming " + unfinished + " to " + target.getName() + " failed");
            }
        } catch (IOException failed) {
            // Another attempt removes it if this one cannot.
            unfinished.delete();
            throw failed;
        }
        platform.sync(folder);
    }

    @Override
    public synchronized void delete(String user, String conversation) throws IOException {
        File folder = folder(user);
        remove(new File(folder, encoded(conversation) + UNFINISHED));
        remove(new File(folder, encoded(conversation) + DOCUMENT));
        if (folder.isDirectory()) {
            platform.sync(folder);
        }
    }

    @Override
    public synchronized void clear(String user) throws IOException {
        File folder = folder(user);
        if (!folder.isDirectory()) {
            return;
        }
        boolean heldBefore = locks.containsKey(user);
        lock(user, folder);
        try {
            for (File file : files(folder)) {
                if (!file.getName().equals(LOCK)) {
                    remove(file);
                }
            }
            platform.sync(folder);
        } finally {
            if (!heldBefore) {
                locks.remove(user).close();
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        for (RandomAccessFile held : locks.values()) {
            held.close();
        }
        locks.clear();
    }

    private File folder(String user) {
        return new File(directory, "user-" + encoded(user));
    }

    private void makeFolder(File folder) throws IOException {
        if (!folder.isDirectory()) {
            if (!folder.mkdirs() && !folder.isDirectory()) {
                throw new IOException("the folder " + folder + " cannot be made; check its place and its rights");
            }
            platform.sync(directory);
        }
    }

    private static File[] files(File folder) throws IOException {
        File[] files = folder.listFiles();
        if (files == null) {
            throw new IOException("the folder " + folder + " cannot be read; check its rights");
        }
        return files;
    }

    /** Closing the file frees the lock, and so does the end of the process, however it ends. */
    private void lock(String user, File folder) throws IOException {
        if (locks.containsKey(user)) {
            return;
        }
        RandomAccessFile file = new RandomAccessFile(new File(folder, LOCK), "rw");
        boolean locked = false;
        try {
            locked = isLocked(file);
        } finally {
            if (!locked) {
                file.close();
            }
        }
        if (!locked) {
            throw new IOException("another client uses " + folder + "; let only one process, and one client in it, log this user in");
        }
        locks.put(user, file);
    }

    private static boolean isLocked(RandomAccessFile file) throws IOException {
        for (int attempt = 1; attempt <= LOCK_ATTEMPTS; attempt++) {
            try {
                FileLock lock = file.getChannel().tryLock();
                return lock != null;
            } catch (OverlappingFileLockException thisProcess) {
                try {
                    Thread.sleep(LOCK_WAIT_MILLISECONDS);
                } catch (InterruptedException ended) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return false;
    }

    /** The document in a file, or null if it is not whole. */
    private static byte[] read(File file) throws IOException {
        byte[] content;
        try (RandomAccessFile opened = new RandomAccessFile(file, "r")) {
            content = new byte[(int) opened.length()];
            opened.readFully(content);
        }
        int begin = checksum(new byte[0]).length;
        byte[] document = content.length < begin ? new byte[0] : Arrays.copyOfRange(content, begin, content.length);
        byte[] checksum = Arrays.copyOf(content, begin);
        return Arrays.equals(checksum, checksum(document)) && content.length >= begin ? document : null;
    }

    private static void write(File file, byte[] document) throws IOException {
        byte[] checksum = checksum(document);
        byte[] content = Arrays.copyOf(checksum, checksum.length + document.length);
        System.arraycopy(document, 0, content, checksum.length, document.length);
        try (FileOutputStream opened = new FileOutputStream(file)) {
            opened.write(content);
            opened.getFD().sync();
        }
    }

    /** The first line of a file, by which a whole document is told from a part of one. */
    private static byte[] checksum(byte[] document) {
        CRC32 crc = new CRC32();
        crc.update(document);
        return String.format(Locale.ROOT, "%08x\n", crc.getValue()).getBytes(Json.UTF_8);
    }

    private static void remove(File file) throws IOException {
        if (!file.delete() && file.exists()) {
            throw new IOException("removing " + file + " failed; check its rights");
        }
    }

    /** A file name that is the same on file systems which ignore case, and that names one ID only. */
    private static String encoded(String id) {
        StringBuilder name = new StringBuilder();
        for (byte unit : id.getBytes(Json.UTF_8)) {
            if (UNRESERVED.indexOf(unit) >= 0) {
                name.append((char) unit);
            } else {
                name.append('%').append(Character.forDigit(unit >> 4 & 15, 16)).append(Character.forDigit(unit & 15, 16));
            }
        }
        return name.toString();
    }

    private static String decoded(String name) {
        byte[] units = new byte[name.length()];
        int length = 0;
        for (int i = 0; i < name.length(); i++) {
            boolean escaped = name.charAt(i) == '%' && i + 2 < name.length();
            units[length++] = (byte) (escaped ? Character.digit(name.charAt(i + 1), 16) << 4 | Character.digit(name.charAt(i + 2), 16)
                    : name.charAt(i));
            i += escaped ? 2 : 0;
        }
        return new String(units, 0, length, Json.UTF_8);
    }
}

package com.example.recall.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** What a Gradle app gets of recall-android: the AAR, and the file by which Gradle finds it. */
@Timeout(300)
class PublishedPackageTest {
    private static final Path BUILT = Path.of("..", "sdk", "target");
    private static final String NAME = "recall-android-0.1.0";
    private static final String CLASS_PATH = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

    private static byte[] entry(ZipFile zip, String name) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        assertTrue(entry != null, name + " is missing");
        try (InputStream content = zip.getInputStream(entry)) {
            return content.readAllBytes();
        }
    }

    @Test
    void theAarHasWhatTheAndroidPluginReads() throws Exception {
        try (ZipFile aar = new ZipFile(BUILT.resolve(NAME + ".aar").toFile())) {
            Document manifest = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                    .parse(aar.getInputStream(aar.getEntry("AndroidManifest.xml")));
            assertEquals("com.example.recall", manifest.getDocumentElement().getAttribute("package"));
            assertEquals(2, manifest.getElementsByTagName("uses-permission").getLength());
            assertTrue(Arrays.equals(Files.readAllBytes(BUILT.resolve(NAME + ".jar")), entry(aar, "classes.jar")));
            assertTrue(new String(entry(aar, "proguard.txt"), StandardCharsets.UTF_8).contains("-dontwarn org.jspecify"));
            assertEquals(0, entry(aar, "R.txt").length);
            assertTrue(new String(entry(aar, "META-INF/com/android/build/gradle/aar-metadata.properties"), StandardCharsets.UTF_8)
                    .contains("aarFormatVersion=1.0"));
        }
    }

    @Test
    void gradleFindsTheAarForAndroidAndTheJarElsewhereAndNeverOkHttpJvm() throws Exception {
        String text = Files.readString(BUILT.resolve(NAME + ".module"));
        JsonObject module = JsonParser.parseString(text).getAsJsonObject();
        assertTrue(!text.contains("@") && !text.contains("${"), "something was not filled in");
        assertEquals("1.1", module.get("formatVersion").getAsString());
        assertEquals("recall-android", module.getAsJsonObject("component").get("module").getAsString());
        Map<String, String> files = new TreeMap<>();
        for (JsonElement each : module.getAsJsonArray("variants")) {
            JsonObject variant = each.getAsJsonObject();
            JsonObject attributes = variant.getAsJsonObject("attributes");
            JsonObject file = variant.getAsJsonArray("files").get(0).getAsJsonObject();
            files.put(attributes.get("org.gradle.jvm.environment").getAsString() + " " + attributes.get("org.gradle.usage").getAsString(),
                    file.get("url").getAsString());
            byte[] content = Files.readAllBytes(BUILT.resolve(file.get("url").getAsString()));
            assertEquals(content.length, file.get("size").getAsInt());
            assertEquals(hash("SHA-1", content), file.get("sha1").getAsString());
            assertEquals(hash("SHA-256", content), file.get("sha256").getAsString());
            assertEquals(hash("SHA-512", content), file.get("sha512").getAsString());
            Set<String> dependencies = new TreeSet<>();
            for (JsonElement dependency : variant.getAsJsonArray("dependencies")) {
                dependencies.add(dependency.getAsJsonObject().get("module").getAsString());
            }
            assertEquals(attributes.get("org.gradle.usage").getAsString().equals("java-api") ? Set.of("okhttp", "jspecify")
                    : Set.of("okhttp", "gson", "de.huxhorn.sulky.ulid"), dependencies);
        }
        assertEquals(Map.of("android java-api", NAME + ".aar", "android java-runtime", NAME + ".aar",
                "standard-jvm java-api", NAME + ".jar", "standard-jvm java-runtime", NAME + ".jar"), files);
        assertTrue(Files.readString(Path.of("..", "sdk", "pom.xml")).contains("do_not_remove: published-with-gradle-metadata"),
                "without this line Gradle does not look for the file");
    }

    private static String hash(String algorithm, byte[] content) throws Exception {
        byte[] digest = MessageDigest.getInstance(algorithm).digest(content);
        return String.format("%0" + digest.length * 2 + "x", new BigInteger(1, digest));
    }

    /**
     * Shrinks the example app with ProGuard, whose rules R8 also reads, with or without the rules that the AAR brings. Returns the status of the
     * process and what it printed.
     */
    private static String shrink(Path folder, boolean withRules) throws Exception {
        List<String> rules = new ArrayList<>(List.of("-injars", quoted(Path.of("target", "classes").toAbsolutePath().toString()),
                "-libraryjars", quoted(System.getProperty("java.home") + "/jmods/java.base.jmod") + "(!**.jar;!module-info.class)",
                "-keep public class * extends android.app.Activity", "-dontnote",
                // A phone has another OkHttp, without the classes that only other platforms need.
                "-dontwarn okhttp3.internal.**"));
        for (String part : CLASS_PATH.split(File.pathSeparator)) {
            String name = Path.of(part).getFileName().toString();
            if (part.contains("sample") || part.contains("recall-android") || part.contains("/sdk/")) {
                rules.addAll(List.of("-injars", quoted(part) + "(!META-INF/**)"));
            } else if (name.matches("(android-all|okhttp-jvm|okio-jvm|kotlin-stdlib|gson|de\\.huxhorn\\.sulky\\.ulid).*\\.jar")) {
                rules.addAll(List.of("-libraryjars", quoted(part)));
            }
        }
        rules.addAll(List.of("-outjars", quoted(folder.resolve("app.jar").toString())));
        if (withRules) {
            try (ZipFile aar = new ZipFile(BUILT.resolve(NAME + ".aar").toFile())) {
                Path file = Files.write(folder.resolve("proguard.txt"), entry(aar, "proguard.txt"));
                rules.addAll(List.of("-include", quoted(file.toString())));
            }
        }
        Path output = folder.resolve("output");
        int status = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-cp", CLASS_PATH, "proguard.ProGuard",
                "@" + Files.write(folder.resolve("rules.pro"), rules)).redirectErrorStream(true).redirectOutput(output.toFile()).start().waitFor();
        return status + " " + Files.readString(output);
    }

    private static String quoted(String path) {
        return "'" + path + "'";
    }

    @Test
    void anAppCanBeShrunkWithTheRulesOfTheAarAndNotWithoutThem(@TempDir Path folder) throws Exception {
        String withoutRules = shrink(folder, false);
        assertTrue(withoutRules.contains("can't find referenced class org.jspecify.annotations.Nullable"), withoutRules);
        assertFalse(withoutRules.startsWith("0 "));
        String withRules = shrink(folder, true);
        assertTrue(withRules.startsWith("0 "), withRules);
        assertFalse(withRules.contains("Warning"), withRules);
        try (ZipFile app = new ZipFile(folder.resolve("app.jar").toFile())) {
            assertTrue(app.getEntry("com/example/recall/example/ChatActivity.class") != null);
            assertTrue(app.getEntry("com/example/recall/v2/V2TIMMessage.class") != null, "the class that is serialised keeps its name");
        }
    }
}

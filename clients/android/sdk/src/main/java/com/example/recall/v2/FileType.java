package com.example.recall.v2;

import java.net.URLConnection;
import java.util.Locale;

/** The type of a file by the ending of its name. */
final class FileType {
    private static final String IMAGE = "image/";

    private FileType() {
    }

    /** The type of a picture. What says of itself that it is something else is sent as a picture of the most common type. */
    static String ofImage(String name) {
        String type = of(name);
        return type.startsWith(IMAGE) ? type : "image/jpeg";
    }

    /** The type of a file. A picture that is sent as a file arrives as a file, as in V2TIM, and not as a picture. */
    static String ofFile(String name) {
        String type = of(name);
        return type.startsWith(IMAGE) ? "application/octet-stream" : type;
    }

    /** Phones make pictures of types that Java's list of names does not have. */
    private static String of(String name) {
        switch (name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
            case "webp":
                return "image/webp";
            case "heic":
                return "image/heic";
            case "avif":
                return "image/avif";
            default:
                String known = URLConnection.guessContentTypeFromName(name);
                return known == null ? "application/octet-stream" : known;
        }
    }
}

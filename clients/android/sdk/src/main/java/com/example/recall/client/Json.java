package com.example.recall.client;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.Charset;

/** Reads JSON that may be hostile: what is missing or of another type is simply not there. */
final class Json {
    static final Charset UTF_8 = Charset.forName("UTF-8");
    private static final Gson WRITER = new GsonBuilder().disableHtmlEscaping().serializeNulls().create();
    private static final int LONGEST_NUMBER = 20;

    private Json() {
    }

    /** The object a text holds, or null when it holds anything else. */
    static JsonObject object(String text) {
        try {
            JsonReader reader = new JsonReader(new StringReader(text));
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = JsonParser.parseReader(reader);
            boolean whole = reader.peek() == JsonToken.END_DOCUMENT && element.isJsonObject();
            return whole && isUnicode(text, element) ? element.getAsJsonObject() : null;
        } catch (RuntimeException | IOException malformed) {
            return null;
        }
    }

    /** Half a surrogate pair cannot be stored or sent on, so a text with one is as malformed as bytes that are not UTF-8. */
    private static boolean isUnicode(String text, JsonElement element) {
        if (!text.contains("\\ud") && !text.contains("\\uD")) {
            // Without escapes only what was decoded from UTF-8 is there, which has no halves.
            return true;
        }
        String unescaped = write(element);
        for (int i = 0; i < unescaped.length(); i++) {
            boolean pair = i + 1 < unescaped.length() && Character.isSurrogatePair(unescaped.charAt(i), unescaped.charAt(i + 1));
            if (pair) {
                i++;
            } else if (Character.isSurrogate(unescaped.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    static String write(JsonElement element) {
        return WRITER.toJson(element);
    }

    static int encodedLength(String text) {
        return text.getBytes(UTF_8).length;
    }

    static JsonObject object(JsonObject from, String field) {
        JsonElement element = from.get(field);
        return element != null && element.isJsonObject() ? element.getAsJsonObject() : null;
    }

    static JsonArray array(JsonObject from, String field) {
        JsonElement element = from.get(field);
        return element != null && element.isJsonArray() ? element.getAsJsonArray() : new JsonArray();
    }

    static String string(JsonObject from, String field) {
        JsonPrimitive primitive = primitive(from, field);
        return primitive != null && primitive.isString() ? primitive.getAsString() : null;
    }

    static Boolean bool(JsonObject from, String field) {
        JsonPrimitive primitive = primitive(from, field);
        return primitive != null && primitive.isBoolean() ? (Boolean) primitive.getAsBoolean() : null;
    }

    /** A whole number, or null; 1e3 counts, 1.5 and numbers beyond 64 bits do not. */
    static Long integer(JsonObject from, String field) {
        JsonPrimitive primitive = primitive(from, field);
        if (primitive == null || !primitive.isNumber() || primitive.getAsString().length() > LONGEST_NUMBER) {
            return null;
        }
        try {
            BigDecimal number = new BigDecimal(primitive.getAsString());
            // An exponent of a billion would make longValueExact() write out a billion digits.
            return Math.abs((long) number.scale()) > LONGEST_NUMBER ? null : (Long) number.longValueExact();
        } catch (ArithmeticException notWhole) {
            return null;
        }
    }

    private static JsonPrimitive primitive(JsonObject from, String field) {
        JsonElement element = from.get(field);
        return element != null && element.isJsonPrimitive() ? element.getAsJsonPrimitive() : null;
    }
}

package com.example.recall.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** Reads the lists in replies and events; entries that are malformed are left out. */
final class Pages {
    private Pages() {
    }

    static List<Message> messages(JsonObject from, String conversation) {
        List<Message> messages = new ArrayList<>();
        for (JsonElement element : Json.array(from, "messages")) {
            Message message = element.isJsonObject() ? Frames.message(element.getAsJsonObject(), conversation, null) : null;
            if (message != null) {
                messages.add(message);
            }
        }
        return messages;
    }

    static List<Message> revocations(JsonObject from, String conversation) {
        List<Message> revocations = new ArrayList<>();
        for (JsonElement element : Json.array(from, "revocations")) {
            Message revocation = element.isJsonObject() ? Frames.revocation(element.getAsJsonObject(), conversation) : null;
            if (revocation != null) {
                revocations.add(revocation);
            }
        }
        return revocations;
    }
}

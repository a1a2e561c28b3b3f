package com.example.recall.driver;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.PrintStream;

/** Prints one JSON object a line. */
final class Output {
    private final Gson gson = new GsonBuilder().disableHtmlEscaping().create();
    private final PrintStream stream;

    Output(PrintStream stream) {
        this.stream = stream;
    }

    static JsonObject event(String name) {
        JsonObject event = new JsonObject();
        event.addProperty("event", name);
        return event;
    }

    synchronized void print(JsonObject event) {
        stream.print(gson.toJson(event) + "\n");
        stream.flush();
    }

    /** A result without more to say. */
    void success(String call) {
        success(call, new JsonObject());
    }

    /** A result with fields of its own. */
    void success(String call, JsonObject fields) {
        fields.addProperty("event", "result");
        fields.addProperty("call", call);
        fields.addProperty("ok", true);
        print(fields);
    }

    void failure(String call, int code, String description) {
        JsonObject result = event("result");
        result.addProperty("call", call);
        result.addProperty("ok", false);
        result.addProperty("code", code);
        result.addProperty("desc", description);
        print(result);
    }
}

package com.example.recall.driver;

import com.example.recall.v2.V2TIMMessage;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/** Prints a list of messages, oldest first. */
class MessagesResult extends ValueResult<List<V2TIMMessage>> {
    private final Events events;

    MessagesResult(Output output, String call, Events events) {
        super(output, call);
        this.events = events;
    }

    /** Adds what else the result has. */
    void more(JsonObject fields) {
    }

    @Override
    final void fill(JsonObject fields, List<V2TIMMessage> newestFirst) {
        JsonArray messages = new JsonArray();
        for (int i = newestFirst.size() - 1; i >= 0; i--) {
            events.keep(newestFirst.get(i));
            messages.add(Events.message(newestFirst.get(i)));
        }
        fields.add("messages", messages);
        more(fields);
    }
}

package com.example.recall.driver;

import com.example.recall.v2.V2TIMMessage;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Prints a list of messages. V2TIM gives lists of history newest first, and they are printed oldest first. */
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
    final void fill(JsonObject fields, List<V2TIMMessage> given) {
        List<V2TIMMessage> ordered = new ArrayList<>(given);
        order(ordered);
        JsonArray messages = new JsonArray();
        for (V2TIMMessage message : ordered) {
            events.keep(message);
            messages.add(Events.message(message));
        }
        fields.add("messages", messages);
        more(fields);
    }

    /** Brings the messages into the order in which they are printed. */
    void order(List<V2TIMMessage> newestFirst) {
        Collections.reverse(newestFirst);
    }
}

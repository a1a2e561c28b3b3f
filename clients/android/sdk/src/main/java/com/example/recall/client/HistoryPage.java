package com.example.recall.client;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** Reads the reply to a request for a page of history. It moves no cursor: what lies between comes with the next sync. */
final class HistoryPage implements Request.Handler {
    private final String conversation;
    private final Conversations conversations;
    private final Answer<List<Message>> answer;

    HistoryPage(String conversation, Conversations conversations, Answer<List<Message>> answer) {
        this.conversation = conversation;
        this.conversations = conversations;
        this.answer = answer;
    }

    @Override
    public boolean onReply(JsonObject reply) {
        for (JsonElement element : Json.array(reply, "conversations")) {
            if (element.isJsonObject() && conversation.equals(Frames.conversation(element.getAsJsonObject()))) {
                JsonObject item = element.getAsJsonObject();
                RecallError error = Frames.error(item);
                if (error == null) {
                    answer.onSuccess(accept(item));
                } else {
                    answer.onError(error);
                }
                return true;
            }
        }
        return false;
    }

    private List<Message> accept(JsonObject item) {
        ConversationView view = conversations.view(conversation);
        List<Message> page = new ArrayList<>();
        for (Message message : Pages.messages(item, conversation)) {
            Message held = message;
            if (view != null) {
                conversations.accept(view, message, Conversations.Source.HISTORY);
                held = view.get(message.messageId());
            }
            page.add(held == null ? message : held);
        }
        return page;
    }

    @Override
    public void onError(RecallError error, JsonObject reply) {
        answer.onError(error);
    }
}

package com.example.recall.driver;

import com.example.recall.v2.V2TIMConversation;
import com.example.recall.v2.V2TIMConversationListener;
import com.google.gson.JsonObject;
import java.util.List;

/** Prints what happens to the list of conversations. */
final class ConversationListener extends V2TIMConversationListener {
    private final Output output;
    private final String name;

    ConversationListener(Output output, String name) {
        this.output = output;
        this.name = name;
    }

    @Override
    public void onNewConversation(List<V2TIMConversation> conversationList) {
        print("onNewConversation", conversationList);
    }

    @Override
    public void onConversationChanged(List<V2TIMConversation> conversationList) {
        print("onConversationChanged", conversationList);
    }

    @Override
    public void onTotalUnreadMessageCountChanged(long totalUnreadCount) {
        JsonObject event = event("onTotalUnreadMessageCountChanged");
        event.addProperty("unread", totalUnreadCount);
        output.print(event);
    }

    private void print(String callback, List<V2TIMConversation> conversations) {
        for (V2TIMConversation conversation : conversations) {
            JsonObject event = event(callback);
            event.addProperty("conversation", conversation.getConversationID());
            event.addProperty("unread", conversation.getUnreadCount());
            output.print(event);
        }
    }

    private JsonObject event(String callback) {
        JsonObject event = Output.event(callback);
        event.addProperty("listener", name);
        return event;
    }
}

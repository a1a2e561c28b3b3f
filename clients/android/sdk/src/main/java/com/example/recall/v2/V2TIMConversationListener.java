package com.example.recall.v2;

import java.util.List;

/** What happens to the list of conversations. */
public abstract class V2TIMConversationListener {
    /** The unread number, the last message or the place in the list changed. */
    public void onConversationChanged(List<V2TIMConversation> conversationList) {
    }
}

package com.example.recall.v2;

import java.util.List;

/** What happens to the list of conversations. */
public abstract class V2TIMConversationListener {
    /** The first synchronisation of a login begins. */
    public void onSyncServerStart() {
    }

    /** The first synchronisation of a login is over, and the list is complete. It is called after the login succeeded. */
    public void onSyncServerFinish() {
    }

    /** The login failed, and with it its first synchronisation. */
    public void onSyncServerFailed() {
    }

    /** A conversation that was not in the list has come. */
    public void onNewConversation(List<V2TIMConversation> conversationList) {
    }

    /** The unread number, the last message or the place in the list changed. A group that the user has left has nothing in it. */
    public void onConversationChanged(List<V2TIMConversation> conversationList) {
    }

    /** What is unread in all conversations together changed. */
    public void onTotalUnreadMessageCountChanged(long totalUnreadCount) {
    }
}

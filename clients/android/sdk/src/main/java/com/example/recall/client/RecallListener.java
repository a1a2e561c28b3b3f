package com.example.recall.client;

/** What a client tells without being asked; called on the callback executor. */
public interface RecallListener {
    /** A connection is being made. */
    void onConnecting();

    /** The client is connected, and the server has answered hello. */
    void onConnected();

    /** The connection was lost or could not be made; the client keeps trying while logged in. */
    void onDisconnected(RecallError why);

    /** The token expired and no new one could be had: log in again with a new one. */
    void onTokenExpired();

    /**
     * The server ended this device's session, and the client does not connect again by itself: log in to connect.
     * {@link #onDisconnected} is not called.
     *
     * @param reason {@code connection_limit} (newer connections of the same user took all places), {@code administrator} (an
     *     administrator closed the user's connections), or a reason of a newer server
     */
    void onKickedOffline(String reason);

    /** A message was learnt for the first time; once per message. */
    void onNewMessage(Message message);

    /** A recall was learnt; once per message, not for recalls this client asked for. */
    void onMessageRevoked(Message tombstone);

    /** The unread number, the last message or the place in the list changed. A group that the user has left has nothing in it. */
    void onConversationChanged(Conversation conversation);

    /**
     * The storage failed, and what is new is held in memory only. Told once, and again only if it worked in between.
     *
     * @param why {@link ErrorCode#STORAGE_FAILED}, and what to do
     */
    default void onStorageFailed(RecallError why) {
    }

    /**
     * A message that was left unsent when the app ended could not be sent now. It stays among {@link RecallClient#unsent} until the app
     * sends it again, recalls it, or gives it up with {@link RecallClient#discardUnsent}.
     */
    default void onUnsentMessageFailed(UnsentMessage message, RecallError why) {
    }

    /** A recall that had no answer when the app ended was refused now. */
    default void onUnansweredRevokeFailed(String conversation, String messageId, RecallError why) {
    }
}

package com.example.recall.v2;

import com.example.recall.client.Answer;
import com.example.recall.client.Conversation;
import com.example.recall.client.Message;
import com.example.recall.client.RecallClient;
import com.example.recall.client.RecallError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The list of conversations and their unread numbers, as the client holds them. */
public final class V2TIMConversationManager {
    private final V2TIMManager manager;
    private final CopyOnWriteArrayList<V2TIMConversationListener> listeners = new CopyOnWriteArrayList<>();

    V2TIMConversationManager(V2TIMManager manager) {
        this.manager = manager;
    }

    public void addConversationListener(V2TIMConversationListener listener) {
        listeners.addIfAbsent(listener);
    }

    public void removeConversationListener(V2TIMConversationListener listener) {
        listeners.remove(listener);
    }

    /** A page of the list, latest change first; begin with nextSeq 0. */
    public void getConversationList(long nextSeq, int count, @Nullable V2TIMValueCallback<V2TIMConversationResult> callback) {
        RecallClient client = manager.client(callback);
        if (client != null) {
            client.conversations(Callbacks.toCallback(callback, all -> page(all, nextSeq, count)));
        }
    }

    private V2TIMConversationResult page(List<Conversation> all, long nextSeq, int count) {
        int from = (int) Math.max(0, Math.min(all.size(), nextSeq));
        int to = (int) Math.min(all.size(), from + (long) Math.max(1, count));
        List<V2TIMConversation> page = new ArrayList<>();
        for (Conversation conversation : all.subList(from, to)) {
            page.add(new V2TIMConversation(conversation, manager.getLoginUser()));
        }
        return new V2TIMConversationResult(page, to, to == all.size());
    }

    /** One conversation; with nothing in it when nothing is held of it. */
    public void getConversation(String conversationID, @Nullable V2TIMValueCallback<V2TIMConversation> callback) {
        RecallClient client = manager.client(callback);
        if (client != null) {
            client.conversation(conversationID, Callbacks.toCallback(callback,
                    conversation -> new V2TIMConversation(conversation, manager.getLoginUser())));
        }
    }

    /** What is unread in all conversations together. */
    public void getTotalUnreadMessageCount(@Nullable V2TIMValueCallback<Long> callback) {
        RecallClient client = manager.client(callback);
        if (client != null) {
            client.conversations(Callbacks.toCallback(callback, all -> {
                long total = 0;
                for (Conversation conversation : all) {
                    total += conversation.unread();
                }
                return total;
            }));
        }
    }

    /**
     * Marks everything held of a conversation as read.
     *
     * @param cleanTimestamp must be 0; to read up to a certain message use {@link V2TIMMessageManager#markMessageAsRead}
     * @param cleanSequence must be 0, likewise
     */
    public void cleanConversationUnreadMessageCount(String conversationID, long cleanTimestamp, long cleanSequence,
            @Nullable V2TIMCallback callback) {
        RecallClient client = manager.client(callback);
        if (client == null) {
            return;
        }
        Answer<Object> told = Callbacks.toCallback(callback);
        if (cleanTimestamp != 0 || cleanSequence != 0) {
            manager.refuse(callback, "cleanTimestamp and cleanSequence must be 0; use markMessageAsRead");
            return;
        }
        client.held(conversationID, null, 1, new Answer<List<Message>>() {
            @Override
            public void onSuccess(List<Message> newest) {
                if (newest.isEmpty()) {
                    told.onSuccess(null);
                } else {
                    client.read(conversationID, newest.get(0).messageId(), Callbacks.toCallback(callback));
                }
            }

            @Override
            public void onError(RecallError error) {
                told.onError(error);
            }
        });
    }

    void tellChanged(Conversation conversation) {
        if (listeners.isEmpty()) {
            return;
        }
        List<V2TIMConversation> changed = Collections.singletonList(new V2TIMConversation(conversation, manager.getLoginUser()));
        for (V2TIMConversationListener listener : listeners) {
            listener.onConversationChanged(changed);
        }
    }
}

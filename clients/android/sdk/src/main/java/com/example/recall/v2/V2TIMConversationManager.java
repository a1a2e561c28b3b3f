package com.example.recall.v2;

import com.example.recall.client.Answer;
import com.example.recall.client.Conversation;
import com.example.recall.client.RecallClient;
import com.example.recall.client.RecallError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The list of conversations and their unread numbers, as the client holds them. */
public final class V2TIMConversationManager {
    private final V2TIMManager manager;
    private final CopyOnWriteArrayList<V2TIMConversationListener> listeners = new CopyOnWriteArrayList<>();
    /** The conversations that the app can know of since the login succeeded; null before. Changed by callbacks only, which come one at a time. */
    private volatile Set<String> known;
    private volatile long toldUnread = -1;

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
            page.add(new V2TIMConversation(conversation, manager));
        }
        return new V2TIMConversationResult(page, to, to == all.size());
    }

    /** One conversation; with nothing in it when nothing is held of it. */
    public void getConversation(String conversationID, @Nullable V2TIMValueCallback<V2TIMConversation> callback) {
        RecallClient client = manager.client(callback);
        if (client != null) {
            client.conversation(conversationID, Callbacks.toCallback(callback,
                    conversation -> new V2TIMConversation(conversation, manager)));
        }
    }

    /** Some conversations by their IDs, in the order asked for, without those of which nothing is held. */
    public void getConversationList(List<String> conversationIDList, @Nullable V2TIMValueCallback<List<V2TIMConversation>> callback) {
        RecallClient client = manager.client(callback);
        if (client == null) {
            return;
        }
        List<String> wanted = new ArrayList<>(conversationIDList);
        client.conversations(Callbacks.toCallback(callback, all -> {
            Map<String, Conversation> held = new HashMap<>();
            for (Conversation conversation : all) {
                held.put(conversation.id(), conversation);
            }
            List<V2TIMConversation> list = new ArrayList<>(wanted.size());
            for (String id : wanted) {
                if (held.containsKey(id)) {
                    list.add(new V2TIMConversation(held.get(id), manager));
                }
            }
            return list;
        }));
    }

    /** What is unread in all conversations together. */
    public void getTotalUnreadMessageCount(@Nullable V2TIMValueCallback<Long> callback) {
        RecallClient client = manager.client(callback);
        if (client != null) {
            client.conversations(Callbacks.toCallback(callback, V2TIMConversationManager::totalUnread));
        }
    }

    private static long totalUnread(List<Conversation> all) {
        long total = 0;
        for (Conversation conversation : all) {
            total += conversation.unread();
        }
        return total;
    }

    /**
     * Marks everything held of a conversation as read. As in V2TIM, {@code "c2c"} means all one-to-one conversations, {@code "group"} all
     * groups, and an empty ID or null all conversations.
     *
     * @param cleanTimestamp must be 0; to read up to a certain message use {@link V2TIMMessageManager#markMessageAsRead}
     * @param cleanSequence must be 0, likewise
     */
    public void cleanConversationUnreadMessageCount(@Nullable String conversationID, long cleanTimestamp, long cleanSequence,
            @Nullable V2TIMCallback callback) {
        RecallClient client = manager.client(callback);
        if (client == null) {
            return;
        }
        if (cleanTimestamp != 0 || cleanSequence != 0) {
            manager.refuse(callback, "cleanTimestamp and cleanSequence must be 0; use markMessageAsRead");
            return;
        }
        String prefix = conversationID == null || conversationID.isEmpty() ? "" : conversationID + "_";
        if (prefix.isEmpty() || prefix.equals(ConversationID.ofUser("")) || prefix.equals(ConversationID.ofGroup(""))) {
            client.conversations(onSuccess(callback, all -> {
                Iterator<Conversation> unread = unread(all, prefix).iterator();
                readNext(client, unread, callback);
            }));
            return;
        }
        client.held(conversationID, null, 1, onSuccess(callback, newest -> {
            if (newest.isEmpty()) {
                Callbacks.toCallback(callback).onSuccess(null);
            } else {
                client.read(conversationID, newest.get(0).messageId(), Callbacks.toCallback(callback));
            }
        }));
    }

    private static List<Conversation> unread(List<Conversation> all, String prefix) {
        List<Conversation> unread = new ArrayList<>();
        for (Conversation conversation : all) {
            if (conversation.id().startsWith(prefix) && conversation.unread() > 0 && conversation.lastMessage() != null) {
                unread.add(conversation);
            }
        }
        return unread;
    }

    /** One after the other, so that many conversations are no flood of requests; the first failure ends it. */
    private static void readNext(RecallClient client, Iterator<Conversation> unread, V2TIMCallback callback) {
        if (!unread.hasNext()) {
            Callbacks.toCallback(callback).onSuccess(null);
            return;
        }
        Conversation conversation = unread.next();
        client.read(conversation.id(), conversation.lastMessage().messageId(),
                onSuccess(callback, count -> readNext(client, unread, callback)));
    }

    private interface Next<T> {
        void go(T value);
    }

    private static <T> Answer<T> onSuccess(V2TIMCallback callback, Next<T> next) {
        return new Answer<T>() {
            @Override
            public void onSuccess(T value) {
                next.go(value);
            }

            @Override
            public void onError(RecallError error) {
                Callbacks.toCallback(callback).onError(error);
            }
        };
    }

    /** A login begins. Listeners are told where callbacks run, as of everything else. */
    void tellSynchronising(RecallClient client) {
        known = null;
        client.conversations(new Answer<List<Conversation>>() {
            @Override
            public void onSuccess(List<Conversation> before) {
                for (V2TIMConversationListener listener : listeners) {
                    listener.onSyncServerStart();
                }
            }

            @Override
            public void onError(RecallError error) {
                // The client is closed.
            }
        });
    }

    /** The login succeeded: from now on a conversation that is not in this list is a new one. */
    void tellSynchronised(List<Conversation> all) {
        Set<String> listed = new HashSet<>();
        for (Conversation conversation : all) {
            listed.add(conversation.id());
        }
        known = listed;
        toldUnread = totalUnread(all);
        for (V2TIMConversationListener listener : listeners) {
            listener.onSyncServerFinish();
        }
    }

    void tellNotSynchronised() {
        for (V2TIMConversationListener listener : listeners) {
            listener.onSyncServerFailed();
        }
    }

    void tellChanged(Conversation conversation) {
        Set<String> listed = known;
        boolean isNew = listed != null && listed.add(conversation.id());
        if (listeners.isEmpty()) {
            return;
        }
        List<V2TIMConversation> changed = Collections.singletonList(new V2TIMConversation(conversation, manager));
        for (V2TIMConversationListener listener : listeners) {
            if (isNew) {
                listener.onNewConversation(changed);
            } else {
                listener.onConversationChanged(changed);
            }
        }
        getTotalUnreadMessageCount(new V2TIMValueCallback<Long>() {
            @Override
            public void onSuccess(Long total) {
                tellUnread(total);
            }

            @Override
            public void onError(int code, String desc) {
                // The client is closed, and nobody waits for a number.
            }
        });
    }

    private void tellUnread(long total) {
        if (total == toldUnread) {
            return;
        }
        toldUnread = total;
        for (V2TIMConversationListener listener : listeners) {
            listener.onTotalUnreadMessageCountChanged(total);
        }
    }
}

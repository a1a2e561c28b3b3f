package com.example.recall.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every conversation's view, and the rules by which messages and recalls enter them. */
final class Conversations {
    /** How far the server counts unread messages. The next number stands for all that are larger, so nothing can be subtracted from it. */
    private static final int UNREAD_EXACT_LIMIT = 99;
    /** As many things that are learnt during a synchronisation are noted. With so many it is surely repeated. */
    private static final int MOST_TOUCHED = 1_000;
    /** The mark of a new place up to which the user has read. */
    private static final String READ = "read";

    private final Teller teller;
    private final MemoryLimit memory = new MemoryLimit();
    private final Map<String, ConversationView> views = new HashMap<>();
    private String me = "";

    /** Receives what is new, and knows which calls of this client are under way. */
    interface Teller {
        void onNewMessage(Message message);

        void onRevoked(Message tombstone);

        void onChanged(ConversationView view);

        /** Something of the conversation changed that is stored. */
        void onStateChanged(ConversationView view);

        /** What is told next waits until the conversation is stored. */
        void onStoreFirst(ConversationView view);

        /** A tombstone came, whose text must leave the storage before anybody is told. */
        void onTombstone(ConversationView view);

        /** The client learned that a message is recalled, or learned it again. */
        void onRevocation(String conversation, String messageId);

        /** Whether this very client sent the message and waits for its answer. */
        boolean isBeingSent(String messageId);

        /** Whether this very client asked for the recall and waits for its answer. */
        boolean isBeingRevoked(String messageId);

        /** The user is no longer in the conversation. */
        void onForgotten(ConversationView view);

        /** Only the server knows the number of unread messages, or what else is in the conversation. */
        void onSynchronisationNeeded(ConversationView view);
    }

    /** Where a message or recall comes from, which decides who is told. */
    enum Source {
        /** Pages of the first synchronisation: no listener is called for messages that are not held. */
        FIRST_SYNC,
        /** A later synchronisation of a conversation without a cursor: its messages are new, its old recalls are not. */
        NEW_CONVERSATION,
        SYNC,
        EVENT,
        HISTORY,
        /** The answer to this client's own send. */
        OWN_SEND
    }

    Conversations(Teller teller) {
        this.teller = teller;
    }

    void user(String user) {
        me = user;
    }

    String user() {
        return me;
    }

    void clear() {
        views.clear();
        memory.clear();
    }

    /** The view, or null when nothing is held of it. */
    ConversationView find(String id) {
        return views.get(id);
    }

    /** The view, made when absent; null when there are too many. */
    ConversationView view(String id) {
        ConversationView view = views.get(id);
        if (view == null && memory.roomForConversation(views.size())) {
            view = new ConversationView(id);
            views.put(id, view);
        }
        return view;
    }

    /** The user is no longer in the conversation: nothing of it stays, in memory or in the storage. */
    void forget(ConversationView view) {
        views.remove(view.id);
        memory.removed(view);
        teller.onForgotten(view);
    }

    /** Takes a stored conversation in. False if the document is none that this version can read. */
    boolean restore(String id, byte[] document) {
        ConversationView view = new ConversationView(id);
        if (!Frames.isConversation(id) || !memory.roomForConversation(views.size()) || !Document.read(document, view)) {
            return false;
        }
        views.put(id, view);
        for (Message message : view.messages.values()) {
            memory.added(message);
        }
        memory.enforce(views.values());
        return true;
    }

    Iterable<ConversationView> all() {
        return views.values();
    }

    /** The list as a screen shows it: latest change first. */
    List<Conversation> list() {
        List<Conversation> list = new ArrayList<>();
        for (ConversationView view : views.values()) {
            if (view.listed || !view.messages.isEmpty()) {
                list.add(view.snapshot());
            }
        }
        Collections.sort(list, (a, b) -> a.lastChangeAt() == b.lastChangeAt()
                ? a.id().compareTo(b.id()) : Long.compare(b.lastChangeAt(), a.lastChangeAt()));
        return list;
    }

    /** Takes a message in, from wherever it comes, as often as it comes. */
    void accept(ConversationView view, Message message, Source source) {
        teller.onStateChanged(view);
        if (source == Source.EVENT) {
            touch(view, message.isRevoked() ? recallOf(message) : message.messageId());
        }
        Message held = view.get(message.messageId());
        if (message.isRevoked()) {
            acceptTombstone(view, message, held, source);
        } else if (held == null) {
            acceptNew(view, message, source);
        } else if (held.isRevoked()) {
            // Only what a notice could not say is added; the body stays away.
            memory.knownFully(view, held);
            view.messages.put(held.messageId(), message.tombstone(held.revoked()));
        } else if (source == Source.EVENT && view.aheadOfCursor.remove(message.messageId())) {
            count(view, message);
        }
    }

    private void acceptNew(ConversationView view, Message message, Source source) {
        if (source != Source.HISTORY && message.messageId().compareTo(view.floor) <= 0) {
            return;
        }
        boolean own = source == Source.OWN_SEND || teller.isBeingSent(message.messageId());
        if (source == Source.HISTORY && message.messageId().compareTo(view.newest()) > 0) {
            view.aheadOfCursor.add(message.messageId());
        }
        view.messages.put(message.messageId(), message);
        view.changedAt(message.sentAt());
        if (source == Source.EVENT && !own) {
            count(view, message);
        }
        if (source == Source.EVENT && view.cursor == null) {
            // A later synchronisation without a cursor cannot say that the app was told of this message.
            teller.onStoreFirst(view);
        }
        if (!own && source != Source.FIRST_SYNC && source != Source.HISTORY) {
            teller.onNewMessage(message);
        }
        if (source == Source.EVENT || source == Source.OWN_SEND) {
            teller.onChanged(view);
        }
        if (source == Source.EVENT && view.cursor == null) {
            heard(view);
        }
        memory.added(message);
        memory.enforce(views.values());
    }

    /** An event told of a conversation that has no cursor yet. */
    void heard(ConversationView view) {
        view.heard = true;
        teller.onStateChanged(view);
        teller.onSynchronisationNeeded(view);
    }

    private void count(ConversationView view, Message message) {
        if (view.isUnreadKind(message, me)) {
            view.unread++;
        }
    }

    private void acceptTombstone(ConversationView view, Message tombstone, Message held, Source source) {
        teller.onRevocation(view.id, tombstone.messageId());
        if (held == null) {
            if (tombstone.messageId().compareTo(view.floor) > 0 || source == Source.HISTORY) {
                view.messages.put(tombstone.messageId(), tombstone);
                memory.added(tombstone);
                memory.enforce(views.values());
                tombstoneOfUnknown(view, tombstone.messageId());
            }
            if (source == Source.SYNC && !isOwnRevocation(tombstone)) {
                teller.onRevoked(tombstone);
            }
        } else if (held.isRevoked()) {
            memory.knownFully(view, held);
            view.messages.put(held.messageId(), tombstone.tombstone(held.revoked()));
        } else {
            bury(view, held, tombstone.revoked(), source);
        }
    }

    /** A notice of a recall; what it carries is enough for a tombstone of a message never seen. */
    void revoke(ConversationView view, Message notice, Source source) {
        teller.onRevocation(view.id, notice.messageId());
        if (source == Source.EVENT) {
            touch(view, recallOf(notice));
        }
        Message held = view.get(notice.messageId());
        if (held != null) {
            if (!held.isRevoked()) {
                bury(view, held, notice.revoked(), source);
            }
            return;
        }
        view.messages.put(notice.messageId(), notice);
        view.changedAt(notice.revoked().at());
        memory.addedEarly(view, notice);
        tombstoneOfUnknown(view, notice.messageId());
        if ((source == Source.EVENT || source == Source.SYNC) && !isOwnRevocation(notice)) {
            teller.onRevoked(notice);
        }
        if (source == Source.EVENT && view.cursor == null) {
            heard(view);
        } else if (source == Source.EVENT && view.isUnreadKind(notice, me)) {
            teller.onSynchronisationNeeded(view);
        }
    }

    /** This client's own recall was confirmed: a tombstone at once, and nobody is told. */
    void revokedByThisClient(ConversationView view, String messageId, Revocation revoked) {
        teller.onRevocation(view.id, messageId);
        Message held = view.get(messageId);
        if (held != null && !held.isRevoked()) {
            replace(view, held, revoked, Source.EVENT);
            teller.onChanged(view);
        } else if (held == null) {
            String sender = "sender".equals(revoked.role()) ? revoked.by() : "";
            Message tombstone = new Message(messageId, view.id, sender, 0, 0, null, null, Collections.emptyList(), revoked);
            view.messages.put(messageId, tombstone);
            memory.addedEarly(view, tombstone);
            tombstoneOfUnknown(view, messageId);
            touch(view, recallOf(tombstone));
            if (view.isUnreadKind(tombstone, me)) {
                teller.onSynchronisationNeeded(view);
            }
        }
    }

    /** A tombstone of a message that is not held. Mostly no text of it is stored either, and a flood of them must not cost a write each. */
    private void tombstoneOfUnknown(ConversationView view, String messageId) {
        if (view.unsent.containsKey(messageId) || messageId.compareTo(view.floor) <= 0) {
            teller.onTombstone(view);
        } else {
            teller.onStateChanged(view);
        }
    }

    private boolean isOwnRevocation(Message tombstone) {
        return me.equals(tombstone.revoked().by()) && teller.isBeingRevoked(tombstone.messageId());
    }

    private void bury(ConversationView view, Message held, Revocation revoked, Source source) {
        Message tombstone = replace(view, held, revoked, source);
        view.changedAt(revoked.at());
        if (!isOwnRevocation(tombstone)) {
            teller.onRevoked(tombstone);
        }
        if (source == Source.EVENT || source == Source.HISTORY) {
            teller.onChanged(view);
        }
    }

    private Message replace(ConversationView view, Message held, Revocation revoked, Source source) {
        Message tombstone = held.tombstone(revoked);
        view.messages.put(held.messageId(), tombstone);
        memory.bodyDropped(held);
        teller.onTombstone(view);
        if (source == Source.EVENT || source == Source.HISTORY) {
            touch(view, recallOf(tombstone));
        }
        if (view.isUnreadKind(held, me) && view.unread > 0 && !view.aheadOfCursor.remove(held.messageId())) {
            uncount(view, source);
        }
        return tombstone;
    }

    private void uncount(ConversationView view, Source source) {
        if (view.unread <= UNREAD_EXACT_LIMIT) {
            view.unread--;
        } else if (source == Source.EVENT || source == Source.HISTORY) {
            // The pages of a synchronisation bring the server's number by themselves.
            teller.onSynchronisationNeeded(view);
        }
    }

    /** A page of a synchronisation: recalls first, so that nothing is announced that is already gone. */
    void acceptPage(ConversationView view, List<Message> messages, List<Message> revocations, Source source) {
        Map<String, Message> gone = new LinkedHashMap<>();
        for (Message revocation : revocations) {
            gone.put(revocation.messageId(), revocation);
        }
        for (Message message : messages) {
            Message revocation = gone.get(message.messageId());
            accept(view, revocation == null || message.isRevoked() ? message : message.tombstone(revocation.revoked()), source);
            view.touched.remove(message.messageId());
            if (message.isRevoked()) {
                view.touched.remove(recallOf(message));
            }
            view.aheadOfCursor.remove(message.messageId());
        }
        for (Message revocation : gone.values()) {
            revoke(view, revocation, source);
            view.touched.remove(revocation.messageId());
            view.touched.remove(recallOf(revocation));
        }
    }

    /**
     * The server's number at the end of a synchronisation. It agrees with the pages. So if something was learnt meanwhile that the last page
     * does not have, the number may be off by it: then it is not taken, and the conversation is synchronised again.
     */
    void acceptNumber(ConversationView view, Long unread, String readUpTo) {
        if (readUpTo != null && readUpTo.compareTo(view.readUpTo) >= 0) {
            view.readUpTo(readUpTo);
            view.touched.remove(READ);
        }
        if (!view.touched.isEmpty()) {
            view.touched.clear();
            teller.onSynchronisationNeeded(view);
        } else if (unread != null) {
            view.unread = Math.max(0, unread);
        }
    }

    /** Notes what is learnt while a synchronisation is under way. */
    private static void touch(ConversationView view, String mark) {
        if (view.syncing && view.touched.size() < MOST_TOUCHED) {
            view.touched.add(mark);
        }
    }

    /** The mark of a message's recall. That of the message is its ID. */
    private static String recallOf(Message message) {
        return "recall of " + message.messageId();
    }

    /** Something of a conversation itself changed. */
    void changed(ConversationView view) {
        teller.onStateChanged(view);
        teller.onChanged(view);
    }

    /** Something of a conversation changed that no screen shows. */
    void stateChanged(ConversationView view) {
        teller.onStateChanged(view);
    }

    /** The server's word on what was read; an older word than the one held changes nothing. */
    void read(ConversationView view, String readUpTo, long unread) {
        if (readUpTo.compareTo(view.readUpTo) >= 0) {
            view.readUpTo(readUpTo);
            view.unread = Math.max(0, unread);
            touch(view, READ);
            changed(view);
            // Nobody knows whether the server counted before or after the events that came, but a synchronisation brings an exact number.
            if (view.unread <= UNREAD_EXACT_LIMIT && view.unread != view.heldUnread(me)) {
                teller.onSynchronisationNeeded(view);
            }
        }
    }
}

package com.example.recall.client;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Fetches what happened while nobody listened: the list of conversations, then every conversation since its cursor. */
final class Synchronisation {
    private static final int MOST_PER_REQUEST = 20;
    private static final int MOST_PAGES_OF_LIST = 1_000;
    /**
     * A conversation may not fit into a reply and must be asked for again as it was, once for each of those beside it; but a
     * server that says "more" for ever must not keep us here for ever.
     */
    private static final int MOST_PAGES_WITHOUT_PROGRESS = MOST_PER_REQUEST;

    private final Requests requests;
    private final Conversations conversations;
    private final Owner owner;
    private final LinkedHashSet<String> waiting = new LinkedHashSet<>();
    private final Set<String> afterStart = new LinkedHashSet<>();
    private final Set<String> failedOnce = new HashSet<>();
    private int underWay;
    /** Tells replies of a run that was given up from those of the present one. */
    private int run;
    private boolean everDone;
    private boolean startingUp;
    private int pagesOfList;

    /** Is called with the outcome of the synchronisation. */
    interface Owner {
        void onSynchronised();

        void onSynchronisationFailed(RecallError error);
    }

    Synchronisation(Requests requests, Conversations conversations, Owner owner) {
        this.requests = requests;
        this.conversations = conversations;
        this.owner = owner;
    }

    /** A new user begins: what the first synchronisation brings is history. */
    void forget() {
        everDone = false;
        cancel();
    }

    /** The next synchronisation is the first after a login. */
    void beginLogin() {
        everDone = false;
    }

    /** The connection is gone, and with it the replies. */
    void cancel() {
        waiting.clear();
        afterStart.clear();
        failedOnce.clear();
        underWay = 0;
        run++;
        startingUp = false;
        for (ConversationView view : conversations.all()) {
            view.syncing = false;
            view.syncSource = null;
            view.pagesWithoutProgress = 0;
            view.touched.clear();
        }
    }

    /** Begins after a hello. */
    void start() {
        cancel();
        startingUp = true;
        pagesOfList = 0;
        list(null);
    }

    /** Fetches one conversation again; several wishes become one. */
    void again(ConversationView view) {
        if (startingUp) {
            // A login or reconnect is not held up by what happens meanwhile.
            afterStart.add(view.id);
        } else {
            waiting.add(view.id);
            proceed();
        }
    }

    private void list(String after) {
        JsonObject fields = new JsonObject();
        if (after != null) {
            fields.addProperty("after", after);
        }
        requests.submit(new Request("conversations", fields, true, new Request.Handler() {
            @Override
            public boolean onReply(JsonObject reply) {
                if (!reply.has("conversations")) {
                    return false;
                }
                for (JsonElement element : Json.array(reply, "conversations")) {
                    if (element.isJsonObject()) {
                        listed(element.getAsJsonObject());
                    }
                }
                String next = Json.string(reply, "next");
                if (next != null && !next.equals(after) && ++pagesOfList < MOST_PAGES_OF_LIST) {
                    list(next);
                } else {
                    listComplete();
                }
                return true;
            }

            @Override
            public void onError(RecallError error, JsonObject reply) {
                owner.onSynchronisationFailed(error);
            }
        }));
    }

    private void listed(JsonObject line) {
        String id = Frames.conversation(line);
        ConversationView view = id == null ? null : conversations.view(id);
        if (view == null) {
            return;
        }
        view.listed = true;
        view.role = Json.string(line, "role");
        Long lastChangeAt = Json.integer(line, "lastChangeAt");
        if (lastChangeAt != null) {
            view.changedAt(lastChangeAt);
        }
        Long unread = Json.integer(line, "unread");
        if (unread != null) {
            view.unread = Math.max(0, unread);
        }
        conversations.stateChanged(view);
        waiting.add(id);
    }

    private void listComplete() {
        for (ConversationView view : conversations.all()) {
            if (view.cursor != null || view.heard) {
                waiting.add(view.id);
            }
        }
        proceed();
    }

    private void proceed() {
        List<ConversationView> batch = new ArrayList<>();
        for (String id : new ArrayList<>(waiting)) {
            ConversationView view = conversations.find(id);
            if (view == null) {
                // The user has left it since.
                waiting.remove(id);
            } else if (batch.size() < MOST_PER_REQUEST && !view.syncing) {
                waiting.remove(id);
                batch.add(view);
            }
        }
        if (!batch.isEmpty()) {
            fetch(batch);
        } else if (startingUp && underWay == 0) {
            startingUp = false;
            everDone = true;
            waiting.addAll(afterStart);
            afterStart.clear();
            owner.onSynchronised();
            proceed();
        }
    }

    private void fetch(List<ConversationView> batch) {
        JsonArray items = new JsonArray();
        for (ConversationView view : batch) {
            JsonObject item = new JsonObject();
            item.addProperty("conversation", view.id);
            if (view.cursor != null) {
                item.addProperty("cursor", view.cursor);
            }
            view.syncing = true;
            if (view.syncSource == null) {
                view.syncSource = view.cursor != null ? Conversations.Source.SYNC
                        : startingUp && !everDone ? Conversations.Source.FIRST_SYNC : Conversations.Source.NEW_CONVERSATION;
            }
            view.touched.clear();
            items.add(item);
        }
        JsonObject fields = new JsonObject();
        fields.add("conversations", items);
        underWay++;
        int ofRun = run;
        requests.submit(new Request("sync", fields, true, new Request.Handler() {
            @Override
            public boolean onReply(JsonObject reply) {
                if (!reply.has("conversations")) {
                    return false;
                }
                List<String> moved = new ArrayList<>();
                for (JsonElement element : Json.array(reply, "conversations")) {
                    if (element.isJsonObject()) {
                        acceptItem(batch, element.getAsJsonObject(), moved);
                    }
                }
                // Behind those for which there was no room, so that each has its turn.
                waiting.addAll(moved);
                done(batch, ofRun);
                return true;
            }

            @Override
            public void onError(RecallError error, JsonObject reply) {
                if (startingUp) {
                    owner.onSynchronisationFailed(error);
                } else {
                    done(batch, ofRun);
                }
            }
        }));
    }

    private void done(List<ConversationView> batch, int ofRun) {
        if (ofRun != run) {
            return;
        }
        underWay--;
        for (ConversationView view : batch) {
            view.syncing = false;
        }
        proceed();
    }

    /** Takes one item in. One that has more waits again; where the reply moved it, it is only noted. */
    private void acceptItem(List<ConversationView> batch, JsonObject item, List<String> movedWithMore) {
        String id = Frames.conversation(item);
        ConversationView view = id == null ? null : conversations.find(id);
        // An item answers once; a second one, or one after the connection was given up, is not an answer.
        if (view == null || !batch.contains(view) || view.syncSource == null) {
            return;
        }
        RecallError error = Frames.error(item);
        if (error != null) {
            acceptError(view, error);
            return;
        }
        conversations.acceptPage(view, Pages.messages(item, id), Pages.revocations(item, id), view.syncSource);
        String cursor = Json.string(item, "cursor");
        boolean moved = cursor != null && !cursor.equals(view.cursor);
        if (cursor != null) {
            view.cursor = cursor;
            view.heard = false;
        }
        view.pagesWithoutProgress = moved ? 0 : view.pagesWithoutProgress + 1;
        if (Boolean.TRUE.equals(Json.bool(item, "more")) && view.pagesWithoutProgress <= MOST_PAGES_WITHOUT_PROGRESS) {
            (moved ? movedWithMore : waiting).add(id);
        } else {
            view.pagesWithoutProgress = 0;
            view.syncSource = null;
            conversations.acceptNumber(view, Json.integer(item, "unread"), Json.string(item, "readUpTo"));
        }
        conversations.changed(view);
    }

    private void acceptError(ConversationView view, RecallError error) {
        conversations.stateChanged(view);
        if (error.isRetryable() && failedOnce.add(view.id)) {
            waiting.add(view.id);
        } else if (error.isRetryable() && startingUp) {
            owner.onSynchronisationFailed(error);
        } else if (error.code() == ErrorCode.INVALID_REQUEST && view.cursor != null) {
            // The server does not know the cursor, and never will. Without one it gives the newest messages and a good cursor.
            view.cursor = null;
            view.syncSource = Conversations.Source.NEW_CONVERSATION;
            waiting.add(view.id);
        } else if (error.code() == ErrorCode.CONVERSATION_NOT_FOUND) {
            conversations.forget(view);
        }
    }
}

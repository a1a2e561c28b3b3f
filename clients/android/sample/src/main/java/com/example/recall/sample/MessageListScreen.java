package com.example.recall.sample;

import com.example.recall.v2.V2TIMAdvancedMsgListener;
import com.example.recall.v2.V2TIMCallback;
import com.example.recall.v2.V2TIMManager;
import com.example.recall.v2.V2TIMMessage;
import com.example.recall.v2.V2TIMMessageListGetOption;
import com.example.recall.v2.V2TIMTextElem;
import com.example.recall.v2.V2TIMValueCallback;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One conversation on the screen. Use it on the client's callback executor: the main thread on Android. */
public final class MessageListScreen {
    private static final int PAGE = 50;

    private final V2TIMManager manager;
    private final String conversationID;
    private final MessageListView view;
    private final TreeMap<String, V2TIMMessage> messages = new TreeMap<>();
    /** Own texts that were recalled here, to edit them again: the server keeps none of them. */
    private final Map<String, String> revokedTexts = new HashMap<>();
    private final V2TIMAdvancedMsgListener listener = new V2TIMAdvancedMsgListener() {
        @Override
        public void onRecvNewMessage(V2TIMMessage msg) {
            if (conversationID.equals(msg.getConversationID())) {
                put(msg);
                draw();
            }
        }

        @Override
        public void onRecvMessageRevoked(V2TIMMessage tombstone) {
            if (conversationID.equals(tombstone.getConversationID())) {
                put(tombstone);
                view.closeMenu(tombstone.getMsgID());
                draw();
            }
        }
    };

    public MessageListScreen(V2TIMManager manager, String conversationID, MessageListView view) {
        this.manager = manager;
        this.conversationID = conversationID;
        this.view = view;
    }

    /** Begins to listen and shows the newest messages. */
    public void open() {
        manager.messageManager().addAdvancedMsgListener(listener);
        fetch();
    }

    /** Begins to listen and shows what the device has stored, before there is a connection. Call {@link #fetch} after the login. */
    public void openStored() {
        manager.messageManager().addAdvancedMsgListener(listener);
        load(V2TIMMessageListGetOption.V2TIM_GET_LOCAL_OLDER_MSG);
    }

    /** Shows the newest messages of the server. */
    public void fetch() {
        load(V2TIMMessageListGetOption.V2TIM_GET_CLOUD_OLDER_MSG);
    }

    private void load(int from) {
        V2TIMMessageListGetOption newest = new V2TIMMessageListGetOption();
        newest.setGetType(from);
        if (conversationID.startsWith("group_")) {
            newest.setGroupID(conversationID.substring("group_".length()));
        } else {
            newest.setUserID(conversationID.substring("c2c_".length()));
        }
        newest.setCount(PAGE);
        manager.messageManager().getHistoryMessageList(newest, new V2TIMValueCallback<List<V2TIMMessage>>() {
            @Override
            public void onSuccess(List<V2TIMMessage> page) {
                for (V2TIMMessage message : page) {
                    put(message);
                }
                draw();
            }

            @Override
            public void onError(int code, String desc) {
                view.showNotice("The messages could not be loaded (" + code + ")");
            }
        });
    }

    /** Stops listening. */
    public void close() {
        manager.messageManager().removeAdvancedMsgListener(listener);
    }

    /** Sends a text. */
    public void send(String text) {
        V2TIMMessage message = manager.messageManager().createTextMessage(text);
        manager.messageManager().sendMessage(message, conversationID, new V2TIMValueCallback<V2TIMMessage>() {
            @Override
            public void onSuccess(V2TIMMessage sent) {
                put(sent);
                draw();
            }

            @Override
            public void onError(int code, String desc) {
                view.showNotice("Sending failed (" + code + ")");
            }
        });
    }

    /** A long press, and "Recall" was chosen. */
    public void recall(String messageId) {
        V2TIMMessage message = messages.get(messageId);
        if (message == null || isTombstone(message)) {
            return;
        }
        V2TIMTextElem text = message.getTextElem();
        boolean own = message.isSelf();
        manager.messageManager().revokeMessage(message, new V2TIMCallback() {
            @Override
            public void onSuccess() {
                if (own && text != null) {
                    revokedTexts.put(messageId, text.getText());
                }
                draw();
            }

            @Override
            public void onError(int code, String desc) {
                view.showNotice(RecallTexts.failure(code));
            }
        });
    }

    /** "Edit again" beside an own recalled message. */
    public void editAgain(String messageId) {
        String text = revokedTexts.get(messageId);
        if (text != null) {
            view.putIntoInput(text);
        }
    }

    /** Draws again, since time has passed and a window may be over. */
    public void draw() {
        List<MessageRow> rows = new ArrayList<>();
        for (V2TIMMessage message : messages.values()) {
            boolean revoked = isTombstone(message);
            rows.add(new MessageRow(message.getMsgID(), revoked ? RecallTexts.line(message, manager.getLoginUser()) : text(message),
                    message.isSelf(), revoked, !revoked && isRecallable(message), revokedTexts.containsKey(message.getMsgID())));
        }
        view.showRows(rows);
    }

    /** Keeps a tombstone against any later copy of the message, such as a page of history that was on its way. */
    private void put(V2TIMMessage message) {
        V2TIMMessage held = messages.get(message.getMsgID());
        if (held == null || !isTombstone(held)) {
            messages.put(message.getMsgID(), message);
        }
    }

    private static boolean isTombstone(V2TIMMessage message) {
        return message.getStatus() == V2TIMMessage.V2TIM_MSG_STATUS_LOCAL_REVOKED;
    }

    /** Own messages while the window that the server stamped on them is open, on the server's clock. */
    private boolean isRecallable(V2TIMMessage message) {
        long until = message.getRecallableUntil();
        return message.isSelf() && (until < 0 || manager.getServerTimeMilliseconds() <= until);
    }

    private static String text(V2TIMMessage message) {
        V2TIMTextElem text = message.getTextElem();
        return text == null ? "[unknown message]" : text.getText();
    }
}

package com.example.recall.driver;

import com.example.recall.v2.V2TIMAdvancedMsgListener;
import com.example.recall.v2.V2TIMMessage;
import com.example.recall.v2.V2TIMUserFullInfo;
import com.google.gson.JsonObject;

/** A further listener of messages, which prints what it hears. */
abstract class FurtherListener extends V2TIMAdvancedMsgListener {
    private final Output output;
    private final String name;

    FurtherListener(Output output, String name) {
        this.output = output;
        this.name = name;
    }

    /** What the listener does in its callback. */
    abstract void heard();

    /** Whether this callback runs where the application wants its callbacks. */
    abstract boolean isOnExecutor();

    @Override
    public void onRecvNewMessage(V2TIMMessage msg) {
        print("onRecvNewMessage", msg.getMsgID());
        heard();
    }

    @Override
    public void onRecvMessageRevoked(String msgID, V2TIMUserFullInfo operateUser, String reason) {
        print("onRecvMessageRevoked", msgID);
        heard();
    }

    private void print(String callback, String messageId) {
        JsonObject event = Output.event("heard");
        event.addProperty("listener", name);
        event.addProperty("callback", callback);
        event.addProperty("messageId", messageId);
        event.addProperty("executor", isOnExecutor());
        output.print(event);
    }
}

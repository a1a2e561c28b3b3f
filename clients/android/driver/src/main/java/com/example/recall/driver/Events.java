package com.example.recall.driver;

import com.example.recall.v2.V2TIMAdvancedMsgListener;
import com.example.recall.v2.V2TIMMessage;
import com.example.recall.v2.V2TIMSDKListener;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/** Prints the client's callbacks. */
final class Events {
    private final Output output;

    Events(Output output) {
        this.output = output;
    }

    V2TIMSDKListener ofConnection() {
        return new V2TIMSDKListener() {
            private boolean connected;
            private String kickedFor;

            @Override
            public void onConnectSuccess() {
                connected = true;
                output.print(Output.event("connected"));
            }

            @Override
            public void onConnectFailed(int code, String error) {
                if (connected) {
                    connected = false;
                    output.print(Output.event("disconnected"));
                }
            }

            @Override
            public void onUserSigExpired() {
                output.print(Output.event("tokenExpired"));
            }

            @Override
            public void onKickedOffline(String reason) {
                kickedFor = reason;
            }

            @Override
            public void onKickedOffline() {
                JsonObject event = Output.event("kickedOffline");
                event.addProperty("reason", kickedFor);
                output.print(event);
            }
        };
    }

    V2TIMAdvancedMsgListener ofMessages() {
        return new V2TIMAdvancedMsgListener() {
            @Override
            public void onRecvNewMessage(V2TIMMessage msg) {
                JsonObject event = Output.event("onRecvNewMessage");
                event.add("message", message(msg));
                output.print(event);
            }

            @Override
            public void onRecvMessageRevoked(V2TIMMessage tombstone) {
                JsonObject event = Output.event("onRecvMessageRevoked");
                event.addProperty("messageId", tombstone.getMsgID());
                event.addProperty("conversation", tombstone.getConversationID());
                event.addProperty("operator", tombstone.getRevokerInfo().getUserID());
                event.addProperty("reason", tombstone.getRevokeReason());
                output.print(event);
            }
        };
    }

    static JsonObject message(V2TIMMessage message) {
        JsonObject fields = new JsonObject();
        fields.addProperty("messageId", message.getMsgID());
        fields.addProperty("conversation", message.getConversationID());
        fields.addProperty("sender", message.getSender());
        if (message.getStatus() == V2TIMMessage.V2TIM_MSG_STATUS_LOCAL_REVOKED) {
            JsonObject revoked = new JsonObject();
            revoked.addProperty("by", message.getRevokerInfo().getUserID());
            revoked.addProperty("role", message.getRevokerRole());
            if (!message.getRevokeReason().isEmpty()) {
                revoked.addProperty("reason", message.getRevokeReason());
            }
            fields.add("revoked", revoked);
        } else {
            fields.add("body", JsonParser.parseString(message.getBody()));
        }
        return fields;
    }
}

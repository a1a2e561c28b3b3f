package com.example.recall.driver;

import com.example.recall.client.Attachment;
import com.example.recall.v2.V2TIMAdvancedMsgListener;
import com.example.recall.v2.V2TIMMessage;
import com.example.recall.v2.V2TIMSDKListener;
import com.example.recall.v2.V2TIMUserFullInfo;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Prints the client's callbacks, and keeps the messages that the client gave. */
final class Events {
    private final Output output;
    private final Map<String, V2TIMMessage> messages = new ConcurrentHashMap<>();

    Events(Output output) {
        this.output = output;
    }

    void keep(V2TIMMessage message) {
        messages.put(message.getMsgID(), message);
    }

    /** A message that the client gave, or null. */
    V2TIMMessage message(String messageId) {
        return messages.get(messageId);
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
            private String revoked;
            private String revokedBy;
            private String revokedFor;

            @Override
            public void onRecvNewMessage(V2TIMMessage msg) {
                keep(msg);
                JsonObject event = Output.event("onRecvNewMessage");
                event.add("message", message(msg));
                output.print(event);
            }

            @Override
            public void onRecvMessageRevoked(String msgID) {
                revoked = msgID;
            }

            @Override
            public void onRecvMessageRevoked(String msgID, V2TIMUserFullInfo operateUser, String reason) {
                if (msgID.equals(revoked)) {
                    revokedBy = operateUser.getUserID();
                    revokedFor = reason;
                }
            }

            /** The last of the three forms. What it prints comes from V2TIM's two forms; only the conversation is in neither of them. */
            @Override
            public void onRecvMessageRevoked(V2TIMMessage tombstone) {
                JsonObject event = Output.event("onRecvMessageRevoked");
                event.addProperty("messageId", revoked);
                event.addProperty("conversation", tombstone.getConversationID());
                event.addProperty("operator", revokedBy);
                event.addProperty("reason", revokedFor);
                output.print(event);
                revoked = null;
                revokedBy = null;
                revokedFor = null;
            }
        };
    }

    static JsonObject message(V2TIMMessage message) {
        JsonObject fields = new JsonObject();
        fields.addProperty("messageId", message.getMsgID());
        fields.addProperty("conversation", message.getConversationID());
        fields.addProperty("sender", message.getSender());
        if (message.getReplyTo() != null) {
            fields.addProperty("replyTo", message.getReplyTo());
        }
        if (message.getStatus() == V2TIMMessage.V2TIM_MSG_STATUS_LOCAL_REVOKED) {
            JsonObject revoked = new JsonObject();
            revoked.addProperty("by", message.getRevokerInfo().getUserID());
            revoked.addProperty("role", message.getRevokerRole());
            if (!message.getRevokeReason().isEmpty()) {
                revoked.addProperty("reason", message.getRevokeReason());
            }
            fields.add("revoked", revoked);
        } else {
            fields.add("body", body(message));
            if (!message.getAttachments().isEmpty()) {
                fields.add("attachments", attachments(message));
            }
        }
        return fields;
    }

    private static JsonArray attachments(V2TIMMessage message) {
        JsonArray attachments = new JsonArray();
        for (Attachment each : message.getAttachments()) {
            JsonObject line = new JsonObject();
            line.addProperty("attachmentId", each.attachmentId());
            line.addProperty("name", each.name());
            line.addProperty("type", each.type());
            line.addProperty("size", each.size());
            attachments.add(line);
        }
        return attachments;
    }

    private static JsonElement body(V2TIMMessage message) {
        JsonObject body = JsonParser.parseString(message.getBody()).getAsJsonObject();
        if (!message.getAttachments().isEmpty()) {
            return body;
        }
        boolean isText = message.getElemType() == V2TIMMessage.V2TIM_ELEM_TYPE_TEXT;
        if (isText && body.size() == 1) {
            body.addProperty("text", message.getTextElem().getText());
        } else if (!isText) {
            return JsonParser.parseString(new String(message.getCustomElem().getData(), StandardCharsets.UTF_8));
        }
        return body;
    }
}

package com.example.recall.driver;

import com.example.recall.client.ErrorCode;
import com.example.recall.client.FileStorage;
import com.example.recall.client.UnsentMessage;
import com.example.recall.v2.V2TIMAdvancedMsgListener;
import com.example.recall.v2.V2TIMCallback;
import com.example.recall.v2.V2TIMConversation;
import com.example.recall.v2.V2TIMConversationManager;
import com.example.recall.v2.V2TIMConversationResult;
import com.example.recall.v2.V2TIMManager;
import com.example.recall.v2.V2TIMMessage;
import com.example.recall.v2.V2TIMMessageListGetOption;
import com.example.recall.v2.V2TIMMessageManager;
import com.example.recall.v2.V2TIMOfflinePushConfig;
import com.example.recall.v2.V2TIMSDKConfig;
import com.example.recall.v2.V2TIMSendCallback;
import com.example.recall.v2.V2TIMUserFullInfo;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** Carries commands out with nothing but the client's public calls: V2TIM's, wherever V2TIM has one for the command. */
final class Driver {
    private final Output output;
    /** One thread, so that events and results come out in the order the client gave them. */
    private final Executor callbacks = Executors.newSingleThreadExecutor(this::threadOfCallbacks);
    /** The thread of the executor. After a callback that threw it is another one. */
    private volatile Thread callbackThread;
    private final Events events;
    private final Files files;
    private V2TIMManager manager;
    private String configured;
    private volatile String token;

    Driver(Output output) {
        this.output = output;
        events = new Events(output);
        files = new Files(output, events);
    }

    private Thread threadOfCallbacks(Runnable work) {
        callbackThread = new Thread(work, "callbacks");
        return callbackThread;
    }

    /** Carries a command out; false for the last. */
    boolean run(JsonObject command) {
        String what = text(command, "do");
        String call = text(command, "call");
        if ("quit".equals(what)) {
            return false;
        }
        try {
            dispatch(what == null ? "" : what, call, command);
        } catch (IllegalArgumentException | UnsupportedOperationException | IllegalStateException | ClassCastException illTyped) {
            output.failure(call, ErrorCode.INVALID_REQUEST, "a field of the command is ill-typed");
        }
        return true;
    }

    private void dispatch(String what, String call, JsonObject command) {
        switch (what) {
            case "capabilities":
                output.success(call, capabilities());
                break;
            case "listen":
                listen(command);
                output.success(call);
                break;
            case "find":
                find(call, command.getAsJsonArray("messageIds"));
                break;
            case "unsent":
                unsent(call, text(command, "conversation"));
                break;
            case "clear":
                manager().clearStorage(text(command, "user"), new Result(call));
                break;
            case "login":
                login(call, command);
                break;
            case "logout":
                manager().logout(new Result(call));
                break;
            case "token":
                token = text(command, "token");
                output.success(call);
                break;
            case "check":
                manager().checkConnection();
                output.success(call);
                break;
            case "send":
                send(call, command);
                break;
            case "attach":
                files.attach(messages(), call, command);
                break;
            case "download":
                files.download(messages(), call, command);
                break;
            case "registerPush":
                registerPush(call, command);
                break;
            case "limits":
                JsonObject limits = new JsonObject();
                limits.addProperty("maxAttachmentBytes", manager().getMaxAttachmentBytes());
                output.success(call, limits);
                break;
            case "work":
                work(call, text(command, "messageId"));
                break;
            case "revoke":
                revoke(call, command);
                break;
            case "view":
                view(call, text(command, "conversation"));
                break;
            case "history":
                history(call, command);
                break;
            case "read":
                messages().markMessageAsRead(text(command, "conversation"), text(command, "messageId"),
                        new ValueResult<Long>(output, call) {
                            @Override
                            public void fill(JsonObject fields, Long unread) {
                                fields.addProperty("unread", unread);
                            }
                        });
                break;
            case "conversations":
                conversations(call);
                break;
            default:
                output.failure(call, ErrorCode.INVALID_REQUEST, "there is no such command");
        }
    }

    private void registerPush(String call, JsonObject command) {
        V2TIMOfflinePushConfig device = new V2TIMOfflinePushConfig(0, text(command, "token"));
        if (command.has("remove")) {
            manager().offlinePushManager().removeOfflinePushConfig(device, new Result(call));
        } else {
            manager().offlinePushManager().setOfflinePushConfig(device, new Result(call));
        }
    }

    /** What the client can do, and why it cannot do the rest. */
    private static JsonObject capabilities() {
        JsonArray capabilities = new JsonArray();
        for (String each : new String[] {"persistence", "findMessages", "newConversations", "totalUnread", "throwingListeners", "unlessRevoked",
            "attachments", "push", "executor"}) {
            capabilities.add(each);
        }
        JsonObject lacks = new JsonObject();
        lacks.addProperty("batches", "V2TIM has no call for it");
        JsonObject fields = new JsonObject();
        fields.add("capabilities", capabilities);
        fields.add("lacks", lacks);
        return fields;
    }

    private void listen(JsonObject command) {
        String name = text(command, "listener");
        if ("conversations".equals(text(command, "to"))) {
            manager().conversationManager().addConversationListener(new ConversationListener(output, name));
            return;
        }
        messages().addAdvancedMsgListener(new FurtherListener(output, name) {
            @Override
            void heard() {
                if ("leave".equals(text(command, "then"))) {
                    messages().removeAdvancedMsgListener(this);
                } else if ("throw".equals(text(command, "then"))) {
                    throw new IllegalStateException("the listener throws");
                }
            }

            @Override
            boolean isOnExecutor() {
                return Thread.currentThread() == callbackThread;
            }
        });
    }

    /** Works on a message until the listener hears that it is recalled. */
    private void work(String call, String messageId) {
        messages().addAdvancedMsgListener(new V2TIMAdvancedMsgListener() {
            @Override
            public void onRecvMessageRevoked(String msgID, V2TIMUserFullInfo operateUser, String reason) {
                if (msgID.equals(messageId)) {
                    messages().removeAdvancedMsgListener(this);
                    output.success(call);
                }
            }
        });
    }

    private void find(String call, JsonArray messageIds) {
        List<String> wanted = new ArrayList<>();
        for (JsonElement each : messageIds) {
            wanted.add(each.getAsString());
        }
        messages().findMessages(wanted, new MessagesResult(output, call, events) {
            @Override
            void order(List<V2TIMMessage> asAskedFor) {
            }
        });
    }

    private void unsent(String call, String conversation) {
        messages().getUnsentMessages(conversation, new ValueResult<List<UnsentMessage>>(output, call) {
            @Override
            public void fill(JsonObject fields, List<UnsentMessage> unsent) {
                JsonArray lines = new JsonArray();
                for (UnsentMessage message : unsent) {
                    JsonObject line = new JsonObject();
                    line.addProperty("messageId", message.messageId());
                    line.add("body", JsonParser.parseString(message.body()));
                    if (message.failedWith() != 0) {
                        line.addProperty("failed", message.failedWith());
                    }
                    lines.add(line);
                }
                fields.add("messages", lines);
            }
        });
    }

    private void login(String call, JsonObject command) {
        configure(command);
        manager.login(text(command, "user"), text(command, "token"), new Result(call));
    }

    /** Prepares the client anew only where the configuration is another one, as an application would. */
    private void configure(JsonObject command) {
        JsonObject options = command.has("options") ? command.getAsJsonObject("options") : new JsonObject();
        String wanted = text(command, "url") + options;
        if (wanted.equals(configured)) {
            return;
        }
        if (manager != null) {
            manager.unInitSDK();
        }
        configured = wanted;
        V2TIMSDKConfig config = new V2TIMSDKConfig()
                .setServerUrl(text(command, "url"))
                .setCallbackExecutor(callbacks)
                .setTokenProvider((user, answer) -> {
                    if (token == null) {
                        answer.onError(ErrorCode.TOKEN_EXPIRED, "no token was given");
                    } else {
                        answer.onSuccess(token);
                    }
                })
                .setPingInterval(number(options, "pingIntervalMilliseconds", 20_000))
                .setRequestTimeout(number(options, "requestTimeoutMilliseconds", 10_000))
                .setReconnectWait(number(options, "reconnectMinimumMilliseconds", 500),
                        number(options, "reconnectMaximumMilliseconds", 30_000));
        String storage = System.getenv("RECALL_STORAGE");
        if (storage != null && !storage.isEmpty()) {
            config.setStorage(new FileStorage(new File(storage)));
        }
        manager = V2TIMManager.newInstance();
        manager.initSDK(config);
        manager.addIMSDKListener(events.ofConnection());
        manager.messageManager().addAdvancedMsgListener(events.ofMessages());
    }

    /** V2TIM recalls a message that the app has. Without one, and with a reason, there is only the call of this client. */
    private void revoke(String call, JsonObject command) {
        String conversation = text(command, "conversation");
        String messageId = text(command, "messageId");
        String reason = text(command, "reason");
        V2TIMMessage message = messageId == null ? null : events.message(messageId);
        if (message != null && reason == null && message.getConversationID().equals(conversation)) {
            messages().revokeMessage(message, new Result(call));
        } else {
            messages().revokeMessage(conversation, messageId, reason, new Result(call));
        }
    }

    private V2TIMMessage create(JsonObject body) {
        if (body != null && body.size() == 1 && body.get("text") instanceof JsonPrimitive && body.getAsJsonPrimitive("text").isString()) {
            return messages().createTextMessage(text(body, "text"));
        }
        return messages().createCustomMessage(body == null ? new byte[0] : body.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void send(String call, JsonObject command) {
        V2TIMMessage message = create(command.getAsJsonObject("body"));
        message.setReplyTo(text(command, "replyTo"));
        message.setUnlessRevoked(text(command, "unlessRevoked"));
        if (command.has("attachments")) {
            message.setAttachments(Files.attachments(command.getAsJsonArray("attachments")));
        }
        String conversation = text(command, "conversation");
        boolean isGroup = conversation.startsWith("group_");
        boolean isUser = conversation.startsWith("c2c_");
        String chosen = text(command, "messageId");
        V2TIMSendCallback<V2TIMMessage> result = new SendResult(output, call) {
            @Override
            public void fill(JsonObject fields, V2TIMMessage sent) {
                events.keep(sent);
                fields.addProperty("messageId", sent.getMsgID());
                fields.addProperty("sentAt", sent.getSentAt());
                fields.addProperty("recallableUntil", sent.getRecallableUntil());
            }
        };
        // Held together, so that no reply can be printed before the line that says what is being sent.
        synchronized (output) {
            String messageId;
            if (chosen != null) {
                messageId = messages().sendMessageAgain(message, conversation, chosen, result);
            } else if (isGroup || isUser) {
                messageId = messages().sendMessage(message, isUser ? conversation.substring("c2c_".length()) : null,
                        isGroup ? conversation.substring("group_".length()) : null, V2TIMMessage.V2TIM_PRIORITY_DEFAULT, false, null, result);
            } else {
                messageId = messages().sendMessage(message, conversation, result);
            }
            if (messageId != null) {
                events.keep(message);
                JsonObject sending = Output.event("sending");
                sending.addProperty("call", call);
                sending.addProperty("messageId", messageId);
                output.print(sending);
            }
        }
    }

    private void view(String call, String conversation) {
        V2TIMConversationManager list = manager().conversationManager();
        V2TIMMessageListGetOption option = option(conversation);
        option.setGetType(V2TIMMessageListGetOption.V2TIM_GET_LOCAL_OLDER_MSG);
        option.setCount(Integer.MAX_VALUE);
        list.getConversation(conversation, new ValueResult<V2TIMConversation>(output, call) {
            @Override
            public void onSuccess(V2TIMConversation held) {
                messages().getHistoryMessageList(option, new MessagesResult(output, call, events) {
                    @Override
                    void more(JsonObject fields) {
                        fields.addProperty("unread", held.getUnreadCount());
                    }
                });
            }
        });
    }

    private void history(String call, JsonObject command) {
        V2TIMMessageListGetOption option = option(text(command, "conversation"));
        option.setCount((int) number(command, "limit", 50));
        option.setLastMsgID(text(command, "before"));
        messages().getHistoryMessageList(option, new MessagesResult(output, call, events));
    }

    private static V2TIMMessageListGetOption option(String conversation) {
        V2TIMMessageListGetOption option = new V2TIMMessageListGetOption();
        if (conversation.startsWith("group_")) {
            option.setGroupID(conversation.substring("group_".length()));
        } else {
            option.setUserID(conversation.substring(Math.min(conversation.length(), "c2c_".length())));
        }
        return option;
    }

    private void conversations(String call) {
        manager().conversationManager().getConversationList(0, Integer.MAX_VALUE,
                new ValueResult<V2TIMConversationResult>(output, call) {
                    @Override
                    public void fill(JsonObject fields, V2TIMConversationResult page) {
                        JsonArray lines = new JsonArray();
                        for (V2TIMConversation conversation : page.getConversationList()) {
                            JsonObject line = new JsonObject();
                            line.addProperty("conversation", conversation.getConversationID());
                            line.addProperty("unread", conversation.getUnreadCount());
                            lines.add(line);
                        }
                        fields.add("conversations", lines);
                    }
                });
    }

    /** Before the first login, the client has an address that leads nowhere: an application initialises it before it logs in. */
    private V2TIMManager manager() {
        if (manager == null) {
            manager = V2TIMManager.newInstance();
            manager.initSDK(new V2TIMSDKConfig().setServerUrl("ws://127.0.0.1:1/").setCallbackExecutor(callbacks));
        }
        return manager;
    }

    private V2TIMMessageManager messages() {
        return manager().messageManager();
    }

    static String text(JsonObject from, String field) {
        JsonElement element = from.get(field);
        return element == null || element.isJsonNull() ? null : element.getAsString();
    }

    static long number(JsonObject from, String field, long otherwise) {
        JsonElement element = from.get(field);
        return element == null || element.isJsonNull() ? otherwise : element.getAsLong();
    }

    private final class Result implements V2TIMCallback {
        private final String call;

        Result(String call) {
            this.call = call;
        }

        @Override
        public void onSuccess() {
            output.success(call);
        }

        @Override
        public void onError(int code, String desc) {
            output.failure(call, code, desc);
        }
    }
}

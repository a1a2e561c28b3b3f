package com.example.recall.v2;

import com.example.recall.BaseConstants;
import com.example.recall.client.Answer;
import com.example.recall.client.Conversation;
import com.example.recall.client.ErrorCode;
import com.example.recall.client.Message;
import com.example.recall.client.RecallClient;
import com.example.recall.client.RecallError;
import com.example.recall.client.RecallListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The entrance: initialise, log in, and get at messages and conversations. */
public final class V2TIMManager {
    public static final int V2TIM_STATUS_LOGINED = 1;
    public static final int V2TIM_STATUS_LOGINING = 2;
    public static final int V2TIM_STATUS_LOGOUT = 3;

    private final V2TIMMessageManager messageManager = new V2TIMMessageManager(this);
    private final V2TIMConversationManager conversationManager = new V2TIMConversationManager(this);
    private final V2TIMGroupManager groupManager = new V2TIMGroupManager(this);
    private final V2TIMOfflinePushManager offlinePushManager = new V2TIMOfflinePushManager(this);
    private final CopyOnWriteArrayList<V2TIMSDKListener> listeners = new CopyOnWriteArrayList<>();
    private volatile RecallClient client;
    private volatile String serverUrl;
    private volatile String lastUser;

    private V2TIMManager() {
    }

    /** Made when it is first asked for, since V2TIM has one. */
    private static final class Single {
        private static final V2TIMManager INSTANCE = new V2TIMManager();
    }

    /** The one that V2TIM has. */
    public static V2TIMManager getInstance() {
        return Single.INSTANCE;
    }

    /** The message manager of {@link #getInstance()}. */
    public static V2TIMMessageManager getMessageManager() {
        return getInstance().messageManager;
    }

    /** The conversation manager of {@link #getInstance()}. */
    public static V2TIMConversationManager getConversationManager() {
        return getInstance().conversationManager;
    }

    /** The group manager of {@link #getInstance()}. */
    public static V2TIMGroupManager getGroupManager() {
        return getInstance().groupManager;
    }

    /** The manager of notifications of {@link #getInstance()}. */
    public static V2TIMOfflinePushManager getOfflinePushManager() {
        return getInstance().offlinePushManager;
    }

    /** One of its own, for a second account or for tests. Not in V2TIM. */
    public static V2TIMManager newInstance() {
        return new V2TIMManager();
    }

    /** This instance's message manager. */
    public V2TIMMessageManager messageManager() {
        return messageManager;
    }

    /** This instance's conversation manager. */
    public V2TIMConversationManager conversationManager() {
        return conversationManager;
    }

    /** This instance's group manager. */
    public V2TIMGroupManager groupManager() {
        return groupManager;
    }

    /** This instance's manager of notifications. */
    public V2TIMOfflinePushManager offlinePushManager() {
        return offlinePushManager;
    }

    /**
     * Prepares everything; nothing is connected yet. As V2TIM's: pass your Context and any number. With the Context the connection is looked
     * at as soon as the network comes back or the app comes to the front, and conversations are stored in the app's private folder.
     *
     * @return whether the configuration can be used
     */
    public boolean initSDK(@Nullable Object context, int sdkAppID, V2TIMSDKConfig config) {
        if (config != null) {
            config.options().context(context);
        }
        if (!initSDK(config)) {
            return false;
        }
        RecallClient present = client;
        if (present != null && context != null) {
            present.watch(context);
        }
        return true;
    }

    /** Prepares everything; nothing is connected yet. False without a server URL, or when called again. */
    public synchronized boolean initSDK(V2TIMSDKConfig config) {
        if (client != null || config == null || config.getServerUrl() == null) {
            return false;
        }
        serverUrl = config.getServerUrl();
        RecallClient made = new RecallClient(config.options());
        made.addListener(new ListenerBridge());
        client = made;
        return true;
    }

    /** Disconnects and frees the threads. What is stored stays, and initSDK may be called again. */
    public synchronized void unInitSDK() {
        RecallClient closing = client;
        client = null;
        if (closing != null) {
            closing.close();
        }
    }

    public void addIMSDKListener(V2TIMSDKListener listener) {
        listeners.addIfAbsent(listener);
    }

    public void removeIMSDKListener(V2TIMSDKListener listener) {
        listeners.remove(listener);
    }

    /**
     * Connects, and succeeds after the first synchronisation. What is stored of the user can be asked for at once, before there is a
     * connection: the conversation list, and history with V2TIM_GET_LOCAL_OLDER_MSG.
     *
     * @param userSig the user's token, a JWT; where V2TIM takes its own signature
     */
    public void login(String userID, String userSig, @Nullable V2TIMCallback callback) {
        RecallClient present = client(callback);
        if (present != null) {
            lastUser = userID;
            conversationManager.tellSynchronising(present);
            present.login(serverUrl, userID, userSig, new LoginAnswer(present, callback));
        }
    }

    /** Tells the app, and then the listeners of conversations, which learn what is in the list. */
    private final class LoginAnswer implements Answer<@Nullable Void> {
        private final RecallClient present;
        private final Answer<Object> told;

        LoginAnswer(RecallClient present, V2TIMCallback callback) {
            this.present = present;
            told = Callbacks.toCallback(callback);
        }

        @Override
        public void onSuccess(@Nullable Void nothing) {
            told.onSuccess(null);
            present.conversations(new Answer<List<Conversation>>() {
                @Override
                public void onSuccess(List<Conversation> all) {
                    conversationManager.tellSynchronised(all);
                }

                @Override
                public void onError(RecallError error) {
                    // The client is closed.
                }
            });
        }

        @Override
        public void onError(RecallError error) {
            told.onError(error);
            conversationManager.tellNotSynchronised();
        }
    }

    /** Sends a text to a user; see {@link V2TIMMessageManager#sendMessage}. */
    public @Nullable String sendC2CTextMessage(String text, String userID, @Nullable V2TIMValueCallback<V2TIMMessage> callback) {
        return messageManager.sendMessage(messageManager.createTextMessage(text), ConversationID.ofUser(userID), callback);
    }

    /**
     * Sends a text to a group; see {@link V2TIMMessageManager#sendMessage}.
     *
     * @param priority not used
     */
    public @Nullable String sendGroupTextMessage(String text, String groupID, int priority, @Nullable V2TIMValueCallback<V2TIMMessage> callback) {
        return messageManager.sendMessage(messageManager.createTextMessage(text), ConversationID.ofGroup(groupID), callback);
    }

    /** Disconnects and forgets what is held. What is stored stays for the next login, as in V2TIM. */
    public void logout(@Nullable V2TIMCallback callback) {
        RecallClient present = client(callback);
        if (present != null) {
            present.logout(Callbacks.toCallback(callback));
        }
    }

    /** Removes everything that is stored of a user who is not logged in, for a "sign out". Not in V2TIM. */
    public void clearStorage(String userID, @Nullable V2TIMCallback callback) {
        RecallClient present = client(callback);
        if (present != null) {
            present.clearStorage(userID, Callbacks.toCallback(callback));
        }
    }

    /**
     * Makes sure at once that the connection is alive, or makes one. Call it when the network came back or the app came to the front, unless
     * initSDK was given a Context. Not in V2TIM.
     */
    public void checkConnection() {
        RecallClient present = client;
        if (present != null) {
            present.checkConnection();
        }
    }

    /** The user who is logged in or logging in, else the last one; null before the first login. */
    public @Nullable String getLoginUser() {
        RecallClient present = client;
        String user = present == null ? null : present.user();
        return user == null ? lastUser : user;
    }

    /** One of the V2TIM_STATUS_… constants. */
    public int getLoginStatus() {
        RecallClient present = client;
        if (present == null || present.user() == null) {
            return V2TIM_STATUS_LOGOUT;
        }
        return present.isLoggedIn() ? V2TIM_STATUS_LOGINED : V2TIM_STATUS_LOGINING;
    }

    /** How large a file may be in bytes, as the latest connection has said; 0 if the deployment has no attachments, and before the login. Not in V2TIM. */
    public long getMaxAttachmentBytes() {
        RecallClient present = client;
        return present == null ? 0 : present.maxAttachmentBytes();
    }

    /** The server's time in seconds since 1970, as V2TIM's; 0 before the first login. */
    public long getServerTime() {
        RecallClient present = client;
        return present == null || present.serverTime() < 0 ? 0 : present.serverTime() / 1000;
    }

    /** The server's time in milliseconds since 1970; 0 before the first login. To compare with getRecallableUntil(). */
    public long getServerTimeMilliseconds() {
        RecallClient present = client;
        return present == null ? 0 : Math.max(0, present.serverTime());
    }

    /** The client, or null if there is none, after calling onError. */
    RecallClient client(V2TIMCallback callback) {
        RecallClient present = client;
        if (present == null && callback != null) {
            callback.onError(BaseConstants.ERR_SDK_NOT_INITIALIZED, NOT_INITIALISED);
        }
        return present;
    }

    RecallClient client(V2TIMValueCallback<?> callback) {
        RecallClient present = client;
        if (present == null && callback != null) {
            callback.onError(BaseConstants.ERR_SDK_NOT_INITIALIZED, NOT_INITIALISED);
        }
        return present;
    }

    private static final String NOT_INITIALISED = "call initSDK first";

    void refuse(V2TIMCallback callback, String why) {
        if (callback != null) {
            callback.onError(ErrorCode.INVALID_REQUEST, why);
        }
    }

    void refuse(V2TIMValueCallback<?> callback, String why) {
        if (callback != null) {
            callback.onError(ErrorCode.INVALID_REQUEST, why);
        }
    }

    private final class ListenerBridge implements RecallListener {
        @Override
        public void onConnecting() {
            for (V2TIMSDKListener listener : listeners) {
                listener.onConnecting();
            }
        }

        @Override
        public void onConnected() {
            for (V2TIMSDKListener listener : listeners) {
                listener.onConnectSuccess();
            }
        }

        @Override
        public void onDisconnected(RecallError why) {
            for (V2TIMSDKListener listener : listeners) {
                listener.onConnectFailed(why.code(), why.description());
            }
        }

        @Override
        public void onTokenExpired() {
            for (V2TIMSDKListener listener : listeners) {
                listener.onUserSigExpired();
            }
        }

        @Override
        public void onKickedOffline(String reason) {
            for (V2TIMSDKListener listener : listeners) {
                listener.onKickedOffline(reason);
                listener.onKickedOffline();
            }
        }

        @Override
        public void onStorageFailed(RecallError why) {
            for (V2TIMSDKListener listener : listeners) {
                listener.onStorageFailed(why.code(), why.description());
            }
        }

        @Override
        public void onNewMessage(Message message) {
            messageManager.tellNew(message);
        }

        @Override
        public void onMessageRevoked(Message tombstone) {
            messageManager.tellRevoked(tombstone);
        }

        @Override
        public void onConversationChanged(Conversation conversation) {
            conversationManager.tellChanged(conversation);
        }
    }
}

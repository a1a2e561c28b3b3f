package com.example.recall.v2;

import com.example.recall.client.RecallClient;
import org.jspecify.annotations.Nullable;

/** Registers the device for notifications, which its user gets while they have no open connection. */
public final class V2TIMOfflinePushManager {
    private final V2TIMManager manager;

    V2TIMOfflinePushManager(V2TIMManager manager) {
        this.manager = manager;
    }

    /**
     * Registers this device for the user who is logged in. Call it after each login and when the token changes. A device belongs to the user who
     * registered it last. It fails with {@link com.example.recall.client.ErrorCode#PUSH_OFF} if the deployment sends none.
     */
    public void setOfflinePushConfig(V2TIMOfflinePushConfig config, @Nullable V2TIMCallback callback) {
        RecallClient client = manager.client(callback);
        if (client != null) {
            client.registerPush(config.token(), Callbacks.toCallback(callback));
        }
    }

    /** Ends the notifications of this device. Call it before a logout, which does not end them. Not in V2TIM. */
    public void removeOfflinePushConfig(V2TIMOfflinePushConfig config, @Nullable V2TIMCallback callback) {
        RecallClient client = manager.client(callback);
        if (client != null) {
            client.unregisterPush(config.token(), Callbacks.toCallback(callback));
        }
    }
}

package com.example.recall.v2;

/** Where the notifications of this device go. */
public final class V2TIMOfflinePushConfig {
    private final String token;

    /**
     * The device as Firebase Cloud Messaging knows it.
     *
     * @param businessID not used; V2TIM finds the push service by it, and this service sends to Android through Firebase only
     * @param token what {@code FirebaseMessaging.getToken()} and {@code FirebaseMessagingService.onNewToken} give
     */
    public V2TIMOfflinePushConfig(long businessID, String token) {
        this.token = token;
    }

    String token() {
        return token;
    }
}

package com.example.recall.v2;

/** What becomes of the connection. */
public abstract class V2TIMSDKListener {
    /** A connection is being made. */
    public void onConnecting() {
    }

    /** The client is connected, and the server has answered hello. */
    public void onConnectSuccess() {
    }

    /** The connection was lost or could not be made; while logged in, the client keeps trying. */
    public void onConnectFailed(int code, String error) {
    }

    /** The token is over and no new one could be had: log in again. Outstanding calls have failed with 6206. */
    public void onUserSigExpired() {
    }

    /**
     * The server ended this device's session: newer connections of the user took all places, or an administrator closed them.
     * The client does not connect again by itself; a login does. Outstanding and later calls fail with 9508, and
     * {@link #onConnectFailed} is not called.
     */
    public void onKickedOffline() {
    }

    /**
     * The same with the reason, called before the one above. Not in V2TIM.
     *
     * @param reason {@code connection_limit}, {@code administrator}, or a reason of a newer server
     */
    public void onKickedOffline(String reason) {
    }

    /**
     * What is new could not be stored, and is lost if the app ends now. Messages go on without the storage. Told once, and again only if the
     * storage worked in between. Not in V2TIM.
     *
     * @param code 6019
     * @param desc what failed and what to do, in English for developers
     */
    public void onStorageFailed(int code, String desc) {
    }
}

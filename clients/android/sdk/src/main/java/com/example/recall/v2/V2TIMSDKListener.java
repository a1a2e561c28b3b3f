package com.example.recall.v2;

/** What becomes of the connection. */
public abstract class V2TIMSDKListener {
    /** A connection is being made. */
    public void onConnecting() {
    }

    /** Connected, and the server said hello. */
    public void onConnectSuccess() {
    }

    /** The connection was lost or could not be made; while logged in, the client keeps trying. */
    public void onConnectFailed(int code, String error) {
    }

    /** The token is over and no new one could be had: log in again. Outstanding calls have failed with 6206. */
    public void onUserSigExpired() {
    }
}

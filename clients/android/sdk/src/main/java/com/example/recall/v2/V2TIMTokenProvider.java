package com.example.recall.v2;

/** Gives a new token (V2TIM: userSig) when the server no longer takes the old one. */
public interface V2TIMTokenProvider {
    /** Called on the callback executor; answer within 30 s, from any thread. Ask your server and return at once. */
    void provideToken(String userID, V2TIMValueCallback<String> callback);
}

package com.example.recall.client;

/** Gives a new token when the server no longer takes the old one. */
public interface TokenProvider {
    /** Called on the callback executor; answer within 30 s, from any thread. Do not block: ask your server and return. */
    void provideToken(String user, Answer<String> answer);
}

package com.example.recall.client;

import java.util.concurrent.Executor;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** How a client behaves; every value has a default that fits a phone. */
public final class RecallOptions {
    private long requestTimeoutMilliseconds = 10_000;
    private long reconnectMinimumMilliseconds = 500;
    private long reconnectMaximumMilliseconds = 30_000;
    private long pingIntervalMilliseconds = 20_000;
    private TokenProvider tokenProvider;
    private Executor callbackExecutor;
    private OkHttpClient httpClient;
    private Storage storage;
    private boolean storageChosen;
    private Object context;

    /** How long one attempt of a request waits for its reply; three attempts are made. Default 10,000. */
    public RecallOptions requestTimeoutMilliseconds(long value) {
        requestTimeoutMilliseconds = Math.max(1, value);
        return this;
    }

    /** The bound of the first wait before reconnecting; it doubles. Default 500. */
    public RecallOptions reconnectMinimumMilliseconds(long value) {
        reconnectMinimumMilliseconds = Math.max(1, value);
        return this;
    }

    /** The largest bound of the wait before reconnecting. Default 30,000. */
    public RecallOptions reconnectMaximumMilliseconds(long value) {
        reconnectMaximumMilliseconds = Math.max(1, value);
        return this;
    }

    /**
     * The time between two WebSocket pings, which tell whether the connection is alive. OkHttp gives a ping as long for its answer, so a
     * connection that fell silent is noticed after twice this time at the latest. Default 20,000.
     */
    public RecallOptions pingIntervalMilliseconds(long value) {
        pingIntervalMilliseconds = Math.max(1, value);
        return this;
    }

    /** Who gives a new token when the old one is over; without one, the app is told to log in again. */
    public RecallOptions tokenProvider(@Nullable TokenProvider value) {
        tokenProvider = value;
        return this;
    }

    /** Where callbacks run; it must keep their order. Default: the main looper on Android, else a thread of their own. */
    public RecallOptions callbackExecutor(@Nullable Executor value) {
        callbackExecutor = value;
        return this;
    }

    /** An OkHttp client to take proxy, certificate pinning and threads from, for the connection and for files. Default: a plain one. */
    public RecallOptions httpClient(@Nullable OkHttpClient value) {
        httpClient = value;
        return this;
    }

    /**
     * Where conversations are kept while the app does not run; null to keep them nowhere. Default: files in the app's private folder on Android
     * if there is a {@link #context}, else nowhere.
     */
    public RecallOptions storage(@Nullable Storage value) {
        storage = value;
        storageChosen = true;
        return this;
    }

    /** On Android: an {@code android.content.Context}, which gives the place of the storage. */
    public RecallOptions context(@Nullable Object value) {
        context = value;
        return this;
    }

    long requestTimeoutMilliseconds() {
        return requestTimeoutMilliseconds;
    }

    long reconnectMinimumMilliseconds() {
        return reconnectMinimumMilliseconds;
    }

    long reconnectMaximumMilliseconds() {
        return reconnectMaximumMilliseconds;
    }

    long pingIntervalMilliseconds() {
        return pingIntervalMilliseconds;
    }

    TokenProvider tokenProvider() {
        return tokenProvider;
    }

    Executor callbackExecutor() {
        return callbackExecutor;
    }

    /** The same one for each caller, so that they share its threads. */
    OkHttpClient httpClient() {
        if (httpClient == null) {
            httpClient = new OkHttpClient();
        }
        return httpClient;
    }

    /** The storage, or null. */
    Storage storageOn(Platform platform) {
        return storageChosen ? storage : platform.storage(context);
    }
}

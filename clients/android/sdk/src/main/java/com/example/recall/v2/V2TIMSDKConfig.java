package com.example.recall.v2;

import com.example.recall.client.Answer;
import com.example.recall.client.RecallError;
import com.example.recall.client.RecallOptions;
import com.example.recall.client.Storage;
import java.util.concurrent.Executor;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Where the server is and how the client behaves. Only the server URL is required. */
public final class V2TIMSDKConfig {
    private String serverUrl;
    private final RecallOptions options = new RecallOptions();

    /** {@code wss://{api}.execute-api.{region}.amazonaws.com/{stage}}, or {@code ws://127.0.0.1:3001/local}. */
    public V2TIMSDKConfig setServerUrl(String url) {
        serverUrl = url;
        return this;
    }

    public @Nullable String getServerUrl() {
        return serverUrl;
    }

    /** Who gives a new token when the old one is over; without one, {@code onUserSigExpired} asks the app to log in again. */
    public V2TIMSDKConfig setTokenProvider(@Nullable V2TIMTokenProvider provider) {
        options.tokenProvider(provider == null ? null : (user, answer) -> provider.provideToken(user, new TokenAnswer(answer)));
        return this;
    }

    /** Where callbacks run; it must keep their order. Default: the main looper on Android, else a thread of their own. */
    public V2TIMSDKConfig setCallbackExecutor(@Nullable Executor executor) {
        options.callbackExecutor(executor);
        return this;
    }

    /** An OkHttp client to take proxy, certificate pinning and threads from. */
    public V2TIMSDKConfig setHttpClient(@Nullable OkHttpClient client) {
        options.httpClient(client);
        return this;
    }

    /** How long one attempt of a request waits, in milliseconds; three attempts are made. Default 10,000. */
    public V2TIMSDKConfig setRequestTimeout(long milliseconds) {
        options.requestTimeoutMilliseconds(milliseconds);
        return this;
    }

    /** The bounds of the wait before reconnecting, in milliseconds. Default 500 and 30,000. */
    public V2TIMSDKConfig setReconnectWait(long minimumMilliseconds, long maximumMilliseconds) {
        options.reconnectMinimumMilliseconds(minimumMilliseconds).reconnectMaximumMilliseconds(maximumMilliseconds);
        return this;
    }

    /**
     * The time between two WebSocket pings, in milliseconds. A connection that fell silent is noticed after twice this time at the latest. Default
     * 20,000.
     */
    public V2TIMSDKConfig setPingInterval(long milliseconds) {
        options.pingIntervalMilliseconds(milliseconds);
        return this;
    }

    /**
     * Where conversations are kept while the app does not run; null to keep them nowhere. Default: files in the app's private folder on Android
     * if {@link V2TIMManager#initSDK(Object, int, V2TIMSDKConfig)} is given a Context, else nowhere.
     */
    public V2TIMSDKConfig setStorage(@Nullable Storage storage) {
        options.storage(storage);
        return this;
    }

    RecallOptions options() {
        return options;
    }

    private static final class TokenAnswer implements V2TIMValueCallback<String> {
        private final Answer<String> answer;

        TokenAnswer(Answer<String> answer) {
            this.answer = answer;
        }

        @Override
        public void onSuccess(String token) {
            answer.onSuccess(token);
        }

        @Override
        public void onError(int code, String desc) {
            answer.onError(RecallError.of(code, desc));
        }
    }
}

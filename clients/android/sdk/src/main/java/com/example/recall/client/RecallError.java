package com.example.recall.client;

/** Why a call failed: Tencent's number where it has one, and English for developers. */
public final class RecallError {
    private final int code;
    private final String description;
    private final boolean retryable;
    private final long serverTime;
    private final boolean outcomeUnknown;

    RecallError(int code, String description, boolean retryable, long serverTime, boolean outcomeUnknown) {
        this.code = code;
        this.description = description;
        this.retryable = retryable;
        this.serverTime = serverTime;
        this.outcomeUnknown = outcomeUnknown;
    }

    /** An error with a code and a description, for those who answer, such as a token provider. */
    public static RecallError of(int code, String description) {
        return new RecallError(code, description, false, -1, false);
    }

    static RecallError timedOut() {
        return new RecallError(ErrorCode.REQUEST_TIMED_OUT,
                "no answer from the server after all retries; the outcome is unknown, so repeat the same call", true, -1, true);
    }

    RecallError withUnknownOutcome() {
        return new RecallError(code, description, retryable, serverTime, true);
    }

    /** The same error of a call that surely did nothing. */
    RecallError withKnownOutcome() {
        return new RecallError(code, description, retryable, serverTime, false);
    }

    /** One of {@link ErrorCode}. */
    public int code() {
        return code;
    }

    /** English for developers, not for people who chat. */
    public String description() {
        return description;
    }

    /** Whether the same call may succeed later. */
    public boolean isRetryable() {
        return retryable;
    }

    /** The server's time in milliseconds since 1970 where the error carries it, else −1. */
    long serverTime() {
        return serverTime;
    }

    /** Whether the server may have done what was asked although the call failed. */
    public boolean isOutcomeUnknown() {
        return outcomeUnknown;
    }

    @Override
    public String toString() {
        return code + ": " + description;
    }
}

package com.example.recall.client;

import java.util.Random;

/** Exponential back-off with full jitter: a random wait below a bound that doubles. */
final class Backoff {
    private final long minimum;
    private final long maximum;
    private final Random random;
    private int failures;

    Backoff(long minimumMilliseconds, long maximumMilliseconds, Random random) {
        minimum = minimumMilliseconds;
        maximum = maximumMilliseconds;
        this.random = random;
    }

    /** The wait after one more failure. */
    long next() {
        return wait(failures++);
    }

    /** The wait after a known number of failures, for those who count themselves. */
    long wait(int failuresBefore) {
        long bound = Math.min(maximum, minimum << Math.min(failuresBefore, 20));
        return (long) (random.nextDouble() * bound);
    }

    void reset() {
        failures = 0;
    }
}

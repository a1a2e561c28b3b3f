package com.example.recall.client;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** The record of a recall: when it happened, who recalled, by what right, and why. */
public final class Revocation implements Serializable {
    private static final long serialVersionUID = 1;

    private final long at;
    private final String by;
    private final String role;
    private final String reason;

    Revocation(long at, String by, String role, String reason) {
        this.at = at;
        this.by = by;
        this.role = role;
        this.reason = reason;
    }

    /** Server time of the recall, milliseconds since 1970. */
    public long at() {
        return at;
    }

    /** The user who recalled. */
    public String by() {
        return by;
    }

    /** {@code sender}, {@code moderator} or {@code admin}. */
    public String role() {
        return role;
    }

    /** The reason, or null. */
    public @Nullable String reason() {
        return reason;
    }
}

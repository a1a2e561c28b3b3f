package com.example.recall.client;

import de.huxhorn.sulky.ulid.ULID;
import java.util.Random;

/** Makes message IDs: ULIDs that always increase, so that a user's messages sort in the order sent. */
final class MessageIds {
    private static final String CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    /** The server refuses IDs more than 30 s off; half of it is left to the network. */
    private static final long TOLERATED_STEP_BACK = 15_000;

    private final ULID ulid;
    private ULID.Value last = new ULID.Value(0, 0);

    MessageIds(Random random) {
        ulid = new ULID(random);
    }

    synchronized String next(long serverTime) {
        // A clock that was corrected backwards must not let a later message sort before an earlier one,
        // unless it was so wrong that the server would refuse the ID anyway.
        boolean slightlyBack = serverTime < last.timestamp() && last.timestamp() - serverTime <= TOLERATED_STEP_BACK;
        long time = slightlyBack ? last.timestamp() : serverTime;
        last = ulid.nextMonotonicValue(last, time);
        return last.toString();
    }

    /** Whether a text has a message ID's form: 26 of Crockford's digits that fit into 128 bits. */
    static boolean isValid(String text) {
        if (text == null || text.length() != 26 || text.charAt(0) > '7') {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (CROCKFORD.indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }
}

package com.example.recall.sample;

import com.example.recall.client.ErrorCode;
import com.example.recall.v2.V2TIMMessage;

/** The words that a person reads about recalls. An app translates them. */
final class RecallTexts {
    private RecallTexts() {
    }

    /** The line in place of a recalled message. */
    static String line(V2TIMMessage tombstone, String me) {
        String operator = tombstone.getRevokerInfo() == null ? "" : tombstone.getRevokerInfo().getUserID();
        String line;
        if (operator.equals(me)) {
            line = "You recalled a message";
        } else if (tombstone.getGroupID() != null) {
            line = operator + " recalled a message";
        } else {
            line = "Message recalled";
        }
        return tombstone.getRevokeReason().isEmpty() ? line : line + ": " + tombstone.getRevokeReason();
    }

    /** Why a recall failed. */
    static String failure(int code) {
        switch (code) {
            case ErrorCode.RECALL_WINDOW_KNOWN_TO_BE_OVER:
            case ErrorCode.RECALL_WINDOW_EXPIRED:
            case ErrorCode.GROUP_RECALL_WINDOW_EXPIRED:
                return "Too late: this message can no longer be recalled";
            case ErrorCode.ALREADY_RECALLED:
                return "Already recalled";
            case ErrorCode.RECALL_DENIED:
                return "Only its sender or a moderator can recall this message";
            case ErrorCode.REQUEST_TIMED_OUT:
            case ErrorCode.NOT_CONNECTED:
                return "No connection: the message may not be recalled yet. Try again";
            default:
                return "Recalling failed (" + code + ")";
        }
    }
}

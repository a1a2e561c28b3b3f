package com.example.recall.v2;

/**
 * A read receipt. This service has none, so there is never one of these. The class is here so that listeners written for V2TIM compile.
 */
public final class V2TIMMessageReceipt {
    private V2TIMMessageReceipt() {
    }

    public String getMsgID() {
        return "";
    }

    public String getUserID() {
        return "";
    }

    public String getGroupID() {
        return "";
    }

    public boolean isPeerRead() {
        return false;
    }

    /** Seconds since 1970. */
    public long getTimestamp() {
        return 0;
    }

    public long getReadCount() {
        return 0;
    }

    public long getUnreadCount() {
        return 0;
    }
}

package com.example.recall.v2;

import org.jspecify.annotations.Nullable;

/** What a notification would say. The server makes the notifications by itself, so nothing of it is used. */
public final class V2TIMOfflinePushInfo {
    public void setTitle(@Nullable String title) {
    }

    public void setDesc(@Nullable String desc) {
    }

    public void setExt(byte @Nullable [] ext) {
    }

    public void disablePush(boolean disablePush) {
    }
}

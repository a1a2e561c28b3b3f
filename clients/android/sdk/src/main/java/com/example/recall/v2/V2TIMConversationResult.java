package com.example.recall.v2;

import java.util.List;

/** A page of the conversation list. */
public final class V2TIMConversationResult {
    private final List<V2TIMConversation> conversations;
    private final long nextSeq;
    private final boolean finished;

    V2TIMConversationResult(List<V2TIMConversation> conversations, long nextSeq, boolean finished) {
        this.conversations = conversations;
        this.nextSeq = nextSeq;
        this.finished = finished;
    }

    public List<V2TIMConversation> getConversationList() {
        return conversations;
    }

    /** What to ask the next page with. */
    public long getNextSeq() {
        return nextSeq;
    }

    /** Whether this is the last page. */
    public boolean isFinished() {
        return finished;
    }
}

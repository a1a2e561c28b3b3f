package com.example.recall.v2;

import org.jspecify.annotations.Nullable;

/** Which messages to get. */
public final class V2TIMMessageListGetOption {
    /** From the server, from newer to older. */
    public static final int V2TIM_GET_CLOUD_OLDER_MSG = 1;
    /** From the server, from older to newer. It is refused: the server gives pages from newer to older. */
    public static final int V2TIM_GET_CLOUD_NEWER_MSG = 2;
    /** From what the client holds, from newer to older; asks nothing of the server. */
    public static final int V2TIM_GET_LOCAL_OLDER_MSG = 3;
    /** From what the client holds, from older to newer, after the given message; asks nothing of the server. */
    public static final int V2TIM_GET_LOCAL_NEWER_MSG = 4;

    private int getType = V2TIM_GET_CLOUD_OLDER_MSG;
    private String userID;
    private String groupID;
    private int count = 50;
    private V2TIMMessage lastMsg;
    private String lastMsgID;

    public void setGetType(int type) {
        getType = type;
    }

    /** The other user of a one-to-one conversation. */
    public void setUserID(@Nullable String id) {
        userID = id;
    }

    public void setGroupID(@Nullable String id) {
        groupID = id;
    }

    /** At most so many; the server gives 1 to 100. Default 50. */
    public void setCount(int most) {
        count = most;
    }

    /** Begin before this message, or after it for a NEWER type; null for the newest. */
    public void setLastMsg(@Nullable V2TIMMessage message) {
        lastMsg = message;
    }

    /** The same by its ID. Not in V2TIM. */
    public void setLastMsgID(@Nullable String messageID) {
        lastMsgID = messageID;
    }

    int type() {
        return getType;
    }

    int count() {
        return count;
    }

    String start() {
        return lastMsgID != null ? lastMsgID : lastMsg == null ? null : lastMsg.getMsgID();
    }

    String conversation() {
        return groupID != null ? ConversationID.ofGroup(groupID) : ConversationID.ofUser(userID);
    }
}

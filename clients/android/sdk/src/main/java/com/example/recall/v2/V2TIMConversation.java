package com.example.recall.v2;

import com.example.recall.client.Conversation;
import org.jspecify.annotations.Nullable;

/** A line of the conversation list. */
public final class V2TIMConversation {
    public static final int V2TIM_C2C = 1;
    public static final int V2TIM_GROUP = 2;

    private final Conversation conversation;
    private final V2TIMManager manager;

    V2TIMConversation(Conversation conversation, V2TIMManager manager) {
        this.conversation = conversation;
        this.manager = manager;
    }

    public String getConversationID() {
        return conversation.id();
    }

    /** V2TIM_C2C or V2TIM_GROUP. */
    public int getType() {
        return getGroupID() == null ? V2TIM_C2C : V2TIM_GROUP;
    }

    /** The other user of a one-to-one conversation, else null. */
    public @Nullable String getUserID() {
        return ConversationID.userOf(conversation.id());
    }

    public @Nullable String getGroupID() {
        return ConversationID.groupOf(conversation.id());
    }

    /** What to show as its name: the other user's ID, or the group's. This service keeps no names. */
    public String getShowName() {
        String user = getUserID();
        String group = getGroupID();
        return user != null ? user : group != null ? group : "";
    }

    /** Always empty. */
    public String getFaceUrl() {
        return "";
    }

    /** Always empty: this service has one type of group. */
    public String getGroupType() {
        return "";
    }

    /** Always false: this service pins no conversations. */
    public boolean isPinned() {
        return false;
    }

    /** Unread messages; a recalled one never counts. */
    public int getUnreadCount() {
        return (int) Math.min(Integer.MAX_VALUE, conversation.unread());
    }

    /** The newest message held, with status V2TIM_MSG_STATUS_LOCAL_REVOKED when it was recalled; or null. */
    public @Nullable V2TIMMessage getLastMessage() {
        return conversation.lastMessage() == null ? null : new V2TIMMessage(conversation.lastMessage(), manager);
    }

    /** Orders the list, latest change first: server time, milliseconds since 1970. */
    public long getOrderKey() {
        return conversation.lastChangeAt();
    }

    /** This user's role in a group ({@code owner}, {@code admin}, {@code member}), else null. */
    public @Nullable String getRole() {
        return conversation.role();
    }
}

package com.example.recall.v2;

/** A conversation's ID, as its viewer sees it: {@code c2c_<peer>} or {@code group_<group>}. */
final class ConversationID {
    private static final String C2C = "c2c_";
    private static final String GROUP = "group_";

    private ConversationID() {
    }

    static String ofUser(String userID) {
        return C2C + userID;
    }

    static String ofGroup(String groupID) {
        return GROUP + groupID;
    }

    static String userOf(String conversation) {
        return conversation != null && conversation.startsWith(C2C) ? conversation.substring(C2C.length()) : null;
    }

    static String groupOf(String conversation) {
        return conversation != null && conversation.startsWith(GROUP) ? conversation.substring(GROUP.length()) : null;
    }
}

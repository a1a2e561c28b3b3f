// Conversations.
#pragma once

#include "V2TIMCallback.h"

enum V2TIMConversationType { V2TIM_UNKNOWN = 0, V2TIM_C2C = 1, V2TIM_GROUP = 2 };

struct V2TIMConversation {
    V2TIMConversationType type = V2TIM_UNKNOWN;
    V2TIMString conversationID;  // c2c_<userID> or group_<groupID>
    V2TIMString userID;
    V2TIMString groupID;
    int32_t unreadCount = 0;  // the server's number; recalled messages never count
    V2TIMString lastMessageID;
    int64_t orderKey = 0;  // when it last changed, ms since 1970, server time

    V2TIMString role;  // not in V2TIM: the user's role in a group
};

using V2TIMConversationVector = V2TIMVector<V2TIMConversation>;

struct V2TIMConversationResult {
    uint64_t nextSeq = 0;
    bool isFinished = true;
    V2TIMConversationVector conversationList;
};

// Conversations.
#pragma once

#include <memory>

#include "V2TIMMessage.h"

enum V2TIMConversationType { V2TIM_UNKNOWN = 0, V2TIM_C2C = 1, V2TIM_GROUP = 2 };

struct V2TIMConversation {
    V2TIMConversationType type = V2TIM_UNKNOWN;
    V2TIMString conversationID;  // c2c_<userID> or group_<groupID>
    V2TIMString userID;
    V2TIMString groupID;
    V2TIMString groupType;    // always empty: there is one type of group
    V2TIMString showName;     // userID or groupID: the service keeps no names
    V2TIMString faceUrl;      // always empty
    int unreadCount = 0;      // the server's number; recalled messages never count
    // The newest message held, or its tombstone; null when none is held. Valid as long as a copy of the conversation lives.
    V2TIMMessage* lastMessage = nullptr;
    bool isPinned = false;    // always false
    uint64_t orderKey = 0;    // when it last changed, ms since 1970, server time; the list begins with the highest

    // Not in V2TIM.
    V2TIMString lastMessageID;  // also of a message that is not held
    V2TIMString role;           // the user's role in a group: owner, admin or member
    std::shared_ptr<V2TIMMessage> lastMessageOwner;  // keeps lastMessage
};

using V2TIMConversationVector = V2TIMVector<V2TIMConversation>;

struct V2TIMConversationResult {
    uint64_t nextSeq = 0;
    bool isFinished = true;
    V2TIMConversationVector conversationList;
};

// The conversation list and unread numbers.
#pragma once

#include "V2TIMListener.h"

class V2TIMConversationManager {
public:
    virtual ~V2TIMConversationManager() = default;
    virtual void AddConversationListener(V2TIMConversationListener* listener) = 0;
    virtual void RemoveConversationListener(V2TIMConversationListener* listener) = 0;

    // The list, latest change first; begin with nextSeq 0 and go on with the result's until isFinished.
    virtual void GetConversationList(uint64_t nextSeq, uint32_t count,
                                     V2TIMValueCallback<V2TIMConversationResult>* callback) = 0;
    // Some conversations by their IDs, in the order asked for, without those of which nothing is held.
    virtual void GetConversationList(const V2TIMStringVector& conversationIDList,
                                     V2TIMValueCallback<V2TIMConversationVector>* callback) = 0;
    virtual void GetConversation(const V2TIMString& conversationID,
                                 V2TIMValueCallback<V2TIMConversation>* callback) = 0;
    virtual void GetTotalUnreadMessageCount(V2TIMValueCallback<uint64_t>* callback) = 0;
    // Marks a conversation as read up to the newest message held. As in V2TIM, "c2c" means all one-to-one conversations,
    // "group" all groups, and "" all conversations. The two numbers must be 0; to read up to a certain message, use
    // MarkConversationAsRead.
    virtual void CleanConversationUnreadMessageCount(const V2TIMString& conversationID, uint64_t cleanTimestamp,
                                                     uint64_t cleanSequence, V2TIMCallback* callback) = 0;

    // Not in V2TIM: marks a conversation as read up to a message; the value is the number of unread ones left.
    virtual void MarkConversationAsRead(const V2TIMString& conversationID, const V2TIMString& msgID,
                                        V2TIMValueCallback<int32_t>* callback) = 0;
};

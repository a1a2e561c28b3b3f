// One V2TIMManager with its message and conversation managers.
#pragma once

#include <mutex>

#include "../client/conversations.h"
#include "conversion.h"
#include "listeners.h"

namespace recall {

// The listeners of an instance. Callbacks under way hold it, so that it outlives the instance if need be.
struct Registry {
    Listeners<V2TIMSDKListener> sdk;
    Listeners<V2TIMAdvancedMsgListener> message;
    Listeners<V2TIMConversationListener> conversation;
    ToldConversations told;
};

class Instance;

class MessageManager final : public V2TIMMessageManager {
public:
    explicit MessageManager(Instance& instance) : instance_(instance) {}

    void AddAdvancedMsgListener(V2TIMAdvancedMsgListener* listener) override;
    void RemoveAdvancedMsgListener(V2TIMAdvancedMsgListener* listener) override;
    V2TIMMessage CreateTextMessage(const V2TIMString& text) override;
    V2TIMMessage CreateCustomMessage(const V2TIMBuffer& data) override;
    V2TIMMessage CreateImageMessage(const V2TIMString& imagePath) override;
    V2TIMMessage CreateFileMessage(const V2TIMString& filePath, const V2TIMString& fileName) override;
    void UploadFile(const V2TIMString& filePath, const V2TIMString& fileName, const V2TIMString& type,
                    V2TIMUploadCallback* callback) override;
    void DownloadAttachment(const V2TIMString& conversationID, const V2TIMString& msgID, const V2TIMString& attachmentID,
                            const V2TIMString& path, V2TIMDownloadCallback* callback) override;
    uint64_t GetMaxAttachmentBytes() const override;
    V2TIMString SendMessage(V2TIMMessage& message, const V2TIMString& receiver, const V2TIMString& groupID,
                            V2TIMMessagePriority priority, bool onlineUserOnly,
                            const V2TIMOfflinePushInfo& offlinePushInfo, V2TIMSendCallback* callback) override;
    V2TIMMessage CreateCustomMessage(const V2TIMBuffer& data, const V2TIMString& description,
                                     const V2TIMString& extension) override;
    void ModifyMessage(const V2TIMMessage& message, V2TIMCompleteCallback<V2TIMMessage>* callback) override;
    void FindMessages(const V2TIMStringVector& messageIDList,
                      V2TIMValueCallback<V2TIMMessageVector>* callback) override;
    void RevokeMessage(const V2TIMMessage& message, V2TIMCallback* callback) override;
    void RevokeMessage(const V2TIMString& conversationID, const V2TIMString& msgID, const V2TIMString& reason,
                       V2TIMCallback* callback) override;
    void GetHistoryMessageList(const V2TIMMessageListGetOption& option,
                               V2TIMValueCallback<V2TIMMessageVector>* callback) override;
    void GetC2CHistoryMessageList(const V2TIMString& userID, uint32_t count, const V2TIMMessage* lastMsg,
                                  V2TIMValueCallback<V2TIMMessageVector>* callback) override;
    void GetGroupHistoryMessageList(const V2TIMString& groupID, uint32_t count, const V2TIMMessage* lastMsg,
                                    V2TIMValueCallback<V2TIMMessageVector>* callback) override;
    void GetUnsentMessageList(const V2TIMString& conversationID, V2TIMValueCallback<V2TIMMessageVector>* callback) override;
    void MarkC2CMessageAsRead(const V2TIMString& userID, V2TIMCallback* callback) override;
    void MarkGroupMessageAsRead(const V2TIMString& groupID, V2TIMCallback* callback) override;

private:
    Instance& instance_;
};

class ConversationManager final : public V2TIMConversationManager {
public:
    explicit ConversationManager(Instance& instance) : instance_(instance) {}

    void AddConversationListener(V2TIMConversationListener* listener) override;
    void RemoveConversationListener(V2TIMConversationListener* listener) override;
    void GetConversationList(uint64_t nextSeq, uint32_t count,
                             V2TIMValueCallback<V2TIMConversationResult>* callback) override;
    void GetConversationList(const V2TIMStringVector& conversationIDList,
                             V2TIMValueCallback<V2TIMConversationVector>* callback) override;
    void GetConversation(const V2TIMString& conversationID, V2TIMValueCallback<V2TIMConversation>* callback) override;
    void GetTotalUnreadMessageCount(V2TIMValueCallback<uint64_t>* callback) override;
    void CleanConversationUnreadMessageCount(const V2TIMString& conversationID, uint64_t cleanTimestamp,
                                             uint64_t cleanSequence, V2TIMCallback* callback) override;
    void MarkConversationAsRead(const V2TIMString& conversationID, const V2TIMString& msgID,
                                V2TIMValueCallback<int32_t>* callback) override;

private:
    Instance& instance_;
};

class GroupManager final : public V2TIMGroupManager {
public:
    explicit GroupManager(Instance& instance) : instance_(instance) {}

    void GetGroupMembersInfo(const V2TIMString& groupID, V2TIMStringVector memberList,
                             V2TIMValueCallback<V2TIMGroupMemberFullInfoVector>* callback) override;

private:
    Instance& instance_;
};

class Instance final : public V2TIMManager {
public:
    Instance();
    ~Instance() override;

    bool InitSDK(uint32_t sdkAppID, const V2TIMSDKConfig& config) override;
    void UnInitSDK() override;
    void AddSDKListener(V2TIMSDKListener* listener) override;
    void RemoveSDKListener(V2TIMSDKListener* listener) override;
    void Login(const V2TIMString& userID, const V2TIMString& userSig, V2TIMCallback* callback) override;
    void Logout(V2TIMCallback* callback) override;
    V2TIMString GetLoginUser() const override;
    V2TIMLoginStatus GetLoginStatus() const override;
    int64_t GetServerTime() const override;
    V2TIMString SendC2CTextMessage(const V2TIMString& text, const V2TIMString& userID,
                                   V2TIMSendCallback* callback) override;
    V2TIMString SendGroupTextMessage(const V2TIMString& text, const V2TIMString& groupID, V2TIMMessagePriority priority,
                                     V2TIMSendCallback* callback) override;
    void CheckConnection() override;
    void ClearStorage(const V2TIMString& userID, V2TIMCallback* callback) override;
    V2TIMMessageManager* GetMessageManager() override { return &messages_; }
    V2TIMConversationManager* GetConversationManager() override { return &conversations_; }
    V2TIMGroupManager* GetGroupManager() override { return &groups_; }

    Registry& registry() { return *registry_; }
    // The client; without one the callback is told to call InitSDK first.
    std::shared_ptr<Client> client(V2TIMBaseCallback* callback) const;
    // The client, or null.
    std::shared_ptr<Client> current() const;
    void markAsRead(const std::string& conversation, V2TIMCallback* callback);

private:
    struct Status;

    std::shared_ptr<Registry> registry_;
    std::shared_ptr<Status> status_;
    MessageManager messages_;
    ConversationManager conversations_;
    GroupManager groups_;
    mutable std::mutex mutex_;
    std::shared_ptr<Client> client_;
};

}  // namespace recall

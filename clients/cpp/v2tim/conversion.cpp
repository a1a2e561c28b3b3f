#include "conversion.h"

#include <utility>

namespace {

constexpr char oneToOne[] = "c2c_";
constexpr char group[] = "group_";

bool begins(const std::string& text, const std::string& prefix) { return text.compare(0, prefix.size(), prefix) == 0; }

// The user or group of a conversation, whichever it is.
void split(const std::string& conversation, V2TIMString& userID, V2TIMString& groupID) {
    if (begins(conversation, oneToOne)) userID = toV2TIM(conversation.substr(sizeof oneToOne - 1));
    if (begins(conversation, group)) groupID = toV2TIM(conversation.substr(sizeof group - 1));
}

std::shared_ptr<V2TIMElem> elementOf(const std::string& body) {
    if (const auto text = recall::textOfBody(body)) {
        auto element = std::make_shared<V2TIMTextElem>();
        element->text = toV2TIM(*text);
        return element;
    }
    auto element = std::make_shared<V2TIMCustomElem>();
    element->data = V2TIMBuffer(reinterpret_cast<const std::uint8_t*>(body.data()), body.size());
    return element;
}

constexpr char noBody[] = "{}";  // of a message that has only files

V2TIMDownload downloadOf(const recall::Message& message, const recall::Attachment& attachment, const Viewer& viewer) {
    return [conversation = message.conversation, messageId = message.messageId, attachmentId = attachment.attachmentId,
            weak = viewer.client](const V2TIMString& path, V2TIMDownloadCallback* callback) {
        const auto completion = completionOf<recall::Nothing>(static_cast<V2TIMCallback*>(callback));
        if (const auto client = weak.lock()) {
            client->download(conversation, messageId, attachmentId, path.ToString(), progressOf(callback), completion);
        } else {
            completion.failed({ERR_SDK_NOT_INITIALIZED, "call InitSDK and Login first"});
        }
    };
}

std::shared_ptr<V2TIMElem> elementOf(const recall::Message& message, const recall::Attachment& attachment, const Viewer& viewer) {
    if (recall::isPicture(attachment.type)) {
        V2TIMImage image;
        image.uuid = toV2TIM(attachment.attachmentId);
        image.size = static_cast<uint64_t>(attachment.size);
        image.download = downloadOf(message, attachment, viewer);
        auto element = std::make_shared<V2TIMImageElem>();
        element->imageList.PushBack(image);
        return element;
    }
    auto element = std::make_shared<V2TIMFileElem>();
    element->uuid = toV2TIM(attachment.attachmentId);
    element->filename = toV2TIM(attachment.name);
    element->fileSize = static_cast<uint64_t>(attachment.size);
    element->download = downloadOf(message, attachment, viewer);
    return element;
}

void fetch(const V2TIMDownload& download, const V2TIMString& path, V2TIMDownloadCallback* callback) {
    if (download) {
        download(path, callback);
    } else if (callback != nullptr) {
        callback->OnError(ERR_INVALID_PARAMETERS, "this is no file of a message that was sent");
    }
}

}  // namespace

void V2TIMImage::DownloadImage(const V2TIMString& path, V2TIMDownloadCallback* callback) { fetch(download, path, callback); }

void V2TIMFileElem::DownloadFile(const V2TIMString& path, V2TIMDownloadCallback* callback) { fetch(download, path, callback); }

V2TIMString V2TIMMessage::ConversationID() const { return toV2TIM(conversationOf(userID, groupID)); }

V2TIMString toV2TIM(const std::string& text) { return V2TIMString(text); }

V2TIMAttachment toV2TIM(const recall::Attachment& attachment) {
    V2TIMAttachment result;
    result.attachmentID = toV2TIM(attachment.attachmentId);
    result.name = toV2TIM(attachment.name);
    result.type = toV2TIM(attachment.type);
    result.size = static_cast<uint64_t>(attachment.size);
    if (attachment.from) {
        result.fromConversationID = toV2TIM(attachment.from->conversation);
        result.fromMsgID = toV2TIM(attachment.from->messageId);
    }
    return result;
}

V2TIMMessage toV2TIM(const recall::Message& message, const Viewer& viewer) {
    V2TIMMessage result;
    result.msgID = toV2TIM(message.messageId);
    result.timestamp = message.sentAt / 1'000;
    result.sentAt = message.sentAt;
    result.recallableUntil = message.recallableUntil;
    result.sender = toV2TIM(message.sender);
    result.isSelf = message.sender == viewer.self;
    result.replyTo = toV2TIM(message.replyTo);
    result.unlessRevoked = toV2TIM(message.unlessRevoked);
    split(message.conversation, result.userID, result.groupID);
    if (message.revoked) {
        result.status = V2TIM_MSG_STATUS_LOCAL_REVOKED;
        result.revokerInfo.userID = toV2TIM(message.revoked->by);
        result.revokerRole = toV2TIM(message.revoked->role);
        result.revokeReason = toV2TIM(message.revoked->reason);
    } else {
        result.status = V2TIM_MSG_STATUS_SEND_SUCC;
        result.body = toV2TIM(message.body);
        if (message.attachments.empty() || message.body != noBody) result.elemList.PushBack(elementOf(message.body));
        for (const recall::Attachment& attachment : message.attachments) {
            result.attachments.PushBack(toV2TIM(attachment));
            result.elemList.PushBack(elementOf(message, attachment, viewer));
        }
    }
    return result;
}

// As V2TIM has pages of history.
V2TIMMessageVector newestFirst(const std::vector<recall::Message>& messages, const Viewer& viewer) {
    V2TIMMessageVector list;
    for (auto message = messages.rbegin(); message != messages.rend(); ++message) list.PushBack(toV2TIM(*message, viewer));
    return list;
}

V2TIMMessageVector inOrder(const std::vector<recall::Message>& messages, const Viewer& viewer) {
    V2TIMMessageVector list;
    for (const recall::Message& message : messages) list.PushBack(toV2TIM(message, viewer));
    return list;
}

uint32_t roleOf(const std::string& role) {
    if (role == "owner") return V2TIM_GROUP_MEMBER_ROLE_SUPER;
    if (role == "admin") return V2TIM_GROUP_MEMBER_ROLE_ADMIN;
    return role == "member" ? V2TIM_GROUP_MEMBER_ROLE_MEMBER : V2TIM_GROUP_MEMBER_UNDEFINED;
}

V2TIMConversation toV2TIM(const recall::ConversationSummary& summary, const std::shared_ptr<recall::Client>& client) {
    V2TIMConversation result;
    result.conversationID = toV2TIM(summary.conversation);
    split(summary.conversation, result.userID, result.groupID);
    result.type = begins(summary.conversation, oneToOne) ? V2TIM_C2C
                  : begins(summary.conversation, group)  ? V2TIM_GROUP
                                                         : V2TIM_UNKNOWN;
    result.unreadCount = summary.unread;
    result.lastMessageID = toV2TIM(summary.lastMessageId);
    if (const auto last = client->message(summary.conversation, summary.lastMessageId)) {
        result.lastMessageOwner = std::make_shared<V2TIMMessage>(toV2TIM(*last, client));
        result.lastMessage = result.lastMessageOwner.get();
    }
    result.showName = result.userID.Empty() ? result.groupID : result.userID;
    result.orderKey = static_cast<uint64_t>(summary.lastChangeAt);
    result.role = toV2TIM(summary.role);
    return result;
}

std::string conversationOf(const V2TIMString& userID, const V2TIMString& groupID) {
    if (userID.Empty() == groupID.Empty()) return "";
    return userID.Empty() ? group + groupID.ToString() : oneToOne + userID.ToString();
}

std::string bodyOf(const V2TIMMessage& message) {
    std::string body = message.attachments.Empty() ? "" : noBody;
    bool given = false;
    for (std::size_t place = 0; place < message.elemList.Size(); ++place) {
        const V2TIMElem* element = message.elemList[place];
        if (element->elemType == V2TIM_ELEM_TYPE_IMAGE || element->elemType == V2TIM_ELEM_TYPE_FILE) {
            if (!given) body = noBody;
            continue;
        }
        if (std::exchange(given, true)) return "";  // one message has one body
        if (const auto* text = dynamic_cast<const V2TIMTextElem*>(element)) {
            body = recall::textBody(text->text.ToString());
        } else if (const auto* custom = dynamic_cast<const V2TIMCustomElem*>(element)) {
            body = std::string(reinterpret_cast<const char*>(custom->data.Data()), custom->data.Size());
        } else {
            return "";
        }
    }
    return body;
}

// What has an ID is uploaded, and stands in the message's attachments.
std::vector<recall::LocalFile> filesOf(const V2TIMMessage& message) {
    std::vector<recall::LocalFile> files;
    for (std::size_t place = 0; place < message.elemList.Size(); ++place) {
        const V2TIMElem* element = message.elemList[place];
        if (const auto* image = dynamic_cast<const V2TIMImageElem*>(element)) {
            if (image->imageList.Empty()) files.push_back({image->path.ToString(), "", ""});
        } else if (const auto* file = dynamic_cast<const V2TIMFileElem*>(element)) {
            if (file->uuid.Empty()) files.push_back({file->path.ToString(), file->filename.ToString(), ""});
        }
    }
    return files;
}

std::vector<recall::Attachment> attachmentsOf(const V2TIMMessage& message) {
    std::vector<recall::Attachment> attachments;
    for (const V2TIMAttachment& each : message.attachments) {
        recall::Attachment attachment{each.attachmentID.ToString(), each.name.ToString(), each.type.ToString(),
                                      static_cast<std::int64_t>(each.size)};
        if (!each.fromConversationID.Empty() || !each.fromMsgID.Empty()) {
            attachment.from = {each.fromConversationID.ToString(), each.fromMsgID.ToString()};
        }
        attachments.push_back(std::move(attachment));
    }
    return attachments;
}

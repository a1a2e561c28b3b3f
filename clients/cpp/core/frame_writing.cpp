#include "frame.h"
#include "json.h"

namespace recall {
namespace {

Json request(const char* action, const std::string& id) { return Json{{"action", action}, {"id", id}}; }

Json reference(const Attachment& attachment) {
    Json fields{{"attachmentId", attachment.attachmentId}};
    if (attachment.from) {
        fields["from"] = {{"conversation", attachment.from->conversation}, {"messageId", attachment.from->messageId}};
    }
    return fields;
}

}  // namespace

std::string helloRequest(const std::string& id) { return write(request("hello", id)); }

std::string sendRequest(const std::string& id, const Message& message) {
    Json fields = request("send", id);
    fields["conversation"] = message.conversation;
    fields["messageId"] = message.messageId;
    fields["body"] = Json::parse(message.body, nullptr, false);
    if (!message.replyTo.empty()) fields["replyTo"] = message.replyTo;
    if (!message.unlessRevoked.empty()) fields["unlessRevoked"] = message.unlessRevoked;
    for (const Attachment& attachment : message.attachments) fields["attachments"].push_back(reference(attachment));
    return write(fields);
}

std::string revokeRequest(const std::string& id, const std::string& conversation, const std::string& messageId,
                          const std::string& reason, bool unsent) {
    Json fields = request("revoke", id);
    fields["conversation"] = conversation;
    fields["messageId"] = messageId;
    if (!reason.empty()) fields["reason"] = reason;
    if (unsent) fields["unsent"] = true;
    return write(fields);
}

std::string syncRequest(const std::string& id, const std::vector<SyncRequestItem>& items) {
    Json list = Json::array();
    for (const SyncRequestItem& item : items) {
        Json fields{{"conversation", item.conversation}};
        if (!item.cursor.empty()) fields["cursor"] = item.cursor;
        list.push_back(std::move(fields));
    }
    Json fields = request("sync", id);
    fields["conversations"] = std::move(list);
    return write(fields);
}

std::string historyRequest(const std::string& id, const std::string& conversation, const std::string& before,
                           int limit) {
    Json item{{"conversation", conversation}};
    if (!before.empty()) item["before"] = before;
    if (limit > 0) item["limit"] = limit;
    Json fields = request("sync", id);
    fields["conversations"] = Json::array({std::move(item)});
    return write(fields);
}

std::string readRequest(const std::string& id, const std::string& conversation, const std::string& messageId) {
    Json fields = request("read", id);
    fields["conversation"] = conversation;
    fields["messageId"] = messageId;
    return write(fields);
}

std::string attachRequest(const std::string& id, const std::string& name, const std::string& type, std::int64_t size) {
    Json fields = request("attach", id);
    fields["name"] = name;
    fields["type"] = type;
    fields["size"] = size;
    return write(fields);
}

std::string downloadRequest(const std::string& id, const std::string& conversation, const std::string& messageId,
                            const std::string& attachmentId) {
    Json fields = request("download", id);
    fields["conversation"] = conversation;
    fields["messageId"] = messageId;
    fields["attachmentId"] = attachmentId;
    return write(fields);
}

std::string pushRequest(const std::string& id, const PushDevice& device, bool remove) {
    Json fields = request("push", id);
    fields["device"] = {{"kind", device.kind}, {"token", device.token}};
    if (!device.topic.empty()) fields["device"]["topic"] = device.topic;
    if (remove) fields["remove"] = true;
    return write(fields);
}

std::string conversationsRequest(const std::string& id, const std::string& after) {
    Json fields = request("conversations", id);
    if (!after.empty()) fields["after"] = after;
    return write(fields);
}

}  // namespace recall

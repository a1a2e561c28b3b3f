#include "document.h"

#include "json.h"
#include "message_ids.h"

namespace recall {
namespace {

constexpr int documentVersion = 1;

Json toJson(const Revocation& revoked) {
    return {{"at", revoked.at}, {"by", revoked.by}, {"role", revoked.role}, {"reason", revoked.reason}};
}

Json toJson(const Attachment& attachment) {
    Json fields{{"attachmentId", attachment.attachmentId},
                {"name", attachment.name},
                {"type", attachment.type},
                {"size", attachment.size}};
    if (attachment.from) {
        fields["from"] = {{"conversation", attachment.from->conversation}, {"messageId", attachment.from->messageId}};
    }
    return fields;
}

Json toJson(const Message& message) {
    Json fields{{"messageId", message.messageId},
                {"sender", message.sender},
                {"sentAt", message.sentAt},
                {"recallableUntil", message.recallableUntil}};
    if (!message.replyTo.empty()) fields["replyTo"] = message.replyTo;
    if (message.revoked) {
        fields["revoked"] = toJson(*message.revoked);
    } else {
        fields["body"] = message.body;
        for (const Attachment& attachment : message.attachments) fields["attachments"].push_back(toJson(attachment));
    }
    return fields;
}

Json toJson(const StoredConversation& held) {
    const ConversationSummary& summary = held.summary;
    Json messages = Json::array();
    for (const Message& message : held.messages) messages.push_back(toJson(message));
    return {{"cursor", held.cursor},
            {"synchronised", held.synchronised},
            {"told", held.told},
            {"lastChangeAt", summary.lastChangeAt},
            {"lastMessageId", summary.lastMessageId},
            {"readUpTo", summary.readUpTo},
            {"role", summary.role},
            {"unread", summary.unread},
            {"floor", held.floor},
            {"early", held.early},
            {"messages", std::move(messages)}};
}

// The readers below throw where a field is absent or has another type.
std::string messageIdOf(const Json& fields) {
    std::string id = fields.at("messageId").get<std::string>();
    if (!isMessageId(id)) throw StorageError("not a messageId");
    return id;
}

Attachment attachmentOf(const Json& fields) {
    Attachment attachment{fields.at("attachmentId").get<std::string>(), fields.at("name").get<std::string>(),
                          fields.at("type").get<std::string>(), fields.at("size").get<std::int64_t>()};
    if (const auto from = fields.find("from"); from != fields.end()) {
        attachment.from = {from->at("conversation").get<std::string>(), from->at("messageId").get<std::string>()};
    }
    return attachment;
}

Message messageOf(const Json& fields, const std::string& conversation) {
    Message message;
    message.messageId = messageIdOf(fields);
    message.conversation = conversation;
    message.sender = fields.at("sender").get<std::string>();
    message.sentAt = fields.at("sentAt").get<Milliseconds>();
    message.recallableUntil = fields.at("recallableUntil").get<Milliseconds>();
    message.replyTo = fields.value("replyTo", "");
    if (const auto revoked = fields.find("revoked"); revoked != fields.end()) {
        message.revoked = Revocation{revoked->at("at").get<Milliseconds>(), revoked->at("by").get<std::string>(),
                                     revoked->at("role").get<std::string>(), revoked->at("reason").get<std::string>()};
    } else {
        message.body = fields.at("body").get<std::string>();
        if (const auto attachments = fields.find("attachments"); attachments != fields.end()) {
            for (const Json& attachment : *attachments) message.attachments.push_back(attachmentOf(attachment));
        }
    }
    return message;
}

StoredConversation heldOf(const Json& fields, const std::string& conversation) {
    StoredConversation held;
    held.summary.conversation = conversation;
    held.summary.lastChangeAt = fields.at("lastChangeAt").get<Milliseconds>();
    held.summary.lastMessageId = fields.at("lastMessageId").get<std::string>();
    held.summary.readUpTo = fields.at("readUpTo").get<std::string>();
    held.summary.role = fields.at("role").get<std::string>();
    held.summary.unread = fields.at("unread").get<int>();
    held.cursor = fields.at("cursor").get<std::string>();
    held.synchronised = fields.at("synchronised").get<bool>();
    held.told = fields.at("told").get<bool>();
    held.floor = fields.at("floor").get<std::string>();
    held.early = fields.at("early").get<std::vector<std::string>>();
    for (const Json& message : fields.at("messages")) held.messages.push_back(messageOf(message, conversation));
    return held;
}

}  // namespace

std::string writeDocument(const Document& document) {
    Json fields{{"version", documentVersion}, {"conversation", document.conversation}};
    if (document.held) fields["held"] = toJson(*document.held);
    fields["unsent"] = Json::array();
    for (const auto& [id, unsent] : document.outbox.messages) {
        if (document.outbox.recalls.count(id) > 0) continue;
        Json message = toJson(unsent.message);
        if (!unsent.message.unlessRevoked.empty()) message["unlessRevoked"] = unsent.message.unlessRevoked;
        message["left"] = unsent.left;
        if (unsent.failed != 0) message["failed"] = unsent.failed;
        fields["unsent"].push_back(std::move(message));
    }
    fields["recalls"] = Json::array();
    for (const auto& [id, recall] : document.outbox.recalls) {
        fields["recalls"].push_back({{"messageId", id}, {"reason", recall.reason}, {"unsent", recall.unsent}});
    }
    return write(fields);
}

std::optional<Document> readDocument(std::string_view text) {
    const Json fields = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    try {
        if (fields.at("version").get<int>() != documentVersion) return std::nullopt;
        Document document;
        document.conversation = fields.at("conversation").get<std::string>();
        if (fields.contains("held")) document.held = heldOf(fields.at("held"), document.conversation);
        for (const Json& message : fields.at("unsent")) {
            Unsent unsent;
            unsent.message = messageOf(message, document.conversation);
            unsent.message.unlessRevoked = message.value("unlessRevoked", "");
            unsent.left = message.at("left").get<bool>();
            unsent.failed = message.value("failed", 0);
            unsent.resumed = true;
            document.outbox.messages[unsent.message.messageId] = std::move(unsent);
        }
        for (const Json& recall : fields.at("recalls")) {
            UnsentRecall& kept = document.outbox.recalls[messageIdOf(recall)];
            kept.reason = recall.at("reason").get<std::string>();
            kept.unsent = recall.at("unsent").get<bool>();
            kept.resumed = true;
        }
        return document;
    } catch (const Json::exception&) {
        return std::nullopt;
    } catch (const StorageError&) {
        return std::nullopt;
    }
}

}  // namespace recall

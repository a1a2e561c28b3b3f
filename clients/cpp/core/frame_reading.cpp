#include <algorithm>

#include "frame.h"
#include "json.h"
#include "message_ids.h"

namespace recall {
namespace {

constexpr std::size_t maximumDepth = 64;
constexpr std::size_t maximumIdentifierBytes = 128;
constexpr std::size_t maximumTextBytes = 4'096;  // of cursors, descriptions and reasons
constexpr std::size_t maximumAddressBytes = 16 * 1024;
constexpr std::size_t maximumItems = 10'000;     // of any list

// Whether brackets nest no deeper than the limit. Writing JSON recurses, so depth costs stack.
bool shallow(std::string_view text) {
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t place = 0; place < text.size(); ++place) {
        const char character = text[place];
        if (quoted) {
            if (character == '\\') ++place;
            if (character == '"') quoted = false;
        } else if (character == '"') {
            quoted = true;
        } else if (character == '[' || character == '{') {
            if (++depth > maximumDepth) return false;
        } else if ((character == ']' || character == '}') && depth > 0) {
            --depth;
        }
    }
    return true;
}

Json parse(std::string_view text) {
    if (!shallow(text)) return Json(Json::value_t::discarded);
    return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

const Json* member(const Json& object, const char* name, Json::value_t type) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found != object.end() && found->type() == type ? &*found : nullptr;
}

// The readers below return false when the field is there with a wrong type or out of bounds; an absent optional field
// leaves the value as it is.
bool readText(const Json& object, const char* name, std::string& value, bool required, std::size_t limit) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) return !required;
    if (!found->is_string()) return false;
    const auto& text = found->get_ref<const std::string&>();
    if (text.size() > limit || (required && text.empty())) return false;
    value = text;
    return true;
}

bool readIdentifier(const Json& object, const char* name, std::string& value, bool required = true) {
    return readText(object, name, value, required, maximumIdentifierBytes);
}

bool readTime(const Json& object, const char* name, Milliseconds& value, bool required = true) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) return !required;
    if (found->is_number_unsigned()) {
        const auto number = found->get<std::uint64_t>();
        if (number > static_cast<std::uint64_t>(INT64_MAX / 2)) return false;
        value = static_cast<Milliseconds>(number);
        return true;
    }
    if (!found->is_number_integer()) return false;
    value = found->get<Milliseconds>();
    return value >= -1;
}

int readCount(const Json& object, const char* name) {
    Milliseconds value = 0;
    if (!readTime(object, name, value, false)) return 0;
    return static_cast<int>(std::min<Milliseconds>(std::max<Milliseconds>(value, 0), INT32_MAX));
}

bool readFlag(const Json& object, const char* name) {
    const Json* flag = member(object, name, Json::value_t::boolean);
    return flag != nullptr && flag->get<bool>();
}

std::optional<Revocation> readRevocation(const Json& object) {
    const Json* fields = member(object, "revoked", Json::value_t::object);
    if (fields == nullptr) return std::nullopt;
    Revocation revoked;
    if (!readTime(*fields, "at", revoked.at, false) || !readIdentifier(*fields, "by", revoked.by) ||
        !readIdentifier(*fields, "role", revoked.role, false) ||
        !readText(*fields, "reason", revoked.reason, false, maximumTextBytes)) {
        return std::nullopt;
    }
    return revoked;
}

bool readMessageId(const Json& object, std::string& value) {
    return readIdentifier(object, "messageId", value) && isMessageId(value);
}

// Reads the good elements of a list and leaves the others out.
template <typename Item, typename ReadItem>
void readList(const Json& object, const char* name, std::vector<Item>& items, ReadItem readItem) {
    const Json* list = member(object, name, Json::value_t::array);
    if (list == nullptr) return;
    for (const Json& element : *list) {
        if (items.size() >= maximumItems) return;
        if (auto item = readItem(element)) items.push_back(std::move(*item));
    }
}

std::optional<Attachment> readAttachment(const Json& object) {
    if (!object.is_object()) return std::nullopt;
    Attachment attachment;
    if (!readIdentifier(object, "attachmentId", attachment.attachmentId) ||
        !readText(object, "name", attachment.name, true, maximumAttachmentNameBytes) ||
        !readIdentifier(object, "type", attachment.type) || !readTime(object, "size", attachment.size) ||
        attachment.size <= 0) {
        return std::nullopt;
    }
    return attachment;
}

// Reads a message. Without its body it is only good as the reply to a send.
std::optional<Message> readMessage(const Json& object, bool bodyRequired) {
    if (!object.is_object()) return std::nullopt;
    Message message;
    if (!readMessageId(object, message.messageId) || !readIdentifier(object, "sender", message.sender, bodyRequired) ||
        !readIdentifier(object, "conversation", message.conversation, false) ||
        !readTime(object, "sentAt", message.sentAt, false) ||
        !readTime(object, "recallableUntil", message.recallableUntil, false) ||
        !readIdentifier(object, "replyTo", message.replyTo, false)) {
        return std::nullopt;
    }
    const auto revoked = object.find("revoked");
    if (revoked != object.end() && !revoked->is_null()) {
        message.revoked = readRevocation(object);
        if (!message.revoked) return std::nullopt;
        return message;
    }
    if (const Json* body = member(object, "body", Json::value_t::object)) {
        message.body = write(*body);
    } else if (bodyRequired) {
        return std::nullopt;
    }
    readList(object, "attachments", message.attachments, readAttachment);
    if (message.attachments.size() > maximumAttachments) message.attachments.resize(maximumAttachments);
    return message;
}

std::optional<MessageRevocation> readMessageRevocation(const Json& object) {
    if (!object.is_object()) return std::nullopt;
    MessageRevocation result;
    const auto revoked = readRevocation(object);
    if (!revoked || !readMessageId(object, result.messageId) ||
        !readIdentifier(object, "sender", result.sender, false) ||
        !readTime(object, "sentAt", result.sentAt, false)) {
        return std::nullopt;
    }
    result.revoked = *revoked;
    return result;
}

std::optional<Refusal> readRefusal(const Json& object) {
    const Json* fields = member(object, "error", Json::value_t::object);
    if (fields == nullptr) return std::nullopt;
    Refusal refusal;
    if (const int code = readCount(*fields, "code"); code > 0) refusal.code = code;
    readText(*fields, "desc", refusal.desc, false, maximumTextBytes);
    refusal.retryable = readFlag(*fields, "retryable");
    Milliseconds serverTime = 0;
    if (readTime(*fields, "serverTime", serverTime, false) && serverTime > 0) refusal.serverTime = serverTime;
    return refusal;
}

std::optional<ConversationItem> readConversationItem(const Json& object) {
    if (!object.is_object()) return std::nullopt;
    ConversationItem item;
    if (!readIdentifier(object, "conversation", item.summary.conversation)) return std::nullopt;
    readTime(object, "lastChangeAt", item.summary.lastChangeAt, false);
    readIdentifier(object, "lastMessageId", item.summary.lastMessageId, false);
    readIdentifier(object, "role", item.summary.role, false);
    readIdentifier(object, "readUpTo", item.summary.readUpTo, false);
    readText(object, "cursor", item.cursor, false, maximumTextBytes);
    item.summary.unread = readCount(object, "unread");
    item.more = readFlag(object, "more");
    item.error = readRefusal(object);
    readList(object, "messages", item.messages, [](const Json& element) { return readMessage(element, true); });
    readList(object, "revocations", item.revocations, readMessageRevocation);
    for (Message& message : item.messages) message.conversation = item.summary.conversation;
    return item;
}

std::optional<RevokeResult> readRevokeResult(const Json& object) {
    if (!object.is_object()) return std::nullopt;
    RevokeResult result;
    result.ok = readFlag(object, "ok");
    result.revoked = readRevocation(object);
    result.error = readRefusal(object);
    return result;
}

bool isWebAddress(const std::string& text) { return text.compare(0, 8, "https://") == 0 || text.compare(0, 7, "http://") == 0; }

// Whether a text can stand in a header without becoming another one.
bool isPrintable(const std::string& text) {
    return std::none_of(text.begin(), text.end(), [](unsigned char byte) { return byte < ' ' || byte == 0x7f; });
}

std::optional<UploadTarget> readUploadTarget(const Json& object) {
    const Json* fields = member(object, "upload", Json::value_t::object);
    if (fields == nullptr) return std::nullopt;
    UploadTarget target;
    if (!readIdentifier(object, "attachmentId", target.attachmentId) || !readIdentifier(*fields, "method", target.method) ||
        !readText(*fields, "url", target.url, true, maximumAddressBytes) || !isWebAddress(target.url)) {
        return std::nullopt;
    }
    if (const Json* headers = member(*fields, "headers", Json::value_t::object)) {
        for (const auto& [name, value] : headers->items()) {
            if (!value.is_string() || !isPrintable(name) || !isPrintable(value.get<std::string>())) return std::nullopt;
            target.headers.emplace_back(name, value.get<std::string>());
        }
    }
    return target;
}

Frame readReply(const Json& object) {
    Reply reply;
    if (!readIdentifier(object, "id", reply.id)) return IgnoredFrame{};
    reply.ok = readFlag(object, "ok");
    if (auto refusal = readRefusal(object)) reply.error = *refusal;
    readTime(object, "serverTime", reply.serverTime, false);
    readIdentifier(object, "user", reply.user, false);
    readText(object, "next", reply.next, false, maximumTextBytes);
    readIdentifier(object, "readUpTo", reply.readUpTo, false);
    if (object.contains("unread")) reply.unread = readCount(object, "unread");
    if (const Json* message = member(object, "message", Json::value_t::object)) {
        reply.message = readMessage(*message, false);
    }
    readTime(object, "maxAttachmentBytes", reply.maximumAttachmentBytes, false);
    reply.upload = readUploadTarget(object);
    if (!readText(object, "url", reply.url, false, maximumAddressBytes) || !isWebAddress(reply.url)) reply.url.clear();
    readList(object, "results", reply.results, readRevokeResult);
    readList(object, "conversations", reply.conversations, readConversationItem);
    return reply;
}

Frame readMessageEvent(const Json& object) {
    const Json* fields = member(object, "message", Json::value_t::object);
    if (fields == nullptr) return IgnoredFrame{};
    auto message = readMessage(*fields, true);
    if (!message || message->conversation.empty()) return IgnoredFrame{};
    return MessageEvent{std::move(*message)};
}

Frame readRevokedEvent(const Json& object) {
    RevokedEvent event;
    if (!readIdentifier(object, "conversation", event.conversation)) return IgnoredFrame{};
    readList(object, "revocations", event.revocations, readMessageRevocation);
    return event;
}

Frame readReadEvent(const Json& object) {
    ReadEvent event;
    if (!readIdentifier(object, "conversation", event.conversation) ||
        !readIdentifier(object, "readUpTo", event.readUpTo) || !object.contains("unread")) {
        return IgnoredFrame{};
    }
    event.unread = readCount(object, "unread");
    return event;
}

Frame readConversationEvent(const Json& object) {
    ConversationEvent event;
    if (!readIdentifier(object, "conversation", event.conversation) ||
        !readIdentifier(object, "change", event.change) || !readIdentifier(object, "user", event.user, false) ||
        !readIdentifier(object, "role", event.role, false)) {
        return IgnoredFrame{};
    }
    return event;
}

Frame readKickedEvent(const Json& object) {
    KickedEvent event;
    if (!readText(object, "reason", event.reason, true, maximumTextBytes)) return IgnoredFrame{};
    return event;
}

}  // namespace

Frame readFrame(std::string_view text) {
    if (text.size() > maximumFrameBytes) return IgnoredFrame{};
    const Json object = parse(text);
    if (!object.is_object()) return IgnoredFrame{};
    const auto type = object.find("type");
    if (type == object.end()) return GatewayFrame{};
    if (!type->is_string()) return IgnoredFrame{};
    const auto& name = type->get_ref<const std::string&>();
    if (name == "reply") return readReply(object);
    if (name == "message") return readMessageEvent(object);
    if (name == "revoked") return readRevokedEvent(object);
    if (name == "read") return readReadEvent(object);
    if (name == "conversation") return readConversationEvent(object);
    if (name == "kicked") return readKickedEvent(object);
    return IgnoredFrame{};
}

std::optional<std::string> compactBody(std::string_view text) {
    const Json body = parse(text);
    if (!body.is_object()) return std::nullopt;
    return write(body);
}

std::string textBody(std::string_view text) { return write(Json{{"text", std::string(text)}}); }

std::optional<std::string> textOfBody(std::string_view body) {
    const Json object = parse(body);
    const Json* text = member(object, "text", Json::value_t::string);
    if (text == nullptr) return std::nullopt;
    return text->get<std::string>();
}

}  // namespace recall

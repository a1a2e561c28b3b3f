// Frames of the protocol: reading what the server sends, writing requests.
#pragma once

#include <string_view>
#include <variant>

#include "types.h"

namespace recall {

// The error of a refused request.
struct Refusal {
    int code = code::internal;
    std::string desc;
    bool retryable = false;
    std::optional<Milliseconds> serverTime;

    Error error() const { return {code, desc}; }
};

// The recall of one message, known by its ID: enough to hold a tombstone.
struct MessageRevocation {
    std::string messageId;
    std::string sender;
    Milliseconds sentAt = 0;
    Revocation revoked;
};

// One conversation in the reply to `sync` or `conversations`.
struct ConversationItem {
    ConversationSummary summary;
    std::vector<Message> messages;
    std::vector<MessageRevocation> revocations;
    std::string cursor;
    bool more = false;
    std::optional<Refusal> error;
};

struct RevokeResult {
    bool ok = false;
    std::optional<Revocation> revoked;
    std::optional<Refusal> error;
};

// Where to, and with which headers, the server lets a file be uploaded.
struct UploadTarget {
    std::string attachmentId;
    std::string method;
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
};

// A reply with the fields of all actions; those that it does not have are empty.
struct Reply {
    std::string id;
    bool ok = false;
    Refusal error;
    Milliseconds serverTime = 0;
    std::string user;
    std::optional<Message> message;
    std::vector<RevokeResult> results;
    std::vector<ConversationItem> conversations;
    std::string next;
    std::string readUpTo;
    std::optional<int> unread;
    std::int64_t maximumAttachmentBytes = 0;  // 0: the deployment has no attachments
    std::optional<UploadTarget> upload;
    std::string url;  // of a download
};

struct MessageEvent {
    Message message;
};

struct RevokedEvent {
    std::string conversation;
    std::vector<MessageRevocation> revocations;
};

struct ReadEvent {
    std::string conversation;
    std::string readUpTo;
    int unread = 0;
};

struct ConversationEvent {
    std::string conversation;
    std::string change;
    std::string user;
    std::string role;
};

// The server is about to close this connection, and the device is to stay away.
struct KickedEvent {
    std::string reason;
};

// API Gateway's own frame: the outcome of some request is unknown.
struct GatewayFrame {};

// Malformed, ill-typed or of an unknown type.
struct IgnoredFrame {};

using Frame = std::variant<IgnoredFrame, GatewayFrame, Reply, MessageEvent, RevokedEvent, ReadEvent, ConversationEvent,
                           KickedEvent>;

// Reads a frame. Whatever the text is, it neither throws nor uses much more memory than the text; a bad element of a
// list is left out, a bad frame is an IgnoredFrame.
Frame readFrame(std::string_view text);

struct SyncRequestItem {
    std::string conversation;
    std::string cursor;
};

std::string helloRequest(const std::string& id);
std::string sendRequest(const std::string& id, const Message& message);
std::string revokeRequest(const std::string& id, const std::string& conversation, const std::string& messageId,
                          const std::string& reason, bool unsent);
std::string syncRequest(const std::string& id, const std::vector<SyncRequestItem>& items);
std::string historyRequest(const std::string& id, const std::string& conversation, const std::string& before,
                           int limit);
std::string readRequest(const std::string& id, const std::string& conversation, const std::string& messageId);
std::string attachRequest(const std::string& id, const std::string& name, const std::string& type, std::int64_t size);
std::string downloadRequest(const std::string& id, const std::string& conversation, const std::string& messageId,
                            const std::string& attachmentId);
std::string pushRequest(const std::string& id, const PushDevice& device, bool remove);
std::string conversationsRequest(const std::string& id, const std::string& after);

// A body without insignificant white space; nothing if the text is not a JSON object.
std::optional<std::string> compactBody(std::string_view text);

// The body {"text":…}, and the text of such a body; nothing if it has none.
std::string textBody(std::string_view text);
std::optional<std::string> textOfBody(std::string_view body);

}  // namespace recall

// The values that the core works with: messages, tombstones, conversations, errors.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace recall {

// A time or a duration. Server times (names ending in At or Until) count from 1970 UTC; the core's own `now` counts
// from any fixed moment of a clock that never jumps.
using Milliseconds = std::int64_t;

// How a message was recalled. Role is "sender", "moderator" or "admin".
struct Revocation {
    Milliseconds at = 0;
    std::string by;
    std::string role;
    std::string reason;
};

struct MessageReference {
    std::string conversation;
    std::string messageId;
};

// A file of a message, or one that was uploaded for a message.
struct Attachment {
    std::string attachmentId;
    std::string name;  // of the file, without a folder; another user has chosen it
    std::string type;  // such as image/png; another user has chosen it
    std::int64_t size = 0;  // bytes
    // The message that has the attachment, when another message forwards it. Only in a message that is not stored.
    std::optional<MessageReference> from{};
};

// A message, or, when `revoked` is set, its tombstone. A tombstone has neither body nor attachments.
struct Message {
    std::string messageId;
    std::string conversation;
    std::string sender;
    Milliseconds sentAt = 0;
    Milliseconds recallableUntil = 0;  // -1: no limit, 0: never
    std::string body;                  // a JSON object as text
    std::string replyTo;
    std::string unlessRevoked;  // only while it is not stored: as in Draft
    std::vector<Attachment> attachments;
    std::optional<Revocation> revoked;
};

struct ConversationSummary {
    std::string conversation;
    Milliseconds lastChangeAt = 0;
    std::string lastMessageId;
    std::string readUpTo;
    std::string role;
    int unread = 0;

    bool operator!=(const ConversationSummary& other) const {
        return std::tie(conversation, lastChangeAt, lastMessageId, readUpTo, role, unread) !=
               std::tie(other.conversation, other.lastChangeAt, other.lastMessageId, other.readUpTo, other.role, other.unread);
    }
};

// A message to send.
struct Draft {
    std::string conversation;
    std::string body;           // a JSON object as text
    std::string messageId;      // left out, one is made
    std::string replyTo;        // the messageId of the message that this one answers; may be left out
    std::string unlessRevoked{};  // the messageId of a message that must not be recalled when this one is stored; may be left out
    std::vector<Attachment> attachments{};  // uploaded before, or those of another message, with `from`
};

// What a call fails with: the (code, desc) pair of V2TIM's callbacks.
struct Error {
    int code = 0;
    std::string desc;
};

// The codes that the client itself acts on or makes; all others are passed on as the server sent them.
namespace code {
constexpr int uploadFailed = 6008;    // the bytes of an attachment did not get to the bucket
constexpr int downloadFailed = 6009;  // the bytes of an attachment did not come, or not all of them
constexpr int requestTimedOut = 6012;
constexpr int invalidRequest = 6017;
constexpr int storageFailed = 6019;
constexpr int tokenExpired = 6206;
constexpr int recallWindowExpired = 6223;  // known without asking
constexpr int notLoggedIn = 9508;
constexpr int conversationNotFound = 10015;
constexpr int tooManyRequests = 10023;
constexpr int unavailable = 20004;
constexpr int internal = 20005;
constexpr int alreadyRecalled = 20023;
constexpr int staleMessageId = 76001;
constexpr int bodyTooLarge = 80002;
}  // namespace code

// What a call ends with: exactly one of the two is called, once.
template <typename Value>
struct Completion {
    std::function<void(const Value&)> succeeded;
    std::function<void(const Error&)> failed;
};

struct Nothing {};

// An app on a device to which notifications go while its user has no open connection.
struct PushDevice {
    std::string kind;   // apns or fcm
    std::string token;  // what the push service gave to the app
    std::string topic;  // the app's bundle ID, for apns
};

// Limits of the protocol and of API Gateway.
constexpr std::size_t maximumBodyBytes = 12'288;
constexpr std::size_t maximumAttachments = 10;  // of one message
constexpr std::size_t maximumAttachmentNameBytes = 255;
constexpr std::size_t maximumRequestBytes = 32 * 1024;
constexpr std::size_t maximumFrameBytes = 256 * 1024;  // no frame of API Gateway is over 128 KB

}  // namespace recall

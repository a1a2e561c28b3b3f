// Between the values of the core and those of the Objective-C interface. Whatever is returned is autoreleased.
#pragma once

#import <RecallIM/RecallIM.h>

#include <string>
#include <vector>

#include "client/client.h"

// For whom messages are converted: the user, and the client that downloads their files.
struct Viewer {
    explicit Viewer(const std::shared_ptr<recall::Client>& from) : self(from ? from->user() : ""), client(from) {}

    std::string self;
    std::weak_ptr<recall::Client> client;
};

NSString *toObjectiveC(const std::string& text);
std::string fromObjectiveC(NSString *text);
// Two digits for each byte, as Apple's push service writes the token of a device.
std::string hexadecimal(NSData *data);
V2TIMMessage *toObjectiveC(const recall::Message& message, const Viewer& viewer);
// What a message that was handed over becomes by what the core says of it.
void update(V2TIMMessage *result, const recall::Message& message, const Viewer& viewer);
// What a message that was handed over becomes by its recall. An own message without files keeps its text, so that the person can edit it again.
void revoked(V2TIMMessage *result, const recall::Message& tombstone, const Viewer& viewer);
NSArray *newestFirst(const std::vector<recall::Message>& messages, const Viewer& viewer);
NSArray *inOrder(const std::vector<recall::Message>& messages, const Viewer& viewer);
// A conversation as the client holds it at a moment.
struct HeldConversation {
    HeldConversation(const std::shared_ptr<recall::Client>& client, recall::ConversationSummary held);
    recall::ConversationSummary summary;
    std::optional<recall::Message> last;
    Viewer viewer;
};
V2TIMConversation *toObjectiveC(const HeldConversation& held);
NSArray *toObjectiveC(const std::vector<HeldConversation>& held);
V2TIMAttachment *toObjectiveC(const recall::Attachment& attachment);
// The body of a message to send, which is {} if it has only files.
std::string bodyOf(V2TIMMessage *message);
// The files of a message to send: those that are to be uploaded, and those that are not.
std::vector<recall::LocalFile> filesOf(V2TIMMessage *message);
std::vector<recall::Attachment> attachmentsOf(V2TIMMessage *message);
// Empty unless exactly one of the two is given.
std::string conversationOf(NSString *userID, NSString *groupID);

// Between the values of the core and those of the Objective-C interface. Whatever is returned is autoreleased.
#pragma once

#import <RecallIM/RecallIM.h>

#include <string>
#include <vector>

#include "client/client.h"

NSString *toObjectiveC(const std::string& text);
std::string fromObjectiveC(NSString *text);
V2TIMMessage *toObjectiveC(const recall::Message& message, const std::string& self);
// What a message that was handed over becomes by what the core says of it.
void update(V2TIMMessage *result, const recall::Message& message, const std::string& self);
// What a message that was handed over becomes by its recall. An own message keeps its text, so that the person can edit it again.
void revoked(V2TIMMessage *result, const recall::Message& tombstone, const std::string& self);
NSArray *newestFirst(const std::vector<recall::Message>& messages, const std::string& self);
NSArray *inOrder(const std::vector<recall::Message>& messages, const std::string& self);
// A conversation as the client holds it at a moment.
struct HeldConversation {
    HeldConversation(const recall::Client& client, recall::ConversationSummary held);
    recall::ConversationSummary summary;
    std::optional<recall::Message> last;
    std::string self;
};
V2TIMConversation *toObjectiveC(const HeldConversation& held);
NSArray *toObjectiveC(const std::vector<HeldConversation>& held);
std::string bodyOf(V2TIMMessage *message);
// Empty unless exactly one of the two is given.
std::string conversationOf(NSString *userID, NSString *groupID);

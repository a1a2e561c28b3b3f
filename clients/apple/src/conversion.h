// Between the values of the core and those of the Objective-C interface. Whatever is returned is autoreleased.
#pragma once

#import <RecallIM/RecallIM.h>

#include <string>
#include <vector>

#include "core/types.h"

NSString *toObjectiveC(const std::string& text);
std::string fromObjectiveC(NSString *text);
V2TIMMessage *toObjectiveC(const recall::Message& message, const std::string& self);
// What a message that was handed over becomes by what the core says of it.
void update(V2TIMMessage *result, const recall::Message& message, const std::string& self);
NSArray *newestFirst(const std::vector<recall::Message>& messages, const std::string& self);
V2TIMConversation *toObjectiveC(const recall::ConversationSummary& summary);
std::string bodyOf(V2TIMMessage *message);
// Empty unless exactly one of the two is given.
std::string conversationOf(NSString *userID, NSString *groupID);

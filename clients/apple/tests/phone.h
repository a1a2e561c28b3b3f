// A user's device against the local stack, for tests without ARC.
#pragma once

#import <RecallIM/RecallIM.h>

#include "tests/stack.h"

// Writes down what it is told, in order.
@interface Ear : NSObject <V2TIMAdvancedMsgListener> {
@public
    recall::test::Happenings *heard;
}
@end

namespace recall::test {

inline std::string plain(NSString *text) { return text ? [text UTF8String] : ""; }
inline NSString *object(const std::string& text) { return [NSString stringWithUTF8String:text.c_str()]; }

V2TIMManager *connectTo(const std::string& url, const std::string& folder);

class Phone {
public:
    // With a folder, messages outlive the phone in it.
    explicit Phone(std::string id, const std::string& folder = "", const std::string& url = environment("RECALL_URL"));
    ~Phone();

    std::string login();
    std::string logout();
    // Sends a text to a user or a group and returns the message that was handed over.
    V2TIMMessage *send(const std::string& conversation, const std::string& text);
    std::string revoke(V2TIMMessage *message);
    std::string revoke(const std::string& conversation, NSString *msgID, const std::string& reason = "");
    // Newest first, from the server or as held here.
    NSArray *history(const std::string& conversation);
    NSArray *held(const std::string& conversation);
    int unread(const std::string& conversation);

    const std::string user;
    Happenings heard, results;
    V2TIMManager *manager;

private:
    Ear *ear_;
};

}  // namespace recall::test

// What the tests against the local stack have in common: two users of their own for each test.
#pragma once

#include <atomic>

#import "phone.h"

namespace recall::test {

inline std::string revokedBy(V2TIMMessage *message, const std::string& user, const std::string& reason = "") {
    return "revoked " + plain(message.msgID) + " by " + user + " because " + reason;
}

inline std::string error(int code) { return "error " + std::to_string(code); }

class Stack : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(alice.login(), "success");
        ASSERT_EQ(bob.login(), "success");
    }
    void TearDown() override { [pool_ drain]; }

    static int next() {
        static std::atomic<int> number{0};
        return ++number;
    }

    NSAutoreleasePool *pool_ = [[NSAutoreleasePool alloc] init];
    const std::string number = std::to_string(next());
    Phone alice{prefixed("alice-" + number)}, bob{prefixed("bob-" + number)};
    const std::string toBob = "c2c_" + bob.user, toAlice = "c2c_" + alice.user;
};

}  // namespace recall::test

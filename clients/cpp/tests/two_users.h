// What the tests against the local stack have in common: two users of their own for each test.
#pragma once

#include <atomic>

#include "phone.h"

namespace recall::test {

inline std::string revokedBy(const V2TIMMessage& message, const std::string& user, const std::string& reason = "") {
    return "revoked " + message.msgID.ToString() + " by " + user + " because " + reason;
}

class Stack : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(alice.login(), "success");
        ASSERT_EQ(bob.login(), "success");
    }

    static int next() {
        static std::atomic<int> number{0};
        return ++number;
    }

    const std::string number = std::to_string(next());
    Phone alice{prefixed("alice-" + number)}, bob{prefixed("bob-" + number)};
    const std::string toBob = "c2c_" + bob.user, toAlice = "c2c_" + alice.user;
};

}  // namespace recall::test

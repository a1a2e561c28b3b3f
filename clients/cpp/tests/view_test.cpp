#include <gtest/gtest.h>

#include "core/message_ids.h"
#include "core/view.h"

namespace recall::test {
namespace {

Message messageOf(std::string id, std::string body = "{}") {
    Message message;
    message.messageId = std::move(id);
    message.sender = "bob";
    message.body = std::move(body);
    return message;
}

std::string idOf(int number) {
    std::string digits = std::to_string(number);
    return "01" + std::string(24 - digits.size(), '0') + digits;
}

ViewLimits smallLimits() {
    ViewLimits limits;
    limits.messages = 100;
    limits.bodyBytes = 10'000;
    limits.earlyRevocations = 10;
    limits.conversations = 3;
    return limits;
}

}  // namespace

TEST(View, ForgetsTheOldestMessagesOfTheFullestConversation) {
    View view("alice", smallLimits());
    Conversation& bob = *view.open("c2c_bob");
    Conversation& carol = *view.open("c2c_carol");
    view.learn(carol, messageOf(idOf(1)), Origin::Event);
    for (int number = 1; number <= 1'000; ++number) view.learn(bob, messageOf(idOf(number)), Origin::Event);
    EXPECT_LE(view.messageCount(), 100u);
    EXPECT_NE(bob.find(idOf(1'000)), nullptr);
    EXPECT_EQ(bob.find(idOf(1)), nullptr);
    EXPECT_NE(carol.find(idOf(1)), nullptr);
    EXPECT_FALSE(view.learn(bob, messageOf(idOf(1)), Origin::Event).received) << "forgotten is not new";
}

TEST(View, HoldsNoMoreThanItsBytes) {
    View view("alice", smallLimits());
    Conversation& bob = *view.open("c2c_bob");
    for (int number = 1; number <= 100; ++number) {
        view.learn(bob, messageOf(idOf(number), std::string(1'000, 'x')), Origin::Event);
    }
    EXPECT_LE(bob.bodyBytes(), 10'000u);
    EXPECT_NE(bob.find(idOf(100)), nullptr);
}

TEST(View, KeepsTheLatestOfTooManyEarlyRecallsAndAllMessages) {
    View view("alice", smallLimits());
    Conversation& bob = *view.open("c2c_bob");
    view.learn(bob, messageOf(idOf(1)), Origin::Event);
    for (int number = 2; number <= 50; ++number) {
        view.learnRevocation(bob, {idOf(number), "bob", 0, {0, "bob", "sender", ""}}, Origin::Event);
    }
    EXPECT_EQ(view.messageCount(), 11u);
    EXPECT_NE(bob.find(idOf(1)), nullptr);
    EXPECT_EQ(bob.find(idOf(2)), nullptr);
    EXPECT_FALSE(view.learn(bob, messageOf(idOf(50)), Origin::Event).received);
}

TEST(View, OpensNoMoreConversationsThanItsLimit) {
    View view("alice", smallLimits());
    for (const char* id : {"c2c_a", "c2c_b", "group_c", "c2c_d"}) view.open(id);
    EXPECT_EQ(view.conversationIds().size(), 3u);
    EXPECT_EQ(view.open("c2c_d"), nullptr);
}

TEST(MessageIds, SortInTheOrderMadeAlsoWithinAMillisecondAndWhenTheClockIsSetBack) {
    std::uint64_t seed = ~std::uint64_t{0} - 3;  // random digits near their end, so that they carry
    MessageIds ids([&seed] { return seed; });
    std::string last;
    for (int number = 0; number < 1'000; ++number) {
        const std::string id = ids.next(1'700'000'000'000 - number / 100);
        EXPECT_TRUE(isMessageId(id));
        EXPECT_GT(id, last);
        last = id;
    }
    EXPECT_EQ(last.substr(0, 9), "01HF7YAT0");
}

}  // namespace recall::test

// The unread number of a conversation: what the client counts, what it takes from the server, and when it asks again.
#include "device.h"

namespace recall::test {

TEST(Unread, CountsNewMessagesOfOthersAndTheirRecalls) {
    Device device;
    device.login();
    device.receive(messageEvent(fromBob));
    device.receive(messageEvent(alsoFromBob));
    device.receive(messageEvent(beforeBob, "alice"));
    EXPECT_EQ(device.session.conversation("c2c_bob").unread, 2);
    device.receive(revokedEvent(fromBob));
    EXPECT_EQ(device.session.conversation("c2c_bob").unread, 1);
    device.receive({{"type", "read"}, {"conversation", "c2c_bob"}, {"readUpTo", alsoFromBob}, {"unread", 0}});
    EXPECT_EQ(device.session.conversation("c2c_bob").unread, 0);
    device.receive({{"type", "read"}, {"conversation", "c2c_bob"}, {"readUpTo", fromBob}, {"unread", 1}});
    EXPECT_EQ(device.session.conversation("c2c_bob").unread, 0) << "the marker never moves back";
    device.receive(revokedEvent(alsoFromBob));
    EXPECT_EQ(device.session.conversation("c2c_bob").unread, 0) << "it was read";
}

TEST(Unread, IsAskedForAgainWhenAReplyHasTheMessageAndNotItsRecall) {
    Device device;
    device.loginUntilSync(0);
    device.receive(messageEvent(fromBob));
    device.receive(revokedEvent(fromBob));
    device.answerSync({{"messages", {message(fromBob)}}, {"unread", 1}});
    device.answerSync({{"revocations", {revocation(fromBob)}}, {"unread", 0}});
    EXPECT_EQ(device.session.conversation("c2c_bob").unread, 0);
}

TEST(Unread, IsTheClientsOwnNumberWhileAReplyLacksWhatEventsBrought) {
    Device device;
    device.loginUntilSync(0);
    device.receive(messageEvent(fromBob));
    device.receive(messageEvent(alsoFromBob));
    device.answerSync({{"messages", {message(fromBob)}}, {"unread", 1}});
    EXPECT_EQ(device.session.conversation("c2c_bob").unread, 2) << "the application does not see it go back";
    device.answerSync({{"messages", {message(alsoFromBob)}}, {"unread", 2}});
    EXPECT_EQ(device.session.conversation("c2c_bob").unread, 2);
}

TEST(Unread, IsAskedForAgainWhenAReadBringsAnotherNumberThanWhatIsHeld) {
    Device device;
    device.login({{"messages", {message(fromBob)}}, {"unread", 1}});
    device.receive(messageEvent(alsoFromBob));
    Result<int> read;
    device.session.read(device.now, "c2c_bob", fromBob, read.completion());
    device.answer(device.takeFrame("read"), {{"unread", 0}, {"readUpTo", fromBob}});
    device.answerSync({{"unread", 1}, {"readUpTo", fromBob}});
    EXPECT_EQ(device.session.conversation("c2c_bob").unread, 1) << "the second message came after the server had counted";
    device.receive({{"type", "read"}, {"conversation", "c2c_bob"}, {"readUpTo", alsoFromBob}, {"unread", 1}});
    device.answerSync({{"unread", 0}, {"readUpTo", alsoFromBob}});
    EXPECT_EQ(device.session.conversation("c2c_bob").unread, 0) << "what was counted is recalled by now";
    device.receive({{"type", "read"}, {"conversation", "c2c_bob"}, {"readUpTo", alsoFromBob}, {"unread", 0}});
    EXPECT_TRUE(device.sent.empty()) << "the number is what is held";
}

TEST(Unread, IsAskedForAgainWhenAReadCameDuringASync) {
    Device device;
    device.loginUntilSync(1);
    device.receive({{"type", "read"}, {"conversation", "c2c_bob"}, {"readUpTo", fromBob}, {"unread", 0}});
    device.answerSync({{"messages", {message(fromBob)}}, {"unread", 1}});
    EXPECT_EQ(device.session.conversation("c2c_bob").unread, 0) << "the reply was counted before the read";
    device.answerSync({{"unread", 0}, {"readUpTo", fromBob}});
    EXPECT_EQ(device.session.conversation("c2c_bob").unread, 0);
}

}  // namespace recall::test

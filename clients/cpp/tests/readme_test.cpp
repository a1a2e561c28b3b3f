// The examples of the README, as they stand there.
#include "phone.h"

namespace recall::test {
namespace {

Happenings shown;

void show(const std::string& text) { shown.add(text); }

#include "readme_listener.inc"

}  // namespace

TEST(Readme, TheExampleRecalls) {
    Phone bob(prefixed("bob-readme"));
    ASSERT_EQ(bob.login(), "success");
    Listener listener;
    bob.messages()->AddAdvancedMsgListener(&listener);
    const std::string url = environment("RECALL_URL"), userID = prefixed("alice-readme"), token = tokenOf(userID), peer = bob.user;
#include "readme_recall.inc"
    std::string first = shown.next(), second = shown.next();  // the sender's and the receiver's, in any order
    if (first != "Message recalled") std::swap(first, second);
    EXPECT_EQ(first, "Message recalled");
    EXPECT_EQ(second, userID + " recalled " + bob.history("c2c_" + userID)[0].msgID.ToString());
    V2TIMManager::GetInstance()->UnInitSDK();
    bob.messages()->RemoveAdvancedMsgListener(&listener);
}

}  // namespace recall::test

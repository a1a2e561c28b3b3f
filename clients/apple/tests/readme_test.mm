// The examples of the README, as they stand there.
#import "phone.h"

static recall::test::Happenings shown;

static void show(NSString *text) { shown.add(recall::test::plain(text)); }

@interface Listener : NSObject <V2TIMAdvancedMsgListener>
@end

#include "readme_listener.inc"

namespace recall::test {

TEST(Readme, TheExampleRecalls) {
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    {
        Phone bob(prefixed("bob-readme"));
        ASSERT_EQ(bob.login(), "success");
        Listener *listener = [[[Listener alloc] init] autorelease];
        [bob.manager addAdvancedMsgListener:listener];
        NSString *url = object(environment("RECALL_URL")), *userID = object(prefixed("alice-readme")),
                 *token = object(tokenOf(plain(userID))), *peer = object(bob.user);
#include "readme_recall.inc"
        std::string first = shown.next(), second = shown.next();  // the sender's and the receiver's, in any order
        if (first != "Message recalled") std::swap(first, second);
        EXPECT_EQ(first, "Message recalled");
        NSString *recalled = [[bob.history("c2c_" + plain(userID)) objectAtIndex:0] msgID];
        EXPECT_EQ(second, plain(userID) + " recalled " + plain(recalled));
        [manager unInitSDK];
    }
    [pool drain];
}

}  // namespace recall::test

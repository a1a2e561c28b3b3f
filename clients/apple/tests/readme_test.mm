// The examples of the README, as they stand there.
#import "phone.h"

static recall::test::Happenings shown;

static void show(NSString *text) { shown.add(recall::test::plain(text)); }

@interface Listener : NSObject <V2TIMAdvancedMsgListener>
@end

#include "readme_listener.inc"

namespace recall::test {

// What is shown next, while callbacks come on the main queue.
static std::string nextOnTheMainQueue() {
    NSDate *end = [NSDate dateWithTimeIntervalSinceNow:60];
    while (shown.empty() && [end timeIntervalSinceNow] > 0) {
        [[NSRunLoop currentRunLoop] runUntilDate:[NSDate dateWithTimeIntervalSinceNow:0.05]];
    }
    return shown.next();
}

// The folder in which messages are stored unless the application says otherwise. test.sh gives the test a home of its own.
static NSString *defaultFolder() {
    NSString *support = [NSSearchPathForDirectoriesInDomains(NSApplicationSupportDirectory, NSUserDomainMask, YES) objectAtIndex:0];
    return [[support stringByAppendingPathComponent:[[NSProcessInfo processInfo] processName]] stringByAppendingPathComponent:@"RecallIM"];
}

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
        std::string first = nextOnTheMainQueue(), second = nextOnTheMainQueue();  // the sender's and the receiver's, in any order
        if (first != "Message recalled") std::swap(first, second);
        EXPECT_EQ(first, "Message recalled");
        NSString *recalled = [[bob.history("c2c_" + plain(userID)) objectAtIndex:0] msgID];
        EXPECT_EQ(second, plain(userID) + " recalled " + plain(recalled));
        [manager unInitSDK];
        EXPECT_EQ([[[NSFileManager defaultManager] contentsOfDirectoryAtPath:defaultFolder() error:nullptr] count], 1u)
            << "the messages of one user are stored";
    }
    [pool drain];
}

}  // namespace recall::test

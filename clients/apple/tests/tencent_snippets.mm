// The samples of Tencent's page about recalling messages, as they stand there.
#import "phone.h"

@interface SampleListener : NSObject <V2TIMAdvancedMsgListener>
@end

@implementation SampleListener
// From Tencent's page: "Noticing a Message Recall (by the Receiver)", iOS and macOS.
// V2TIMAdvancedMsgListener
- (void)onRecvMessageRevoked:(NSString *)msgID {
	// You need to change the bubble status for the message on the UI after receiving the message recall notification.
}
@end

static void recallAsInTheSample(V2TIMMessage *selectedMessage) {
// From Tencent's page: "Recalling a Message (by the Sender)", iOS and macOS.
// `selectedMessage` is the message to be recalled.
[[V2TIMManager sharedInstance] revokeMessage:selectedMessage
										succ:^{
	// Message recalled successfully
} fail:^(int code, NSString *msg) {
	// The message failed to be recalled
}];
}

namespace recall::test {

TEST(TencentsSnippets, RecallAndListen) {
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    {
        Phone bob(prefixed("bob-readme"));
        ASSERT_EQ(bob.login(), "success");
        V2TIMManager *manager = [V2TIMManager sharedInstance];
        V2TIMSDKConfig *config = [[[V2TIMSDKConfig alloc] init] autorelease];
        config.url = object(environment("RECALL_URL"));
        config.storagePath = @"";
        config.callbackQueue = [[[NSOperationQueue alloc] init] autorelease];
        config.callbackQueue.maxConcurrentOperationCount = 1;
        ASSERT_TRUE([manager initSDK:0 config:config]);
        SampleListener *listener = [[[SampleListener alloc] init] autorelease];
        [manager addAdvancedMsgListener:listener];
        Happenings *told = &bob.results;
        V2TIMFail failed = ^(int code, NSString *) { told->add("error " + std::to_string(code)); };
        const std::string alice = prefixed("alice-readme");
        [manager login:object(alice) userSig:object(tokenOf(alice)) succ:^{ told->add("success"); } fail:failed];
        ASSERT_EQ(bob.results.next(), "success");
        V2TIMMessage *message = [manager createTextMessage:@"to the wrong person"];
        [manager sendMessage:message receiver:object(bob.user) groupID:nil priority:V2TIM_PRIORITY_DEFAULT onlineUserOnly:NO
             offlinePushInfo:nil progress:nil succ:^{ told->add("sent"); } fail:failed];
        ASSERT_EQ(bob.results.next(), "sent");
        EXPECT_EQ(bob.heard.next(), "new to the wrong person");
        recallAsInTheSample(message);
        EXPECT_EQ(bob.heard.next(), "revoked " + plain(message.msgID) + " by " + alice + " because ");
        [manager removeAdvancedMsgListener:listener];
        [manager unInitSDK];
    }
    [pool drain];
}

}  // namespace recall::test

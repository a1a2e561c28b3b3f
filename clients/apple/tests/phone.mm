#import "phone.h"

@implementation Ear
- (void)onRecvNewMessage:(V2TIMMessage *)msg {
    heard->add("new " + recall::test::plain(msg.text));
}
- (void)onRecvMessageRevoked:(NSString *)msgID operateUser:(V2TIMUserFullInfo *)operateUser reason:(NSString *)reason {
    using recall::test::plain;
    heard->add("revoked " + plain(msgID) + " by " + plain(operateUser.userID) + " because " + plain(reason));
}
@end

namespace recall::test {

V2TIMManager *connectTo(const std::string& url, const std::string& folder) {
    V2TIMSDKConfig *config = [[[V2TIMSDKConfig alloc] init] autorelease];
    config.url = object(url);
    config.storagePath = object(folder);
    // The main thread waits for what the callbacks say.
    config.callbackQueue = [[[NSOperationQueue alloc] init] autorelease];
    config.callbackQueue.maxConcurrentOperationCount = 1;
    config.requestTimeoutMilliseconds = 60000;  // of a machine that has more to do
    V2TIMManager *manager = [[V2TIMManager alloc] init];
    EXPECT_TRUE([manager initSDK:0 config:config]);
    return manager;
}

Phone::Phone(std::string id, const std::string& folder, const std::string& url)
    : user(std::move(id)), manager(connectTo(url, folder)), ear_([[Ear alloc] init]) {
    ear_->heard = &heard;
    [manager addAdvancedMsgListener:ear_];
}

Phone::~Phone() {
    [manager unInitSDK];
    [manager release];
    [ear_ release];
}

std::string Phone::login() {
    Happenings *told = &results;
    [manager login:object(user) userSig:object(tokenOf(user)) succ:^{ told->add("success"); }
              fail:^(int code, NSString *) { told->add("error " + std::to_string(code)); }];
    return results.next();
}

std::string Phone::logout() {
    Happenings *told = &results;
    [manager logout:^{ told->add("success"); } fail:^(int code, NSString *) { told->add("error " + std::to_string(code)); }];
    return results.next();
}

V2TIMMessage *Phone::send(const std::string& conversation, const std::string& text) {
    Happenings *told = &results;
    const bool group = conversation.compare(0, 6, "group_") == 0;
    V2TIMMessage *message = [manager createTextMessage:object(text)];
    NSString *made = [manager sendMessage:message
                                 receiver:group ? nil : object(conversation.substr(4))
                                  groupID:group ? object(conversation.substr(6)) : nil
                                 priority:V2TIM_PRIORITY_DEFAULT onlineUserOnly:NO offlinePushInfo:nil progress:nil
                                     succ:^{ told->add("success"); }
                                     fail:^(int code, NSString *) { told->add("error " + std::to_string(code)); }];
    EXPECT_EQ(results.next(), "success");
    EXPECT_EQ(plain(made), plain(message.msgID));
    return message;
}

std::string Phone::revoke(V2TIMMessage *message) {
    Happenings *told = &results;
    [manager revokeMessage:message succ:^{ told->add("success"); }
                      fail:^(int code, NSString *) { told->add("error " + std::to_string(code)); }];
    return results.next();
}

std::string Phone::revoke(const std::string& conversation, NSString *msgID, const std::string& reason) {
    Happenings *told = &results;
    [manager revokeMessageInConversation:object(conversation) msgID:msgID reason:object(reason) succ:^{ told->add("success"); }
                                    fail:^(int code, NSString *) { told->add("error " + std::to_string(code)); }];
    return results.next();
}

NSArray *Phone::history(const std::string& conversation) {
    Happenings *told = &results;
    __block NSArray *list = nil;
    [manager getHistoryMessageList:object(conversation) count:100 lastMsgID:nil
                              succ:^(NSArray *messages) {
                                  list = [messages retain];
                                  told->add("success");
                              }
                              fail:^(int code, NSString *) { told->add("error " + std::to_string(code)); }];
    EXPECT_EQ(results.next(), "success");
    return [list autorelease];
}

NSArray *Phone::held(const std::string& conversation) {
    Happenings *told = &results;
    __block NSArray *list = nil;
    [manager getLocalMessageList:object(conversation)
                            succ:^(NSArray *messages) {
                                list = [messages retain];
                                told->add("success");
                            }
                            fail:nil];
    EXPECT_EQ(results.next(), "success");
    return [list autorelease];
}

int Phone::unread(const std::string& conversation) {
    Happenings *told = &results;
    __block int unread = -1;
    [manager getConversation:object(conversation)
                        succ:^(V2TIMConversation *held) {
                            unread = held.unreadCount;
                            told->add("success");
                        }
                        fail:nil];
    EXPECT_EQ(results.next(), "success");
    return unread;
}

}  // namespace recall::test

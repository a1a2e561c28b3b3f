// The Objective-C interface against the real functions on the local stack.
#include <atomic>
#include <thread>

#import "conversion.h"
#import "two_users.h"

// Has the older form only, as code written before V2TIM 7.4.
@interface OldEar : NSObject <V2TIMAdvancedMsgListener> {
@public
    recall::test::Happenings *heard;
}
@end

@implementation OldEar
- (void)onRecvMessageRevoked:(NSString *)msgID {
    heard->add(recall::test::plain(msgID));
}
@end

// Hears of one-to-one conversations: each user is also in a group.
@interface ListEar : NSObject <V2TIMConversationListener> {
@public
    recall::test::Happenings *heard;
}
@end

@implementation ListEar
- (void)onSyncServerStart {
    heard->add("start");
}
- (void)onSyncServerFinish {
    heard->add("finish");
}
- (void)onNewConversation:(NSArray *)conversationList {
    heard->add("new " + recall::test::plain([[conversationList objectAtIndex:0] conversationID]));
}
- (void)onConversationChanged:(NSArray *)conversationList {
    V2TIMConversation *changed = [conversationList objectAtIndex:0];
    if (changed.type == V2TIM_C2C) heard->add("changed " + recall::test::plain(changed.conversationID));
}
- (void)onTotalUnreadMessageCountChanged:(uint64_t)totalUnreadCount {
    heard->add("unread " + std::to_string(totalUnreadCount));
}
@end

namespace recall::test {
namespace {

// What comes next, after any number of changes of a conversation.
std::string afterChanges(Happenings& heard, const std::string& conversation) {
    std::string next = heard.next();
    while (next == "changed " + conversation) next = heard.next();
    return next;
}

}  // namespace

TEST_F(Stack, ARecallReachesTheOtherAndLeavesNoText) {
    Happenings oldHeard;
    OldEar *old = [[[OldEar alloc] init] autorelease];
    old->heard = &oldHeard;
    [bob.manager addAdvancedMsgListener:old];
    V2TIMMessage *sent = alice.send(toBob, "secret");
    EXPECT_EQ(sent.status, V2TIM_MSG_STATUS_SEND_SUCC);
    EXPECT_GT(sent.recallableUntil, sent.sentAt);
    EXPECT_EQ(bob.heard.next(), "new secret");

    EXPECT_EQ(alice.revoke(toBob, sent.msgID, "wrong chat"), "success");
    EXPECT_EQ(bob.heard.next(), revokedBy(sent, alice.user, "wrong chat"));
    EXPECT_EQ(oldHeard.next(), plain(sent.msgID));
    [bob.manager removeAdvancedMsgListener:old];

    for (Phone *phone : {&alice, &bob}) {
        const std::string conversation = phone == &alice ? toBob : toAlice;
        for (NSArray *list : {phone->held(conversation), phone->history(conversation)}) {
            ASSERT_EQ([list count], 1u);
            V2TIMMessage *tombstone = [list objectAtIndex:0];
            EXPECT_EQ(tombstone.status, V2TIM_MSG_STATUS_LOCAL_REVOKED);
            EXPECT_EQ(tombstone.text, nil);
            EXPECT_EQ(tombstone.body, nil);
            EXPECT_EQ(plain(tombstone.revokerInfo.userID), alice.user);
            EXPECT_EQ(plain(tombstone.revokeReason), "wrong chat");
        }
    }
    EXPECT_EQ(alice.revoke(sent), "success") << "again by the same user";
}

TEST_F(Stack, OnlyTheSenderRecallsAndWhatIsNotThereIsNotFound) {
    V2TIMMessage *sent = alice.send(toBob, "hi");
    EXPECT_EQ(bob.heard.next(), "new hi");
    EXPECT_EQ(bob.revoke(toAlice, sent.msgID), error(ERR_SVR_GROUP_REVOKE_MSG_DENY));
    EXPECT_EQ(bob.revoke(toAlice, @"01HF7YAT00000000000000B0B1"), error(ERR_SVR_MSG_REVOKE_NOT_FOUND));
    EXPECT_EQ([[bob.history(toAlice) objectAtIndex:0] status], V2TIM_MSG_STATUS_SEND_SUCC) << "it is still there";
}

TEST_F(Stack, NobodyAnswersARecalledMessage) {
    for (const bool recalled : {false, true}) {
        V2TIMMessage *question = alice.send(toBob, "six times seven?");
        EXPECT_EQ(bob.heard.next(), "new six times seven?");
        if (recalled) EXPECT_EQ(alice.revoke(question), "success");
        V2TIMMessage *answer = [bob.manager createTextMessage:@"42"];
        answer.unlessRevoked = question.msgID;
        Happenings *told = &bob.results;
        [bob.manager sendMessage:answer receiver:object(alice.user) groupID:nil priority:V2TIM_PRIORITY_DEFAULT
                  onlineUserOnly:NO offlinePushInfo:nil progress:nil
                            succ:^{ told->add("success"); }
                            fail:^(int code, NSString *) { told->add(error(code)); }];
        EXPECT_EQ(bob.results.next(), recalled ? error(ERR_RECALL_OTHER_MESSAGE_RECALLED) : "success");
    }
    EXPECT_EQ([alice.history(toBob) count], 3u) << "two questions and one answer";
}

TEST_F(Stack, WhoWasAwayFindsTheTombstoneAndTheUnreadNumberWithoutIt) {
    EXPECT_EQ(bob.logout(), "success");
    V2TIMMessage *secret = alice.send(toBob, "secret");
    V2TIMMessage *kept = alice.send(toBob, "kept");
    EXPECT_EQ(alice.revoke(secret), "success");

    EXPECT_EQ(bob.login(), "success");
    EXPECT_EQ(bob.unread(toAlice), 1);
    NSArray *held = bob.held(toAlice);
    ASSERT_EQ([held count], 2u);
    EXPECT_EQ([[held objectAtIndex:0] status], V2TIM_MSG_STATUS_SEND_SUCC);
    EXPECT_EQ([[held objectAtIndex:1] status], V2TIM_MSG_STATUS_LOCAL_REVOKED);
    Happenings *told = &bob.results;
    [bob.manager markConversationAsRead:object(toAlice) msgID:kept.msgID
                                   succ:^(int unread) { told->add("unread " + std::to_string(unread)); }
                                   fail:nil];
    EXPECT_EQ(bob.results.next(), "unread 0");
}

TEST_F(Stack, AGroupsOwnerRecallsAnothersMessageAndAMemberCannot) {
    const std::string team = "group_" + prefixed("team-" + number);
    V2TIMMessage *rules = alice.send(team, "rules");
    EXPECT_EQ(bob.heard.next(), "new rules");
    EXPECT_EQ(bob.revoke(rules), error(ERR_SVR_GROUP_REVOKE_MSG_DENY));
    V2TIMMessage *spam = bob.send(team, "spam");
    EXPECT_EQ(alice.heard.next(), "new spam");
    EXPECT_EQ(alice.revoke(team, spam.msgID, "off topic"), "success");
    EXPECT_EQ(bob.heard.next(), revokedBy(spam, alice.user, "off topic"));
    // The clocks of two devices differ by some milliseconds, so either message may be the newer one by its ID.
    for (V2TIMMessage *message in bob.history(team)) {
        const bool recalled = [message.msgID isEqualToString:spam.msgID];
        EXPECT_EQ(plain(message.revokerRole), recalled ? "moderator" : "") << plain(message.msgID);
    }
    Happenings *told = &bob.results;
    [bob.manager getGroupMembersInfo:object(team.substr(6))
                          memberList:[NSArray arrayWithObjects:object(alice.user), object(bob.user), nil]
                                succ:^(NSArray *members) {
                                    for (V2TIMGroupMemberFullInfo *member in members) {
                                        told->add(plain(member.userID) + " " + std::to_string(member.role));
                                    }
                                }
                                fail:nil];
    EXPECT_EQ(bob.results.next(), alice.user + " 0") << "a client knows only the role of its own user";
    EXPECT_EQ(bob.results.next(), bob.user + " " + std::to_string(V2TIM_GROUP_MEMBER_ROLE_MEMBER));
}

TEST_F(Stack, WhoRecalledTheirOwnMessageCanEditItAgainAndNobodyElse) {
    V2TIMMessage *sent = alice.send(toBob, "secret");
    EXPECT_EQ(bob.heard.next(), "new secret");
    EXPECT_EQ(sent.elemType, V2TIM_ELEM_TYPE_TEXT);
    EXPECT_EQ((int64_t)[sent.timestamp timeIntervalSince1970], sent.sentAt / 1000);
    V2TIMMessage *received = [bob.held(toAlice) objectAtIndex:0];
    EXPECT_EQ(alice.revoke(sent), "success");
    EXPECT_EQ(sent.status, V2TIM_MSG_STATUS_LOCAL_REVOKED);
    EXPECT_EQ(plain(sent.revokerInfo.showName), alice.user);
    EXPECT_EQ(plain(sent.textElem.text), "secret");
    EXPECT_EQ(bob.heard.next(), revokedBy(sent, alice.user));
    EXPECT_EQ(received.status, V2TIM_MSG_STATUS_SEND_SUCC) << "a message that was received does not change";
    V2TIMMessage *tombstone = [bob.held(toAlice) objectAtIndex:0];
    EXPECT_EQ(tombstone.elemType, V2TIM_ELEM_TYPE_NONE);
    EXPECT_EQ(tombstone.textElem, nil);
    EXPECT_EQ(tombstone.customElem, nil);
}

TEST_F(Stack, ANewConversationIsToldAndListedAndRead) {
    Happenings heard;
    ListEar *ear = [[[ListEar alloc] init] autorelease];
    ear->heard = &heard;
    [bob.manager addConversationListener:ear];
    EXPECT_EQ(bob.logout(), "success");
    EXPECT_EQ(bob.login(), "success");
    EXPECT_EQ(heard.next(), "start");
    EXPECT_EQ(heard.next(), "finish");
    V2TIMMessage *first = alice.send(toBob, "one");
    EXPECT_EQ(heard.next(), "new " + toAlice);
    EXPECT_EQ(afterChanges(heard, toAlice), "unread 1");
    V2TIMMessage *second = alice.send(toBob, "two");
    EXPECT_EQ(afterChanges(heard, toAlice), "unread 2");

    Happenings *told = &bob.results;
    V2TIMFail failed = ^(int code, NSString *) { told->add(error(code)); };
    [bob.manager getConversationList:0 count:1 succ:^(NSArray *list, uint64_t nextSeq, BOOL isFinished) {
        V2TIMConversation *one = [list objectAtIndex:0];
        told->add(plain(one.showName) + " " + plain(one.lastMessage.msgID) + " " + std::to_string(nextSeq) + (isFinished ? " last" : ""));
    } fail:failed];
    EXPECT_EQ(bob.results.next(), alice.user + " " + plain(second.msgID) + " 1") << "there is a group after it";
    [bob.manager getConversationList:[NSArray arrayWithObjects:object(toAlice), @"c2c_nobody", nil]
                                succ:^(NSArray *list) { told->add(std::to_string([list count])); } fail:failed];
    EXPECT_EQ(bob.results.next(), "1");
    [bob.manager getTotalUnreadMessageCount:^(uint64_t total) { told->add(std::to_string(total)); } fail:failed];
    EXPECT_EQ(bob.results.next(), "2");
    V2TIMMessageListSucc ids = ^(NSArray *list) {
        for (V2TIMMessage *message in list) told->add(plain(message.msgID));
        told->add("end");
    };
    [bob.manager findMessages:[NSArray arrayWithObjects:second.msgID, @"01HF7YAT00000000000000B0B1", nil] succ:ids fail:failed];
    EXPECT_EQ(bob.results.next(), plain(second.msgID));
    EXPECT_EQ(bob.results.next(), "end");
    V2TIMMessageListGetOption *option = [[[V2TIMMessageListGetOption alloc] init] autorelease];
    option.userID = object(alice.user);
    option.lastMsg = first;
    option.getType = V2TIM_GET_LOCAL_NEWER_MSG;
    [bob.manager getHistoryMessageList:option succ:ids fail:failed];
    EXPECT_EQ(bob.results.next(), plain(second.msgID));
    EXPECT_EQ(bob.results.next(), "end");
    option.lastMsg = second;
    for (V2TIMMessageGetType type : {V2TIM_GET_LOCAL_OLDER_MSG, V2TIM_GET_CLOUD_OLDER_MSG}) {
        option.getType = type;
        [bob.manager getHistoryMessageList:option succ:ids fail:failed];
        EXPECT_EQ(bob.results.next(), plain(first.msgID));
        EXPECT_EQ(bob.results.next(), "end");
    }
    option.getType = V2TIM_GET_CLOUD_NEWER_MSG;
    [bob.manager getHistoryMessageList:option succ:ids fail:failed];
    EXPECT_EQ(bob.results.next(), error(ERR_INVALID_PARAMETERS));
    [bob.manager modifyMessage:second completion:^(int code, NSString *, V2TIMMessage *) { told->add(error(code)); }];
    EXPECT_EQ(bob.results.next(), error(ERR_SDK_INTERFACE_NOT_SUPPORT));

    [bob.manager cleanConversationUnreadMessageCount:object(toAlice) cleanTimestamp:1 cleanSequence:0 succ:nil fail:failed];
    EXPECT_EQ(bob.results.next(), error(ERR_INVALID_PARAMETERS));
    [bob.manager cleanConversationUnreadMessageCount:@"c2c" cleanTimestamp:0 cleanSequence:0 succ:^{ told->add("success"); } fail:failed];
    EXPECT_EQ(bob.results.next(), "success");
    EXPECT_EQ(afterChanges(heard, toAlice), "unread 0");
    [bob.manager removeConversationListener:ear];
}

TEST_F(Stack, CustomDataArrivesAsItWasGiven) {
    Happenings *told = &alice.results;
    NSData *data = [@"{\"businessID\":\"link\"}" dataUsingEncoding:NSUTF8StringEncoding];
    V2TIMMessage *message = [alice.manager createCustomMessage:data desc:@"for a notification" extension:nil];
    [alice.manager sendMessage:message receiver:object(bob.user) groupID:nil priority:V2TIM_PRIORITY_DEFAULT onlineUserOnly:NO
               offlinePushInfo:nil progress:nil succ:^{ told->add("success"); } fail:nil];
    EXPECT_EQ(alice.results.next(), "success");
    EXPECT_EQ(bob.heard.next(), "new ");
    V2TIMMessage *received = [bob.held(toAlice) objectAtIndex:0];
    EXPECT_EQ(received.elemType, V2TIM_ELEM_TYPE_CUSTOM);
    EXPECT_TRUE([received.customElem.data isEqual:data]);
    EXPECT_EQ(received.textElem, nil);
}

// The local stack of these tests sends no notifications, and says so when it is asked for them.
TEST_F(Stack, ADeviceIsRegisteredWithATokenAndABundleIDAndEndedAfterwards) {
    Happenings *told = &alice.results;
    V2TIMSucc succ = ^{ told->add("success"); };
    V2TIMFail fail = ^(int code, NSString *) { told->add(error(code)); };
    [alice.manager setAPNS:nil succ:succ fail:fail];
    EXPECT_EQ(alice.results.next(), error(ERR_INVALID_PARAMETERS)) << "none was registered";
    V2TIMAPNSConfig *config = [[[V2TIMAPNSConfig alloc] init] autorelease];
    config.topic = @"com.example.chat";
    [alice.manager setAPNS:config succ:succ fail:fail];
    EXPECT_EQ(alice.results.next(), error(ERR_INVALID_PARAMETERS)) << "there is no token";
    const unsigned char token[] = {0x00, 0xfc, 0x1a};
    config.token = [NSData dataWithBytes:token length:sizeof token];
    EXPECT_EQ(hexadecimal(config.token), "00fc1a");
    [alice.manager setAPNS:config succ:succ fail:fail];
    EXPECT_EQ(alice.results.next(), error(ERR_RECALL_PUSH_OFF));
    [alice.manager setAPNS:nil succ:succ fail:fail];
    EXPECT_EQ(alice.results.next(), error(ERR_RECALL_PUSH_OFF)) << "it asks for the end of that device";
}

TEST_F(Stack, CallsFromManyThreadsAllEnd) {
    constexpr int threads = 4, each = 5;
    Happenings ends;
    Happenings *told = &ends;
    std::vector<std::thread> senders;
    V2TIMManager *manager = alice.manager;
    NSString *peer = object(bob.user);
    for (int thread = 0; thread < threads; ++thread) {
        senders.emplace_back([=] {
            NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
            V2TIMFail failed = ^(int code, NSString *) { told->add(error(code)); };
            for (int repeat = 0; repeat < each; ++repeat) {
                V2TIMMessage *message = [manager createTextMessage:@"secret"];
                [manager sendMessage:message receiver:peer groupID:nil priority:V2TIM_PRIORITY_DEFAULT onlineUserOnly:NO
                     offlinePushInfo:nil progress:nil
                                succ:^{ [manager revokeMessage:message succ:^{ told->add("success"); } fail:failed]; }
                                fail:failed];
                [manager getLoginStatus];
            }
            [pool drain];
        });
    }
    for (std::thread& sender : senders) sender.join();
    for (int end = 0; end < threads * each; ++end) EXPECT_EQ(ends.next(), "success");
    NSArray *list = bob.history(toAlice);
    EXPECT_EQ([list count], static_cast<NSUInteger>(threads * each));
    for (V2TIMMessage *message in list) EXPECT_EQ(message.status, V2TIM_MSG_STATUS_LOCAL_REVOKED);
}

TEST_F(Stack, AfterLogoutCallsFailAndNothingIsHeld) {
    V2TIMMessage *sent = alice.send(toBob, "hi");
    EXPECT_EQ([alice.manager getLoginStatus], V2TIM_STATUS_LOGINED);
    EXPECT_EQ(plain([alice.manager getLoginUser]), alice.user);
    EXPECT_GT([alice.manager getServerTimeMilliseconds], sent.sentAt - 60000);
    EXPECT_EQ(alice.logout(), "success");
    EXPECT_EQ([alice.manager getLoginStatus], V2TIM_STATUS_LOGOUT);
    EXPECT_EQ(alice.revoke(sent), error(ERR_SDK_NET_DISCONNECT));
    EXPECT_EQ([alice.held(toBob) count], 0u);
}

TEST_F(Stack, AColdStartShowsTheMessagesWithoutANetworkAndNoRecalledText) {
    const Folder folder;
    {
        Phone phone(bob.user, folder.path());
        ASSERT_EQ(phone.login(), "success");
        V2TIMMessage *secret = alice.send(toBob, "the secret");
        alice.send(toBob, "the rest");
        EXPECT_EQ(phone.heard.next(), "new the secret");
        EXPECT_EQ(phone.heard.next(), "new the rest");
        EXPECT_EQ(alice.revoke(secret), "success");
        EXPECT_EQ(phone.heard.next(), revokedBy(secret, alice.user));
        EXPECT_FALSE(folder.holds("the secret")) << "it is gone before the listener is told";
        EXPECT_TRUE(eventually([&] { return phone.unread(toAlice) == 1; })) << "a synchronisation was under way";
    }
    Phone again(bob.user, folder.path(), "ws://127.0.0.1:1/local");
    [again.manager login:object(bob.user) userSig:@"a token" succ:nil fail:nil];
    NSArray *held = again.held(toAlice);
    ASSERT_EQ([held count], 2u);
    EXPECT_EQ(plain([[held objectAtIndex:0] text]), "the rest");
    EXPECT_EQ([(V2TIMMessage *)[held objectAtIndex:1] status], V2TIM_MSG_STATUS_LOCAL_REVOKED);
    EXPECT_EQ(again.unread(toAlice), 1);

    Happenings *told = &again.results;
    [again.manager clearStorage:object(bob.user) succ:^{ told->add("success"); } fail:nil];
    EXPECT_EQ(again.results.next(), "success");
    EXPECT_FALSE(folder.holds("the rest"));
}

TEST_F(Stack, TheCallsWithOneBlockEndWithAValueOrAnError) {
    Happenings *told = &alice.results;
    __block V2TIMMessage *sent = nil;
    [alice.manager sendText:@"hi" toConversation:object(toBob) completion:^(V2TIMMessage *message, NSError *error) {
        sent = [message retain];
        told->add(error ? "error" : "success");
    }];
    EXPECT_EQ(alice.results.next(), "success");
    EXPECT_EQ(bob.heard.next(), "new hi");
    [alice.manager revokeMessage:sent reason:@"wrong chat" completion:^(NSError *error) { told->add(error ? "error" : "success"); }];
    EXPECT_EQ(alice.results.next(), "success");
    EXPECT_EQ(bob.heard.next(), revokedBy(sent, alice.user, "wrong chat"));
    [alice.manager getMessages:object(toBob) count:10 lastMsg:nil completion:^(NSArray *messages, NSError *error) {
        told->add(error ? "error" : std::to_string([messages count]));
    }];
    EXPECT_EQ(alice.results.next(), "1");
    [alice.manager getStoredMessages:object(toBob) completion:^(NSArray *messages, NSError *error) {
        told->add(std::to_string([(V2TIMMessage *)[messages objectAtIndex:0] status]));
    }];
    EXPECT_EQ(alice.results.next(), std::to_string(V2TIM_MSG_STATUS_LOCAL_REVOKED));
    [alice.manager logoutWithCompletion:^(NSError *error) { told->add(error ? "error" : "success"); }];
    EXPECT_EQ(alice.results.next(), "success");
    [alice.manager revokeMessage:sent reason:nil completion:^(NSError *error) { told->add(plain([error domain]) + " " + std::to_string([error code])); }];
    EXPECT_EQ(alice.results.next(), "RecallIM " + std::to_string(ERR_SDK_NET_DISCONNECT));
    [sent release];
}

TEST(Manager, RefusesAnAddressThatIsNone) {
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    V2TIMManager *manager = [[[V2TIMManager alloc] init] autorelease];
    V2TIMSDKConfig *config = [[[V2TIMSDKConfig alloc] init] autorelease];
    for (NSString *url in [NSArray arrayWithObjects:@"", @"http://127.0.0.1/", @"ws://", @"ws://host:99999/", nil]) {
        config.url = url;
        EXPECT_FALSE([manager initSDK:0 config:config]) << plain(url);
    }
    [pool drain];
}

TEST(Manager, SaysThatItWasNotInitialised) {
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    __block int failedWith = 0;
    V2TIMManager *manager = [[[V2TIMManager alloc] init] autorelease];
    [manager revokeMessage:[manager createTextMessage:@"hi"] succ:nil fail:^(int code, NSString *) { failedWith = code; }];
    EXPECT_EQ(failedWith, ERR_SDK_NOT_INITIALIZED);
    [pool drain];
}

TEST(Manager, CallsBackOnTheMainQueueUnlessAnotherIsGiven) {
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    V2TIMManager *manager = [[[V2TIMManager alloc] init] autorelease];
    V2TIMSDKConfig *config = [[[V2TIMSDKConfig alloc] init] autorelease];
    config.url = @"ws://127.0.0.1:1/";
    config.storagePath = @"";
    __block BOOL called = NO, onMainThread = NO;
    EXPECT_TRUE([manager initSDK:0 config:config]);
    [manager logout:^{
        onMainThread = [NSThread isMainThread];
        called = YES;
    } fail:nil];
    NSDate *end = [NSDate dateWithTimeIntervalSinceNow:60];
    while (!called && [end timeIntervalSinceNow] > 0) {
        [[NSRunLoop currentRunLoop] runUntilDate:[NSDate dateWithTimeIntervalSinceNow:0.05]];
    }
    EXPECT_TRUE(called);
    EXPECT_TRUE(onMainThread);
    [manager unInitSDK];
    [pool drain];
}

TEST(Manager, HoldsItsListenersWeakly) {
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    V2TIMManager *manager = [[[V2TIMManager alloc] init] autorelease];
    Ear *ear = [[Ear alloc] init];
    [manager addIMSDKListener:(id<V2TIMSDKListener>)ear];
    [manager addAdvancedMsgListener:ear];
    EXPECT_EQ([ear retainCount], 1u) << "a chat screen that never removes its listener would stay for ever";
    [manager removeIMSDKListener:(id<V2TIMSDKListener>)ear];
    [manager removeAdvancedMsgListener:ear];
    [ear release];
    [pool drain];
}

TEST(Manager, ATokenThatIsRefusedEndsTheLoginUnlessTheProviderHasAnother) {
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    Happenings ends;
    Happenings *told = &ends;
    NSString *user = object(prefixed("alice-1")), *good = object(tokenOf(prefixed("alice-1")));
    for (int provided = 0; provided < 2; ++provided) {
        V2TIMManager *manager = [[[V2TIMManager alloc] init] autorelease];
        V2TIMSDKConfig *config = [[[V2TIMSDKConfig alloc] init] autorelease];
        config.url = object(environment("RECALL_URL"));
        config.requestTimeoutMilliseconds = 60000;
        config.storagePath = @"";
        config.callbackQueue = [[[NSOperationQueue alloc] init] autorelease];
        config.callbackQueue.maxConcurrentOperationCount = 1;
        if (provided) config.tokenProvider = ^NSString * { return good; };
        EXPECT_TRUE([manager initSDK:0 config:config]);
        [manager login:user userSig:[good stringByAppendingString:@"x"] succ:^{ told->add("success"); }
                  fail:^(int code, NSString *) { told->add(error(code)); }];
        EXPECT_EQ(ends.next(), provided ? "success" : error(ERR_USER_SIG_EXPIRED));
        [manager unInitSDK];
    }
    [pool drain];
}

}  // namespace recall::test

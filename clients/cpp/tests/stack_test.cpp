// The V2TIM-shaped interface against the real functions on the local stack.
#include <atomic>
#include <future>
#include <thread>

#include "two_users.h"

namespace recall::test {
namespace {

// Overrides the first form, as code written before V2TIM 7.4 does.
struct OldListener : V2TIMAdvancedMsgListener {
    Happenings heard;
    using V2TIMAdvancedMsgListener::OnRecvMessageRevoked;
    void OnRecvMessageRevoked(const V2TIMString& messageID) override { heard.add(messageID.ToString()); }
};

// Hears of one-to-one conversations: each user is also in a group.
struct ListEar : V2TIMConversationListener {
    void OnSyncServerStart() override { heard.add("start"); }
    void OnSyncServerFinish() override { heard.add("finish"); }
    void OnNewConversation(const V2TIMConversationVector& list) override {
        heard.add("new " + list[0].conversationID.ToString());
    }
    void OnConversationChanged(const V2TIMConversationVector& list) override {
        if (list[0].type == V2TIM_C2C) heard.add("changed " + list[0].conversationID.ToString());
    }
    void OnTotalUnreadMessageCountChanged(uint64_t total) override { heard.add("unread " + std::to_string(total)); }

    // What comes next, after any number of changes of a conversation.
    std::string next(const std::string& conversation) {
        std::string next = heard.next();
        while (next == "changed " + conversation) next = heard.next();
        return next;
    }

    Happenings heard;
};

// Is told of a conversation, and takes its time.
struct SlowListener : V2TIMConversationListener {
    void OnNewConversation(const V2TIMConversationVector&) override {
        heard.add("new");
        // If UnInitSDK did not wait, it would return before this does.
        uninitialised.get_future().wait_for(std::chrono::milliseconds(500));
        ended = true;
    }

    Happenings heard;
    std::promise<void> uninitialised;
    std::atomic<bool> ended{false};
};

}  // namespace

TEST_F(Stack, ARecallReachesTheOtherAndLeavesNoText) {
    OldListener old;
    bob.messages()->AddAdvancedMsgListener(&old);
    const V2TIMMessage sent = alice.send(toBob, "secret");
    EXPECT_EQ(sent.status, V2TIM_MSG_STATUS_SEND_SUCC);
    EXPECT_GT(sent.recallableUntil, sent.sentAt);
    EXPECT_EQ(bob.heard.next(), "new secret");

    EXPECT_EQ(alice.revoke(toBob, sent.msgID, "wrong chat"), "success");
    EXPECT_EQ(bob.heard.next(), revokedBy(sent, alice.user, "wrong chat"));
    EXPECT_EQ(old.heard.next(), sent.msgID.ToString());
    bob.messages()->RemoveAdvancedMsgListener(&old);

    for (Phone* phone : {&alice, &bob}) {
        const std::string conversation = phone == &alice ? toBob : toAlice;
        for (const auto type : {V2TIM_GET_LOCAL_OLDER_MSG, V2TIM_GET_CLOUD_OLDER_MSG}) {
            const V2TIMMessageVector list = phone->history(conversation, type);
            ASSERT_EQ(list.Size(), 1u);
            EXPECT_EQ(list[0].status, V2TIM_MSG_STATUS_LOCAL_REVOKED);
            EXPECT_TRUE(list[0].elemList.Empty());
            EXPECT_TRUE(list[0].body.Empty());
            EXPECT_EQ(list[0].revokerInfo.userID, alice.user);
            EXPECT_EQ(list[0].revokeReason, "wrong chat");
        }
    }
    EXPECT_EQ(alice.revoke(sent), "success") << "again by the same user";
}

TEST_F(Stack, OnlyTheSenderRecallsAndWhatIsNotThereIsNotFound) {
    const V2TIMMessage sent = alice.send(toBob, "hi");
    EXPECT_EQ(bob.heard.next(), "new hi");
    EXPECT_EQ(bob.revoke(toAlice, sent.msgID), "error " + std::to_string(ERR_SVR_GROUP_REVOKE_MSG_DENY));
    EXPECT_EQ(bob.revoke(toAlice, "01HF7YAT00000000000000B0B1"), "error " + std::to_string(ERR_SVR_MSG_REVOKE_NOT_FOUND));
    EXPECT_EQ(alice.revoke("c2c_nobody", sent.msgID), "error " + std::to_string(ERR_SVR_MSG_REVOKE_NOT_FOUND));
    EXPECT_EQ(bob.history(toAlice)[0].status, V2TIM_MSG_STATUS_SEND_SUCC) << "it is still there";
}

TEST_F(Stack, NobodyAnswersARecalledMessage) {
    for (const bool recalled : {false, true}) {
        const V2TIMMessage question = alice.send(toBob, "six times seven?");
        EXPECT_EQ(bob.heard.next(), "new six times seven?");
        if (recalled) {
            EXPECT_EQ(alice.revoke(question), "success");
        }
        V2TIMMessage answer = bob.messages()->CreateTextMessage("42");
        answer.unlessRevoked = question.msgID;
        bob.messages()->SendMessage(
            answer, alice.user, "", V2TIM_PRIORITY_DEFAULT, false, {},
            new V2TIMFunctionSendCallback([&](const V2TIMMessage&) { bob.results.add("success"); }, bob.failed()));
        EXPECT_EQ(bob.results.next(), recalled ? "error " + std::to_string(ERR_RECALL_OTHER_MESSAGE_RECALLED) : "success");
    }
    EXPECT_EQ(alice.history(toBob).Size(), 3u) << "two questions and one answer";
}

TEST_F(Stack, WhoWasAwayFindsTheTombstoneAndTheUnreadNumberWithoutIt) {
    EXPECT_EQ(bob.logout(), "success");
    const V2TIMMessage secret = alice.send(toBob, "secret");
    alice.send(toBob, "kept");
    EXPECT_EQ(alice.revoke(secret), "success");

    EXPECT_EQ(bob.login(), "success");
    EXPECT_EQ(bob.unread(toAlice), 1);
    const V2TIMMessageVector held = bob.history(toAlice, V2TIM_GET_LOCAL_OLDER_MSG);
    ASSERT_EQ(held.Size(), 2u);
    EXPECT_EQ(held[0].status, V2TIM_MSG_STATUS_SEND_SUCC);
    EXPECT_EQ(held[1].status, V2TIM_MSG_STATUS_LOCAL_REVOKED);
    bob.messages()->MarkC2CMessageAsRead(alice.user, bob.done());
    EXPECT_EQ(bob.results.next(), "success");
    uint64_t total = 99;
    bob.conversations()->GetTotalUnreadMessageCount(bob.value<uint64_t>(total));
    EXPECT_EQ(bob.results.next(), "success");
    EXPECT_EQ(total, 0u);
}

TEST_F(Stack, AnotherDeviceOfTheSenderSeesTheMessageAndRecallsIt) {
    Phone tablet(alice.user);
    ASSERT_EQ(tablet.login(), "success");
    const V2TIMMessage sent = alice.send(toBob, "hi");
    EXPECT_EQ(tablet.heard.next(), "new hi");
    EXPECT_EQ(tablet.revoke(sent), "success");
    EXPECT_EQ(alice.heard.next(), revokedBy(sent, alice.user));
    EXPECT_EQ(bob.heard.next(), "new hi");
    EXPECT_EQ(bob.heard.next(), revokedBy(sent, alice.user));
    EXPECT_TRUE(tablet.heard.empty()) << "who recalls gets a result and no notice";
}

TEST_F(Stack, AGroupsOwnerRecallsAnothersMessageAndAMemberCannot) {
    const std::string team = "group_" + prefixed("team-" + number);
    const V2TIMMessage rules = alice.send(team, "rules");
    EXPECT_EQ(bob.heard.next(), "new rules");
    EXPECT_EQ(bob.revoke(rules), "error " + std::to_string(ERR_SVR_GROUP_REVOKE_MSG_DENY));
    const V2TIMMessage spam = bob.send(team, "spam");
    EXPECT_EQ(alice.heard.next(), "new spam");
    EXPECT_EQ(alice.revoke(team, spam.msgID, "off topic"), "success");
    EXPECT_EQ(bob.heard.next(), revokedBy(spam, alice.user, "off topic"));
    // The clocks of two devices differ by some milliseconds, so either message may be the newer one by its ID.
    for (const V2TIMMessage& message : bob.history(team)) {
        EXPECT_EQ(message.revokerRole, message.msgID == spam.msgID ? "moderator" : "") << message.msgID.ToString();
    }

    V2TIMStringVector members;
    members.PushBack(alice.user);
    members.PushBack(bob.user);
    V2TIMGroupMemberFullInfoVector roles;
    bob.manager->GetGroupManager()->GetGroupMembersInfo(team.substr(6), members, bob.value(roles));
    EXPECT_EQ(bob.results.next(), "success");
    ASSERT_EQ(roles.Size(), 2u);
    EXPECT_EQ(roles[0].role, V2TIM_GROUP_MEMBER_UNDEFINED) << "a client knows only the role of its own user";
    EXPECT_EQ(roles[1].role, V2TIM_GROUP_MEMBER_ROLE_MEMBER);
}

TEST_F(Stack, ANewConversationIsToldAndListedAndRead) {
    ListEar ear;
    bob.conversations()->AddConversationListener(&ear);
    EXPECT_EQ(bob.logout(), "success");
    EXPECT_EQ(bob.login(), "success");
    EXPECT_EQ(ear.heard.next(), "start");
    EXPECT_EQ(ear.heard.next(), "finish");
    const V2TIMMessage first = alice.send(toBob, "one");
    EXPECT_EQ(ear.heard.next(), "new " + toAlice);
    EXPECT_EQ(ear.next(toAlice), "unread 1");
    const V2TIMMessage second = alice.send(toBob, "two");
    EXPECT_EQ(ear.next(toAlice), "unread 2");

    V2TIMStringVector wanted;
    wanted.PushBack(toAlice);
    wanted.PushBack("c2c_nobody");
    V2TIMConversationVector listed;
    bob.conversations()->GetConversationList(wanted, bob.value(listed));
    EXPECT_EQ(bob.results.next(), "success");
    ASSERT_EQ(listed.Size(), 1u);
    EXPECT_EQ(listed[0].showName, alice.user);
    ASSERT_NE(listed[0].lastMessage, nullptr);
    EXPECT_EQ(listed[0].lastMessage->msgID, second.msgID);

    V2TIMStringVector ids;
    ids.PushBack(second.msgID);
    ids.PushBack("01HF7YAT00000000000000B0B1");
    V2TIMMessageVector found;
    bob.messages()->FindMessages(ids, bob.value(found));
    EXPECT_EQ(bob.results.next(), "success");
    ASSERT_EQ(found.Size(), 1u);
    EXPECT_EQ(static_cast<V2TIMTextElem*>(found[0].elemList[0])->text, "two");

    V2TIMMessage start = first;
    V2TIMMessageListGetOption option;
    option.userID = alice.user;
    option.getType = V2TIM_GET_LOCAL_NEWER_MSG;
    option.lastMsg = &start;
    V2TIMMessageVector newer;
    bob.messages()->GetHistoryMessageList(option, bob.value(newer));
    EXPECT_EQ(bob.results.next(), "success");
    ASSERT_EQ(newer.Size(), 1u);
    EXPECT_EQ(newer[0].msgID, second.msgID);
    option.getType = V2TIM_GET_CLOUD_NEWER_MSG;
    bob.messages()->GetHistoryMessageList(option, bob.value(newer));
    EXPECT_EQ(bob.results.next(), "error " + std::to_string(ERR_INVALID_PARAMETERS));

    bob.conversations()->CleanConversationUnreadMessageCount(toAlice, 1, 0, bob.done());
    EXPECT_EQ(bob.results.next(), "error " + std::to_string(ERR_INVALID_PARAMETERS));
    bob.conversations()->CleanConversationUnreadMessageCount("c2c", 0, 0, bob.done());
    EXPECT_EQ(bob.results.next(), "success");
    EXPECT_EQ(ear.next(toAlice), "unread 0");
    bob.conversations()->RemoveConversationListener(&ear);
}

TEST_F(Stack, CallsFromManyThreadsAllEnd) {
    constexpr int threads = 4, each = 5;
    Happenings ends;
    std::vector<std::thread> senders;
    for (int thread = 0; thread < threads; ++thread) {
        senders.emplace_back([&] {
            const auto failed = [&](int code, const V2TIMString& desc) {
                ends.add("error " + std::to_string(code) + " " + desc.ToString());
            };
            for (int repeat = 0; repeat < each; ++repeat) {
                V2TIMMessage message = alice.messages()->CreateTextMessage("secret");
                alice.messages()->SendMessage(
                    message, bob.user, "", V2TIM_PRIORITY_DEFAULT, false, {},
                    new V2TIMFunctionSendCallback(
                        [&, failed](const V2TIMMessage& sent) {
                            alice.messages()->RevokeMessage(
                                sent, new V2TIMFunctionCallback([&] { ends.add("success"); }, failed));
                        },
                        failed));
                alice.manager->GetLoginStatus();
                alice.manager->GetServerTime();
            }
        });
    }
    for (std::thread& sender : senders) sender.join();
    for (int end = 0; end < threads * each; ++end) EXPECT_EQ(ends.next(), "success");
    const V2TIMMessageVector list = bob.history(toAlice);
    EXPECT_EQ(list.Size(), static_cast<std::size_t>(threads * each));
    for (const V2TIMMessage& message : list) EXPECT_EQ(message.status, V2TIM_MSG_STATUS_LOCAL_REVOKED);
}

TEST_F(Stack, AfterLogoutCallsFailAndNothingIsHeld) {
    const V2TIMMessage sent = alice.send(toBob, "hi");
    EXPECT_EQ(alice.logout(), "success");
    EXPECT_EQ(alice.manager->GetLoginStatus(), V2TIM_STATUS_LOGOUT);
    EXPECT_EQ(alice.revoke(sent), "error " + std::to_string(ERR_SDK_NET_DISCONNECT));
    EXPECT_TRUE(alice.history(toBob, V2TIM_GET_LOCAL_OLDER_MSG).Empty());
}

TEST_F(Stack, AColdStartShowsTheListAndTheMessagesWithoutANetworkAndNoRecalledText) {
    const Folder folder;
    {
        Phone phone(bob.user, folder.path());
        ASSERT_EQ(phone.login(), "success");
        const V2TIMMessage secret = alice.send(toBob, "the secret");
        alice.send(toBob, "the rest");
        EXPECT_EQ(phone.heard.next(), "new the secret");
        EXPECT_EQ(phone.heard.next(), "new the rest");
        EXPECT_EQ(alice.revoke(secret), "success");
        EXPECT_EQ(phone.heard.next(), revokedBy(secret, alice.user));
        EXPECT_FALSE(folder.holds("the secret")) << "it is gone before the listener is told";
        EXPECT_TRUE(eventually([&] { return phone.unread(toAlice) == 1; })) << "a synchronisation was under way";
    }
    EXPECT_TRUE(folder.holds("the rest"));

    Phone again(bob.user, folder.path(), "ws://127.0.0.1:1/local");
    again.manager->Login(bob.user, "a token", nullptr);
    const V2TIMMessageVector held = again.history(toAlice, V2TIM_GET_LOCAL_OLDER_MSG);
    ASSERT_EQ(held.Size(), 2u);
    EXPECT_EQ(held[0].status, V2TIM_MSG_STATUS_SEND_SUCC);
    EXPECT_EQ(held[1].status, V2TIM_MSG_STATUS_LOCAL_REVOKED);
    V2TIMConversationResult list;
    again.conversations()->GetConversationList(0, 10, again.value<V2TIMConversationResult>(list));
    EXPECT_EQ(again.results.next(), "success");
    ASSERT_GE(list.conversationList.Size(), 1u);
    EXPECT_EQ(list.conversationList[0].conversationID, toAlice) << "it changed last";
    EXPECT_EQ(list.conversationList[0].unreadCount, 1);

    again.manager->ClearStorage(bob.user, again.done());
    EXPECT_EQ(again.results.next(), "success");
    EXPECT_FALSE(folder.holds("the rest"));
}

TEST_F(Stack, WhatWasUnsentWhenTheProgramEndedIsKeptAndCanBeSentAgain) {
    const Folder folder;
    EXPECT_EQ(alice.logout(), "success");
    V2TIMString id;
    {
        Phone phone(alice.user, folder.path(), "ws://127.0.0.1:1/local");
        phone.manager->Login(alice.user, tokenOf(alice.user), nullptr);
        V2TIMMessage message = phone.messages()->CreateTextMessage("from a tunnel");
        id = phone.messages()->SendMessage(message, bob.user, "", V2TIM_PRIORITY_DEFAULT, false, {}, nullptr);
    }
    EXPECT_TRUE(folder.holds("from a tunnel"));
    Phone again(alice.user, folder.path());
    ASSERT_EQ(again.login(), "success");
    V2TIMMessageVector unsent;
    again.messages()->GetUnsentMessageList(toBob, again.value<V2TIMMessageVector>(unsent));
    EXPECT_EQ(again.results.next(), "success");
    ASSERT_EQ(unsent.Size(), 1u);
    EXPECT_EQ(unsent[0].msgID, id);
    EXPECT_EQ(unsent[0].status, V2TIM_MSG_STATUS_SEND_FAIL);
    EXPECT_EQ(unsent[0].sendErrorCode, ERR_SDK_NET_DISCONNECT);
    again.messages()->SendMessage(
        unsent[0], bob.user, "", V2TIM_PRIORITY_DEFAULT, false, {},
        new V2TIMFunctionSendCallback([&](const V2TIMMessage&) { again.results.add("success"); }, again.failed()));
    EXPECT_EQ(again.results.next(), "success");
    EXPECT_EQ(bob.heard.next(), "new from a tunnel");
}

TEST_F(Stack, UnInitSDKWaitsForACallbackThatIsUnderWay) {
    SlowListener slow;
    bob.conversations()->AddConversationListener(&slow);
    alice.send(toBob, "hi");
    EXPECT_EQ(slow.heard.next(), "new");
    bob.manager->UnInitSDK();
    EXPECT_TRUE(slow.ended) << "afterwards the application may delete the listener";
    slow.uninitialised.set_value();
    bob.conversations()->RemoveConversationListener(&slow);
}

TEST_F(Stack, CallbacksRunWhereTheyAreToldTo) {
    std::atomic<int> executed{0};
    auto manager = V2TIMManager::CreateInstance();
    V2TIMSDKConfig config;
    config.url = environment("RECALL_URL");
    config.requestTimeoutMilliseconds = 60'000;
    config.callbackExecutor = [&](const std::function<void()>& function) {
        ++executed;
        function();
    };
    ASSERT_TRUE(manager->InitSDK(0, config));
    Happenings ends;
    // A callback may take down what it was called by.
    manager->Login(alice.user, tokenOf(alice.user),
                   new V2TIMFunctionCallback(
                       [&] {
                           manager->UnInitSDK();
                           ends.add("success");
                       },
                       [&](int code, const V2TIMString&) { ends.add("error " + std::to_string(code)); }));
    EXPECT_EQ(ends.next(), "success");
    EXPECT_GE(executed, 1);
}

TEST(Manager, RefusesAnAddressThatIsNone) {
    const auto manager = V2TIMManager::CreateInstance();
    V2TIMSDKConfig config;
    for (const char* url : {"", "http://127.0.0.1/", "ws://", "ws://host:99999/", "wss://user@host/"}) {
        config.url = url;
        EXPECT_FALSE(manager->InitSDK(0, config)) << url;
    }
}

TEST(Manager, SaysThatItWasNotInitialised) {
    Happenings ends;
    V2TIMManager::CreateInstance()->GetMessageManager()->RevokeMessage(
        V2TIMMessage(), new V2TIMFunctionCallback([&] { ends.add("success"); },
                                                  [&](int code, const V2TIMString&) { ends.add(std::to_string(code)); }));
    EXPECT_EQ(ends.next(), std::to_string(ERR_SDK_NOT_INITIALIZED));
}

TEST(Manager, AnElementThatIsAddedIsTakenOver) {
    V2TIMCustomElem* element = new V2TIMCustomElem();
    V2TIMMessage message;
    message.elemList.PushBack(element);
    const V2TIMMessage copy = message;
    EXPECT_EQ(copy.elemList[0], element);
    V2TIMString text("recall");
    text[0] = 'R';
    EXPECT_EQ(text, "Recall");
    V2TIMStringVector words;
    words.PushBack("a");
    words.PushBack("b");
    words.Erase(0);
    EXPECT_EQ(words[0], "b");
    words.PopBack();
    EXPECT_TRUE(words.Empty());
}

TEST(Manager, ATokenThatIsRefusedEndsTheLogin) {
    Phone alice(prefixed("alice-1"));
    alice.manager->Login(alice.user, tokenOf(alice.user) + "x", alice.done());
    EXPECT_EQ(alice.results.next(), "error " + std::to_string(ERR_USER_SIG_EXPIRED));
    EXPECT_EQ(alice.manager->GetLoginStatus(), V2TIM_STATUS_LOGOUT);
}

}  // namespace recall::test

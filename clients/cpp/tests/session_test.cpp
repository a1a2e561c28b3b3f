#include "device.h"

namespace recall::test {

TEST(Login, SucceedsAfterTheFirstSynchronisation) {
    Device device;
    device.session.login(device.now, "alice", "token", device.loggedIn.completion());
    EXPECT_EQ(device.lastToken, "token");
    device.session.opened(device.now);
    device.answerHello();
    EXPECT_EQ(device.timesConnected, 1);
    device.answer(device.takeFrame("conversations"), {{"conversations", {{{"conversation", "c2c_bob"}, {"unread", 2}}}}});
    EXPECT_TRUE(device.loggedIn.pending());
    device.answerSync({{"messages", {message(fromBob)}}, {"unread", 1}});
    EXPECT_EQ(device.loggedIn.ends, 1);
    EXPECT_TRUE(device.receivedMessages.empty()) << "history is not news";
    EXPECT_EQ(device.session.messages("c2c_bob").size(), 1u);
    EXPECT_EQ(device.session.conversation("c2c_bob").unread, 1);
}

TEST(Login, FailsWhenTheServerCannotBeReached) {
    Device device;
    device.session.login(device.now, "alice", "token", device.loggedIn.completion());
    device.session.closed(device.now);
    device.pass(60'000);
    EXPECT_EQ(device.loggedIn.code, code::requestTimedOut);
    EXPECT_GE(device.opens, 2) << "it tried again meanwhile";
    EXPECT_EQ(device.session.deadline(), never) << "and it tries no longer";
}

TEST(Login, RefusesAnotherUsersToken) {
    Device device;
    device.session.login(device.now, "alice", "token", device.loggedIn.completion());
    device.session.opened(device.now);
    device.answer(device.takeFrame("hello"), {{"serverTime", serverStart}, {"user", "mallory"}});
    EXPECT_EQ(device.loggedIn.code, code::invalidRequest);
}

TEST(Login, IsNotHeldUpByEventsThatGoOn) {
    Device device;
    device.loginUntilSync(0);
    device.receive(messageEvent(fromBob));  // the reply under way does not have it
    device.answerSync();
    EXPECT_EQ(device.loggedIn.ends, 1);
    device.answerSync({{"unread", 1}});  // asked again, because the number may have been off by it
    EXPECT_EQ(device.session.conversation("c2c_bob").unread, 1);
}

TEST(Connection, IsGivenUpWithoutAnAnswerToAPing) {
    Device device;
    device.login();
    device.pass(0);
    EXPECT_EQ(device.pings, 1) << "the first tells whether the server answers pings";
    device.ponging = false;
    device.pass(39'999);
    EXPECT_EQ(device.pings, 2);
    EXPECT_EQ(device.timesDisconnected, 0);
    device.pass(1);
    EXPECT_EQ(device.timesDisconnected, 1) << "40 s after the last sign of life";
}

TEST(Connection, IsNotAliveForWhatWasSentBeforeTheLook) {
    Device device;
    device.login();
    device.pass(0);
    device.ponging = false;
    device.session.check(device.now);
    const int late = device.unanswered;
    device.session.check(device.now);
    device.session.ponged(device.now, late);
    device.receive(messageEvent(fromBob));
    device.pass(5'000);
    EXPECT_EQ(device.timesDisconnected, 1);
}

TEST(Connection, StaysWhereTheServerAnswersNoPingsButAHello) {
    Device device;
    device.ponging = false;
    device.login();
    device.pass(10'000);
    device.answerHello();
    device.pass(119'999);
    EXPECT_TRUE(device.sent.empty());
    device.pass(1);
    device.answerHello();
    EXPECT_EQ(device.pings, 1);
    EXPECT_EQ(device.timesDisconnected, 0);
}

TEST(Connection, IsGivenUpWhereNeitherAPingNorAHelloIsAnswered) {
    Device device;
    device.ponging = false;
    device.login();
    device.pass(20'000);
    EXPECT_EQ(device.timesDisconnected, 1);
}

TEST(Connection, IsAskedByHelloWhereThereAreNoPings) {
    Device device;
    device.pinging = false;
    device.login();
    for (int time = 0; time < 2; ++time) {
        device.pass(119'999);
        EXPECT_TRUE(device.sent.empty());
        device.pass(1);
        if (time == 0) device.answerHello();
    }
    device.takeFrame("hello");
    device.pass(10'000);
    EXPECT_EQ(device.timesDisconnected, 1);
    EXPECT_EQ(device.pings, 0);
}

TEST(Connection, IsKeptByAHelloWhenNothingElseWasSentForEightMinutes) {
    Device device;
    Result<int> read;
    device.login();
    for (int time = 0; time < 3; ++time) {
        device.pass(7 * 60'000);
        device.session.read(device.now, "c2c_bob", fromBob, read.completion());
        device.answer(device.takeFrame("read"), {{"unread", 0}});
    }
    EXPECT_TRUE(device.sent.empty());
    device.pass(8 * 60'000 - 1);
    EXPECT_TRUE(device.sent.empty());
    device.pass(60'000);
    device.answerHello();
}

TEST(Connection, IsNotAskedByHelloWhereTheServerSpeaks) {
    Device device;
    device.pinging = false;
    device.login();
    for (int time = 0; time < 3; ++time) {
        device.pass(119'999);
        device.receive({{"type", "later"}});
    }
    EXPECT_TRUE(device.sent.empty());
    device.pass(120'000);
    device.answerHello();
}

TEST(Connection, IsLookedAtWhenTheApplicationSaysSo) {
    Device device;
    device.login();
    device.pass(0);
    device.ponging = false;
    device.session.check(device.now);
    EXPECT_EQ(device.pings, 2);
    device.pass(5'000);
    EXPECT_EQ(device.timesDisconnected, 1);
    const int opens = device.opens;
    device.session.check(device.now);
    device.session.advance(device.now);
    EXPECT_GT(device.opens, opens) << "without waiting for the back-off";
}

TEST(Connection, ReconnectsWithABackOffThatGrowsToItsMaximum) {
    Device device;
    device.login();
    Milliseconds longest = 0;
    for (int repeat = 0; repeat < 40; ++repeat) {
        device.session.closed(device.now);
        const Milliseconds wait = device.session.deadline() - device.now;
        EXPECT_GE(wait, 0);
        EXPECT_LE(wait, 30'000);
        EXPECT_LE(wait, 500LL << std::min(repeat, 6));
        longest = std::max(longest, wait);
        device.pass(wait);
        EXPECT_EQ(device.opens, repeat + 2);
    }
    EXPECT_GT(longest, 15'000);
}

TEST(Connection, SaysHelloAgainEvery5To9Minutes) {
    Device device;
    device.login();
    const Milliseconds loggedIn = device.now;
    while (device.sent.empty()) device.pass(1'000);
    EXPECT_GE(device.now - loggedIn, 5 * 60'000);
    EXPECT_LE(device.now - loggedIn, 9 * 60'000);
    device.answerHello();
    EXPECT_TRUE(device.sent.empty());
    EXPECT_EQ(device.timesConnected, 1) << "only the first hello of a connection counts as connecting";
}

TEST(Connection, IsMadeAgainWhenTheHandshakeHangs) {
    Device device;
    device.login();
    device.session.closed(device.now);
    device.pass(500);
    EXPECT_EQ(device.opens, 2);
    device.pass(10'000 + 1'000);
    EXPECT_EQ(device.closes, 1);
    EXPECT_EQ(device.opens, 3);
}

TEST(Token, ThatIsRefusedIsReplacedByTheProvidersAndTheCallGoesOn) {
    Device device;
    device.login();
    Result<Message> result;
    device.send(result);
    const Json first = device.takeFrame("send");
    device.refuse(first, code::tokenExpired);
    EXPECT_EQ(device.tokensNeeded, 1);
    EXPECT_EQ(device.timesDisconnected, 1);
    device.session.tokenProvided(device.now, "new token");
    device.pass(500);
    EXPECT_EQ(device.lastToken, "new token");
    device.session.opened(device.now);
    device.answerHello();
    EXPECT_EQ(device.takeFrame("send"), first);
    EXPECT_TRUE(result.pending());
}

TEST(Token, ThatNobodyReplacesEndsEveryCall) {
    Device device;
    device.login();
    Result<Message> sending, later;
    device.send(sending);
    device.session.closed(device.now);
    device.pass(500);
    device.session.refused(device.now, 401);
    device.session.tokenProvided(device.now, std::nullopt);
    EXPECT_EQ(sending.code, code::tokenExpired);
    EXPECT_EQ(device.timesExpired, 1);
    device.send(later);
    EXPECT_EQ(later.code, code::tokenExpired);
    EXPECT_EQ(device.session.deadline(), never);
}

TEST(Kicked, EndsTheSessionSaysWhyAndDoesNotConnectAgainByItself) {
    for (const std::string reason : {"connection_limit", "administrator", "a reason of tomorrow"}) {
        Device device;
        device.login({{"messages", {message(fromBob)}}});
        Result<Message> sending, later;
        device.send(sending);
        device.receive({{"type", "kicked"}, {"reason", reason}});
        device.session.closed(device.now);
        EXPECT_EQ(device.kickedFor, std::vector<std::string>{reason});
        EXPECT_EQ(sending.code, code::notLoggedIn);
        device.send(later);
        EXPECT_EQ(later.code, code::notLoggedIn);
        EXPECT_EQ(device.session.deadline(), never) << "nothing is due, so it does not connect again";
        EXPECT_EQ(device.opens, 1);
        EXPECT_EQ(device.timesDisconnected, 0);
        EXPECT_EQ(device.timesExpired, 0);
        EXPECT_EQ(device.tokensNeeded, 0);
        EXPECT_EQ(device.session.messages("c2c_bob").size(), 1u) << "what was held is still shown";
        Result<Nothing> again;
        device.sent.clear();
        device.session.login(device.now, "alice", "token", again.completion());
        device.connect();
        EXPECT_TRUE(again.value.has_value()) << "a login by the application connects";
    }
}

TEST(Kicked, BeforeTheFirstSynchronisationEndsTheLogin) {
    Device device;
    device.session.login(device.now, "alice", "token", device.loggedIn.completion());
    device.session.opened(device.now);
    device.receive({{"type", "kicked"}, {"reason", "connection_limit"}});
    EXPECT_EQ(device.loggedIn.code, code::notLoggedIn);
    EXPECT_EQ(device.session.deadline(), never);
}

TEST(Kicked, WithoutAReasonIsIgnored) {
    Device device;
    device.login();
    device.receive({{"type", "kicked"}});
    device.receive({{"type", "kicked"}, {"reason", 7}});
    EXPECT_TRUE(device.kickedFor.empty());
    EXPECT_EQ(device.closes, 0);
}

TEST(Send, IsRepeatedWithTheSameMessageIdAndThenTimesOut) {
    Device device;
    device.login();
    Result<Message> result;
    device.send(result);
    const Json first = device.takeFrame("send");
    device.pass(10'000);
    EXPECT_EQ(device.takeFrame("send"), first);
    device.pass(10'000);
    EXPECT_EQ(device.takeFrame("send"), first);
    device.pass(10'000);
    EXPECT_EQ(result.code, code::requestTimedOut);
    device.takeFrame("sync");  // looks whether it was stored
    EXPECT_TRUE(device.sent.empty());
}

TEST(Send, OfAnAnswerNamesItsQuestionInEachAttemptAndFailsForGoodIfThatWasRecalled) {
    Device device;
    device.login();
    Result<Message> result;
    device.session.send(device.now, {"c2c_bob", textBody("42"), "", "", fromBob}, result.completion());
    EXPECT_EQ(device.takeFrame("send")["unlessRevoked"], fromBob);
    device.pass(10'000);
    const Json second = device.takeFrame("send");
    EXPECT_EQ(second["unlessRevoked"], fromBob);
    device.refuse(second, otherMessageRecalled);
    EXPECT_EQ(result.code, otherMessageRecalled);
    EXPECT_TRUE(device.session.messages("c2c_bob").empty());
    device.pass(60'000);
    EXPECT_TRUE(device.sent.empty()) << "it is not sent again";
}

TEST(Send, OfAnAnswerUnderAFreshMessageIdNamesItsQuestionToo) {
    Device device;
    device.login();
    Result<Message> result;
    device.session.send(device.now, {"c2c_bob", textBody("42"), "", "", fromBob}, result.completion());
    const Json first = device.takeFrame("send");
    device.refuse(first, code::staleMessageId, false, {{"serverTime", serverStart + 3'600'000}});
    const Json fresh = device.takeFrame("send");
    EXPECT_NE(fresh["messageId"], first["messageId"]);
    EXPECT_EQ(fresh["unlessRevoked"], fromBob);
    device.answerSend(fresh);
    ASSERT_EQ(device.session.messages("c2c_bob").size(), 1u);
    EXPECT_EQ(device.session.messages("c2c_bob")[0].unlessRevoked, "") << "it is a condition of this one send";
}

TEST(Send, EndsAlsoWithoutAnyConnection) {
    Device device;
    device.login();
    device.session.closed(device.now);
    Result<Message> result;
    device.send(result);
    device.pass(30'000);
    EXPECT_EQ(result.code, code::requestTimedOut);
}

TEST(Send, RefusesWhatTheServerWouldDropTheConnectionFor) {
    Device device;
    device.login();
    Result<Message> noObject, tooLarge, noId;
    device.session.send(device.now, {"c2c_bob", "[1]", "", ""}, noObject.completion());
    device.session.send(device.now, {"c2c_bob", textBody(std::string(20'000, 'x')), "", ""}, tooLarge.completion());
    device.session.send(device.now, {"c2c_bob", "{}", "not a ULID", ""}, noId.completion());
    EXPECT_EQ(noObject.code, code::invalidRequest);
    EXPECT_EQ(tooLarge.code, code::bodyTooLarge);
    EXPECT_EQ(noId.code, code::invalidRequest);
    EXPECT_TRUE(device.sent.empty());
}

TEST(Send, OfAStaleMessageIdIsNotTriedAgainOnceItsRecallWasAsked) {
    Device device;
    device.login();
    Result<Message> sending, revokeResult;
    const std::string id = device.send(sending);
    device.session.revoke(device.now, "c2c_bob", id, "", revokeResult.completion());
    const Json send = device.takeFrame("send");
    device.refuse(send, code::staleMessageId, false, {{"serverTime", serverStart + 3'600'000}});
    EXPECT_EQ(sending.code, code::staleMessageId);
    EXPECT_EQ(device.takeFrame("revoke")["unsent"], true);
    EXPECT_TRUE(device.sent.empty()) << "the message that its author took back must not go out under another ID";
}

TEST(Send, IsNotReportedAsANewMessageWhenItComesBackBeforeItsReply) {
    Device device;
    device.login();
    Result<Message> result;
    const std::string id = device.send(result);
    device.receive(messageEvent(id, "alice"));
    EXPECT_TRUE(device.receivedMessages.empty());
    device.answerSend(device.takeFrame("send"));
    EXPECT_EQ(result.ends, 1);
    EXPECT_EQ(device.session.messages("c2c_bob").size(), 1u);
}

TEST(Recall, LeavesATombstoneAtOnceAndIsNotReportedToTheListener) {
    Device device;
    device.login();
    Result<Message> sent, revoked;
    const std::string id = device.send(sent);
    device.answerSend(device.takeFrame("send"));
    device.session.revoke(device.now, "c2c_bob", id, "typo", revoked.completion());
    const Json request = device.takeFrame("revoke");
    EXPECT_EQ(request["reason"], "typo");
    EXPECT_FALSE(request.contains("unsent"));
    device.receive(revokedEvent(id, "alice", "alice"));  // it overtakes the reply after a reconnect
    device.answer(request, device.revokedBySelf(request));
    ASSERT_TRUE(revoked.value);
    EXPECT_EQ(revoked.value->revoked->by, "alice");
    EXPECT_TRUE(device.session.messages("c2c_bob")[0].body.empty());
    EXPECT_TRUE(device.revokedMessages.empty());
}

TEST(Recall, OfAMessageWhoseSendTimedOutSaysUnsent) {
    Device device;
    device.login();
    Result<Message> sent, revoked;
    const std::string id = device.send(sent);
    device.pass(30'000);
    device.sent.clear();
    device.session.revoke(device.now, "c2c_bob", id, "", revoked.completion());
    EXPECT_EQ(device.takeFrame("revoke")["unsent"], true);
}

TEST(Recall, IsRefusedWithoutAskingOnlyTwoSecondsAfterTheWindow) {
    Device device;
    device.login();
    Result<Message> sent, inTime, late;
    const std::string id = device.send(sent);
    device.answerSend(device.takeFrame("send"));
    device.pass(121'900);
    device.session.revoke(device.now, "c2c_bob", id, "", inTime.completion());
    device.refuse(device.takeFrame("revoke"), 20016);
    EXPECT_EQ(inTime.code, 20016) << "the server says it";
    device.pass(200);
    device.session.revoke(device.now, "c2c_bob", id, "", late.completion());
    EXPECT_EQ(late.code, code::recallWindowExpired);
    EXPECT_TRUE(device.sent.empty());
}

TEST(Recall, ThatOvertakesItsMessageWins) {
    Device device;
    device.login();
    device.receive(revokedEvent(fromBob));
    device.answerSync();
    device.receive(messageEvent(fromBob));
    EXPECT_TRUE(device.receivedMessages.empty());
    ASSERT_EQ(device.revokedMessages.size(), 1u);
    ASSERT_EQ(device.session.messages("c2c_bob").size(), 1u);
    EXPECT_TRUE(device.session.messages("c2c_bob")[0].revoked);
    EXPECT_EQ(device.session.messages("c2c_bob")[0].body, "");
}

TEST(Recall, IsReportedOnceHoweverOftenItComes) {
    Device device;
    device.login();
    device.receive(messageEvent(fromBob));
    for (int repeat = 0; repeat < 3; ++repeat) device.receive(revokedEvent(fromBob));
    device.session.closed(device.now);
    device.pass(500);
    device.connect({{"revocations", {revocation(fromBob)}}});
    EXPECT_EQ(device.receivedMessages.size(), 1u);
    EXPECT_EQ(device.revokedMessages.size(), 1u);
}

TEST(Recall, ThatAnotherMadeFirstIsReportedAndTheOwnCallFails) {
    Device device;
    device.login();
    Result<Message> sent, revoked;
    const std::string id = device.send(sent);
    device.answerSend(device.takeFrame("send"));
    device.session.revoke(device.now, "c2c_bob", id, "", revoked.completion());
    device.receive(revokedEvent(id, "admin", "alice"));
    device.refuse(device.takeFrame("revoke"), code::alreadyRecalled);
    EXPECT_EQ(revoked.code, code::alreadyRecalled);
    EXPECT_EQ(device.revokedMessages.size(), 1u);
}

TEST(History, ShowsATombstoneForWhatIsKnownToBeRecalled) {
    Device device;
    device.login();
    device.receive(revokedEvent(fromBob));
    device.answerSync();
    Result<std::vector<Message>> page;
    device.session.history(device.now, "c2c_bob", "", 10, page.completion());
    device.answerSync({{"messages", {message(beforeBob), message(fromBob)}}});
    ASSERT_TRUE(page.value);
    ASSERT_EQ(page.value->size(), 2u);
    EXPECT_NE((*page.value)[0].body, "");
    EXPECT_EQ((*page.value)[1].body, "");
    EXPECT_TRUE(device.receivedMessages.empty());
}

TEST(Gateway, FramesMakeEveryOutstandingRequestRepeatButNoMoreThanThreeTimes) {
    Device device;
    device.login();
    Result<Message> result;
    device.send(result);
    const Json first = device.takeFrame("send");
    for (int repeat = 0; repeat < 1'000; ++repeat) {
        device.receive({{"message", "Internal server error"}});
        device.pass(1);
    }
    device.pass(2'000);
    EXPECT_EQ(device.sent.size(), 2u);
    device.answerSend(first);
    EXPECT_EQ(result.ends, 1);
    EXPECT_EQ(result.code, 0);
}

TEST(Synchronisation, TriesAConversationAgainThatFailedForAWhileAndGivesUpOnOneThatIsGone) {
    Device device;
    device.session.login(device.now, "alice", "token", device.loggedIn.completion());
    device.session.opened(device.now);
    device.answerHello();
    device.answer(device.takeFrame("conversations"),
                  {{"conversations", {{{"conversation", "c2c_bob"}}, {{"conversation", "group_gone"}}}}});
    const auto refused = [](const char* id, int code, bool retryable) {
        return Json{{"conversation", id}, {"error", {{"code", code}, {"name", "x"}, {"desc", "y"}, {"retryable", retryable}}}};
    };
    device.answer(device.takeFrame("sync"), {{"conversations", {refused("c2c_bob", code::unavailable, true),
                                                                refused("group_gone", code::conversationNotFound, false)}}});
    EXPECT_TRUE(device.loggedIn.pending());
    device.pass(500);
    device.answerSync();
    EXPECT_EQ(device.loggedIn.ends, 1);
    EXPECT_EQ(device.session.conversations().size(), 1u);
}

TEST(Logout, ForgetsEverythingAndEndsEveryCall) {
    Device device;
    device.login({{"messages", {message(fromBob)}}});
    Result<Message> sending, later;
    device.send(sending);
    device.session.logout(device.now);
    EXPECT_EQ(sending.code, code::notLoggedIn);
    EXPECT_TRUE(device.session.messages("c2c_bob").empty());
    device.send(later);
    EXPECT_EQ(later.code, code::notLoggedIn);
    EXPECT_EQ(device.timesDisconnected, 0);
}

}  // namespace recall::test

// What outlives the program, against a network that is a script.
#include "device.h"
#include "disk.h"

namespace recall::test {
namespace {

class Stored : public testing::Test {
protected:
    // A program that was killed, and what it sent before.
    std::unique_ptr<Device> start() { return std::make_unique<Device>(disk); }

    // The same program later, before it has a connection.
    std::unique_ptr<Device> startAgain(Milliseconds later = 60'000) {
        auto device = start();
        device->now += later;
        device->session.login(device->now, "alice", "token", device->loggedIn.completion());
        return device;
    }

    const std::shared_ptr<Disk> disk = std::make_shared<Disk>();
};

std::string numbered(int number) {
    const std::string digits = std::to_string(number);
    return "01" + std::string(24 - digits.size(), '0') + digits;
}

}  // namespace

TEST_F(Stored, AColdStartShowsTheListAndTheMessagesWithoutANetwork) {
    auto device = start();
    device->login({{"messages", {message(fromBob), message(alsoFromBob)}}, {"revocations", {revocation(alsoFromBob)}}, {"unread", 1}});
    device->pass(2'000);
    device = startAgain();
    ASSERT_EQ(device->session.conversations().size(), 1u);
    EXPECT_EQ(device->session.conversations()[0].unread, 1);
    const auto messages = device->session.messages("c2c_bob");
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_EQ(textOfBody(messages[0].body), "secret");
    EXPECT_TRUE(messages[1].revoked);
    EXPECT_TRUE(device->sent.empty());
}

TEST_F(Stored, SynchronisesFromTheStoredCursorAndTellsWhatIsNew) {
    auto device = start();
    device->login({{"messages", {message(fromBob)}}, {"cursor", "the last"}});
    device->pass(2'000);
    device = startAgain();
    device->session.opened(device->now);
    device->answerHello();
    device->answer(device->takeFrame("conversations"), {{"conversations", Json::array()}});
    EXPECT_EQ(device->sent.front()["conversations"][0], Json({{"conversation", "c2c_bob"}, {"cursor", "the last"}}));
    device->answerSync({{"messages", {message(fromBob), message(alsoFromBob)}}, {"revocations", {revocation(fromBob)}}});
    ASSERT_EQ(device->receivedMessages.size(), 1u) << "what was stored is not new";
    EXPECT_EQ(device->receivedMessages[0].messageId, alsoFromBob);
    ASSERT_EQ(device->revokedMessages.size(), 1u);
    EXPECT_EQ(device->revokedMessages[0].messageId, fromBob);
}

TEST_F(Stored, ARecalledTextIsGoneBeforeTheApplicationIsTold) {
    struct Watcher : Device {
        using Device::Device;
        void revoked(const Message& tombstone) override {
            wasStored = disk->holds("secret");
            Device::revoked(tombstone);
        }
        std::shared_ptr<Disk> disk;
        bool wasStored = true;
    } device(disk);
    device.disk = disk;
    device.login();
    device.receive(messageEvent(fromBob));
    device.pass(2'000);
    EXPECT_TRUE(disk->holds("secret"));
    device.receive(revokedEvent(fromBob));
    EXPECT_EQ(device.revokedMessages.size(), 1u);
    EXPECT_FALSE(device.wasStored);
}

TEST_F(Stored, AnUnsentMessageIsSentAgainWithItsMessageIdAndTold) {
    auto device = start();
    device->login();
    Result<Message> nobodyWaits;
    const std::string id = device->send(nobodyWaits);
    device = startAgain();
    device->connect();
    const Json again = device->takeFrame("send");
    EXPECT_EQ(again["messageId"], id);
    EXPECT_EQ(again["body"]["text"], "hi");
    device->answerSend(again);
    ASSERT_EQ(device->receivedMessages.size(), 1u);
    EXPECT_EQ(device->receivedMessages[0].messageId, id);
    device = startAgain();
    device->connect();
    EXPECT_TRUE(device->sent.empty()) << "once";
    EXPECT_EQ(device->session.messages("c2c_bob").size(), 1u);
}

TEST_F(Stored, AnUnsentMessageThatTheServerHasIsNotSentAgain) {
    auto device = start();
    device->login();
    Result<Message> nobodyWaits;
    const std::string id = device->send(nobodyWaits);
    device = startAgain();
    device->connect({{"messages", {message(id, "alice")}}});
    EXPECT_TRUE(device->sent.empty());
    EXPECT_EQ(device->receivedMessages.size(), 1u);
}

TEST_F(Stored, AMessageThatNeverLeftIsSentWithAFreshMessageIdWhenItsOwnIsTooOld) {
    auto device = start();
    device->login();
    device->session.closed(device->now);
    Result<Message> nobodyWaits;
    const std::string id = device->send(nobodyWaits);
    device = startAgain();
    device->connect();
    device->refuse(device->takeFrame("send"), code::staleMessageId, false, {{"serverTime", serverStart + 3'600'000}});
    const Json fresh = device->takeFrame("send");
    EXPECT_NE(fresh["messageId"], id);
    EXPECT_EQ(fresh["body"]["text"], "hi");
    EXPECT_TRUE(device->unsentFailures.empty());
}

TEST_F(Stored, AMessageThatMayHaveLeftIsReportedWhenItsMessageIdIsTooOld) {
    auto device = start();
    device->login();
    device->session.closed(device->now);
    Result<Message> nobodyWaits;
    const std::string id = device->send(nobodyWaits);
    device->pass(500);
    device->session.opened(device->now);
    device->answerHello();
    EXPECT_EQ(device->takeFrame("send")["messageId"], id);
    device = startAgain();
    device->connect();
    device->refuse(device->takeFrame("send"), code::staleMessageId, false, {{"serverTime", serverStart + 3'600'000}});
    EXPECT_TRUE(device->sent.empty());
    ASSERT_EQ(device->unsentFailures.size(), 1u);
    EXPECT_EQ(device->unsentFailures[0], std::make_pair(id, int{code::staleMessageId}));
    device = startAgain();
    EXPECT_EQ(device->session.unsent("c2c_bob")[0].failed, code::staleMessageId);
    device->connect();
    EXPECT_TRUE(device->sent.empty()) << "it is kept, and not sent by itself";
}

TEST_F(Stored, AnAnswerWithoutAReplyKeepsItsConditionSoThatItDoesNotAnswerWhatWasRecalledMeanwhile) {
    auto device = start();
    device->login();
    Result<Message> nobodyWaits;
    const std::string id = device->session.send(device->now, {"c2c_bob", textBody("42"), "", "", fromBob}, nobodyWaits.completion());
    device = startAgain();
    device->connect();
    const Json again = device->takeFrame("send");
    EXPECT_EQ(again["messageId"], id);
    EXPECT_EQ(again["unlessRevoked"], fromBob);
    device->refuse(again, otherMessageRecalled);
    ASSERT_EQ(device->unsentFailures.size(), 1u);
    EXPECT_EQ(device->unsentFailures[0], std::make_pair(id, int{otherMessageRecalled}));
    device = startAgain();
    ASSERT_EQ(device->session.unsent("c2c_bob").size(), 1u);
    EXPECT_EQ(device->session.unsent("c2c_bob")[0].message.unlessRevoked, fromBob) << "the application can send it again as it is";
    device->connect();
    EXPECT_TRUE(device->sent.empty());
}

TEST_F(Stored, AnUnsentRecallIsRepeatedWithItsReason) {
    auto device = start();
    device->login({{"messages", {message(beforeBob, "alice")}}});
    Result<Message> nobodyWaits;
    device->session.revoke(device->now, "c2c_bob", beforeBob, "wrong chat", nobodyWaits.completion());
    device = startAgain();
    device->connect();
    const Json again = device->takeFrame("revoke");
    EXPECT_EQ(again["messageId"], beforeBob);
    EXPECT_EQ(again["reason"], "wrong chat");
    EXPECT_FALSE(again.contains("unsent"));
    device->answer(again, device->revokedBySelf(again));
    EXPECT_EQ(device->revokedMessages.size(), 1u);
    EXPECT_FALSE(disk->holds("secret"));
    EXPECT_FALSE(disk->holds("wrong chat"));
}

TEST_F(Stored, AMessageThatWasRecalledBeforeItWasSentStaysRecalled) {
    auto device = start();
    device->login();
    device->session.closed(device->now);
    Result<Message> sending, recalling;
    const std::string id = device->send(sending, "never to be seen");
    device->session.revoke(device->now, "c2c_bob", id, "", recalling.completion());
    EXPECT_FALSE(disk->holds("never to be seen"));
    device = startAgain();
    device->connect();
    const Json recall = device->takeFrame("revoke");
    EXPECT_EQ(recall["messageId"], id);
    EXPECT_EQ(recall["unsent"], true);
    EXPECT_TRUE(device->sent.empty()) << "the message is not sent";
    device->answer(recall, device->revokedBySelf(recall));
    EXPECT_TRUE(device->sent.empty());
    EXPECT_EQ(device->session.messages("c2c_bob").size(), 1u);
    EXPECT_TRUE(device->session.messages("c2c_bob")[0].revoked);
}

TEST_F(Stored, ARecallThatOvertookItsMessageLeavesNoText) {
    auto device = start();
    device->login();
    Result<Message> sending, recalling;
    const std::string id = device->send(sending, "never to be seen");
    device->session.revoke(device->now, "c2c_bob", id, "", recalling.completion());
    const Json send = device->takeFrame("send"), recall = device->takeFrame("revoke");
    device->answer(recall, device->revokedBySelf(recall));
    EXPECT_EQ(recalling.ends, 1);
    EXPECT_FALSE(disk->holds("never to be seen"));
    device->refuse(send, code::alreadyRecalled);
    EXPECT_FALSE(disk->holds("never to be seen"));
}

TEST_F(Stored, ARecallByAnotherDeviceBeforeTheAnswerLeavesNoText) {
    auto device = start();
    device->login();
    Result<Message> sending;
    const std::string id = device->send(sending, "never to be seen");
    const Json send = device->takeFrame("send");
    device->receive(revokedEvent(id, "alice", "alice"));
    EXPECT_EQ(device->revokedMessages.size(), 1u);
    EXPECT_FALSE(disk->holds("never to be seen"));
    device->answerSend(send);
    EXPECT_EQ(sending.ends, 1);
    EXPECT_FALSE(disk->holds("never to be seen"));
}

TEST_F(Stored, ASendThatFailedForItsCallerIsKeptAndSentAgainOnlyByTheApplication) {
    auto device = start();
    device->login();
    Result<Message> sending;
    const std::string id = device->send(sending);
    device->pass(60'000);
    EXPECT_EQ(sending.code, code::requestTimedOut);
    device = startAgain();
    ASSERT_EQ(device->session.unsent("c2c_bob").size(), 1u);
    EXPECT_EQ(device->session.unsent("c2c_bob")[0].failed, code::requestTimedOut);
    device->connect();
    EXPECT_TRUE(device->sent.empty()) << "the caller was told, and decides";
    Result<Message> again;
    device->session.send(device->now, {"c2c_bob", textBody("hi"), id, ""}, again.completion());
    device->answerSend(device->takeFrame("send"));
    EXPECT_TRUE(again.value);
    EXPECT_TRUE(device->session.unsent("c2c_bob").empty());
    EXPECT_TRUE(device->receivedMessages.empty()) << "the caller has the result";
}

TEST_F(Stored, ASendThatFailedAndReachedTheServerIsNoLongerUnsent) {
    auto device = start();
    device->login();
    Result<Message> sending;
    const std::string id = device->send(sending);
    device->session.logout(device->now);
    EXPECT_EQ(sending.code, code::notLoggedIn);
    EXPECT_EQ(disk->releases, 1);
    device = startAgain();
    EXPECT_EQ(device->session.unsent("c2c_bob")[0].failed, code::notLoggedIn);
    device->connect({{"messages", {message(id, "alice")}}});
    EXPECT_TRUE(device->session.unsent("c2c_bob").empty());
}

TEST_F(Stored, AnyAnswerToTheRecallOfAnUnsentMessageRemovesIt) {
    auto device = start();
    device->login();
    Result<Message> sending, recalling;
    const std::string id = device->send(sending);
    device->pass(60'000);
    device = startAgain();
    device->connect();
    device->session.revoke(device->now, "c2c_bob", id, "", recalling.completion());
    const Json recall = device->takeFrame("revoke");
    EXPECT_EQ(recall["unsent"], true);
    device->refuse(recall, code::staleMessageId);
    EXPECT_EQ(recalling.code, code::staleMessageId);
    EXPECT_TRUE(device->session.unsent("c2c_bob").empty());
}

TEST_F(Stored, AResumedMessageWaitsForAConnectionAsLongAsItTakes) {
    auto device = start();
    device->login();
    Result<Message> sending;
    const std::string id = device->send(sending);
    device = startAgain();
    device->connect();
    device->takeFrame("send");
    device->session.closed(device->now);
    device->pass(120'000);
    device->sent.clear();
    device->session.check(device->now);
    device->session.advance(device->now);
    device->session.opened(device->now);
    device->answerHello();
    const Json again = device->takeFrame("send");
    EXPECT_EQ(again["messageId"], id);
    EXPECT_TRUE(device->unsentFailures.empty());
}

TEST_F(Stored, ALogoutKeepsWhatIsStoredAndClearingRemovesIt) {
    auto device = start();
    device->login();
    device->receive(messageEvent(fromBob));
    device->session.logout(device->now);
    EXPECT_TRUE(device->session.messages("c2c_bob").empty());
    EXPECT_TRUE(disk->holds("secret"));
    device = startAgain();
    EXPECT_EQ(device->session.messages("c2c_bob").size(), 1u);
    Result<Nothing> cleared;
    device->session.clearStorage(device->now, "alice", cleared.completion());
    EXPECT_EQ(cleared.code, 0);
    EXPECT_EQ(device->loggedIn.code, code::notLoggedIn);
    EXPECT_TRUE(disk->documents.empty());
}

TEST_F(Stored, AMessageInAConversationWithoutACursorIsRememberedBeforeItIsTold) {
    auto device = start();
    device->session.login(device->now, "alice", "token", device->loggedIn.completion());
    device->session.opened(device->now);
    device->answerHello();
    device->answer(device->takeFrame("conversations"), {{"conversations", Json::array()}});
    device->receive(messageEvent(fromBob));
    ASSERT_EQ(device->receivedMessages.size(), 1u);
    EXPECT_TRUE(disk->holds(fromBob));
    device = startAgain();
    device->connect({{"revocations", {revocation(fromBob)}}});
    EXPECT_EQ(device->revokedMessages.size(), 1u) << "the application knows the message";
}

TEST_F(Stored, TheFirstSynchronisationStaysHistoryIfTheProgramIsKilledInIt) {
    auto device = start();
    device->session.login(device->now, "alice", "token", device->loggedIn.completion());
    device->session.opened(device->now);
    device->answerHello();
    device->answer(device->takeFrame("conversations"), {{"conversations", {{{"conversation", "c2c_bob"}, {"unread", 1}, {"lastChangeAt", 7}}}}});
    device->pass(2'000);
    EXPECT_TRUE(disk->holds("c2c_bob"));
    device = startAgain();
    device->connect({{"messages", {message(fromBob)}}});
    EXPECT_TRUE(device->receivedMessages.empty());
}

TEST_F(Stored, ManyMessagesAreOneWrite) {
    auto device = start();
    device->login();
    device->pass(2'000);
    const int before = disk->writes;
    for (int number = 1; number <= 50; ++number) device->receive(messageEvent(numbered(number)));
    EXPECT_EQ(disk->writes, before);
    device->pass(2'000);
    EXPECT_EQ(disk->writes, before + 1);
    device->pass(60'000);
    EXPECT_EQ(disk->writes, before + 1) << "and nothing is written that did not change";
}

TEST_F(Stored, OfALongConversationTheNewest200MessagesAreStored) {
    auto device = start();
    device->login();
    for (int number = 1; number <= 500; ++number) device->receive(messageEvent(numbered(number)));
    device->pass(2'000);
    device = startAgain();
    const auto messages = device->session.messages("c2c_bob");
    ASSERT_EQ(messages.size(), 200u);
    EXPECT_EQ(messages.back().messageId, numbered(500));
    device->connect({{"messages", {message(numbered(1))}}});
    EXPECT_TRUE(device->receivedMessages.empty()) << "one that is not stored any more is still known";
}

TEST_F(Stored, ADocumentThatCannotBeReadIsDroppedAndFetchedAgain) {
    auto device = start();
    device->login({{"messages", {message(fromBob)}}});
    device->pass(2'000);
    const std::string good = disk->documents["alice"]["c2c_bob"];
    Json newer = Json::parse(good);
    newer["version"] = 2;
    Json another = Json::parse(good);
    another["conversation"] = "c2c_carol";
    for (const std::string& bad : {std::string(), std::string("[]"), good.substr(0, good.size() / 2), newer.dump(), another.dump()}) {
        disk->documents["alice"]["c2c_bob"] = bad;
        device = startAgain();
        EXPECT_TRUE(device->session.conversations().empty()) << bad;
        EXPECT_TRUE(disk->documents["alice"].empty()) << "it may hold a text";
        EXPECT_TRUE(device->storageFailures.empty());
        device->connect({{"messages", {message(fromBob)}}});
        EXPECT_EQ(device->session.messages("c2c_bob").size(), 1u);
    }
}

TEST_F(Stored, ADiskThatFailsIsToldOnceAndStopsNoMessage) {
    auto device = start();
    device->login();
    disk->broken = true;
    Result<Message> first, second;
    device->send(first);
    device->answerSend(device->takeFrame("send"));
    device->send(second);
    device->answerSend(device->takeFrame("send"));
    device->receive(messageEvent(fromBob));
    device->pass(10'000);
    EXPECT_TRUE(first.value && second.value);
    EXPECT_EQ(device->receivedMessages.size(), 1u);
    ASSERT_EQ(device->storageFailures.size(), 1u);
    disk->broken = false;
    device->pass(60'000);
    EXPECT_TRUE(disk->holds("secret")) << "it is tried again";
}

TEST_F(Stored, ARecalledTextIsGoneAlsoFromADiskThatIsFull) {
    auto device = start();
    device->login();
    device->receive(messageEvent(fromBob));
    device->pass(2'000);
    disk->full = true;
    device->receive(revokedEvent(fromBob));
    EXPECT_FALSE(disk->holds("secret"));
    EXPECT_EQ(device->storageFailures.size(), 1u);
    disk->full = false;
    device->pass(60'000);
    EXPECT_TRUE(disk->holds(fromBob)) << "as a tombstone";
}

TEST_F(Stored, ADiskThatCannotBeReadIsToldAndTheLoginSucceeds) {
    disk->broken = true;
    auto device = start();
    device->login();
    EXPECT_EQ(device->storageFailures.size(), 1u);
    disk->broken = false;
    device->receive(messageEvent(fromBob));
    device->pass(60'000);
    EXPECT_TRUE(disk->documents.empty()) << "what was not loaded is not written over";
}

TEST_F(Stored, AConversationThatTheUserLeftIsRemoved) {
    auto device = start();
    device->login({{"messages", {message(fromBob)}}});
    device->pass(2'000);
    device->receive({{"type", "conversation"}, {"conversation", "c2c_bob"}, {"change", "left"}, {"user", "alice"}});
    EXPECT_TRUE(disk->documents["alice"].empty());
}

}  // namespace recall::test

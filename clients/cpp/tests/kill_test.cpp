// A device that is killed at one of its writes, before or after it, and started again: nothing is lost, and no recalled text is left.
#include "device.h"
#include "disk.h"
#include "server.h"

namespace recall::test {
namespace {

class Life {
public:
    // Lives until it is killed at that write, or to the end. Returns whether it was killed.
    bool live(int killAtWrite, bool afterwards) {
        disk->killAtWrite = killAtWrite;
        disk->killAfterwards = afterwards;
        try {
            run();
            disk->killAtWrite = 0;
            return false;
        } catch (const Killed&) {
            disk->killAtWrite = 0;
            return true;
        }
    }

    // The same program afterwards: it shows what it has, then it connects.
    void startAgain() {
        auto again = std::make_unique<Device>(disk);
        again->now = device->now + 60'000;
        again->session.login(again->now, "alice", "token", again->loggedIn.completion());
        for (const Message& message : again->session.messages("c2c_bob")) {
            EXPECT_TRUE(message.revoked || toldRecalled.count(message.messageId) == 0) << "the application knows that it was recalled";
        }
        server.connect(*again);
        EXPECT_EQ(again->loggedIn.code, 0);
        EXPECT_TRUE(again->unsentFailures.empty());
        device = std::move(again);
        device->pass(5'000);
    }

    // What must hold at every moment after a kill: what the application knows to be recalled is not on the disk.
    void checkDisk() {
        for (const Message& message : device->revokedMessages) toldRecalled.insert(message.messageId);
        for (const std::string& id : toldRecalled) {
            EXPECT_FALSE(texts.count(id) > 0 && disk->holds(texts[id])) << texts[id];
        }
    }

    // What must hold after everything was resumed.
    void checkEnd() {
        for (const std::string& id : sent) EXPECT_EQ(server.messages().count(id), 1u) << "a message was lost: " << texts[id];
        for (const std::string& id : recalled) {
            EXPECT_TRUE(server.messages().at(id).contains("revoked")) << "a recall was lost: " << texts[id];
        }
        std::map<std::string, Message> held;
        for (const Message& message : device->session.messages("c2c_bob")) held[message.messageId] = message;
        EXPECT_EQ(held.size(), server.messages().size());
        for (const auto& [id, message] : server.messages()) {
            ASSERT_EQ(held.count(id), 1u) << texts[id];
            EXPECT_EQ(held[id].revoked.has_value(), message.contains("revoked")) << texts[id];
            EXPECT_EQ(held[id].body, message.contains("body") ? message["body"].dump() : "");
            EXPECT_FALSE(message.contains("revoked") && texts.count(id) > 0 && disk->holds(texts[id])) << texts[id];
        }
        EXPECT_FALSE(disk->holds("\"left\""));
    }

    const std::shared_ptr<Disk> disk = std::make_shared<Disk>();
    Server server;
    std::unique_ptr<Device> device = std::make_unique<Device>(disk);
    std::set<std::string> sent, recalled, toldRecalled;  // what the application asked for, and what it was told
    std::map<std::string, std::string> texts;

private:
    void run() {
        texts = {{fromBob, "first of bob"}, {alsoFromBob, "second of bob"}, {beforeBob, "before all"}};
        server.bobSends(beforeBob, texts[beforeBob], nullptr);
        device->session.login(device->now, "alice", "token", device->loggedIn.completion());
        server.connect(*device);
        device->pass(2'000);

        server.bobSends(fromBob, texts[fromBob], device.get());
        const std::string first = send("first of alice");
        server.answerAll(*device);
        server.bobRecalls(fromBob, device.get());
        device->pass(2'000);
        recall(first);
        server.answerAll(*device);

        // The recall overtakes its message.
        const std::string overtaken = send("overtaken");
        recall(overtaken);
        std::swap(device->sent.front(), device->sent.back());
        server.answerAll(*device);

        // The message is stored, and its answer is lost with the connection.
        send("without an answer");
        const Json lost = device->sent.front();
        Device elsewhere;
        elsewhere.sent = {lost};
        server.answerAll(elsewhere);
        device->sent.clear();
        device->session.closed(device->now);

        send("without a connection");
        recall(send("recalled without a connection"));
        server.bobSends(alsoFromBob, texts[alsoFromBob], nullptr);
        server.bobRecalls(beforeBob, nullptr);
        device->pass(1'000);
        server.connect(*device);
        device->pass(2'000);

        send("last");
    }

    std::string send(const std::string& text) {
        calls_.push_back(std::make_unique<Result<Message>>());
        const std::string id = device->send(*calls_.back(), text);
        texts[id] = text;
        sent.insert(id);
        return id;
    }

    void recall(const std::string& id) {
        device->session.revoke(device->now, "c2c_bob", id, "",
                               {[this, id](const Message&) { toldRecalled.insert(id); }, [](const Error&) { ADD_FAILURE(); }});
        recalled.insert(id);
    }

    std::vector<std::unique_ptr<Result<Message>>> calls_;
};

}  // namespace

TEST(Kill, AtEveryWriteLosesNothingAndLeavesNoRecalledText) {
    int kills = 0;
    for (int write = 1;; ++write) {
        bool killed = false;
        for (const bool afterwards : {false, true}) {
            SCOPED_TRACE("killed " + std::string(afterwards ? "after" : "before") + " write " + std::to_string(write));
            Life life;
            killed = life.live(write, afterwards);
            life.checkDisk();
            life.startAgain();
            life.checkDisk();
            life.checkEnd();
            kills += killed;
            if (testing::Test::HasFailure()) return;
        }
        if (!killed) break;
    }
    EXPECT_GT(kills, 30);
}

// The second start is killed too, at each of its writes.
TEST(Kill, OfTheProgramThatGoesOnLosesNothingEither) {
    for (const int write : {4, 8, 12, 16}) {
        for (int again = 1;; ++again) {
            SCOPED_TRACE("killed at write " + std::to_string(write) + " and then at write " + std::to_string(again));
            Life life;
            ASSERT_TRUE(life.live(write, true));
            life.disk->writes = 0;
            life.disk->killAtWrite = again;
            bool killed = false;
            try {
                life.startAgain();
            } catch (const Killed&) {
                killed = true;
            }
            life.disk->killAtWrite = 0;
            life.startAgain();
            life.checkDisk();
            life.checkEnd();
            if (testing::Test::HasFailure()) return;
            if (!killed) break;
        }
    }
}

}  // namespace recall::test

// Files on their way, with a network that is a script.
#include "client/client.h"
#include "device.h"
#include "stack.h"

namespace recall::test {
namespace {

constexpr char first[] = "01HF7YAT0000000000000000A1";

// Keeps what the client sent and the events of its connection and of its HTTP requests, which the test calls.
class Network {
public:
    ConnectionEvents connection;
    std::vector<HttpRequest> requests;
    std::vector<HttpEvents> http;
    int cancelled = 0;
    std::vector<Json> sent;

    Json take(const std::string& action) {
        if (sent.empty() || sent.front()["action"] != action) {
            ADD_FAILURE() << "the client did not send " << action;
            return Json::object();
        }
        Json frame = sent.front();
        sent.erase(sent.begin());
        return frame;
    }
    void answer(const Json& request, Json fields) {
        Json reply{{"type", "reply"}, {"action", request["action"]}, {"id", request["id"]}, {"ok", true}};
        reply.update(fields);
        connection.received(reply.dump());
    }
    void bobRecalls() { connection.received(revokedEvent(fromBob).dump()); }
};

class ScriptedConnection final : public Connection {
public:
    explicit ScriptedConnection(Network& network) : network_(network) {}
    void send(const std::string& text) override { network_.sent.push_back(Json::parse(text)); }
    void ping(int) override {}
    bool hasPings() const override { return false; }
    void close() override {}

private:
    Network& network_;
};

class ScriptedExchange final : public Exchange {
public:
    explicit ScriptedExchange(Network& network) : network_(network) {}
    void cancel() override { ++network_.cancelled; }

private:
    Network& network_;
};

class ScriptedTransport final : public Transport {
public:
    explicit ScriptedTransport(Network& network) : network_(network) {}
    std::unique_ptr<Connection> connect(const std::string&, const std::string&, ConnectionEvents events) override {
        network_.connection = std::move(events);
        return std::make_unique<ScriptedConnection>(network_);
    }
    std::unique_ptr<Exchange> exchange(HttpRequest request, HttpEvents events) override {
        network_.requests.push_back(std::move(request));
        network_.http.push_back(std::move(events));
        return std::make_unique<ScriptedExchange>(network_);
    }

private:
    Network& network_;
};

class Attachments : public testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directory(std::filesystem::u8path(folder.path()));
        client.login("alice", "token", done<Nothing>());
        network.connection.opened();
        network.answer(network.take("hello"), {{"serverTime", serverStart}, {"user", "alice"}, {"maxAttachmentBytes", 1'000}});
        network.answer(network.take("conversations"), {{"conversations", Json::array()}});
        ASSERT_EQ(results.next(), "success");
    }

    template <typename Value>
    Completion<Value> done() {
        return {[this](const Value&) { results.add("success"); },
                [this](const Error& error) { results.add("error " + std::to_string(error.code)); }};
    }
    Progress progress() {
        return [this](std::int64_t done, std::int64_t size) {
            results.add(std::to_string(done) + " of " + std::to_string(size));
        };
    }
    std::string path(const std::string& name) const { return folder.path() + "/" + name; }
    std::string file(const std::string& name, const std::string& content) const {
        std::ofstream(std::filesystem::u8path(path(name)), std::ios::binary) << content;
        return path(name);
    }
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::u8path(folder.path()))) {
            names.push_back(entry.path().filename().u8string());
        }
        return names;
    }

    // A download of a message of bob's, of which 3 of 6 bytes have come.
    void downloadHalf() {
        network.connection.received(messageEvent(fromBob).dump());
        client.download("c2c_bob", fromBob, first, path("cat.png"), progress(), done<Nothing>());
        if (!network.sent.empty() && network.sent.front()["action"] == "sync") network.take("sync");
        network.answer(network.take("download"), {{"url", "http://bucket/1"}});
        ASSERT_EQ(network.http.size(), 1u);
        network.http[0].answered(200, 6);
        EXPECT_TRUE(network.http[0].received("cat", 3));
        EXPECT_EQ(results.next(), "3 of 6");
        EXPECT_EQ(files().size(), 1u);
        EXPECT_NE(files()[0], "cat.png");
    }

    void answerAttach(const std::string& attachmentId) {
        network.answer(network.take("attach"),
                       {{"attachmentId", attachmentId},
                        {"upload", {{"method", "PUT"},
                                    {"url", "http://bucket/1"},
                                    {"headers", {{"content-type", "image/png"}, {"Content-Length", "3"}, {"Host", "bucket"}}}}}});
    }

    Folder folder;
    Network network;
    Happenings results;
    Client client{options(), std::make_shared<ClientListener>()};

private:
    ClientOptions options() {
        ClientOptions options;
        options.transport = std::make_unique<ScriptedTransport>(network);
        options.requestTimeout = 600'000;  // of a machine that has more to do
        return options;
    }
};

TEST_F(Attachments, ADownloadThatIsWholeIsInItsPlaceAndReplacesWhatWasThere) {
    downloadHalf();
    file("cat.png", "an older file");
    EXPECT_TRUE(network.http[0].received("dog", 3));
    network.http[0].ended(true);
    EXPECT_EQ(results.next(), "6 of 6");
    EXPECT_EQ(results.next(), "success");
    EXPECT_EQ(files(), std::vector<std::string>{"cat.png"});
    EXPECT_TRUE(folder.holds("catdog"));
}

TEST_F(Attachments, ARecallEndsADownloadAndLeavesNoFile) {
    downloadHalf();
    network.bobRecalls();
    EXPECT_EQ(results.next(), "error 20023");
    EXPECT_EQ(network.cancelled, 1);
    EXPECT_TRUE(files().empty());
    // What was on its way changes nothing.
    EXPECT_FALSE(network.http[0].received("dog", 3));
    network.http[0].ended(true);
    EXPECT_TRUE(files().empty());
    client.download("c2c_bob", fromBob, first, path("cat.png"), progress(), done<Nothing>());
    EXPECT_EQ(results.next(), "error 20023");
    EXPECT_TRUE(results.empty());
}

TEST_F(Attachments, ARecallBeforeTheServerHasSaidWhereTheFileIsEndsTheDownload) {
    client.download("c2c_bob", fromBob, first, path("cat.png"), progress(), done<Nothing>());
    const Json request = network.take("download");
    network.bobRecalls();
    EXPECT_EQ(results.next(), "error 20023");
    network.answer(request, {{"url", "http://bucket/1"}});
    EXPECT_TRUE(network.http.empty());
    EXPECT_TRUE(files().empty());
}

TEST_F(Attachments, ALogoutEndsADownloadAndLeavesNoFile) {
    downloadHalf();
    client.logout(done<Nothing>());
    EXPECT_EQ(results.next(), "error 9508");
    EXPECT_EQ(results.next(), "success");
    EXPECT_EQ(network.cancelled, 1);
    EXPECT_TRUE(files().empty());
}

TEST_F(Attachments, ADownloadThatIsNotWholeLeavesNoFile) {
    downloadHalf();
    network.http[0].ended(false);
    EXPECT_EQ(results.next(), "error 6009");
    EXPECT_TRUE(files().empty());
}

TEST_F(Attachments, AFileThatCannotBeWrittenFailsTheDownload) {
    client.download("c2c_bob", fromBob, first, path("no such folder/cat.png"), progress(), done<Nothing>());
    network.answer(network.take("download"), {{"url", "http://bucket/1"}});
    EXPECT_EQ(results.next(), "error 6009");
    EXPECT_TRUE(network.http.empty());
}

TEST_F(Attachments, AFileThatCannotBeReadIsNotUploaded) {
    client.attach({path("none.png"), "", ""}, progress(), done<Attachment>());
    EXPECT_EQ(results.next(), "error 6017");
    EXPECT_EQ(client.send({"c2c_bob", "{}", "", ""}, {{folder.path(), "", ""}}, progress(), done<Message>()), "");
    EXPECT_EQ(results.next(), "error 6017");
    EXPECT_TRUE(network.sent.empty());
}

TEST_F(Attachments, AMessageIsSentWhenItsFilesAreUploaded) {
    const std::string cat = file("cat.PNG", "cat"), dog = file("dog", "dogs");
    const std::string messageId =
        client.send({"c2c_bob", textBody("look"), "", ""}, {{cat, "", ""}, {dog, "dog.pdf", ""}}, progress(), done<Message>());
    EXPECT_EQ(network.sent.front()["name"], "cat.PNG");
    EXPECT_EQ(network.sent.front()["type"], "image/png");
    EXPECT_EQ(network.sent.front()["size"], 3);
    answerAttach(first);
    ASSERT_EQ(network.requests.size(), 1u);
    // The platform itself sends the other two.
    EXPECT_EQ(network.requests[0].headers, (std::vector<std::pair<std::string, std::string>>{{"content-type", "image/png"}}));
    network.http[0].sent(3);
    EXPECT_EQ(results.next(), "3 of 7");
    network.http[0].answered(200, 0);
    network.http[0].ended(true);

    EXPECT_EQ(network.sent.front()["name"], "dog.pdf");
    EXPECT_EQ(network.sent.front()["type"], "application/pdf");
    answerAttach("01HF7YAT0000000000000000A2");
    network.http[1].sent(4);
    EXPECT_EQ(results.next(), "7 of 7");
    network.http[1].answered(200, 0);
    network.http[1].ended(true);

    const Json request = network.take("send");
    EXPECT_EQ(request["messageId"], messageId);
    EXPECT_EQ(request["attachments"], Json::parse(R"([{"attachmentId":"01HF7YAT0000000000000000A1"},{"attachmentId":"01HF7YAT0000000000000000A2"}])"));
    Json stored = message(messageId, "alice");
    stored["attachments"] = {{{"attachmentId", first}, {"name", "cat.PNG"}, {"type", "image/png"}, {"size", 3}}};
    network.answer(request, {{"message", stored}});
    EXPECT_EQ(results.next(), "success");
    ASSERT_EQ(client.messages("c2c_bob").size(), 1u);
    ASSERT_EQ(client.messages("c2c_bob")[0].attachments.size(), 1u);
    EXPECT_EQ(client.messages("c2c_bob")[0].attachments[0].name, "cat.PNG");
}

TEST_F(Attachments, AMessageWhoseFileIsNotUploadedIsNotSent) {
    client.send({"c2c_bob", "{}", "", ""}, {{file("cat.png", "cat"), "", ""}}, progress(), done<Message>());
    answerAttach(first);
    network.http[0].answered(403, 3);
    EXPECT_FALSE(network.http[0].received("why", 3));
    network.http[0].ended(false);
    EXPECT_EQ(results.next(), "error 6008");
    EXPECT_TRUE(network.sent.empty());
}

TEST_F(Attachments, ARecallWhileTheFileIsUploadedEndsTheUploadAndNothingIsSent) {
    const std::string messageId =
        client.send({"c2c_bob", "{}", "", ""}, {{file("cat.png", "cat"), "", ""}}, progress(), done<Message>());
    answerAttach(first);
    client.revoke("c2c_bob", messageId, "", done<Message>());
    const Json request = network.take("revoke");
    EXPECT_EQ(request["unsent"], true);
    network.answer(request, {{"results", {{{"messageId", messageId}, {"ok", true}, {"revoked", {{"at", serverStart}, {"by", "alice"}, {"role", "sender"}}}}}}});
    EXPECT_EQ(results.next(), "success");
    EXPECT_EQ(results.next(), "error 20023");
    EXPECT_EQ(network.cancelled, 1);
    network.http[0].ended(true);
    EXPECT_TRUE(network.sent.empty());
}

TEST_F(Attachments, AMessageHasAtMostTenFiles) {
    const std::string cat = file("cat.png", "cat");
    client.send({"c2c_bob", "{}", "", ""}, std::vector<LocalFile>(11, {cat, "", ""}), progress(), done<Message>());
    EXPECT_EQ(results.next(), "error 6017");
    EXPECT_TRUE(network.sent.empty());
}

}  // namespace
}  // namespace recall::test

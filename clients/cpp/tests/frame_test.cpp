// Frames, held against the vectors that all languages share (protocol/vectors) and against rubbish.
#include <fstream>
#include <set>
#include <string>

#include "device.h"

#ifndef RECALL_VECTORS
#error "RECALL_VECTORS must name the directory protocol/vectors"
#endif

namespace recall::test {
namespace {

Json vectors(const std::string& file) {
    std::ifstream input(std::string(RECALL_VECTORS) + "/" + file);
    return Json::parse(input);
}

Json vector(const Json& all, const std::string& name) {
    for (const Json& entry : all) {
        if (entry["name"] == name) return entry["frame"];
    }
    ADD_FAILURE() << "no vector is named: " << name;
    return {};
}

std::string fromBase64(const std::string& text) {
    static const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0, count = 0;
    for (char character : text) {
        if (character == '=') break;
        bits = bits << 6 | static_cast<unsigned>(alphabet.find(character));
        if ((count += 6) >= 8) bytes.push_back(static_cast<char>(bits >> (count -= 8) & 255));
    }
    return bytes;
}

std::string hostileText(const Json& entry) {
    if (entry.contains("raw")) return entry["raw"];
    if (entry.contains("base64")) return fromBase64(entry["base64"]);
    std::string text = entry["before"];
    for (int time = 0; time < entry["times"]; ++time) text += entry["repeated"].get<std::string>();
    return text + entry["after"].get<std::string>();
}

}  // namespace

TEST(Vectors, TheRequestsOfEveryCallAreTheGoldenOnes) {
    const Json requests = vectors("requests.json");
    Message message;
    message.messageId = "01HF7YATZ8000000000000A1C2";
    message.conversation = "c2c_bob";
    message.body = textBody("hi");
    EXPECT_EQ(Json::parse(helloRequest("1")), vector(requests, "hello"));
    EXPECT_EQ(Json::parse(sendRequest("2", message)), vector(requests, "send"));
    EXPECT_EQ(Json::parse(revokeRequest("4", "c2c_bob", message.messageId, "", false)), vector(requests, "revoke"));
    EXPECT_EQ(Json::parse(revokeRequest("4", "group_eng", message.messageId, "wrong \"chat\"\n😀", false)),
              vector(requests, "revoke with a reason"));
    const Json reply = vector(requests, "send to a group, a reply");
    message.conversation = "group_eng";
    message.replyTo = reply["replyTo"];
    message.body = reply["body"].dump();
    EXPECT_EQ(Json::parse(sendRequest("3", message)), reply);
    const Json answer = vector(requests, "send, an answer that is stored only if its question is not revoked");
    message.conversation = "c2c_bob";
    message.replyTo = answer["replyTo"];
    message.unlessRevoked = answer["unlessRevoked"];
    message.body = answer["body"].dump();
    EXPECT_EQ(Json::parse(sendRequest("8", message)), answer);
    const Json apple = vector(requests, "push, an app on Apple");
    const PushDevice device{"apns", apple["device"]["token"], apple["device"]["topic"]};
    EXPECT_EQ(Json::parse(pushRequest("9", device, false)), apple);
    EXPECT_EQ(Json::parse(pushRequest("9", device, true))["remove"], true);
    for (const Json& entry : requests) {
        const Json& frame = entry["frame"];
        if (frame["action"] != "revoke" || !frame.value("unsent", false) || !frame.contains("messageId")) continue;
        EXPECT_EQ(Json::parse(revokeRequest(frame["id"], frame["conversation"], frame["messageId"],
                                            frame.value("reason", ""), frame["unsent"])),
                  frame) << entry["name"];
    }
}

TEST(Vectors, EveryEventIsRead) {
    for (const Json& entry : vectors("events.json")) {
        const Json& fields = entry["frame"];
        const Frame frame = readFrame(fields.dump());
        if (const auto* event = std::get_if<MessageEvent>(&frame)) {
            EXPECT_EQ(fields["type"], "message");
            EXPECT_EQ(event->message.messageId, fields["message"]["messageId"]) << entry["name"];
            EXPECT_EQ(event->message.sentAt, fields["message"]["sentAt"]);
            EXPECT_EQ(event->message.recallableUntil, fields["message"]["recallableUntil"]);
            EXPECT_EQ(Json::parse(event->message.body), fields["message"]["body"]);
            EXPECT_EQ(event->message.replyTo, fields["message"].value("replyTo", ""));
        } else if (const auto* revoked = std::get_if<RevokedEvent>(&frame)) {
            ASSERT_EQ(revoked->revocations.size(), fields["revocations"].size()) << entry["name"];
            for (std::size_t place = 0; place < revoked->revocations.size(); ++place) {
                const Json& golden = fields["revocations"][place];
                EXPECT_EQ(revoked->revocations[place].messageId, golden["messageId"]);
                EXPECT_EQ(revoked->revocations[place].sender, golden["sender"]);
                EXPECT_EQ(revoked->revocations[place].revoked.by, golden["revoked"]["by"]);
                EXPECT_EQ(revoked->revocations[place].revoked.role, golden["revoked"]["role"]);
                EXPECT_EQ(revoked->revocations[place].revoked.reason, golden["revoked"].value("reason", ""));
            }
        } else if (const auto* read = std::get_if<ReadEvent>(&frame)) {
            EXPECT_EQ(read->readUpTo, fields["readUpTo"]);
            EXPECT_EQ(read->unread, fields["unread"]);
        } else if (const auto* kicked = std::get_if<KickedEvent>(&frame)) {
            EXPECT_EQ(fields["type"], "kicked");
            EXPECT_EQ(kicked->reason, fields["reason"]);
        } else if (const auto* conversation = std::get_if<ConversationEvent>(&frame)) {
            EXPECT_EQ(conversation->change, fields["change"]);
        } else {  // an event that is newer than this client is ignored
            const std::set<std::string> known{"message", "revoked", "read", "kicked", "conversation"};
            EXPECT_EQ(known.count(fields["type"].get<std::string>()), 0u) << entry["name"] << " was not understood";
        }
    }
}

TEST(Vectors, EveryReplyIsRead) {
    for (const Json& entry : vectors("replies.json")) {
        const Json& fields = entry["frame"];
        const Frame frame = readFrame(fields.dump());
        const auto* reply = std::get_if<Reply>(&frame);
        if (!fields.contains("id")) continue;  // this client gives every request an id
        ASSERT_NE(reply, nullptr) << entry["name"];
        EXPECT_EQ(reply->ok, fields["ok"].get<bool>()) << entry["name"];
        if (fields.contains("error")) {
            EXPECT_EQ(reply->error.code, fields["error"]["code"]);
            EXPECT_EQ(reply->error.retryable, fields["error"]["retryable"].get<bool>());
        }
        EXPECT_EQ(reply->results.size(), fields.value("results", Json::array()).size()) << entry["name"];
        ASSERT_EQ(reply->conversations.size(), fields.value("conversations", Json::array()).size()) << entry["name"];
        for (std::size_t place = 0; place < reply->conversations.size(); ++place) {
            const Json& golden = fields["conversations"][place];
            EXPECT_EQ(reply->conversations[place].summary.unread, golden.value("unread", 0)) << entry["name"];
            EXPECT_EQ(reply->conversations[place].messages.size(), golden.value("messages", Json::array()).size());
            EXPECT_EQ(reply->conversations[place].revocations.size(), golden.value("revocations", Json::array()).size());
            EXPECT_EQ(reply->conversations[place].cursor, golden.value("cursor", ""));
            EXPECT_EQ(reply->conversations[place].more, golden.value("more", false));
        }
    }
}

TEST(Vectors, IdentifiersAreToldApart) {
    const Json identifiers = vectors("identifiers.json");
    for (const Json& id : identifiers["messageIds"]["valid"]) EXPECT_TRUE(isMessageId(id["messageId"].get<std::string>())) << id;
    for (const Json& id : identifiers["messageIds"]["invalid"]) EXPECT_FALSE(isMessageId(id.get<std::string>())) << id;
    for (const Json& id : identifiers["conversations"]["valid"]) EXPECT_TRUE(isConversationId(id.get<std::string>())) << id;
    for (const Json& id : identifiers["conversations"]["invalid"]) {
        if (id == "c2c_alice") continue;  // malformed only for alice: the server says so
        EXPECT_FALSE(isConversationId(id.get<std::string>())) << id;
    }
}

TEST(HostileFrames, ChangeNothingAndTheNextGoodFrameIsHandled) {
    Device device;
    device.login();
    for (const Json& entry : vectors("hostile.json")) {
        const bool lenient = entry.value("lenient", false);
        device.session.received(device.now, hostileText(entry));
        if (lenient) device.receivedMessages.clear(), device.revokedMessages.clear();
        EXPECT_TRUE(device.receivedMessages.empty()) << entry["name"];
        EXPECT_TRUE(device.revokedMessages.empty()) << entry["name"];
    }
    device.receive(messageEvent("01HF7YAZZZ0000000000000G00"));
    ASSERT_EQ(device.receivedMessages.size(), 1u);
}

// Every golden frame with bytes changed, dropped and doubled at random: nothing may crash or go out of bounds, which the
// sanitizers watch.
TEST(HostileFrames, MutatedGoldenFramesDoNoHarm) {
    std::vector<std::string> golden;
    for (const char* file : {"events.json", "replies.json"}) {
        for (const Json& entry : vectors(file)) golden.push_back(entry["frame"].dump());
    }
    std::mt19937_64 random(7);
    Device device;
    device.login();
    for (int round = 0; round < 20'000; ++round) {
        std::string text = golden[random() % golden.size()];
        for (std::uint64_t changes = random() % 6; changes > 0 && !text.empty(); --changes) {
            const std::size_t place = random() % text.size();
            switch (random() % 4) {
                case 0: text[place] = static_cast<char>(random()); break;
                case 1: text.erase(place, random() % 9); break;
                case 2: text.insert(place, text.substr(random() % text.size(), random() % 30)); break;
                default: text[place] = "{}[]\",:0\\-"[random() % 10];
            }
        }
        device.session.received(device.now, text);
        if (round % 100 == 0) device.pass(10);
        device.sent.clear();
    }
    for (const Message& message : device.receivedMessages) EXPECT_FALSE(message.body.empty());
    for (const Message& message : device.revokedMessages) EXPECT_TRUE(message.body.empty());
}

TEST(HostileFrames, DeepNestingIsRefusedBeforeItCostsStack) {
    const std::string deep(100'000, '[');
    EXPECT_TRUE(std::holds_alternative<IgnoredFrame>(readFrame(deep)));
    EXPECT_TRUE(std::holds_alternative<IgnoredFrame>(readFrame(R"({"type":"message","message":{"body":{"a":)" + deep)));
    EXPECT_FALSE(compactBody(deep));
}

TEST(Body, ThatIsNotUtf8BecomesText) {
    EXPECT_EQ(Json::parse(textBody("a\xff" "b"))["text"], "a\xEF\xBF\xBD" "b");
    EXPECT_EQ(textOfBody(textBody("hi")), "hi");
    EXPECT_FALSE(textOfBody("{}"));
    EXPECT_FALSE(compactBody("[]"));
    EXPECT_EQ(compactBody(R"({ "b" : 1, "a" : 2 })"), R"({"b":1,"a":2})") << "the order of fields stays";
}

}  // namespace recall::test

// A session with a network that is a script: frames are handed in, and what is sent is looked at.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "core/session.h"

namespace recall::test {

using Json = nlohmann::json;

constexpr Milliseconds serverStart = 1'700'000'000'000;
constexpr char fromBob[] = "01HF7YAT00000000000000B0B1";
constexpr char alsoFromBob[] = "01HF7YAVYG000000000000B0B3";
constexpr int otherMessageRecalled = 76004;
constexpr char beforeBob[] = "01HF7YAS00000000000000B0B0";

inline Json message(const std::string& id, const std::string& sender = "bob", const std::string& conversation = "c2c_bob") {
    return {{"messageId", id}, {"conversation", conversation}, {"sender", sender}, {"sentAt", serverStart},
            {"recallableUntil", serverStart + 120'000}, {"body", {{"text", "secret"}}}};
}

inline Json revocation(const std::string& id, const std::string& by = "bob", const std::string& sender = "bob") {
    return {{"messageId", id}, {"sender", sender}, {"sentAt", serverStart},
            {"revoked", {{"at", serverStart + 1'000}, {"by", by}, {"role", by == sender ? "sender" : "moderator"}}}};
}

inline Json messageEvent(const std::string& id, const std::string& sender = "bob") {
    return {{"type", "message"}, {"message", message(id, sender)}};
}

inline Json revokedEvent(const std::string& id, const std::string& by = "bob", const std::string& sender = "bob") {
    return {{"type", "revoked"}, {"conversation", "c2c_bob"}, {"revocations", {revocation(id, by, sender)}}};
}

// What a call ended with.
template <typename Value>
struct Result {
    std::optional<Value> value;
    int code = 0;
    int ends = 0;

    Completion<Value> completion() {
        return {[this](const Value& given) { value = given; ++ends; },
                [this](const Error& error) { code = error.code; ++ends; }};
    }
    bool pending() const { return ends == 0; }
};

class Device : public Link, public SessionListener {
public:
    explicit Device(std::shared_ptr<Storage> storage = nullptr) : session(options(std::move(storage)), *this, *this) {}

    SessionOptions options(std::shared_ptr<Storage> storage) {
        SessionOptions result;
        result.storage = std::move(storage);
        result.random = [this] { return random(); };
        return result;
    }

    // Link
    void open(const std::string& token) override {
        ++opens;
        lastToken = token;
    }
    void send(const std::string& frame) override { sent.push_back(Json::parse(frame)); }
    void ping(int number) override {
        ++pings;
        unanswered = number;
    }
    bool hasPings() const override { return pinging; }
    void close() override { ++closes; }

    // SessionListener
    void connected() override { ++timesConnected; }
    void disconnected() override { ++timesDisconnected; }
    void received(const Message& message) override { receivedMessages.push_back(message); }
    void revoked(const Message& tombstone) override { revokedMessages.push_back(tombstone); }
    void conversationChanged(const ConversationSummary&) override {}
    void tokenNeeded() override { ++tokensNeeded; }
    void tokenExpired() override { ++timesExpired; }
    void kickedOffline(const std::string& reason) override { kickedFor.push_back(reason); }
    void storageFailed(const std::string& description) override { storageFailures.push_back(description); }
    void unsentMessageFailed(const Message& message, const Error& error) override {
        unsentFailures.push_back({message.messageId, error.code});
    }
    void unsentRecallFailed(const Message& message, const Error& error) override {
        unsentFailures.push_back({message.messageId, error.code});
    }

    // The next frame that the client sent.
    Json takeFrame(const std::string& action) {
        if (sent.empty()) {
            ADD_FAILURE() << "no frame was sent, awaited " << action;
            return Json::object();
        }
        Json frame = sent.front();
        sent.erase(sent.begin());
        EXPECT_EQ(frame["action"], action);
        return frame;
    }

    void receive(const Json& frame) { session.received(now, frame.dump()); }

    void answer(const Json& request, Json fields) {
        Json reply{{"type", "reply"}, {"action", request["action"]}, {"id", request["id"]}, {"ok", true}};
        reply.update(fields);
        receive(reply);
    }

    void refuse(const Json& request, int code, bool retryable = false, Json more = Json::object()) {
        Json error{{"code", code}, {"name", "some_error"}, {"desc", "in words"}, {"retryable", retryable}};
        error.update(more);
        receive({{"type", "reply"}, {"action", request["action"]}, {"id", request["id"]}, {"ok", false}, {"error", error}});
    }

    void answerHello() {
        answer(takeFrame("hello"), {{"serverTime", serverStart + now}, {"user", "alice"}, {"recallWindowSeconds", 120}});
    }

    // Answers a sync of one conversation.
    void answerSync(Json item = Json::object()) {
        const Json request = takeFrame("sync");
        Json all{{"conversation", request["conversations"][0]["conversation"]}, {"messages", Json::array()},
                 {"revocations", Json::array()}, {"cursor", "c" + std::to_string(++cursors)}, {"more", false}, {"unread", 0}};
        all.update(item);
        answer(request, {{"conversations", {all}}});
    }

    // Logs in until the conversation with bob is being synchronised, of which the list says a number.
    void loginUntilSync(int unread) {
        session.login(now, "alice", "token", loggedIn.completion());
        session.opened(now);
        answerHello();
        answer(takeFrame("conversations"), {{"conversations", {{{"conversation", "c2c_bob"}, {"unread", unread}}}}});
    }

    // Connects, and synchronises the conversation with bob.
    void connect(Json item = Json::object()) {
        session.opened(now);
        answerHello();
        answer(takeFrame("conversations"), {{"conversations", {{{"conversation", "c2c_bob"}, {"unread", 0}, {"lastChangeAt", 0}}}}});
        answerSync(item);
    }

    void login(Json item = Json::object()) {
        session.login(now, "alice", "token", loggedIn.completion());
        connect(item);
        ASSERT_EQ(loggedIn.ends, 1);
        ASSERT_EQ(loggedIn.code, 0);
    }

    void pass(Milliseconds duration) {
        const Milliseconds end = now + duration;
        while (session.deadline() <= end) {
            now = std::max(now, session.deadline());
            session.advance(now);
            const int number = std::exchange(unanswered, 0);
            if (number > 0 && ponging) session.ponged(now, number);
        }
        now = end;
    }

    std::string send(Result<Message>& result, const std::string& text = "hi") {
        return session.send(now, {"c2c_bob", textBody(text), "", ""}, result.completion());
    }

    void answerSend(const Json& request) {
        answer(request, {{"message", {{"messageId", request["messageId"]}, {"conversation", "c2c_bob"}, {"sender", "alice"},
                                      {"sentAt", serverStart + now}, {"recallableUntil", serverStart + now + 120'000}}}});
    }

    Json revokedBySelf(const Json& request) {
        return {{"results", {{{"messageId", request["messageId"]}, {"ok", true},
                              {"revoked", {{"at", serverStart + now}, {"by", "alice"}, {"role", "sender"}}}}}}};
    }

    std::mt19937_64 random{1};
    Milliseconds now = 5'000;
    bool pinging = true, ponging = true;
    int pings = 0, unanswered = 0, opens = 0, closes = 0, timesConnected = 0, timesDisconnected = 0, tokensNeeded = 0, timesExpired = 0, cursors = 0;
    std::string lastToken;
    std::vector<Json> sent;
    std::vector<std::string> kickedFor, storageFailures;
    std::vector<std::pair<std::string, int>> unsentFailures;
    std::vector<Message> receivedMessages, revokedMessages;
    Result<Nothing> loggedIn;
    Session session;
};

}  // namespace recall::test

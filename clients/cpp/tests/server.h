// A server in memory, for tests in which a device dies: it keeps messages, tombstones and the order of changes.
#pragma once

#include "device.h"

namespace recall::test {

class Server {
public:
    // Answers what the device sent, until it sends nothing more.
    void answerAll(Device& device) {
        while (!device.sent.empty()) answerNext(device);
    }

    void answerNext(Device& device) {
        const Json request = device.sent.front();
        device.sent.erase(device.sent.begin());
        Json reply = answer(request, device.now);
        if (!reply.contains("ok")) reply["ok"] = true;
        reply.update({{"type", "reply"}, {"action", request["action"]}, {"id", request["id"]}});
        device.receive(reply);
    }

    // A connection of the device, and all that follows from it.
    void connect(Device& device) {
        device.session.opened(device.now);
        answerAll(device);
    }

    // What bob does. The device hears of it if it is connected.
    void bobSends(const std::string& id, const std::string& text, Device* device) {
        store(id, "bob", {{"text", text}});
        if (device != nullptr) device->receive({{"type", "message"}, {"message", messages_[id]}});
    }
    void bobRecalls(const std::string& id, Device* device) {
        recall(id, "bob", 0);
        if (device != nullptr) device->receive({{"type", "revoked"}, {"conversation", "c2c_bob"}, {"revocations", {revocationOf(id)}}});
    }

    // By messageId; a recalled message has the field revoked and no body.
    const std::map<std::string, Json>& messages() const { return messages_; }

private:
    Json answer(const Json& request, Milliseconds now) {
        const std::string action = request["action"];
        if (action == "hello") return {{"serverTime", serverStart + now}, {"user", "alice"}, {"recallWindowSeconds", 120}};
        if (action == "conversations") {
            Json list = Json::array();
            if (!messages_.empty()) list.push_back({{"conversation", "c2c_bob"}, {"unread", 0}, {"lastChangeAt", serverStart}});
            return {{"conversations", list}};
        }
        if (action == "sync") return {{"conversations", {changesSince(request["conversations"][0].value("cursor", ""))}}};
        if (action == "send") return send(request);
        if (action == "revoke") {
            recall(request["messageId"], "alice", now);
            return {{"results", {{{"messageId", request["messageId"]}, {"ok", true}, {"revoked", messages_[request["messageId"]]["revoked"]}}}}};
        }
        ADD_FAILURE() << "no such action: " << action;
        return Json::object();
    }

    Json send(const Json& request) {
        const std::string id = request["messageId"];
        const auto held = messages_.find(id);
        if (held != messages_.end() && held->second.contains("revoked")) {
            return {{"ok", false}, {"error", {{"code", code::alreadyRecalled}, {"name", "already_recalled"}, {"desc", ""}, {"retryable", false}}}};
        }
        if (held == messages_.end()) store(id, "alice", request["body"]);
        Json stored = messages_[id];
        stored.erase("body");
        return {{"message", stored}, {"duplicate", held != messages_.end()}};
    }

    void store(const std::string& id, const std::string& sender, const Json& body) {
        messages_[id] = {{"messageId", id}, {"conversation", "c2c_bob"}, {"sender", sender}, {"sentAt", serverStart},
                         {"recallableUntil", -1}, {"body", body}};
        changes_.push_back(id);
    }

    void recall(const std::string& id, const std::string& by, Milliseconds at) {
        Json& message = messages_[id];
        if (message.contains("revoked")) return;
        if (message.is_null()) message = {{"messageId", id}, {"conversation", "c2c_bob"}, {"sender", by}, {"sentAt", serverStart}};
        message.erase("body");
        message["revoked"] = {{"at", serverStart + at}, {"by", by}, {"role", "sender"}};
        changes_.push_back(id);
    }

    Json revocationOf(const std::string& id) { return messages_[id]; }

    Json changesSince(const std::string& cursor) {
        Json messages = Json::array(), revocations = Json::array();
        std::set<std::string> seen;
        for (std::size_t place = cursor.empty() ? 0 : std::stoul(cursor); place < changes_.size(); ++place) {
            if (!seen.insert(changes_[place]).second) continue;
            const Json& message = messages_[changes_[place]];
            (message.contains("revoked") ? revocations : messages).push_back(message);
        }
        return {{"conversation", "c2c_bob"}, {"messages", messages}, {"revocations", revocations},
                {"cursor", std::to_string(changes_.size())}, {"more", false}, {"unread", 0}};
    }

    std::map<std::string, Json> messages_;
    std::vector<std::string> changes_;
};

}  // namespace recall::test

#include "requests.h"

#include <algorithm>
#include <charconv>

namespace recall {
namespace {

std::uint64_t numberOf(const std::string& id) {
    std::uint64_t number = 0;
    const char* end = id.data() + id.size();
    const auto result = std::from_chars(id.data(), end, number);
    return result.ec == std::errc() && result.ptr == end ? number : 0;
}

}  // namespace

void Requests::begin(Milliseconds now, const std::string& id, std::string frame, RequestOptions options, Done done) {
    Request& request = outstanding_[numberOf(id)];
    request.frame = std::move(frame);
    request.bound = options.bound;
    request.done = std::move(done);
    attempt(now, request);
}

void Requests::attempt(Milliseconds now, Request& request) {
    ++request.attempts;
    request.deadline = now + timeout_;
    request.repeatAt = never;
    // A bound request is made for the connection that is there, before or after its hello.
    if (connected_ || request.bound) {
        request.sent = true;
        transmit_(now, request.frame);
    }
}

void Requests::answered(Milliseconds now, const Reply& reply) {
    const auto found = outstanding_.find(numberOf(reply.id));
    if (found == outstanding_.end()) return;
    Request& request = found->second;
    if (!reply.ok && reply.error.retryable && request.attempts < maximumAttempts) {
        if (request.repeatAt != never) return;  // the reply to an earlier attempt; the next one is under way
        // A rate limit refuses before anything is done. Of other failures a part may have been done.
        request.unknown = request.unknown || reply.error.code != code::tooManyRequests;
        request.deadline = never;
        request.repeatAt = now + backOff_(request.attempts - 1);
        return;
    }
    Outcome outcome;
    outcome.reply = &reply;
    outcome.unknown = request.unknown;
    if (!reply.ok) outcome.error = reply.error.error();
    finish(now, reply.id, outcome);
}

void Requests::gatewayFailed(Milliseconds now) {
    for (auto& [number, request] : outstanding_) {
        if (!request.sent || request.repeatAt != never) continue;
        request.unknown = true;
        if (request.attempts >= maximumAttempts) continue;  // the reply to an attempt may still come
        request.deadline = never;
        request.repeatAt = now + backOff_(request.attempts - 1);
    }
}

void Requests::connected(Milliseconds now) {
    connected_ = true;
    for (auto& [number, request] : outstanding_) {
        if (request.bound || request.repeatAt != never) continue;
        request.sent = true;
        transmit_(now, request.frame);
    }
}

void Requests::disconnected() {
    connected_ = false;
    for (auto entry = outstanding_.begin(); entry != outstanding_.end();) {
        Request& request = entry->second;
        request.unknown = request.unknown || request.sent;
        entry = request.bound ? outstanding_.erase(entry) : std::next(entry);
    }
}

void Requests::advance(Milliseconds now) {
    std::vector<std::uint64_t> due;
    for (const auto& [number, request] : outstanding_) {
        if (std::min(request.deadline, request.repeatAt) <= now) due.push_back(number);
    }
    for (const std::uint64_t number : due) {
        const auto found = outstanding_.find(number);
        if (found == outstanding_.end()) continue;  // ended by the end of another one
        Request& request = found->second;
        if (request.deadline <= now) request.unknown = request.unknown || request.sent;
        if (request.attempts < maximumAttempts) {
            attempt(now, request);
            continue;
        }
        Outcome outcome;
        outcome.unknown = request.unknown;
        outcome.error = {code::requestTimedOut,
                         "no reply from the server in time; whether the request was carried out is not known"};
        finish(now, std::to_string(number), outcome);
    }
}

// What is told of the end of one request may begin new ones; those are not meant.
void Requests::fail(Milliseconds now, const Error& error) {
    std::map<std::uint64_t, Request> ended;
    ended.swap(outstanding_);
    for (auto& [number, request] : ended) {
        Outcome outcome;
        outcome.error = error;
        outcome.unknown = request.unknown || request.sent;
        request.done(now, outcome);
    }
}

// The request is gone before its end is told, because what is told may make new ones.
void Requests::finish(Milliseconds now, const std::string& id, Outcome outcome) {
    const auto found = outstanding_.find(numberOf(id));
    const Done done = std::move(found->second.done);
    outstanding_.erase(found);
    done(now, outcome);
}

Milliseconds Requests::deadline() const {
    Milliseconds earliest = never;
    for (const auto& [number, request] : outstanding_) {
        earliest = std::min({earliest, request.deadline, request.repeatAt});
    }
    return earliest;
}

}  // namespace recall

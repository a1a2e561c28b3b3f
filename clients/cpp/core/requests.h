// Outstanding requests: attempts, time-outs, repeats.
#pragma once

#include <map>

#include "frame.h"
#include "types.h"

namespace recall {

constexpr int maximumAttempts = 3;
constexpr Milliseconds never = INT64_MAX;

// How a request ended.
struct Outcome {
    const Reply* reply = nullptr;  // null when there was none
    Error error;                   // set unless the reply is ok
    // Some attempt may have been carried out although the end says otherwise: it got no reply, or a connection was
    // lost under it.
    bool unknown = false;

    bool ok() const { return reply != nullptr && reply->ok; }
};

struct RequestOptions {
    bool bound = false;  // belongs to one connection and ends with it
};

// Holds requests until their outcome is known. It decides when to send; sending is the caller's `transmit`.
class Requests {
public:
    using Done = std::function<void(Milliseconds now, const Outcome&)>;
    using Transmit = std::function<void(Milliseconds now, const std::string& frame)>;
    using BackOff = std::function<Milliseconds(int repeat)>;

    Requests(Milliseconds timeout, BackOff backOff, Transmit transmit)
        : timeout_(timeout), backOff_(std::move(backOff)), transmit_(std::move(transmit)) {}

    std::string nextId() { return std::to_string(++made_); }

    void begin(Milliseconds now, const std::string& id, std::string frame, RequestOptions options, Done done);

    // A reply; one to nothing is dropped.
    void answered(Milliseconds now, const Reply& reply);
    // API Gateway's own frame: every outstanding request is sent again after a back-off, as a further attempt.
    void gatewayFailed(Milliseconds now);
    // From now on unbound requests may be sent; those that are outstanding are sent again.
    void connected(Milliseconds now);
    // Nothing can be sent. Bound requests are dropped without an outcome.
    void disconnected();
    // What is due: time-outs and repeats.
    void advance(Milliseconds now);
    // Ends every request with an error.
    void fail(Milliseconds now, const Error& error);

    Milliseconds deadline() const;

private:
    struct Request {
        std::string frame;
        bool bound = false;
        int attempts = 0;
        bool sent = false;  // on this or an earlier connection
        bool unknown = false;
        Milliseconds deadline = never;  // of this attempt
        Milliseconds repeatAt = never;  // of the next attempt, during a back-off
        Done done;
    };

    void attempt(Milliseconds now, Request& request);
    void finish(Milliseconds now, const std::string& id, Outcome outcome);

    Milliseconds timeout_;
    BackOff backOff_;
    Transmit transmit_;
    bool connected_ = false;
    std::uint64_t made_ = 0;
    std::map<std::uint64_t, Request> outstanding_;  // by number, so in the order made
};

}  // namespace recall

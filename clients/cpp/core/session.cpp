#include "session.h"

#include <algorithm>
#include <utility>

namespace recall {
namespace {

constexpr Milliseconds minute = 60'000;
constexpr int statusUnauthorized = 401;
constexpr Milliseconds pingTimeout = 10'000;
constexpr Milliseconds checkTimeout = 5'000;
constexpr Milliseconds helloPerPings = 4;  // a hello costs a message, a ping does not

const Error notLoggedIn{code::notLoggedIn, "not logged in: log in first"};
const Error tokenOver{code::tokenExpired, "the token is over and there is no new one: log in with a new token"};
const Error loginTimedOut{code::requestTimedOut,
                          "the server could not be reached in time: check the address and the network, then log in again"};

}  // namespace

Session::Session(SessionOptions options, Link& link, SessionListener& listener)
    : options_(std::move(options)),
      link_(link),
      listener_(listener),
      ids_(options_.random),
      requests_(
          options_.requestTimeout, [this](int repeat) { return backOff(repeat); },
          [this](Milliseconds now, const std::string& frame) { send(now, frame); }),
      view_("", options_.limits) {}

void Session::login(Milliseconds now, const std::string& user, const std::string& token,
                    Completion<Nothing> completion) {
    const bool ended = state_ == State::Ended || state_ == State::LoggedOut;
    if (!ended || user != user_ || user.empty()) {
        logout(now);
        user_ = user;
        view_ = View(user, options_.limits);
        load();
    }
    for (const std::string& id : view_.conversationIds()) view_.find(id)->current = false;
    token_ = token;
    clock_.forget();
    clock_.guess(now, options_.deviceTime());
    ids_.startOver();
    login_ = std::move(completion);
    loginDeadline_ = now + maximumAttempts * options_.requestTimeout;
    failures_ = 0;
    pongs_ = Pongs::Unknown;
    connect(now);
}

void Session::logout(Milliseconds now) {
    if (state_ == State::LoggedOut && user_.empty()) return;
    end(now, State::LoggedOut, notLoggedIn);
    releaseStorage(now);
    user_.clear();
    maximumAttachmentBytes_ = 0;
    view_ = View("", options_.limits);
}

// Ends everything that is under way. What is held stays.
void Session::end(Milliseconds now, State state, const Error& error) {
    if (online() || state_ == State::Connecting) link_.close();
    state_ = state;
    token_.clear();
    openDeadline_ = reconnectAt_ = keepAliveAt_ = synchroniseAt_ = loginDeadline_ = never;
    stopLooking();
    listing_ = syncing_ = firstSynchronised_ = false;
    todo_.clear();
    repeats_.clear();
    requests_.disconnected();
    requests_.fail(now, error);
    sending_.clear();
    unanswered_.clear();
    revokeCalls_.clear();
    revokedUnsent_.clear();
    abandoned_.clear();
    if (login_) {
        const auto login = *std::exchange(login_, std::nullopt);
        login.failed(error);
    }
}

bool Session::online() const { return state_ == State::Greeting || state_ == State::Ready; }

bool Session::refusesCalls(const std::function<void(const Error&)>& failed) const {
    const std::optional<Error> error = refusal();
    if (error) failed(*error);
    return error.has_value();
}

std::optional<Error> Session::refusal() const {
    if (state_ != State::LoggedOut && state_ != State::Ended) return std::nullopt;
    return state_ == State::Ended ? ended_ : notLoggedIn;
}

void Session::connect(Milliseconds now) {
    state_ = State::Connecting;
    openDeadline_ = now + options_.requestTimeout;
    listener_.connecting();
    link_.open(token_);
}

void Session::opened(Milliseconds now) {
    if (state_ != State::Connecting) return;
    state_ = State::Greeting;
    openDeadline_ = never;
    hello(now);
}

void Session::refused(Milliseconds now, int status) {
    if (state_ != State::Connecting) return;
    openDeadline_ = never;
    if (status == statusUnauthorized) {
        needToken(now);
    } else {
        waitToReconnect(now);
    }
}

void Session::closed(Milliseconds now) {
    if (online() || state_ == State::Connecting) lost(now);
}

void Session::received(Milliseconds now, std::string_view text) {
    if (!online()) return;
    // A frame shows that the connection lives, so where there are no pings it saves the hello that would ask for one.
    if (!pings() && lookAt_ != never) lookAt_ = nextLook(now);
    const Frame frame = readFrame(text);
    if (const auto* reply = std::get_if<Reply>(&frame)) {
        if (!reply->ok && reply->error.code == code::tokenExpired) {
            drop(now);
            needToken(now);
            return;
        }
        if (!reply->id.empty()) lookAgain(now, reply->id);
        requests_.answered(now, *reply);
    } else if (std::holds_alternative<GatewayFrame>(frame)) {
        lookAgain(now, "");
        requests_.gatewayFailed(now);
    } else if (const auto* message = std::get_if<MessageEvent>(&frame)) {
        messageEvent(now, *message);
    } else if (const auto* revoked = std::get_if<RevokedEvent>(&frame)) {
        revokedEvent(now, *revoked);
    } else if (const auto* read = std::get_if<ReadEvent>(&frame)) {
        readEvent(now, *read);
    } else if (const auto* conversation = std::get_if<ConversationEvent>(&frame)) {
        conversationEvent(now, *conversation);
    } else if (const auto* event = std::get_if<KickedEvent>(&frame)) {
        kicked(now, event->reason);
    }
}

// API Gateway ends a connection that is idle for 10 minutes, so a hello is sent when nothing else was sent for 8 to 9.
// Devices that connected together should not speak together.
void Session::send(Milliseconds now, const std::string& frame) {
    link_.send(frame);
    keepAliveAt_ = now + 8 * minute + static_cast<Milliseconds>(options_.random() % minute);
}

// The first thing on a connection, and what keeps it alive.
void Session::hello(Milliseconds now) {
    const std::string id = requests_.nextId();
    requests_.begin(now, id, helloRequest(id), {/*bound=*/true},
                    [this, now](Milliseconds answered, const Outcome& outcome) { greeted(answered, now, outcome); });
}

void Session::greeted(Milliseconds now, Milliseconds asked, const Outcome& outcome) {
    if (!outcome.ok() || outcome.reply->serverTime <= 0) {
        drop(now);
        return;
    }
    if (!outcome.reply->user.empty() && outcome.reply->user != user_) {
        end(now, State::LoggedOut,
            {code::invalidRequest, "the token is another user's: log in with the user ID that it was made for"});
        return;
    }
    // A hello that was repeated may be answered for any of its attempts; then the middle says nothing.
    if (!outcome.unknown || !clock_.known()) clock_.compare(asked, now, outcome.reply->serverTime);
    maximumAttachmentBytes_ = std::max<std::int64_t>(outcome.reply->maximumAttachmentBytes, 0);
    signOfLife(now);
    if (state_ == State::Greeting) ready(now);
}

void Session::ready(Milliseconds now) {
    state_ = State::Ready;
    failures_ = 0;
    // The first look tells whether the server answers pings.
    lookAt_ = pings() && pongs_ == Pongs::Unknown ? now : nextLook(now);
    listener_.connected();
    markLeft(now);
    requests_.connected(now);
    if (firstSynchronised_) resume(now);
    beginSynchronisation(now);
}

// Asks for a sign of life: a ping, or where there are none, a hello.
void Session::lookForLife(Milliseconds now, Milliseconds timeout) {
    lookAt_ = never;
    lifeDeadline_ = std::min(lifeDeadline_, now + std::min(timeout, options_.requestTimeout));
    if (pings()) {
        link_.ping(++pingsMade_);
    } else {
        askedByHello_ = true;
        hello(now);
    }
}

// Where no ping was ever answered, a hello tells whether the connection is dead or this server has no pongs.
void Session::noSignOfLife(Milliseconds now) {
    if (askedByHello_ || pongs_ == Pongs::Come) {
        drop(now);
        return;
    }
    askedByHello_ = true;
    lifeDeadline_ = now + std::min(pingTimeout, options_.requestTimeout);
    hello(now);
}

void Session::signOfLife(Milliseconds now) {
    if (lifeDeadline_ == never) return;
    if (askedByHello_ && pongs_ == Pongs::Unknown) pongs_ = Pongs::Never;
    lifeDeadline_ = never;
    askedByHello_ = false;
    lookAt_ = nextLook(now);
}

// What was sent before the look, the answer to an earlier ping too, says nothing of the connection now.
void Session::ponged(Milliseconds now, int number) {
    pongs_ = Pongs::Come;
    if (number == pingsMade_) signOfLife(now);
}

bool Session::pings() const { return link_.hasPings() && pongs_ != Pongs::Never; }

Milliseconds Session::nextLook(Milliseconds now) const {
    return now + options_.pingInterval * (pings() ? 1 : helloPerPings);
}

void Session::stopLooking() {
    lookAt_ = lifeDeadline_ = never;
    askedByHello_ = false;
}

void Session::check(Milliseconds now) {
    if (state_ == State::Waiting) reconnectAt_ = now;
    if (state_ == State::Ready) lookForLife(now, checkTimeout);
}

// Ends the connection from this side.
void Session::drop(Milliseconds now) {
    link_.close();
    lost(now);
}

void Session::lost(Milliseconds now) {
    const bool wasConnected = state_ == State::Ready;
    keepAliveAt_ = openDeadline_ = synchroniseAt_ = never;
    stopLooking();
    listing_ = syncing_ = false;
    requests_.disconnected();
    abandoned_.clear();  // events tell the next connection of what this one asked for
    if (wasConnected) listener_.disconnected();
    waitToReconnect(now);
}

void Session::waitToReconnect(Milliseconds now) {
    state_ = State::Waiting;
    reconnectAt_ = now + backOff(failures_++);
}

void Session::needToken(Milliseconds) {
    state_ = State::AwaitingToken;
    reconnectAt_ = never;
    listener_.tokenNeeded();
}

void Session::tokenProvided(Milliseconds now, const std::optional<std::string>& token) {
    if (state_ != State::AwaitingToken) return;
    if (!token || token->empty()) {
        expire(now);
        return;
    }
    token_ = *token;
    waitToReconnect(now);
}

void Session::expire(Milliseconds now) {
    ended_ = tokenOver;
    end(now, State::Ended, ended_);
    listener_.tokenExpired();
}

// The server closes the connection next. A client that connected again by itself would push out another device of the same
// user, which would come back in its turn.
void Session::kicked(Milliseconds now, const std::string& reason) {
    ended_ = {code::notLoggedIn, "the server ended this session (" + reason + "): log in to connect again"};
    end(now, State::Ended, ended_);
    listener_.kickedOffline(reason);
}

// Full jitter: anything from nothing to a ceiling that doubles with every repeat.
Milliseconds Session::backOff(int repeat) {
    Milliseconds ceiling = options_.reconnectMinimum;
    for (int doubled = 0; doubled < repeat && ceiling < options_.reconnectMaximum; ++doubled) ceiling *= 2;
    ceiling = std::min(ceiling, options_.reconnectMaximum);
    return static_cast<Milliseconds>(options_.random() % (static_cast<std::uint64_t>(ceiling) + 1));
}

Milliseconds Session::deadline() const {
    return std::min({requests_.deadline(), openDeadline_, reconnectAt_, keepAliveAt_, synchroniseAt_, loginDeadline_,
                     lookAt_, lifeDeadline_, saveAt_});
}

void Session::advance(Milliseconds now) {
    if (loginDeadline_ <= now) {
        end(now, State::LoggedOut, loginTimedOut);
        return;
    }
    requests_.advance(now);
    if (openDeadline_ <= now) drop(now);
    if (lifeDeadline_ <= now) noSignOfLife(now);
    if (keepAliveAt_ <= now) hello(now);
    if (lookAt_ <= now) lookForLife(now, pingTimeout);
    if (saveAt_ <= now) saveDue(now);
    if (synchroniseAt_ <= now) {
        synchroniseAt_ = never;
        resumeSynchronisation(now);
    }
    if (reconnectAt_ <= now) {
        reconnectAt_ = never;
        connect(now);
    }
}

std::vector<Message> Session::messages(const std::string& conversation) const {
    std::vector<Message> list;
    if (const Conversation* held = view_.find(conversation)) {
        for (const auto& [id, message] : held->messages()) list.push_back(message);
    }
    return list;
}

std::optional<Message> Session::message(const std::string& conversation, const std::string& messageId) const {
    const Conversation* held = view_.find(conversation);
    const Message* found = held == nullptr ? nullptr : held->find(messageId);
    return found == nullptr ? std::nullopt : std::optional<Message>(*found);
}

std::vector<Unsent> Session::unsent(const std::string& conversation) const {
    std::vector<Unsent> list;
    const auto outbox = outboxes_.find(conversation);
    if (outbox == outboxes_.end()) return list;
    for (const auto& [id, unsent] : outbox->second.messages) {
        if (outbox->second.recalls.count(id) == 0) list.push_back(unsent);
    }
    return list;
}

ConversationSummary Session::conversation(const std::string& id) const {
    if (const Conversation* held = view_.find(id)) return held->summary();
    ConversationSummary nothing;
    nothing.conversation = id;
    return nothing;
}

std::vector<ConversationSummary> Session::conversations() const { return view_.summaries(); }

}  // namespace recall

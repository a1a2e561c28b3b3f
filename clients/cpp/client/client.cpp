#include "client.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <random>
#include <thread>

#include "serial_queue.h"

namespace recall {
namespace {

Milliseconds steadyNow() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

SessionOptions sessionOptions(const ClientOptions& options) {
    SessionOptions result;
    result.requestTimeout = options.requestTimeout;
    result.reconnectMinimum = options.reconnectMinimum;
    result.reconnectMaximum = options.reconnectMaximum;
    result.pingInterval = options.pingInterval;
    result.storage = options.storage;
    result.random = [device = std::make_shared<std::random_device>()] {
        return (static_cast<std::uint64_t>((*device)()) << 32) | (*device)();
    };
    result.deviceTime = [] {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
            .count();
    };
    return result;
}

const Error unreadable{code::invalidRequest, "the file cannot be read"};
const Error loggedOut{code::notLoggedIn, "not logged in: log in first"};

}  // namespace

// Guards the session with a mutex, wakes it when it has something due, and takes callbacks out from under the mutex.
class Client::Machine final : public Link, public SessionListener, public std::enable_shared_from_this<Machine> {
public:
    Machine(ClientOptions options, std::shared_ptr<ClientListener> listener)
        : options_(std::move(options)),
          listener_(std::move(listener)),
          transport_(options_.transport ? std::move(options_.transport) : makeTransport()),
          session_(sessionOptions(options_), *this, *this) {}

    // The thread that wakes the session holds the machine only as long as it takes.
    void start() {
        const auto ended = [self = weak_from_this()](std::uint64_t number, bool whole) {
            if (const auto machine = self.lock()) machine->transferEnded(number, whole);
        };
        transfers_ = std::make_unique<Transfers>(session_, *transport_, steadyNow, ended);
        timer_ = std::thread([this] { runTimer(); });
    }

    void stop() {
        callbacks_.stopWaiting();
        std::unique_ptr<Transport> transport;
        {
            std::lock_guard lock(mutex_);
            if (stopped_) return;
            session_.logout(steadyNow());
            transfers_->endOver();
            stopped_ = true;
            connection_.reset();  // it may not outlive its transport
            transport = std::move(transport_);
        }
        wake_.notify_all();
        transport.reset();
        timer_.join();
        callbacks_.finish();
    }

    template <typename Use>
    auto use(Use use) {
        struct Wake {
            std::condition_variable& wake;
            ~Wake() { wake.notify_all(); }
        } wakeAfterwards{wake_};
        std::lock_guard lock(mutex_);
        struct EndTransfers {
            Machine& machine;
            ~EndTransfers() { machine.transfers_->endOver(); }
        } endTransfersAfterwards{*this};
        return use(session_, steadyNow());
    }

    // Is used under the mutex.
    Transfers& transfers() { return *transfers_; }

    // Progress as the transport may tell it: it comes by the callback executor.
    Progress posted(Progress progress) {
        return [this, progress = std::move(progress)](std::int64_t done, std::int64_t size) {
            if (progress) post([progress, done, size] { progress(done, size); });
        };
    }

    void post(std::function<void()> function) {
        if (options_.callbackExecutor) {
            function = [executor = options_.callbackExecutor, function = std::move(function)] { executor(function); };
        }
        callbacks_.post(std::move(function));
    }

    // The completion as the session may call it: it comes by the callback executor.
    template <typename Value>
    Completion<Value> posted(Completion<Value> completion) {
        return {[this, succeeded = std::move(completion.succeeded)](const Value& value) {
                    if (succeeded) post([succeeded, value] { succeeded(value); });
                },
                [this, failed = std::move(completion.failed)](const Error& error) {
                    if (failed) post([failed, error] { failed(error); });
                }};
    }

    // Link, called by the session under the mutex.
    void open(const std::string& token) override {
        const std::uint64_t number = ++connectionNumber_;
        const auto self = weak_from_this();
        const auto pass = [self, number](auto pass) {
            if (const auto machine = self.lock()) machine->fromNetwork(number, pass);
        };
        ConnectionEvents events;
        events.opened = [pass] { pass([](Session& session, Milliseconds now) { session.opened(now); }); };
        events.refused = [pass](int status) {
            pass([status](Session& session, Milliseconds now) { session.refused(now, status); });
        };
        events.received = [pass](const std::string& text) {
            pass([&text](Session& session, Milliseconds now) { session.received(now, text); });
        };
        events.ponged = [pass](int number) {
            pass([number](Session& session, Milliseconds now) { session.ponged(now, number); });
        };
        events.closed = [pass] { pass([](Session& session, Milliseconds now) { session.closed(now); }); };
        if (stopped_) return;
        connection_ = transport_->connect(options_.url, token, std::move(events));
    }
    void send(const std::string& frame) override {
        if (connection_) connection_->send(frame);
    }
    void ping(int number) override {
        if (connection_) connection_->ping(number);
    }
    bool hasPings() const override { return connection_ && connection_->hasPings(); }
    void close() override {
        ++connectionNumber_;
        if (connection_) connection_->close();
        connection_.reset();
    }

    // SessionListener, called by the session under the mutex.
    void connecting() override { tell([](ClientListener& listener) { listener.connecting(); }); }
    void connected() override { tell([](ClientListener& listener) { listener.connected(); }); }
    void disconnected() override { tell([](ClientListener& listener) { listener.disconnected(); }); }
    void received(const Message& message) override {
        tell([message](ClientListener& listener) { listener.received(message); });
    }
    void revoked(const Message& tombstone) override {
        tell([tombstone](ClientListener& listener) { listener.revoked(tombstone); });
    }
    void conversationChanged(const ConversationSummary& conversation) override {
        tell([conversation](ClientListener& listener) { listener.conversationChanged(conversation); });
    }
    void tokenExpired() override { tell([](ClientListener& listener) { listener.tokenExpired(); }); }
    void kickedOffline(const std::string& reason) override {
        tell([reason](ClientListener& listener) { listener.kickedOffline(reason); });
    }
    void storageFailed(const std::string& description) override {
        tell([description](ClientListener& listener) { listener.storageFailed(description); });
    }
    void unsentMessageFailed(const Message& message, const Error& error) override {
        tell([message, error](ClientListener& listener) { listener.unsentMessageFailed(message, error); });
    }
    void unsentRecallFailed(const Message& message, const Error& error) override {
        tell([message, error](ClientListener& listener) { listener.unsentRecallFailed(message, error); });
    }
    void tokenNeeded() override {
        const std::uint64_t number = connectionNumber_;
        const auto self = weak_from_this();
        post([self, number, provider = options_.tokenProvider] {
            const auto answer = [self, number](const std::optional<std::string>& token) {
                if (const auto machine = self.lock()) machine->tokenProvided(number, token);
            };
            if (provider) {
                provider(answer);
            } else {
                answer(std::nullopt);
            }
        });
    }

private:
    void transferEnded(std::uint64_t number, bool whole) {
        use([&](Session&, Milliseconds) { transfers_->transportEnded(number, whole); });
    }

    template <typename Pass>
    void fromNetwork(std::uint64_t number, Pass pass) {
        callbacks_.waitForRoom();
        use([&](Session& session, Milliseconds now) {
            if (!stopped_ && number == connectionNumber_) pass(session, now);
        });
    }

    // An answer that comes after a logout belongs to nothing any more.
    void tokenProvided(std::uint64_t number, const std::optional<std::string>& token) {
        use([&](Session& session, Milliseconds now) {
            if (!stopped_ && number == connectionNumber_) session.tokenProvided(now, token);
        });
    }

    template <typename Tell>
    void tell(Tell tell) {
        post([listener = listener_, tell] { tell(*listener); });
    }

    void runTimer() {
        std::unique_lock lock(mutex_);
        while (!stopped_) {
            const Milliseconds deadline = session_.deadline();
            const Milliseconds now = steadyNow();
            if (deadline <= now) {
                session_.advance(now);
                transfers_->endOver();
            } else if (deadline == never) {
                wake_.wait(lock);
            } else {
                wake_.wait_for(lock, std::chrono::milliseconds(std::min<Milliseconds>(deadline - now, 3'600'000)));
            }
        }
    }

    ClientOptions options_;
    std::shared_ptr<ClientListener> listener_;
    SerialQueue callbacks_;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::unique_ptr<Transport> transport_;
    std::unique_ptr<Connection> connection_;
    std::uint64_t connectionNumber_ = 0;
    bool stopped_ = false;
    std::unique_ptr<Transfers> transfers_;
    Session session_;
    std::thread timer_;
};

Client::Client(ClientOptions options, std::shared_ptr<ClientListener> listener)
    : machine_(std::make_shared<Machine>(std::move(options), std::move(listener))) {
    machine_->start();
}

Client::~Client() { stop(); }

void Client::stop() { machine_->stop(); }

void Client::login(const std::string& user, const std::string& token, Completion<Nothing> completion) {
    machine_->use([&](Session& session, Milliseconds now) {
        machine_->transfers().failAll(loggedOut);
        session.login(now, user, token, machine_->posted(std::move(completion)));
    });
}

void Client::logout(Completion<Nothing> completion) {
    const auto posted = machine_->posted(std::move(completion));
    machine_->use([&](Session& session, Milliseconds now) {
        session.logout(now);
        machine_->transfers().endOver();
        posted.succeeded({});
    });
}

void Client::clearStorage(const std::string& user, Completion<Nothing> completion) {
    const auto posted = machine_->posted(std::move(completion));
    machine_->use([&](Session& session, Milliseconds now) { session.clearStorage(now, user, posted); });
}

std::string Client::send(const Draft& draft, Completion<Message> completion) {
    return machine_->use([&](Session& session, Milliseconds now) {
        return session.send(now, draft, machine_->posted(std::move(completion)));
    });
}

std::string Client::send(const Draft& draft, const std::vector<LocalFile>& files, Progress progress,
                         Completion<Message> completion) {
    if (files.empty()) return send(draft, std::move(completion));
    const auto posted = machine_->posted(std::move(completion));
    if (files.size() + draft.attachments.size() > maximumAttachments) {
        posted.failed({code::invalidRequest, "a message has at most 10 attachments"});
        return "";
    }
    std::vector<MeasuredFile> measured;
    for (const LocalFile& file : files) {
        const auto one = measure(file);
        if (!one) {
            posted.failed(unreadable);
            return "";
        }
        measured.push_back(*one);
    }
    return machine_->use([&](Session&, Milliseconds) {
        return machine_->transfers().send(draft, std::move(measured), machine_->posted(std::move(progress)), posted);
    });
}

void Client::attach(const LocalFile& file, Progress progress, Completion<Attachment> completion) {
    const auto posted = machine_->posted(std::move(completion));
    const auto measured = measure(file);
    if (!measured) {
        posted.failed(unreadable);
        return;
    }
    machine_->use([&](Session&, Milliseconds) {
        machine_->transfers().upload(*measured, {}, machine_->posted(std::move(progress)), posted);
    });
}

void Client::download(const std::string& conversation, const std::string& messageId, const std::string& attachmentId,
                      const std::string& path, Progress progress, Completion<Nothing> completion) {
    machine_->use([&](Session&, Milliseconds) {
        machine_->transfers().download({conversation, messageId}, attachmentId, path, machine_->posted(std::move(progress)),
                                       machine_->posted(std::move(completion)));
    });
}

std::int64_t Client::maximumAttachmentBytes() const {
    return machine_->use([](Session& session, Milliseconds) { return session.maximumAttachmentBytes(); });
}

void Client::revoke(const std::string& conversation, const std::string& messageId, const std::string& reason,
                    Completion<Message> completion) {
    machine_->use([&](Session& session, Milliseconds now) {
        session.revoke(now, conversation, messageId, reason, machine_->posted(std::move(completion)));
    });
}

void Client::history(const std::string& conversation, const std::string& before, int limit,
                     Completion<std::vector<Message>> completion) {
    machine_->use([&](Session& session, Milliseconds now) {
        session.history(now, conversation, before, limit, machine_->posted(std::move(completion)));
    });
}

void Client::read(const std::string& conversation, const std::string& messageId, Completion<int> completion) {
    machine_->use([&](Session& session, Milliseconds now) {
        session.read(now, conversation, messageId, machine_->posted(std::move(completion)));
    });
}

void Client::registerPush(const PushDevice& device, Completion<Nothing> completion) {
    machine_->use([&](Session& session, Milliseconds now) {
        session.push(now, device, false, machine_->posted(std::move(completion)));
    });
}

void Client::unregisterPush(const PushDevice& device, Completion<Nothing> completion) {
    machine_->use([&](Session& session, Milliseconds now) {
        session.push(now, device, true, machine_->posted(std::move(completion)));
    });
}

void Client::checkConnection() {
    machine_->use([](Session& session, Milliseconds now) { session.check(now); });
}

std::vector<Message> Client::messages(const std::string& conversation) const {
    return machine_->use([&](Session& session, Milliseconds) { return session.messages(conversation); });
}

std::optional<Message> Client::message(const std::string& conversation, const std::string& messageId) const {
    return machine_->use([&](Session& session, Milliseconds) { return session.message(conversation, messageId); });
}

std::vector<Message> Client::find(const std::vector<std::string>& messageIds) const {
    return machine_->use([&](Session& session, Milliseconds) {
        std::vector<Message> found;
        const std::vector<ConversationSummary> conversations = session.conversations();
        for (const std::string& messageId : messageIds) {
            for (const ConversationSummary& conversation : conversations) {
                if (auto message = session.message(conversation.conversation, messageId)) found.push_back(*message);
            }
        }
        return found;
    });
}

std::vector<Unsent> Client::unsent(const std::string& conversation) const {
    return machine_->use([&](Session& session, Milliseconds) { return session.unsent(conversation); });
}

ConversationSummary Client::conversation(const std::string& id) const {
    return machine_->use([&](Session& session, Milliseconds) { return session.conversation(id); });
}

std::vector<ConversationSummary> Client::conversations() const {
    return machine_->use([](Session& session, Milliseconds) { return session.conversations(); });
}

std::string Client::user() const {
    return machine_->use([](Session& session, Milliseconds) { return session.user(); });
}

Milliseconds Client::serverTime() const {
    return machine_->use([](Session& session, Milliseconds now) { return session.serverTime(now); });
}

void Client::post(std::function<void()> function) const { machine_->post(std::move(function)); }

}  // namespace recall

// The client as a state machine: frames in, frames out, timers. No threads, no sockets, no clock of its own.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string_view>

#include "document.h"
#include "message_ids.h"
#include "requests.h"
#include "server_clock.h"
#include "storage.h"
#include "types.h"
#include "view.h"

namespace recall {

struct SessionOptions {
    Milliseconds requestTimeout = 10'000;  // of one attempt
    Milliseconds reconnectMinimum = 500;   // of the back-off: full jitter over a ceiling that doubles
    Milliseconds reconnectMaximum = 30'000;
    Milliseconds pingInterval = 30'000;  // where the network has no pings, hello in their place is 4 times as far apart
    std::function<std::uint64_t()> random;                                        // 64 random bits
    std::function<Milliseconds()> deviceTime = [] { return Milliseconds{0}; };    // since 1970; a first guess only
    ViewLimits limits;
    std::shared_ptr<Storage> storage;  // left out, everything is forgotten with the session
};

// What the session asks of the network. Nothing calls back into the session while one of these runs. After open,
// exactly one of Session::opened and Session::refused follows, or Session::closed; after close, nothing of that
// connection.
class Link {
public:
    virtual ~Link() = default;
    virtual void open(const std::string& token) = 0;
    virtual void send(const std::string& frame) = 0;
    // Sends a WebSocket ping, whose answer is Session::ponged with the same number. Only where there are pings.
    virtual void ping(int number) = 0;
    virtual bool hasPings() const = 0;
    virtual void close() = 0;
};

// What the session tells. Implementations do not call the session from within.
class SessionListener {
public:
    virtual ~SessionListener() = default;
    virtual void connecting() {}
    virtual void connected() {}     // after the hello reply of each connection
    virtual void disconnected() {}  // a connection that was connected is lost
    virtual void received(const Message& message) = 0;
    virtual void revoked(const Message& tombstone) = 0;
    virtual void conversationChanged(const ConversationSummary& conversation) = 0;
    // The token was refused: answer with Session::tokenProvided, at once or later.
    virtual void tokenNeeded() = 0;
    virtual void tokenExpired() = 0;
    // The server ended this session, and why: "connection_limit", "administrator", or a reason of a newer server.
    virtual void kickedOffline(const std::string& reason) = 0;
    // The storage does not work, and what can be done. The session goes on without it. Told once for each login.
    virtual void storageFailed(const std::string& description) { (void)description; }
    // What an earlier run of the program began, and the server refuses for good. A message that was sent is told by received, and a
    // recall by revoked. The message is kept among the unsent ones.
    virtual void unsentMessageFailed(const Message& message, const Error& error) { (void)message, (void)error; }
    virtual void unsentRecallFailed(const Message& message, const Error& error) { (void)message, (void)error; }
};

// One user's device. Every input carries `now`, of a clock that never jumps.
class Session {
public:
    Session(SessionOptions options, Link& link, SessionListener& listener);

    // Succeeds after the first hello and the first synchronisation. What was stored of the user is held at once. A session that
    // is logged in is logged out first. Where it ended by itself, as after a kick, a login of the same user goes on with what is
    // held.
    void login(Milliseconds now, const std::string& user, const std::string& token, Completion<Nothing> completion);
    // Outstanding calls fail, what is held is forgotten. What is stored stays.
    void logout(Milliseconds now);
    // Removes what is stored of a user, who is logged out first.
    void clearStorage(Milliseconds now, const std::string& user, const Completion<Nothing>& completion);

    // Sends a message and returns its messageId, empty when the call failed at once.
    std::string send(Milliseconds now, const Draft& draft, Completion<Message> completion);
    // Recalls a message. The result is its tombstone.
    void revoke(Milliseconds now, const std::string& conversation, const std::string& messageId,
                const std::string& reason, Completion<Message> completion);
    // A page of history, oldest first: the newest messages, or those before a messageId.
    void history(Milliseconds now, const std::string& conversation, const std::string& before, int limit,
                 Completion<std::vector<Message>> completion);
    void read(Milliseconds now, const std::string& conversation, const std::string& messageId,
              Completion<int> completion);
    // Asks where a file may be uploaded, and where an attachment of a message can be downloaded.
    void attach(Milliseconds now, const std::string& name, const std::string& type, std::int64_t size,
                Completion<UploadTarget> completion);
    void download(Milliseconds now, const std::string& conversation, const std::string& messageId,
                  const std::string& attachmentId, Completion<std::string> completion);
    // Registers a device of the user for notifications, or ends them.
    void push(Milliseconds now, const PushDevice& device, bool remove, Completion<Nothing> completion);
    // Says that a message will be sent when its files are uploaded, so that a recall before that keeps it from being stored. Returns its
    // messageId: the given one, or else a new one. `forget` says that it is sent, or never will be.
    std::string prepare(Milliseconds now, const std::string& messageId);
    void forget(const std::string& messageId);
    void tokenProvided(Milliseconds now, const std::optional<std::string>& token);
    // The connection may be dead: looks at once whether it is alive, and ends the wait before the next one.
    void check(Milliseconds now);

    // What is held now.
    std::vector<Message> messages(const std::string& conversation) const;
    std::optional<Message> message(const std::string& conversation, const std::string& messageId) const;
    // Messages that the server has not answered, oldest first: those that are under way, and with a storage also those whose send failed
    // without a sure answer. These are sent again only by the application, with the same messageId.
    std::vector<Unsent> unsent(const std::string& conversation) const;
    ConversationSummary conversation(const std::string& id) const;
    std::vector<ConversationSummary> conversations() const;
    const std::string& user() const { return user_; }
    // The size of the largest file that the deployment takes, as of the latest hello; 0 if it has no attachments.
    std::int64_t maximumAttachmentBytes() const { return maximumAttachmentBytes_; }
    // Why calls fail now; nothing while somebody is logged in.
    std::optional<Error> refusal() const;
    Milliseconds serverTime(Milliseconds now) const { return clock_.time(now); }

    // The network.
    void opened(Milliseconds now);
    void refused(Milliseconds now, int status);
    void received(Milliseconds now, std::string_view text);
    void ponged(Milliseconds now, int number);
    void closed(Milliseconds now);

    // Time: call advance when `deadline` is reached. It changes with every other call.
    Milliseconds deadline() const;
    void advance(Milliseconds now);

private:
    // What is known of the server's answers to pings.
    enum class Pongs { Unknown, Come, Never };
    enum class State { LoggedOut, Connecting, Greeting, Ready, Waiting, AwaitingToken, Ended };

    struct Send {
        Message message;
        Completion<Message> completion;  // of a resumed one, nobody waits for it
        bool fresh = false;              // a fresh messageId was tried after stale_message_id
        bool left = false;               // an earlier run of the program may have sent it
        bool resumed = false;
    };

    struct Revoke {
        Message asked;
        std::string reason;
        Completion<Message> completion;
        bool resumed = false;
    };

    // session.cpp: login and the life of a connection
    bool online() const;
    bool refusesCalls(const std::function<void(const Error&)>& failed) const;
    void connect(Milliseconds now);
    void send(Milliseconds now, const std::string& frame);
    void hello(Milliseconds now);
    void lookForLife(Milliseconds now, Milliseconds timeout);
    void noSignOfLife(Milliseconds now);
    void signOfLife(Milliseconds now);
    bool pings() const;
    Milliseconds nextLook(Milliseconds now) const;
    void stopLooking();
    void greeted(Milliseconds now, Milliseconds asked, const Outcome& outcome);
    void ready(Milliseconds now);
    void drop(Milliseconds now);
    void lost(Milliseconds now);
    void waitToReconnect(Milliseconds now);
    void needToken(Milliseconds now);
    void expire(Milliseconds now);
    void kicked(Milliseconds now, const std::string& reason);
    void end(Milliseconds now, State state, const Error& error);
    Milliseconds backOff(int repeat);

    // session_calls.cpp: what the application asks for
    void transmitSend(Milliseconds now, Send send);
    void sendEnded(Milliseconds now, Send& send, const Outcome& outcome);
    void sendStale(Milliseconds now, Send& send, const Outcome& outcome);
    void sendFailed(Milliseconds now, Send& send, const Outcome& outcome);
    void settleUnsent(const Send& send, const Outcome& outcome);
    bool isUnsent(const std::string& conversation, const std::string& messageId) const;
    void lookForOutcome(Milliseconds now, const std::string& id, const std::string& conversation, const Outcome& outcome);
    void lookAgain(Milliseconds now, const std::string& id);
    void transmitRevoke(Milliseconds now, Revoke revoke, bool unsent);
    void revokeEnded(Milliseconds now, const Revoke& revoke, const Outcome& outcome);
    void revokeFailed(Milliseconds now, const Revoke& revoke, const Outcome& outcome, const Error& error);
    void settleRecall(const Revoke& revoke, const Outcome& outcome);

    // session_events.cpp: what the server tells
    void messageEvent(Milliseconds now, const MessageEvent& event);
    void revokedEvent(Milliseconds now, const RevokedEvent& event);
    void readEvent(Milliseconds now, const ReadEvent& event);
    void conversationEvent(Milliseconds now, const ConversationEvent& event);
    void tell(Milliseconds now, Conversation& conversation, const std::vector<Change>& changes);

    // session_synchronisation.cpp
    void beginSynchronisation(Milliseconds now);
    void listConversations(Milliseconds now, const std::string& after);
    void conversationsListed(Milliseconds now, const std::string& after, const Outcome& outcome);
    void want(Milliseconds now, const std::string& conversation);
    void resumeSynchronisation(Milliseconds now);
    void continueSynchronisation(Milliseconds now);
    void settleLogin(Milliseconds now);
    void synchronised(Milliseconds now, const std::vector<std::string>& batch, const Outcome& outcome);
    bool moves(const std::vector<ConversationItem>& items);
    bool takeItem(Milliseconds now, Conversation& conversation, const ConversationItem& item, Origin origin, bool moved);
    bool forgetsCursor(Conversation& conversation, const Refusal& refusal);
    void itemRefused(Milliseconds now, const std::string& id, const Refusal& refusal);
    void synchronisationFailed(Milliseconds now, const Outcome& outcome);

    // session_storage.cpp
    void load();
    void take(const std::string& id, const std::string& text);
    void dropHeld(const std::string& conversation);
    bool save(Milliseconds now, const std::string& conversation);
    void saveRecalled(Milliseconds now, const std::string& conversation);
    void saveSoon(Milliseconds now, const std::string& conversation);
    void saveDue(Milliseconds now);
    void releaseStorage(Milliseconds now);
    void storageFailed(const std::string& description);
    void markLeft(Milliseconds now);
    void resume(Milliseconds now);
    void resumeOutbox(Milliseconds now, const std::string& conversation, const Outbox& outbox);

    SessionOptions options_;
    Link& link_;
    SessionListener& listener_;
    ServerClock clock_;
    MessageIds ids_;
    Requests requests_;
    View view_;

    State state_ = State::LoggedOut;
    Error ended_;  // why calls fail in State::Ended
    std::string user_;
    std::string token_;
    std::int64_t maximumAttachmentBytes_ = 0;
    int failures_ = 0;  // connections since the last that was greeted
    Milliseconds openDeadline_ = never;
    Milliseconds reconnectAt_ = never;
    Milliseconds keepAliveAt_ = never;
    Milliseconds lookAt_ = never;       // for a sign of life
    Milliseconds lifeDeadline_ = never;
    bool askedByHello_ = false;         // the look under way
    int pingsMade_ = 0;
    Pongs pongs_ = Pongs::Unknown;

    std::optional<Completion<Nothing>> login_;
    Milliseconds loginDeadline_ = never;
    bool firstSynchronised_ = false;

    bool listing_ = false;                  // the conversation list is being fetched
    bool syncing_ = false;                  // a sync request is outstanding
    std::map<std::string, Origin> todo_;    // conversations to synchronise
    std::map<std::string, int> repeats_;    // of refused ones
    int synchronisationFailures_ = 0;
    Milliseconds synchroniseAt_ = never;    // after a back-off

    std::map<std::string, int> sending_;    // messageIds whose send has no answer yet
    std::set<std::string> unanswered_;      // messageIds whose send ended without an answer
    std::map<std::string, std::string> abandoned_;  // conversations of requests given up on this connection, by request
    std::map<std::string, int> revokeCalls_;  // messageIds that this client is recalling
    std::set<std::string> revokedUnsent_;  // of those in sending_, the ones that were asked to be recalled

    std::map<std::string, Outbox> outboxes_;     // by conversation: what has no answer
    bool stored_ = false;                        // the storage has the user's data, and takes changes
    bool storageFailureTold_ = false;
    std::map<std::string, std::size_t> saved_;   // hashes of the stored documents, by conversation
    std::set<std::string> unsaved_;              // conversations that may have changed since
    Milliseconds saveAt_ = never;
};

}  // namespace recall

// The core with a network, a clock and threads: what the platforms' faces (V2TIM in C++) are made of.
#pragma once

#include <memory>
#include <mutex>

#include "../core/session.h"
#include "../transport/transport.h"
#include "transfers.h"

namespace recall {

// Asked for a token when the one in use was refused; answers once, at once or later, from any thread.
using TokenProvider = std::function<void(std::function<void(std::optional<std::string>)> answer)>;

struct ClientOptions {
    std::string url;
    TokenProvider tokenProvider;  // without one, the end of a token ends the login
    // Runs callbacks, in the order given; left out, they run on a thread of the client.
    std::function<void(std::function<void()>)> callbackExecutor;
    std::unique_ptr<Transport> transport;  // left out: the platform's
    std::shared_ptr<Storage> storage;      // left out, everything is forgotten with the client
    Milliseconds requestTimeout = 10'000;
    Milliseconds reconnectMinimum = 500;
    Milliseconds reconnectMaximum = 30'000;
    Milliseconds pingInterval = 30'000;
};

class ClientListener {
public:
    virtual ~ClientListener() = default;
    virtual void connecting() {}
    virtual void connected() {}
    virtual void disconnected() {}
    virtual void received(const Message&) {}
    virtual void revoked(const Message&) {}
    virtual void conversationChanged(const ConversationSummary&) {}
    virtual void tokenExpired() {}
    virtual void kickedOffline(const std::string&) {}
    virtual void storageFailed(const std::string&) {}
    virtual void unsentMessageFailed(const Message&, const Error&) {}
    virtual void unsentRecallFailed(const Message&, const Error&) {}
};

// One user's device. All functions return at once and may be called from any thread, also from a callback. With a storage, login,
// send and revoke first wait for the disk. Completions and listener calls come by the callback executor, one at a time.
class Client {
public:
    Client(ClientOptions options, std::shared_ptr<ClientListener> listener);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Logs out, and waits for callbacks under way unless called by one. The destructor does the same. But a callback may hold the
    // client, and then the destructor comes at the end of that callback. So who must wait for callbacks calls this.
    void stop();

    void login(const std::string& user, const std::string& token, Completion<Nothing> completion);
    void logout(Completion<Nothing> completion);
    // Removes what is stored of a user, and logs that user out.
    void clearStorage(const std::string& user, Completion<Nothing> completion);
    std::string send(const Draft& draft, Completion<Message> completion);
    // Uploads files, one after another, and then sends the message with them. A recall of the message ends that.
    std::string send(const Draft& draft, const std::vector<LocalFile>& files, Progress progress,
                     Completion<Message> completion);
    // Uploads a file for a message. One that no message names is removed after a day.
    void attach(const LocalFile& file, Progress progress, Completion<Attachment> completion);
    // Writes an attachment of a message to a file, which is there only when all of it has come. If the message is recalled meanwhile,
    // it ends at once with code::alreadyRecalled.
    void download(const std::string& conversation, const std::string& messageId, const std::string& attachmentId,
                  const std::string& path, Progress progress, Completion<Nothing> completion);
    std::int64_t maximumAttachmentBytes() const;
    void revoke(const std::string& conversation, const std::string& messageId, const std::string& reason,
                Completion<Message> completion);
    void history(const std::string& conversation, const std::string& before, int limit,
                 Completion<std::vector<Message>> completion);
    void read(const std::string& conversation, const std::string& messageId, Completion<int> completion);
    // Registers a device of the user for notifications. A device belongs to the user who registered it last.
    void registerPush(const PushDevice& device, Completion<Nothing> completion);
    void unregisterPush(const PushDevice& device, Completion<Nothing> completion);
    void checkConnection();

    // What is held now; nothing is asked of the server.
    std::vector<Message> messages(const std::string& conversation) const;
    std::optional<Message> message(const std::string& conversation, const std::string& messageId) const;
    // Those of some messages that are held, in whatever conversations.
    std::vector<Message> find(const std::vector<std::string>& messageIds) const;
    std::vector<Unsent> unsent(const std::string& conversation) const;
    ConversationSummary conversation(const std::string& id) const;
    std::vector<ConversationSummary> conversations() const;
    std::string user() const;
    Milliseconds serverTime() const;

    // Runs a function as callbacks are run, after those that wait already.
    void post(std::function<void()> function) const;

private:
    class Machine;
    std::shared_ptr<Machine> machine_;
};

}  // namespace recall

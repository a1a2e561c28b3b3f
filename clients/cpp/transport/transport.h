// The network behind an interface: WinHTTP on Windows, Boost.Beast elsewhere.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace recall {

// What a connection tells, from a thread of the transport, one at a time: opened, refused or closed first; after
// opened, any number of received and ponged, then closed. After Connection::close they may still come or not.
struct ConnectionEvents {
    std::function<void()> opened;
    std::function<void(int status)> refused;  // the HTTP status of the refused handshake
    std::function<void(std::string text)> received;
    std::function<void(int number)> ponged;  // the ping of that number was answered
    std::function<void()> closed;
};

// One WebSocket connection. Its functions return at once, from any thread, and do not call the events from within.
class Connection {
public:
    virtual ~Connection() = default;
    virtual void send(const std::string& text) = 0;
    // Sends a ping, which a server answers. Only where the platform has pings.
    virtual void ping(int number) = 0;
    virtual bool hasPings() const = 0;
    virtual void close() = 0;
};

// One HTTP request. A redirect is not followed.
struct HttpRequest {
    std::string method;
    std::string url;  // http:// or https://
    std::vector<std::pair<std::string, std::string>> headers;
    std::string bodyPath;  // the file whose bytes are the body, in UTF-8; empty: there is no body
    std::int64_t bodyBytes = 0;
};

// What an HTTP request tells, from a thread of the transport, one at a time: any number of sent, then answered, then any number of
// received. `ended` is the last of them. After Exchange::cancel they may still come or not.
struct HttpEvents {
    std::function<void(std::int64_t bytes)> sent;                   // of the body, so far
    std::function<void(int status, std::int64_t bytes)> answered;   // how long the answer is, or -1
    std::function<bool(const char* bytes, std::size_t count)> received;  // false ends the request
    std::function<void(bool whole)> ended;                          // whether the whole answer came
};

class Exchange {
public:
    virtual ~Exchange() = default;
    // Ends the request. It returns at once, from any thread, and does not call the events from within.
    virtual void cancel() = 0;
};

class Transport {
public:
    // Ends what is open and waits until no event runs any more.
    virtual ~Transport() = default;
    // Connects with the token in the header Authorization. Frames over recall::maximumFrameBytes close the connection;
    // binary frames are ignored.
    virtual std::unique_ptr<Connection> connect(const std::string& url, const std::string& token,
                                                ConnectionEvents events) = 0;
    // Makes an HTTP request, with the same certificates. Half a minute without a byte ends it.
    virtual std::unique_ptr<Exchange> exchange(HttpRequest request, HttpEvents events) = 0;
};

struct TransportOptions {
    // Certificates in PEM to trust besides those of the system. Windows has its own store for that.
    std::string trustedCertificates;
};

// The transport of this platform.
std::unique_ptr<Transport> makeTransport(const TransportOptions& options = {});

// The parts of ws://host:port/path or wss://…
struct Address {
    bool secure = false;
    std::string host;
    std::string port;
    std::string target;

    // The value of the header Host.
    std::string hostAndPort() const;
};

std::optional<Address> parseAddress(const std::string& url);
// The same for http:// and https://
std::optional<Address> parseWebAddress(const std::string& url);

}  // namespace recall

// The transport on WinHTTP, Windows 8 or newer: TLS, proxies and certificates are the system's.
//
// WinHTTP is used asynchronously, since a handle must not be closed while a synchronous call waits on it:
// https://learn.microsoft.com/windows/win32/api/winhttp/nf-winhttp-winhttpclosehandle
#include <deque>

#include "../core/types.h"
#include "winhttp_exchange.h"

namespace recall {
namespace {

constexpr int timeoutMilliseconds = 10'000;

// One connection. Everything here runs on the queue.
class Socket final : public Caller {
public:
    Socket(std::optional<Address> address, std::string token, ConnectionEvents events, Shared& shared)
        : Caller(shared), address_(std::move(address)), token_(std::move(token)), events_(std::move(events)) {}

    void start() {
        if (ended_) return;
        if (!address_ || !request()) end();
        token_.clear();
    }

    void send(std::string text) {
        if (closing_ || ended_) return;
        outgoing_.push_back(std::move(text));
        if (outgoing_.size() == 1 && webSocket_ != nullptr) write();
    }

    // Says goodbye. A peer that does not answer it is cut off when the next connection is made.
    void close() {
        if (closing_ || ended_) return;
        closing_ = true;
        if (webSocket_ == nullptr || WinHttpWebSocketShutdown(webSocket_, WINHTTP_WEB_SOCKET_SUCCESS_CLOSE_STATUS,
                                                              nullptr, 0) != NO_ERROR) {
            end();
        }
    }

    // Ends the connection and tells nobody.
    void cut() {
        ended_ = true;
        closeHandle(webSocket_);
        closeHandle(request_);
        closeHandle(connection_);
    }

private:
    void statusChanged(DWORD status, void* information, DWORD length) override;

    void end() {
        if (ended_) return;
        cut();
        events_.closed();
    }

    bool request() {
        // A redirect would carry the token elsewhere.
        DWORD redirects = WINHTTP_OPTION_REDIRECT_POLICY_NEVER;
        return open(*address_, "GET", 0, timeoutMilliseconds) &&
               WinHttpSetOption(request_, WINHTTP_OPTION_REDIRECT_POLICY, &redirects, sizeof redirects) &&
               WinHttpSetOption(request_, WINHTTP_OPTION_UPGRADE_TO_WEB_SOCKET, nullptr, 0) &&
               addHeader("Authorization", "Bearer " + token_, WINHTTP_ADDREQ_FLAG_ADD) && sendRequest(0);
    }

    void requestSent() {
        if (!ended_ && !WinHttpReceiveResponse(request_, nullptr)) end();
    }

    void answered() {
        if (ended_) return;
        const auto status = number(WINHTTP_QUERY_STATUS_CODE);
        if (!status) {
            end();
        } else if (*status != HTTP_STATUS_SWITCH_PROTOCOLS) {
            cut();
            events_.refused(static_cast<int>(*status));
        } else {
            upgrade();
        }
    }

    void upgrade() {
        // From here on silence is no fault.
        WinHttpSetTimeouts(request_, timeoutMilliseconds, timeoutMilliseconds, timeoutMilliseconds, 0);
        const DWORD_PTR context = this->context();
        webSocket_ = WinHttpWebSocketCompleteUpgrade(request_, context);
        if (webSocket_ == nullptr) {
            discard(context);
            end();
            return;
        }
        closeHandle(request_);
        events_.opened();
        if (!outgoing_.empty()) write();
        read();
    }

    void read() {
        if (!ended_ && WinHttpWebSocketReceive(webSocket_, buffer_.data(), static_cast<DWORD>(buffer_.size()),
                                               &ignoredSize_, &ignoredType_) != NO_ERROR) {
            end();
        }
    }

    void received(const WINHTTP_WEB_SOCKET_STATUS& part) {
        if (ended_) return;
        const bool text = part.eBufferType == WINHTTP_WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE ||
                          part.eBufferType == WINHTTP_WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE;
        if (text) incoming_.append(buffer_.data(), part.dwBytesTransferred);
        if (part.eBufferType == WINHTTP_WEB_SOCKET_CLOSE_BUFFER_TYPE || incoming_.size() > maximumFrameBytes) {
            end();
            return;
        }
        if (part.eBufferType == WINHTTP_WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE) {
            events_.received(std::move(incoming_));
            incoming_.clear();
        }
        read();
    }

    void write() {
        std::string& text = outgoing_.front();
        if (WinHttpWebSocketSend(webSocket_, WINHTTP_WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE, text.data(),
                                 static_cast<DWORD>(text.size())) != NO_ERROR) {
            end();
        }
    }

    void written() {
        if (ended_) return;
        outgoing_.pop_front();
        if (!outgoing_.empty() && !closing_) write();
    }

    const std::optional<Address> address_;
    std::string token_;
    ConnectionEvents events_;
    HINTERNET webSocket_ = nullptr;
    std::array<char, 16 * 1024> buffer_;
    DWORD ignoredSize_ = 0;  // the callback says these two
    WINHTTP_WEB_SOCKET_BUFFER_TYPE ignoredType_{};
    std::string incoming_;
    std::deque<std::string> outgoing_;
    bool closing_ = false;
    bool ended_ = false;
};

void Socket::statusChanged(DWORD status, void* information, DWORD) {
    const auto socket = std::static_pointer_cast<Socket>(shared_from_this());
    SerialQueue& queue = shared_.queue;
    switch (status) {
        case WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE:
            queue.post([socket] { socket->requestSent(); });
            break;
        case WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE:
            queue.post([socket] { socket->answered(); });
            break;
        case WINHTTP_CALLBACK_STATUS_READ_COMPLETE:
            queue.post([socket, part = *static_cast<WINHTTP_WEB_SOCKET_STATUS*>(information)] {
                socket->received(part);
            });
            break;
        case WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE:
            queue.post([socket] { socket->written(); });
            break;
        case WINHTTP_CALLBACK_STATUS_REQUEST_ERROR:
            queue.post([socket] { socket->end(); });
            break;
        default:
            break;
    }
}

class WinHttpConnection final : public Connection {
public:
    WinHttpConnection(Shared& shared, std::shared_ptr<Socket> socket) : shared_(shared), socket_(std::move(socket)) {}

    void send(const std::string& text) override {
        shared_.queue.post([socket = socket_, text] { socket->send(text); });
    }
    // WinHTTP lets nobody send pings.
    void ping(int) override {}
    bool hasPings() const override { return false; }

    void close() override {
        shared_.queue.post([socket = socket_] { socket->close(); });
    }

private:
    Shared& shared_;
    std::shared_ptr<Socket> socket_;
};

class WinHttpTransport final : public Transport {
public:
    WinHttpTransport() {
        shared_.session = WinHttpOpen(L"recall", WINHTTP_ACCESS_TYPE_DEFAULT_PROXY, WINHTTP_NO_PROXY_NAME,
                                      WINHTTP_NO_PROXY_BYPASS, WINHTTP_FLAG_ASYNC);
    }

    ~WinHttpTransport() override {
        // Nothing is told any more, but what WinHTTP works on must live until it has let go.
        shared_.queue.post([this] {
            if (current_) current_->cut();
            current_ = nullptr;
            for (const auto& each : exchanges_) {
                if (const auto exchange = each.lock()) exchange->cut();
            }
            ended_ = true;
        });
        shared_.queue.finish();
        shared_.handles.waitForNone();
        if (shared_.session != nullptr) WinHttpCloseHandle(shared_.session);
    }

    std::unique_ptr<Connection> connect(const std::string& url, const std::string& token,
                                        ConnectionEvents events) override {
        auto socket = std::make_shared<Socket>(parseAddress(url), token, std::move(events), shared_);
        shared_.queue.post([this, socket] {
            if (ended_) return;
            if (current_) current_->cut();
            current_ = socket;
            socket->start();
        });
        return std::make_unique<WinHttpConnection>(shared_, std::move(socket));
    }

    std::unique_ptr<Exchange> exchange(HttpRequest request, HttpEvents events) override {
        auto socket = std::make_shared<HttpSocket>(std::move(request), std::move(events), shared_);
        shared_.queue.post([this, socket] {
            if (ended_) return;
            exchanges_.erase(std::remove_if(exchanges_.begin(), exchanges_.end(), [](const auto& each) { return each.expired(); }),
                             exchanges_.end());
            exchanges_.push_back(socket);
            socket->start();
        });
        return std::make_unique<WinHttpExchange>(shared_, std::move(socket));
    }

private:
    Shared shared_;
    std::shared_ptr<Socket> current_;  // a client has one connection at a time
    std::vector<std::weak_ptr<HttpSocket>> exchanges_;
    bool ended_ = false;
};

}  // namespace

std::unique_ptr<Transport> makeTransport(const TransportOptions&) { return std::make_unique<WinHttpTransport>(); }

}  // namespace recall

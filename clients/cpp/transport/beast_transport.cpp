// The transport on Boost.Beast, with OpenSSL for wss.
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <charconv>
#include <chrono>
#include <deque>
#include <thread>

#include "../core/types.h"
#include "beast_exchange.h"
#include "transport.h"

namespace recall {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using Tcp = asio::ip::tcp;
using Code = beast::error_code;
using Plain = websocket::stream<beast::tcp_stream>;
using Secure = websocket::stream<beast::ssl_stream<beast::tcp_stream>>;

constexpr std::chrono::seconds handshakeTimeout{10};

class Socket {
public:
    virtual ~Socket() = default;
    virtual void start() = 0;
    virtual void send(std::string text) = 0;
    virtual void ping(int number) = 0;
    virtual void close() = 0;
};

// One connection. Everything here runs on the transport's only thread.
template <typename Stream>
class StreamSocket final : public Socket, public std::enable_shared_from_this<StreamSocket<Stream>> {
public:
    template <typename... Arguments>
    StreamSocket(Address address, std::string token, ConnectionEvents events, asio::io_context& context,
                 Arguments&... arguments)
        : address_(std::move(address)),
          token_(std::move(token)),
          events_(std::move(events)),
          resolver_(context),
          stream_(context, arguments...) {}

    void start() override {
        resolver_.async_resolve(address_.host, address_.port,
                                [self = this->shared_from_this()](Code error, Tcp::resolver::results_type results) {
                                    if (self->failed(error)) return;
                                    self->connect(results);
                                });
    }

    void send(std::string text) override {
        if (closing_ || ended_) return;
        outgoing_.push_back(std::move(text));
        if (outgoing_.size() == 1 && open_) write();
    }

    // One ping is written at a time; of those that wait for it only the last counts.
    void ping(int number) override {
        if (closing_ || ended_ || !open_) return;
        pingWanted_ = number;
        if (!pinging_) writePing();
    }

    void close() override {
        if (closing_ || ended_) return;
        closing_ = true;
        resolver_.cancel();
        if (!open_) {
            beast::get_lowest_layer(stream_).close();
            return;
        }
        stream_.async_close(websocket::close_code::normal, [self = this->shared_from_this()](Code) {
            beast::get_lowest_layer(self->stream_).close();
        });
    }

private:
    bool failed(Code error) {
        if (!error && !closing_) return false;
        end();
        return true;
    }

    void end() {
        if (ended_) return;
        ended_ = true;
        open_ = false;
        beast::get_lowest_layer(stream_).close();
        events_.closed();
    }

    void connect(const Tcp::resolver::results_type& results) {
        beast::get_lowest_layer(stream_).expires_after(handshakeTimeout);
        beast::get_lowest_layer(stream_).async_connect(
            results, [self = this->shared_from_this()](Code error, const Tcp::endpoint&) {
                if (self->failed(error)) return;
                Code ignored;  // only a matter of speed
                beast::get_lowest_layer(self->stream_).socket().set_option(Tcp::no_delay(true), ignored);
                self->secure();
            });
    }

    void secure() {
        if constexpr (std::is_same_v<Stream, Secure>) {
            auto& layer = stream_.next_layer();
            if (!SSL_set_tlsext_host_name(layer.native_handle(), address_.host.c_str())) {
                end();
                return;
            }
            layer.set_verify_callback(asio::ssl::host_name_verification(address_.host));
            layer.async_handshake(asio::ssl::stream_base::client, [self = this->shared_from_this()](Code error) {
                if (self->failed(error)) return;
                self->handshake();
            });
        } else {
            handshake();
        }
    }

    void handshake() {
        beast::get_lowest_layer(stream_).expires_never();
        stream_.set_option(websocket::stream_base::timeout{
            handshakeTimeout, websocket::stream_base::none(), /*keep_alive_pings=*/false});
        // Weak, since the stream is a part of this.
        stream_.control_callback([weak = this->weak_from_this()](websocket::frame_type kind, beast::string_view payload) {
            const auto self = weak.lock();
            int number = 0;
            const bool read = std::from_chars(payload.data(), payload.data() + payload.size(), number).ec == std::errc();
            if (kind != websocket::frame_type::pong || !read || !self || self->closing_ || self->ended_) return;
            self->events_.ponged(number);
        });
        stream_.set_option(websocket::stream_base::decorator([token = token_](websocket::request_type& request) {
            request.set(http::field::authorization, "Bearer " + token);
        }));
        stream_.read_message_max(maximumFrameBytes);
        stream_.async_handshake(response_, address_.hostAndPort(), address_.target, [self = this->shared_from_this()](Code error) {
            self->handshaken(error);
        });
    }

    void handshaken(Code error) {
        token_.clear();
        if (error == websocket::error::upgrade_declined && !closing_) {
            ended_ = true;
            beast::get_lowest_layer(stream_).close();
            events_.refused(static_cast<int>(response_.result_int()));
            return;
        }
        if (failed(error)) return;
        open_ = true;
        stream_.text(true);
        events_.opened();
        if (!outgoing_.empty()) write();
        read();
    }

    void read() {
        stream_.async_read(buffer_, [self = this->shared_from_this()](Code error, std::size_t) {
            if (error) {
                self->end();
                return;
            }
            std::string text = beast::buffers_to_string(self->buffer_.data());
            self->buffer_.consume(self->buffer_.size());
            if (self->stream_.got_text()) self->events_.received(std::move(text));
            self->read();
        });
    }

    void writePing() {
        pinging_ = true;
        const std::string number = std::to_string(*std::exchange(pingWanted_, std::nullopt));
        stream_.async_ping(websocket::ping_data(number.data(), number.size()), [self = this->shared_from_this()](Code error) {
            self->pinging_ = false;
            if (error) {
                self->end();
            } else if (self->pingWanted_ && !self->closing_ && !self->ended_) {
                self->writePing();
            }
        });
    }

    void write() {
        stream_.async_write(asio::buffer(outgoing_.front()), [self = this->shared_from_this()](Code error, std::size_t) {
            if (error) {
                self->end();
                return;
            }
            self->outgoing_.pop_front();
            if (!self->outgoing_.empty() && !self->closing_) self->write();
        });
    }

    Address address_;
    std::string token_;
    ConnectionEvents events_;
    Tcp::resolver resolver_;
    Stream stream_;
    websocket::response_type response_;
    beast::flat_buffer buffer_;
    std::deque<std::string> outgoing_;
    bool open_ = false;
    bool pinging_ = false;
    std::optional<int> pingWanted_;
    bool closing_ = false;
    bool ended_ = false;
};

class BeastConnection final : public Connection {
public:
    BeastConnection(asio::io_context& context, std::shared_ptr<Socket> socket)
        : context_(context), socket_(std::move(socket)) {}

    void send(const std::string& text) override {
        asio::post(context_, [socket = socket_, text] { socket->send(text); });
    }

    void ping(int number) override {
        asio::post(context_, [socket = socket_, number] { socket->ping(number); });
    }

    bool hasPings() const override { return true; }

    void close() override {
        asio::post(context_, [socket = socket_] { socket->close(); });
    }

private:
    asio::io_context& context_;
    std::shared_ptr<Socket> socket_;
};

// The socket of an address that is no address.
class NoSocket final : public Socket {
public:
    explicit NoSocket(ConnectionEvents events) : events_(std::move(events)) {}
    void start() override { events_.closed(); }
    void send(std::string) override {}
    void ping(int) override {}
    void close() override {}

private:
    ConnectionEvents events_;
};

class BeastTransport final : public Transport {
public:
    explicit BeastTransport(const TransportOptions& options) : secureContext_(asio::ssl::context::tls_client) {
        Code ignored;  // without the system's certificates every server is refused, which says enough
        secureContext_.set_default_verify_paths(ignored);
        if (!options.trustedCertificates.empty()) {
            secureContext_.add_certificate_authority(asio::buffer(options.trustedCertificates), ignored);
        }
        secureContext_.set_verify_mode(asio::ssl::verify_peer);
        thread_ = std::thread([this] { context_.run(); });
    }

    ~BeastTransport() override {
        context_.stop();
        thread_.join();
    }

    std::unique_ptr<Connection> connect(const std::string& url, const std::string& token,
                                        ConnectionEvents events) override {
        std::shared_ptr<Socket> socket;
        const auto address = parseAddress(url);
        if (!address) {
            socket = std::make_shared<NoSocket>(std::move(events));
        } else if (address->secure) {
            socket = std::make_shared<StreamSocket<Secure>>(*address, token, std::move(events), context_, secureContext_);
        } else {
            socket = std::make_shared<StreamSocket<Plain>>(*address, token, std::move(events), context_);
        }
        asio::post(context_, [socket] { socket->start(); });
        return std::make_unique<BeastConnection>(context_, std::move(socket));
    }

    std::unique_ptr<Exchange> exchange(HttpRequest request, HttpEvents events) override {
        std::shared_ptr<HttpSocket> socket;
        const auto address = parseWebAddress(request.url);
        if (!address) {
            asio::post(context_, [events = std::move(events)] { events.ended(false); });
        } else if (address->secure) {
            socket = std::make_shared<HttpStream<beast::ssl_stream<beast::tcp_stream>>>(
                *address, std::move(request), std::move(events), context_, secureContext_);
        } else {
            socket = std::make_shared<HttpStream<beast::tcp_stream>>(*address, std::move(request), std::move(events), context_);
        }
        if (socket) asio::post(context_, [socket] { socket->start(); });
        return std::make_unique<BeastExchange>(context_, std::move(socket));
    }

private:
    asio::io_context context_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    asio::ssl::context secureContext_;
    std::thread thread_;
};

}  // namespace

std::unique_ptr<Transport> makeTransport(const TransportOptions& options) {
    return std::make_unique<BeastTransport>(options);
}

}  // namespace recall

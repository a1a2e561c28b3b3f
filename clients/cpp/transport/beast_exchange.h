// HTTP requests on Boost.Beast.
#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "transport.h"

namespace recall {

class HttpSocket {
public:
    virtual ~HttpSocket() = default;
    virtual void start() = 0;
    virtual void cancel() = 0;
};

// One request. Everything here runs on the transport's only thread. Nothing is told after `ended`.
template <typename Stream>
class HttpStream final : public HttpSocket, public std::enable_shared_from_this<HttpStream<Stream>> {
    using Code = boost::beast::error_code;
    using Tcp = boost::asio::ip::tcp;

public:
    template <typename... Arguments>
    HttpStream(Address address, HttpRequest request, HttpEvents events, boost::asio::io_context& context,
               Arguments&... arguments)
        : address_(std::move(address)),
          request_(std::move(request)),
          events_(std::move(events)),
          resolver_(context),
          stream_(context, arguments...) {
        parser_.body_limit(boost::none);
    }

    void start() override {
        if (ended_) return;
        resolver_.async_resolve(address_.host, address_.port,
                                [self = this->shared_from_this()](Code error, Tcp::resolver::results_type results) {
                                    if (self->failed(error)) return;
                                    self->connect(results);
                                });
    }

    void cancel() override { end(false); }

private:
    boost::beast::tcp_stream& bottom() { return boost::beast::get_lowest_layer(stream_); }

    bool failed(Code error) {
        if (error) end(false);
        return ended_;
    }

    void end(bool whole) {
        if (ended_) return;
        ended_ = true;
        resolver_.cancel();
        bottom().close();
        events_.ended(whole);
        events_ = {};  // they may hold what holds this
    }

    void connect(const Tcp::resolver::results_type& results) {
        bottom().expires_after(silence);
        bottom().async_connect(results, [self = this->shared_from_this()](Code error, const Tcp::endpoint&) {
            if (self->failed(error)) return;
            self->secure();
        });
    }

    void secure() {
        if constexpr (std::is_same_v<Stream, boost::beast::tcp_stream>) {
            writeHeader();
        } else {
            if (!SSL_set_tlsext_host_name(stream_.native_handle(), address_.host.c_str())) {
                end(false);
                return;
            }
            stream_.set_verify_callback(boost::asio::ssl::host_name_verification(address_.host));
            stream_.async_handshake(boost::asio::ssl::stream_base::client, [self = this->shared_from_this()](Code error) {
                if (self->failed(error)) return;
                self->writeHeader();
            });
        }
    }

    void writeHeader() {
        namespace http = boost::beast::http;
        header_.method_string(request_.method);
        header_.target(address_.target);
        header_.set(http::field::host, address_.hostAndPort());
        for (const auto& [name, value] : request_.headers) header_.set(name, value);
        header_.set(http::field::connection, "close");
        if (!request_.bodyPath.empty()) {
            header_.set(http::field::content_length, std::to_string(request_.bodyBytes));
            file_.open(std::filesystem::u8path(request_.bodyPath), std::ios::binary);
        }
        bottom().expires_after(silence);
        http::async_write_header(stream_, serializer_, [self = this->shared_from_this()](Code error, std::size_t) {
            if (self->failed(error)) return;
            self->writeBody();
        });
    }

    // A file that has become shorter meanwhile ends the request.
    void writeBody() {
        const std::int64_t left = request_.bodyBytes - sent_;
        if (left == 0) {
            readHeader();
            return;
        }
        file_.read(buffer_.data(), static_cast<std::streamsize>(std::min<std::int64_t>(left, buffer_.size())));
        const auto count = static_cast<std::size_t>(file_.gcount());
        if (count == 0) {
            end(false);
            return;
        }
        bottom().expires_after(silence);
        boost::asio::async_write(stream_, boost::asio::buffer(buffer_.data(), count),
                                 [self = this->shared_from_this()](Code error, std::size_t written) {
                                     if (self->failed(error)) return;
                                     self->sent_ += static_cast<std::int64_t>(written);
                                     self->events_.sent(self->sent_);
                                     self->writeBody();
                                 });
    }

    void readHeader() {
        bottom().expires_after(silence);
        boost::beast::http::async_read_header(
            stream_, incoming_, parser_, [self = this->shared_from_this()](Code error, std::size_t) {
                if (self->failed(error)) return;
                const auto length = self->parser_.content_length();
                self->events_.answered(static_cast<int>(self->parser_.get().result_int()),
                                       length ? static_cast<std::int64_t>(*length) : -1);
                self->readBody();
            });
    }

    void readBody() {
        if (parser_.is_done()) {
            end(true);
            return;
        }
        parser_.get().body().data = buffer_.data();
        parser_.get().body().size = buffer_.size();
        bottom().expires_after(silence);
        boost::beast::http::async_read_some(
            stream_, incoming_, parser_, [self = this->shared_from_this()](Code error, std::size_t) {
                if (error == boost::beast::http::error::need_buffer) error = {};
                if (self->failed(error)) return;
                const std::size_t count = self->buffer_.size() - self->parser_.get().body().size;
                if (count > 0 && !self->events_.received(self->buffer_.data(), count)) {
                    self->end(false);
                    return;
                }
                self->readBody();
            });
    }

    static constexpr std::chrono::seconds silence{30};

    Address address_;
    HttpRequest request_;
    HttpEvents events_;
    Tcp::resolver resolver_;
    Stream stream_;
    std::ifstream file_;
    std::int64_t sent_ = 0;
    std::array<char, 64 * 1024> buffer_;
    boost::beast::flat_buffer incoming_;
    boost::beast::http::request<boost::beast::http::empty_body> header_;
    boost::beast::http::request_serializer<boost::beast::http::empty_body> serializer_{header_};
    boost::beast::http::response_parser<boost::beast::http::buffer_body> parser_;
    bool ended_ = false;
};

class BeastExchange final : public Exchange {
public:
    BeastExchange(boost::asio::io_context& context, std::shared_ptr<HttpSocket> socket)
        : context_(context), socket_(std::move(socket)) {}

    void cancel() override {
        if (socket_) boost::asio::post(context_, [socket = socket_] { socket->cancel(); });
    }

private:
    boost::asio::io_context& context_;
    std::shared_ptr<HttpSocket> socket_;
};

}  // namespace recall

// HTTP requests on WinHTTP.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "winhttp_caller.h"

namespace recall {

// One request. Everything here runs on the queue. Nothing is told after `ended`. Windows gives up a read when its handle is closed. Wine
// does not, so there the end of a program waits for the time-out of a download that is under way.
class HttpSocket final : public Caller {
public:
    HttpSocket(HttpRequest request, HttpEvents events, Shared& shared)
        : Caller(shared), sent_(std::move(request)), events_(std::move(events)) {}

    void start() {
        if (!ended_ && !request()) end(false);
    }

    void cancel() { end(false); }

    // Ends the request and tells nobody.
    void cut() {
        ended_ = true;
        closeHandle(request_);
        closeHandle(connection_);
        events_ = {};
    }

private:
    void statusChanged(DWORD status, void*, DWORD length) override {
        const auto socket = std::static_pointer_cast<HttpSocket>(shared_from_this());
        SerialQueue& queue = shared_.queue;
        switch (status) {
            case WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE:
                queue.post([socket] { socket->write(); });
                break;
            case WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE:
                queue.post([socket] { socket->written(); });
                break;
            case WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE:
                queue.post([socket] { socket->answered(); });
                break;
            case WINHTTP_CALLBACK_STATUS_READ_COMPLETE:
                queue.post([socket, length] { socket->received(length); });
                break;
            case WINHTTP_CALLBACK_STATUS_REQUEST_ERROR:
                queue.post([socket] { socket->end(false); });
                break;
            default:
                break;
        }
    }

    void end(bool whole) {
        if (ended_) return;
        const auto ended = std::move(events_.ended);
        cut();
        ended(whole);
    }

    bool request() {
        const auto address = parseWebAddress(sent_.url);
        if (!address) return false;
        DWORD without = WINHTTP_DISABLE_REDIRECTS | WINHTTP_DISABLE_COOKIES | WINHTTP_DISABLE_AUTHENTICATION;
        if (!open(*address, sent_.method, WINHTTP_FLAG_ESCAPE_DISABLE | WINHTTP_FLAG_ESCAPE_DISABLE_QUERY, silence) ||
            !WinHttpSetOption(request_, WINHTTP_OPTION_DISABLE_FEATURE, &without, sizeof without)) {
            return false;
        }
        for (const auto& [name, value] : sent_.headers) {
            if (!addHeader(name, value, WINHTTP_ADDREQ_FLAG_ADD | WINHTTP_ADDREQ_FLAG_REPLACE)) return false;
        }
        if (!sent_.bodyPath.empty()) file_.open(std::filesystem::u8path(sent_.bodyPath), std::ios::binary);
        return sendRequest(sent_.bodyBytes);
    }

    // A file that has become shorter meanwhile ends the request.
    void write() {
        if (ended_) return;
        const std::int64_t left = sent_.bodyBytes - done_;
        if (left == 0) {
            done_ = 0;
            if (!WinHttpReceiveResponse(request_, nullptr)) end(false);
            return;
        }
        file_.read(buffer_.data(), static_cast<std::streamsize>(std::min<std::int64_t>(left, buffer_.size())));
        writing_ = static_cast<DWORD>(file_.gcount());
        if (writing_ == 0 || !WinHttpWriteData(request_, buffer_.data(), writing_, nullptr)) end(false);
    }

    void written() {
        if (ended_) return;
        done_ += writing_;
        events_.sent(done_);
        write();
    }

    void answered() {
        if (ended_) return;
        const auto status = number(WINHTTP_QUERY_STATUS_CODE);
        if (!status) {
            end(false);
            return;
        }
        const auto length = number(WINHTTP_QUERY_CONTENT_LENGTH);
        length_ = length ? static_cast<std::int64_t>(*length) : -1;
        events_.answered(static_cast<int>(*status), length_);
        read();
    }

    void read() {
        if (!ended_ && !WinHttpReadData(request_, buffer_.data(), static_cast<DWORD>(buffer_.size()), nullptr)) end(false);
    }

    // No bytes are the end. WinHTTP does not say whether a connection was cut before it.
    void received(DWORD count) {
        if (ended_) return;
        if (count == 0) {
            end(length_ < 0 || done_ == length_);
            return;
        }
        done_ += count;
        if (events_.received(buffer_.data(), count)) {
            read();
        } else {
            end(false);
        }
    }

    static constexpr int silence = 30'000;

    const HttpRequest sent_;
    HttpEvents events_;
    std::ifstream file_;
    std::array<char, 64 * 1024> buffer_;
    DWORD writing_ = 0;
    std::int64_t done_ = 0, length_ = -1;  // of the body, and then of the answer
    bool ended_ = false;
};

class WinHttpExchange final : public Exchange {
public:
    WinHttpExchange(Shared& shared, std::shared_ptr<HttpSocket> socket) : shared_(shared), socket_(std::move(socket)) {}

    void cancel() override {
        shared_.queue.post([socket = socket_] { socket->cancel(); });
    }

private:
    Shared& shared_;
    std::shared_ptr<HttpSocket> socket_;
};

}  // namespace recall

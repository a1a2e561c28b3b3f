// What all calls of WinHTTP have in common.
#pragma once

#include <windows.h>
#include <winhttp.h>

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "../client/serial_queue.h"
#include "transport.h"

namespace recall {

inline std::wstring wide(const std::string& text) {
    const int size = MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), nullptr, 0);
    std::wstring result(static_cast<std::size_t>(size), L'\0');
    MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), result.data(), size);
    return result;
}

// Counts the handles that WinHTTP may still call back for.
class OpenHandles {
public:
    void add() {
        std::lock_guard lock(mutex_);
        ++count_;
    }
    void remove() {
        std::lock_guard lock(mutex_);
        if (--count_ == 0) none_.notify_all();
    }
    void waitForNone() {
        std::unique_lock lock(mutex_);
        none_.wait(lock, [this] { return count_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable none_;
    int count_ = 0;
};

// What the connections of a transport share. WinHTTP's callbacks, which come on any thread, are handled on the queue.
struct Shared {
    SerialQueue queue;
    OpenHandles handles;
    HINTERNET session = nullptr;
};

// A request that WinHTTP calls back for.
class Caller : public std::enable_shared_from_this<Caller> {
public:
    explicit Caller(Shared& shared) : shared_(shared) {}
    virtual ~Caller() = default;

protected:
    // Comes on any thread.
    virtual void statusChanged(DWORD status, void* information, DWORD length) = 0;

    // A context for a handle, which lives until the last callback for that handle.
    DWORD_PTR context() { return reinterpret_cast<DWORD_PTR>(new Context(shared_from_this())); }
    static void discard(DWORD_PTR context) { delete reinterpret_cast<Context*>(context); }

    static void CALLBACK callback(HINTERNET, DWORD_PTR context, DWORD status, void* information, DWORD length) {
        if (context == 0) return;
        if (status == WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING) {  // the last one for this handle
            discard(context);
        } else {
            reinterpret_cast<Context*>(context)->caller->statusChanged(status, information, length);
        }
    }

    // Makes the request, which `silence` milliseconds without an answer end. False if that failed.
    bool open(const Address& address, const std::string& method, DWORD flags, int silence) {
        const auto port = static_cast<INTERNET_PORT>(std::stoi(address.port));
        connection_ = WinHttpConnect(shared_.session, wide(address.host).c_str(), port, 0);
        if (connection_ == nullptr) return false;
        request_ = WinHttpOpenRequest(connection_, wide(method).c_str(), wide(address.target).c_str(), nullptr, WINHTTP_NO_REFERER,
                                      WINHTTP_DEFAULT_ACCEPT_TYPES, flags | (address.secure ? WINHTTP_FLAG_SECURE : 0));
        if (request_ == nullptr) return false;
        context_ = context();
        if (!WinHttpSetOption(request_, WINHTTP_OPTION_CONTEXT_VALUE, &context_, sizeof context_)) {
            discard(context_);
            return false;
        }
        WinHttpSetStatusCallback(request_, callback, WINHTTP_CALLBACK_FLAG_ALL_NOTIFICATIONS, 0);
        return WinHttpSetTimeouts(request_, silence, silence, silence, silence);
    }

    bool addHeader(const std::string& name, const std::string& value, DWORD how) {
        return WinHttpAddRequestHeaders(request_, wide(name + ": " + value).c_str(), static_cast<DWORD>(-1), how);
    }

    bool sendRequest(std::int64_t bodyBytes) {
        return WinHttpSendRequest(request_, WINHTTP_NO_ADDITIONAL_HEADERS, 0, nullptr, 0, static_cast<DWORD>(bodyBytes), context_);
    }

    // A number among the headers of the answer, such as WINHTTP_QUERY_STATUS_CODE.
    std::optional<DWORD> number(DWORD which) {
        DWORD value = 0, size = sizeof value;
        if (!WinHttpQueryHeaders(request_, which | WINHTTP_QUERY_FLAG_NUMBER, WINHTTP_HEADER_NAME_BY_INDEX, &value, &size,
                                 WINHTTP_NO_HEADER_INDEX)) {
            return std::nullopt;
        }
        return value;
    }

    static void closeHandle(HINTERNET& handle) {
        if (handle != nullptr) WinHttpCloseHandle(handle);
        handle = nullptr;
    }

    Shared& shared_;
    HINTERNET connection_ = nullptr, request_ = nullptr;

private:
    DWORD_PTR context_ = 0;

    struct Context {
        explicit Context(std::shared_ptr<Caller> of) : caller(std::move(of)) { caller->shared_.handles.add(); }
        ~Context() {
            Shared& shared = caller->shared_;
            caller.reset();
            shared.handles.remove();
        }
        Context(const Context&) = delete;
        Context& operator=(const Context&) = delete;

        std::shared_ptr<Caller> caller;
    };
};

}  // namespace recall

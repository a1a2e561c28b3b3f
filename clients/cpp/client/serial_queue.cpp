#include "serial_queue.h"

#include <condition_variable>
#include <deque>
#include <mutex>

namespace recall {
namespace {

constexpr std::size_t room = 4'096;

}  // namespace

struct SerialQueue::State {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> functions;
    bool ended = false;
    bool waiting = true;

    void run() {
        std::unique_lock lock(mutex);
        for (;;) {
            changed.wait(lock, [this] { return ended || !functions.empty(); });
            if (functions.empty()) return;
            std::function<void()> function = std::move(functions.front());
            functions.pop_front();
            lock.unlock();
            function();
            function = nullptr;
            lock.lock();
            changed.notify_all();
        }
    }
};

SerialQueue::SerialQueue() : state_(std::make_shared<State>()) {
    thread_ = std::thread([state = state_] { state->run(); });
}

void SerialQueue::finish() {
    if (!thread_.joinable()) return;
    {
        std::lock_guard lock(state_->mutex);
        state_->ended = true;
        state_->waiting = false;
    }
    state_->changed.notify_all();
    if (std::this_thread::get_id() == thread_.get_id()) {
        thread_.detach();
    } else {
        thread_.join();
    }
}

void SerialQueue::post(std::function<void()> function) {
    {
        std::lock_guard lock(state_->mutex);
        if (state_->ended) return;
        state_->functions.push_back(std::move(function));
    }
    state_->changed.notify_all();
}

void SerialQueue::waitForRoom() {
    if (std::this_thread::get_id() == thread_.get_id()) return;
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [this] { return !state_->waiting || state_->functions.size() < room; });
}

void SerialQueue::stopWaiting() {
    {
        std::lock_guard lock(state_->mutex);
        state_->waiting = false;
    }
    state_->changed.notify_all();
}

}  // namespace recall

// Runs functions one after another on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <thread>

namespace recall {

class SerialQueue {
public:
    SerialQueue();
    ~SerialQueue() { finish(); }
    SerialQueue(const SerialQueue&) = delete;
    SerialQueue& operator=(const SerialQueue&) = delete;

    void post(std::function<void()> function);
    // Runs what is left and waits for it; called from within a function of the queue, it does not wait. What is posted
    // afterwards never runs.
    void finish();
    // Waits while many functions are waiting, so that who produces them is slowed down; not within one of them.
    void waitForRoom();
    // Lets go of everyone in waitForRoom, for good.
    void stopWaiting();

private:
    struct State;
    std::shared_ptr<State> state_;
    std::thread thread_;
};

}  // namespace recall

// Registered listeners.
#pragma once

#include <algorithm>
#include <mutex>
#include <vector>

// After remove returns, the listener is not called any more and may be destroyed: removing waits for a call under way,
// save when it happens within that call.
template <typename Listener>
class Listeners {
public:
    void add(Listener* listener) {
        std::lock_guard lock(mutex_);
        if (listener != nullptr && !has(listener)) listeners_.push_back(listener);
    }

    void remove(Listener* listener) {
        std::lock_guard lock(mutex_);
        listeners_.erase(std::remove(listeners_.begin(), listeners_.end(), listener), listeners_.end());
    }

    bool empty() const {
        std::lock_guard lock(mutex_);
        return listeners_.empty();
    }

    template <typename Call>
    void each(Call call) {
        std::lock_guard lock(mutex_);
        const std::vector<Listener*> now = listeners_;
        for (Listener* listener : now) {
            if (has(listener)) call(*listener);  // an earlier one may have removed it
        }
    }

private:
    bool has(Listener* listener) const {
        return std::find(listeners_.begin(), listeners_.end(), listener) != listeners_.end();
    }

    mutable std::recursive_mutex mutex_;
    std::vector<Listener*> listeners_;
};

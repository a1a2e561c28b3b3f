// The server's clock, as far as this device knows it.
#pragma once

#include "types.h"

namespace recall {

// Tells the server's time from one comparison with a clock that never jumps. The device's own date decides nothing: it
// is only a guess until the first comparison.
class ServerClock {
public:
    void guess(Milliseconds now, Milliseconds deviceTime) {
        if (!known_) offset_ = deviceTime - now;
    }

    // Takes the server's time for the moment half way between a request and its reply.
    void compare(Milliseconds asked, Milliseconds answered, Milliseconds serverTime) {
        known_ = true;
        offset_ = serverTime - (asked + (answered - asked) / 2);
    }

    void forget() { known_ = false; }

    bool known() const { return known_; }
    Milliseconds time(Milliseconds now) const { return now + offset_; }

private:
    bool known_ = false;
    Milliseconds offset_ = 0;
};

}  // namespace recall

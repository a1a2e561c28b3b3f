// Message IDs: ULIDs (https://github.com/ulid/spec), made on the server's clock.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "types.h"

namespace recall {

// Whether this has the form of a ULID: 26 characters of Crockford's base 32.
bool isMessageId(std::string_view text);

// Makes IDs that sort in the order in which they were made, also within a millisecond and when the clock was set back
// a little.
class MessageIds {
public:
    explicit MessageIds(std::function<std::uint64_t()> random) : random_(std::move(random)) {}

    std::string next(Milliseconds serverTime);

    // Gives up the order with earlier IDs: they were made on a wrong clock, and the server refused one.
    void startOver() { last_ = -1; }

private:
    void draw();
    bool increment();

    std::function<std::uint64_t()> random_;
    Milliseconds last_ = -1;
    std::array<std::uint8_t, 16> randomDigits_{};  // 80 bits, 5 in each
};

}  // namespace recall

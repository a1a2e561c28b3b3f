#include "message_ids.h"

#include <algorithm>

namespace recall {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t timeDigits = 10;
constexpr Milliseconds maximumTime = (Milliseconds{1} << 48) - 1;

}  // namespace

bool isMessageId(std::string_view text) {
    return text.size() == 26 && text.front() <= '7' &&
           std::all_of(text.begin(), text.end(),
                       [](char digit) { return alphabet.find(digit) != std::string_view::npos; });
}

std::string MessageIds::next(Milliseconds serverTime) {
    Milliseconds time = std::clamp<Milliseconds>(serverTime, 0, maximumTime);
    if (time > last_) {
        last_ = time;
        draw();
    } else if (!increment()) {
        ++last_;
        draw();
    }
    std::string text(timeDigits, '0');
    Milliseconds rest = last_;
    for (std::size_t place = timeDigits; place-- > 0; rest >>= 5) {
        text[place] = alphabet[static_cast<std::size_t>(rest & 31)];
    }
    for (std::uint8_t digit : randomDigits_) text.push_back(alphabet[digit]);
    return text;
}

void MessageIds::draw() {
    std::uint64_t first = random_();
    std::uint64_t second = random_();
    for (std::size_t place = 0; place < randomDigits_.size(); ++place) {
        std::uint64_t& source = place < 8 ? first : second;
        randomDigits_[place] = static_cast<std::uint8_t>(source & 31);
        source >>= 5;
    }
}

bool MessageIds::increment() {
    for (std::size_t place = randomDigits_.size(); place-- > 0;) {
        if (randomDigits_[place] < 31) {
            ++randomDigits_[place];
            return true;
        }
        randomDigits_[place] = 0;
    }
    return false;
}

}  // namespace recall

// When the connection may have died without a word, or could be made again.
#pragma once

#include <functional>
#include <memory>

namespace recall {

// Calls check, from any thread, when the network changes and when the application comes to the front, until what it returns is gone.
std::shared_ptr<void> watchNetwork(std::function<void()> check);

}  // namespace recall

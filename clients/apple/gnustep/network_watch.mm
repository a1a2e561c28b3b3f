// GNUstep tells neither of the network nor of applications that come to the front: the application calls checkConnection.
#include "network_watch.h"

namespace recall {

std::shared_ptr<void> watchNetwork(std::function<void()>) { return nullptr; }

}  // namespace recall

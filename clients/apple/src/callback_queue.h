// Runs C++ functions on a queue of operations, in their order.
#pragma once

#import <Foundation/Foundation.h>

#include <functional>

namespace recall {

// The queue runs one operation at a time.
std::function<void(std::function<void()>)> executorOf(NSOperationQueue *queue);

}  // namespace recall

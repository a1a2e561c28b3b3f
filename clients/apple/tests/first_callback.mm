// Lets a callback come to the main queue in the moment in which the main thread uses its run loop for the first time. The
// argument is how long the main thread waits before that, in turns of a loop. It fails if the callback does not come.
#import <Foundation/Foundation.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#import "callback_queue.h"

int main(int, char **arguments) {
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    std::atomic<bool> ready{false}, begun{false}, called{false};
    {
        auto run = recall::executorOf([NSOperationQueue mainQueue]);
        std::thread client([&] {
            ready = true;
            while (!begun) continue;
            run([&] { called = true; });
        });
        NSDate *end = [NSDate dateWithTimeIntervalSinceNow:30];
        while (!ready) continue;
        begun = true;
        for (volatile long turns = std::atol(arguments[1]); turns > 0; turns = turns - 1) continue;
        while (!called && [end timeIntervalSinceNow] > 0) {
            [[NSRunLoop currentRunLoop] runUntilDate:[NSDate dateWithTimeIntervalSinceNow:0.001]];
        }
        client.join();
    }
    [pool drain];
    return called ? 0 : 1;
}

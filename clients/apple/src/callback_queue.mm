#include "callback_queue.h"

#import "ownership.h"

// By an operation of its own class, since a block is no object everywhere.
@interface RecallOperation : NSOperation {
@public
    std::function<void()> _function;
}
@end

@implementation RecallOperation
- (void)main {
    @autoreleasepool {
        _function();
        _function = nullptr;
    }
}
@end

namespace recall {

std::function<void(std::function<void()>)> executorOf(NSOperationQueue *queue) {
#ifdef GNUSTEP
    // If the main thread uses NSRunLoop for the first time while another thread calls performSelectorOnMainThread, each may
    // wait for ever for a lock of GNUstep that the other one holds. So it is used here, before the client has a thread.
    [NSRunLoop class];
#endif
    return [kept = Kept<NSOperationQueue>(queue)](std::function<void()> function) {
        @autoreleasepool {
            RecallOperation *operation = RECALL_AUTORELEASE([[RecallOperation alloc] init]);
            operation->_function = std::move(function);
#ifdef GNUSTEP
            // GNUstep runs the operations of its main queue on any thread.
            if (kept.get() == [NSOperationQueue mainQueue]) {
                [operation performSelectorOnMainThread:@selector(main) withObject:nil waitUntilDone:NO];
                return;
            }
#endif
            [kept.get() addOperation:operation];
        }
    };
}

}  // namespace recall

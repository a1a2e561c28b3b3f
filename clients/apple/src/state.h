// What a manager is made of, and how its calls end.
#pragma once

#import <RecallIM/RecallIM.h>

#include <functional>
#include <memory>
#include <mutex>

#include "client/client.h"
#import "conversion.h"
#import "listeners.h"

struct RecallState {
    std::mutex mutex;
    std::shared_ptr<recall::Client> client;
    std::shared_ptr<void> watch;  // of the network, for the client
    recall::PushDevice pushDevice;  // that was registered last; empty: none
    const std::shared_ptr<Registry> registry = std::make_shared<Registry>();
};

@interface V2TIMManager ()
// The client, or nullptr.
- (std::shared_ptr<recall::Client>)current;
// The client; without one the call fails.
- (std::shared_ptr<recall::Client>)clientOrFail:(V2TIMFail)fail;
- (Registry&)registry;
// The device that was registered last, and keeping one as that.
- (recall::PushDevice)registered;
- (void)registers:(const recall::PushDevice&)device;
@end

inline std::function<void(const recall::Error&)> failing(V2TIMFail fail) {
    return [kept = KeptBlock<V2TIMFail>(fail)](const recall::Error& error) {
        if (!kept) return;
        @autoreleasepool {
            kept.get()(error.code, toObjectiveC(error.desc));
        }
    };
}

// How far a transfer is, told to a block. A size that is not known is 0.
inline recall::Progress progressOf(V2TIMDownLoadProgress progress) {
    return [kept = KeptBlock<V2TIMDownLoadProgress>(progress)](std::int64_t done, std::int64_t size) {
        if (!kept) return;
        @autoreleasepool {
            kept.get()(static_cast<NSInteger>(done), static_cast<NSInteger>(size < 0 ? 0 : size));
        }
    };
}

// A completion that hands the block and the value to a function.
template <typename Value, typename Block, typename Call>
recall::Completion<Value> completion(Block succ, V2TIMFail fail, Call call) {
    return {[kept = KeptBlock<Block>(succ), call](const Value& value) {
                @autoreleasepool {
                    call(kept ? kept.get() : static_cast<Block>(nil), value);
                }
            },
            failing(fail)};
}

// A completion that says no more than that it succeeded.
template <typename Value>
recall::Completion<Value> done(V2TIMSucc succ, V2TIMFail fail) {
    return completion<Value>(succ, fail, [](V2TIMSucc told, const Value&) {
        if (told) told();
    });
}

// The watch on Apple's systems: https://developer.apple.com/documentation/network/nwpathmonitor
#import <Foundation/Foundation.h>
#import <Network/Network.h>

#include "network_watch.h"

#if !__has_feature(objc_arc)
#error "Build it with ARC, as Apple's tools do by themselves."
#endif

namespace recall {
namespace {

class NetworkWatch {
public:
    explicit NetworkWatch(std::function<void()> check) : monitor_(nw_path_monitor_create()) {
        nw_path_monitor_set_queue(monitor_, dispatch_get_global_queue(QOS_CLASS_UTILITY, 0));
        nw_path_monitor_set_update_handler(monitor_, ^(nw_path_t path) {
            if (nw_path_get_status(path) == nw_path_status_satisfied) check();
        });
        nw_path_monitor_start(monitor_);
        // By their names, so that neither UIKit nor AppKit is linked.
        for (NSString *name in @[ @"UIApplicationWillEnterForegroundNotification", @"NSApplicationDidBecomeActiveNotification" ]) {
            [observers_ addObject:[[NSNotificationCenter defaultCenter] addObserverForName:name
                                                                                    object:nil
                                                                                     queue:nil
                                                                                usingBlock:^(NSNotification *) { check(); }]];
        }
    }
    ~NetworkWatch() {
        nw_path_monitor_cancel(monitor_);
        for (id observer in observers_) [[NSNotificationCenter defaultCenter] removeObserver:observer];
    }

private:
    nw_path_monitor_t monitor_;
    NSMutableArray *observers_ = [NSMutableArray array];
};

}  // namespace

std::shared_ptr<void> watchNetwork(std::function<void()> check) { return std::make_shared<NetworkWatch>(std::move(check)); }

}  // namespace recall

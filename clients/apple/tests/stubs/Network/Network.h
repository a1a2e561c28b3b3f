// What the client uses of Apple's Network framework and of libdispatch, as Apple declares it.
#import <Foundation/Foundation.h>

@protocol OS_dispatch_queue <NSObject>
@end
@protocol OS_nw_path <NSObject>
@end
@protocol OS_nw_path_monitor <NSObject>
@end
typedef NSObject<OS_dispatch_queue> *dispatch_queue_t;
typedef NSObject<OS_nw_path> *nw_path_t;
typedef NSObject<OS_nw_path_monitor> *nw_path_monitor_t;
typedef enum { nw_path_status_invalid, nw_path_status_satisfied, nw_path_status_unsatisfied, nw_path_status_satisfiable } nw_path_status_t;
enum { QOS_CLASS_UTILITY = 0x11 };

#ifdef __cplusplus
extern "C" {
#endif
dispatch_queue_t dispatch_get_global_queue(intptr_t identifier, uintptr_t flags);
nw_path_monitor_t nw_path_monitor_create(void);
void nw_path_monitor_set_queue(nw_path_monitor_t monitor, dispatch_queue_t queue);
void nw_path_monitor_set_update_handler(nw_path_monitor_t monitor, void (^handler)(nw_path_t path));
void nw_path_monitor_start(nw_path_monitor_t monitor);
void nw_path_monitor_cancel(nw_path_monitor_t monitor);
nw_path_status_t nw_path_get_status(nw_path_t path);
#ifdef __cplusplus
}
#endif

#import <RecallIM/V2TIMManager+APNS.h>

#import "state.h"

@implementation V2TIMAPNSConfig
@synthesize token = _token, topic = _topic, businessID = _businessID;
- (void)dealloc {
    RECALL_RELEASE(_token);
    RECALL_RELEASE(_topic);
    RECALL_DEALLOC;
}
@end

namespace {

recall::PushDevice deviceOf(V2TIMAPNSConfig *config) {
    NSString *topic = config.topic != nil ? config.topic : [[NSBundle mainBundle] bundleIdentifier];
    return {"apns", hexadecimal(config.token), fromObjectiveC(topic)};
}

}  // namespace

@implementation V2TIMManager (APNS)

- (void)setAPNS:(V2TIMAPNSConfig *)config succ:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client) return;
    const recall::PushDevice device = config != nil ? deviceOf(config) : [self registered];
    if (device.token.empty() || device.topic.empty()) {
        client->post([failed = failing(fail)] {
            failed({ERR_INVALID_PARAMETERS, "there is no token or no bundle ID, or no device was registered before"});
        });
    } else if (config != nil) {
        [self registers:device];
        client->registerPush(device, done<recall::Nothing>(succ, fail));
    } else {
        client->unregisterPush(device, done<recall::Nothing>(succ, fail));
    }
}

@end

// Notifications by Apple's push service, for a user who has no open connection.
#import <RecallIM/V2TIMManager.h>

NS_ASSUME_NONNULL_BEGIN

@interface V2TIMAPNSConfig : NSObject {
@private
    NSData *_token;
    NSString *_topic;
    int _businessID;
}
/// What application:didRegisterForRemoteNotificationsWithDeviceToken: gave.
@property(nonatomic, copy, nullable) NSData *token;
/// Not used: the deployment has one key for Apple's push service.
@property(nonatomic, assign) int businessID;
/// Not in V2TIM: the bundle ID of the app to which notifications go. nil: that of this program.
@property(nonatomic, copy, nullable) NSString *topic;
@end

@interface V2TIMManager (APNS)
/// Registers this device for the user who is logged in. Call it after each login and when the token changes. A device belongs to the user who
/// registered it last. nil ends the notifications of the device that this manager registered last; call it before a logout, which does not end
/// them. Calls fail with 76008 (the deployment sends none to Apple's devices), 6017 (no token, no bundle ID, or nothing to end), 6012, 6206 and
/// 9508.
- (void)setAPNS:(V2TIMAPNSConfig *_Nullable)config
           succ:(V2TIMSucc _Nullable)succ
           fail:(V2TIMFail _Nullable)fail NS_SWIFT_NAME(setAPNS(config:succ:fail:));
@end

NS_ASSUME_NONNULL_END

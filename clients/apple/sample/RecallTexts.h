#import <RecallIM/RecallIM.h>

NS_ASSUME_NONNULL_BEGIN

/// The words that a person reads about recalls. An app translates them.
@interface RecallTexts : NSObject
/// The line in place of a recalled message.
+ (NSString *)lineOf:(V2TIMMessage *)tombstone toUser:(NSString *)user;
/// Why a recall failed.
+ (NSString *)failure:(int)code;
@end

NS_ASSUME_NONNULL_END

#import <UIKit/UIKit.h>

#import "../MessageListScreen.h"

NS_ASSUME_NONNULL_BEGIN

/// Draws a MessageListScreen with UIKit, iOS 14 or newer: a long press on an own bubble offers Recall.
@interface MessageListViewController : UITableViewController <MessageListView>
- (instancetype)initWithManager:(V2TIMManager *)manager conversationID:(NSString *)conversationID;
/// Called with the text of a recalled message that is to be edited again.
@property(nonatomic, copy, nullable) void (^input)(NSString *text);
/// Sends a text and stops listening, for whoever owns the input field and the screen's life.
- (void)send:(NSString *)text;
- (void)close;
@end

NS_ASSUME_NONNULL_END

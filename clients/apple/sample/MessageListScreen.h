// The logic of a chat screen: a list of messages where a long press recalls and the bubble becomes "Message recalled". Foundation only;
// MessageListViewController draws it with UIKit.
#import <RecallIM/RecallIM.h>

#import "MessageRow.h"

NS_ASSUME_NONNULL_BEGIN

/// What draws the screen. Called on the client's thread or on that of the screen's caller: go to the main queue first.
@protocol MessageListView <NSObject>
/// Shows these rows, oldest first.
- (void)showRows:(NSArray<MessageRow *> *)rows;
/// Shows a short notice.
- (void)showNotice:(NSString *)text;
/// Puts a text into the input field.
- (void)putIntoInput:(NSString *)text;
/// Closes an open menu of a row, since the row has changed.
- (void)closeMenuOf:(NSString *)msgID;
@end

/// One conversation on the screen. Its methods may be called from any thread.
@interface MessageListScreen : NSObject <V2TIMAdvancedMsgListener> {
@private
    V2TIMManager *_manager;
    NSString *_conversationID;
    id<MessageListView> _view;
    NSMutableDictionary *_messages;       // V2TIMMessage by msgID
    NSMutableDictionary *_revokedTexts;  // own texts that were recalled here: the server keeps none of them
}
/// The view is retained.
- (instancetype)initWithManager:(V2TIMManager *)manager
                 conversationID:(NSString *)conversationID
                           view:(id<MessageListView>)view;
/// Begins to listen and shows the newest messages. The manager does not keep the screen: keep it while it is open.
- (void)open;
/// Stops listening.
- (void)close;
/// Sends a text, as an answer to a message where its ID is given.
- (void)send:(NSString *)text inReplyTo:(NSString *_Nullable)msgID;
/// A long press, and "Recall" was chosen.
- (void)recall:(NSString *)msgID;
/// "Edit again" beside an own recalled message.
- (void)editAgain:(NSString *)msgID;
/// Draws again, since time has passed and a window may be over.
- (void)draw;
@end

NS_ASSUME_NONNULL_END

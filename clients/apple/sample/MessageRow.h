#import <Foundation/Foundation.h>

NS_ASSUME_NONNULL_BEGIN

/// One row of the list: a bubble, or the line that a recalled message leaves.
@interface MessageRow : NSObject {
@private
    NSString *_msgID, *_text, *_quote;
    BOOL _isSelf, _isRevoked, _isRecallable, _isEditable;
}
@property(nonatomic, copy) NSString *msgID;
/// The bubble's text, or "You recalled a message" and the like.
@property(nonatomic, copy) NSString *text;
/// What stands above the text when the message answers another: its text, or "Message recalled"; nil when it answers none.
@property(nonatomic, copy, nullable) NSString *quote;
/// Whether it stands on the right.
@property(nonatomic, assign) BOOL isSelf;
/// Whether to draw a centred line in place of a bubble.
@property(nonatomic, assign) BOOL isRevoked;
/// Whether a long press offers "Recall".
@property(nonatomic, assign) BOOL isRecallable;
/// Whether "Edit again" stands beside the line.
@property(nonatomic, assign) BOOL isEditable;
@end

NS_ASSUME_NONNULL_END

#import "MessageRow.h"

#import "ownership.h"

@implementation MessageRow
@synthesize msgID = _msgID, text = _text, quote = _quote;
@synthesize isSelf = _isSelf, isRevoked = _isRevoked, isRecallable = _isRecallable, isEditable = _isEditable;

- (void)dealloc {
    RECALL_RELEASE(_msgID);
    RECALL_RELEASE(_text);
    RECALL_RELEASE(_quote);
    RECALL_DEALLOC;
}
@end

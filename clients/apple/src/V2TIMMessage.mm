#import <RecallIM/V2TIMMessage.h>

#import "conversion.h"
#import "ownership.h"

@implementation V2TIMUserFullInfo
@synthesize userID = _userID;
- (void)dealloc {
    RECALL_RELEASE(_userID);
    RECALL_DEALLOC;
}
@end

@implementation V2TIMMessage
@synthesize msgID = _msgID, sender = _sender, userID = _userID, groupID = _groupID, text = _text, body = _body;
@synthesize replyTo = _replyTo, status = _status, sentAt = _sentAt, recallableUntil = _recallableUntil;
@synthesize isSelf = _isSelf, revokerInfo = _revokerInfo, revokerRole = _revokerRole, revokeReason = _revokeReason;

- (NSString *)conversationID {
    return toObjectiveC(conversationOf(_userID, _groupID));
}

- (void)dealloc {
    RECALL_RELEASE(_msgID);
    RECALL_RELEASE(_sender);
    RECALL_RELEASE(_userID);
    RECALL_RELEASE(_groupID);
    RECALL_RELEASE(_text);
    RECALL_RELEASE(_body);
    RECALL_RELEASE(_replyTo);
    RECALL_RELEASE(_revokerInfo);
    RECALL_RELEASE(_revokerRole);
    RECALL_RELEASE(_revokeReason);
    RECALL_DEALLOC;
}
@end

@implementation V2TIMConversation
@synthesize conversationID = _conversationID, lastMessageID = _lastMessageID, unreadCount = _unreadCount;
- (void)dealloc {
    RECALL_RELEASE(_conversationID);
    RECALL_RELEASE(_lastMessageID);
    RECALL_DEALLOC;
}
@end

#import <RecallIM/V2TIMMessage.h>

#import "conversion.h"
#import "ownership.h"

@implementation V2TIMUserInfo
@synthesize userID = _userID;
- (NSString *)nickName {
    return nil;
}
- (NSString *)faceURL {
    return nil;
}
- (void)dealloc {
    RECALL_RELEASE(_userID);
    RECALL_DEALLOC;
}
@end

@implementation V2TIMUserFullInfo
- (NSString *)showName {
    return self.userID;
}
@end

@implementation V2TIMGroupMemberInfo
@synthesize userID = _userID;
- (NSString *)nickName {
    return nil;
}
- (NSString *)friendRemark {
    return nil;
}
- (NSString *)nameCard {
    return nil;
}
- (NSString *)faceURL {
    return nil;
}
- (void)dealloc {
    RECALL_RELEASE(_userID);
    RECALL_DEALLOC;
}
@end

@implementation V2TIMGroupMemberFullInfo
@synthesize role = _role;
@end

@implementation V2TIMElem
@end

@implementation V2TIMTextElem
@synthesize text = _text;
- (void)dealloc {
    RECALL_RELEASE(_text);
    RECALL_DEALLOC;
}
@end

@implementation V2TIMCustomElem
@synthesize data = _data, desc = _desc, extension = _extension;
- (void)dealloc {
    RECALL_RELEASE(_data);
    RECALL_RELEASE(_desc);
    RECALL_RELEASE(_extension);
    RECALL_DEALLOC;
}
@end

@implementation V2TIMMessageReceipt
- (NSString *)msgID {
    return nil;
}
- (NSString *)userID {
    return nil;
}
- (NSString *)groupID {
    return nil;
}
- (BOOL)isPeerRead {
    return NO;
}
- (int)readCount {
    return 0;
}
- (int)unreadCount {
    return 0;
}
@end

@implementation V2TIMOfflinePushInfo
@synthesize title = _title, desc = _desc, ext = _ext, disablePush = _disablePush;
- (void)dealloc {
    RECALL_RELEASE(_title);
    RECALL_RELEASE(_desc);
    RECALL_RELEASE(_ext);
    RECALL_DEALLOC;
}
@end

@implementation V2TIMMessageListGetOption
@synthesize getType = _getType, userID = _userID, groupID = _groupID, count = _count, lastMsg = _lastMsg;
- (id)init {
    if ((self = [super init])) {
        _getType = V2TIM_GET_CLOUD_OLDER_MSG;
        _count = 20;
    }
    return self;
}
- (void)dealloc {
    RECALL_RELEASE(_userID);
    RECALL_RELEASE(_groupID);
    RECALL_RELEASE(_lastMsg);
    RECALL_DEALLOC;
}
@end

@implementation V2TIMMessage
@synthesize msgID = _msgID, sender = _sender, userID = _userID, groupID = _groupID, text = _text, body = _body;
@synthesize replyTo = _replyTo, unlessRevoked = _unlessRevoked, status = _status, sentAt = _sentAt, recallableUntil = _recallableUntil;
@synthesize isSelf = _isSelf, sendErrorCode = _sendErrorCode, revokerInfo = _revokerInfo, revokerRole = _revokerRole, revokeReason = _revokeReason;

- (NSString *)conversationID {
    return toObjectiveC(conversationOf(_userID, _groupID));
}

- (NSString *)nickName {
    return nil;
}

- (NSString *)friendRemark {
    return nil;
}

- (NSString *)nameCard {
    return nil;
}

- (NSString *)faceURL {
    return nil;
}

- (BOOL)hasRiskContent {
    return NO;
}

- (NSDate *)timestamp {
    return _sentAt > 0 ? [NSDate dateWithTimeIntervalSince1970:_sentAt / 1000.0] : nil;
}

- (V2TIMElemType)elemType {
    if (_text != nil) return V2TIM_ELEM_TYPE_TEXT;
    return _body != nil ? V2TIM_ELEM_TYPE_CUSTOM : V2TIM_ELEM_TYPE_NONE;
}

- (V2TIMTextElem *)textElem {
    if (_text == nil) return nil;
    V2TIMTextElem *element = RECALL_AUTORELEASE([[V2TIMTextElem alloc] init]);
    element.text = _text;
    return element;
}

- (V2TIMCustomElem *)customElem {
    if (_text != nil || _body == nil) return nil;
    V2TIMCustomElem *element = RECALL_AUTORELEASE([[V2TIMCustomElem alloc] init]);
    element.data = _body;
    return element;
}

- (void)dealloc {
    RECALL_RELEASE(_msgID);
    RECALL_RELEASE(_sender);
    RECALL_RELEASE(_userID);
    RECALL_RELEASE(_groupID);
    RECALL_RELEASE(_text);
    RECALL_RELEASE(_body);
    RECALL_RELEASE(_replyTo);
    RECALL_RELEASE(_unlessRevoked);
    RECALL_RELEASE(_revokerInfo);
    RECALL_RELEASE(_revokerRole);
    RECALL_RELEASE(_revokeReason);
    RECALL_DEALLOC;
}
@end

@implementation V2TIMConversation
@synthesize conversationID = _conversationID, lastMessageID = _lastMessageID, unreadCount = _unreadCount;
@synthesize lastMessage = _lastMessage, orderKey = _orderKey, role = _role;

- (V2TIMConversationType)type {
    return self.userID != nil ? V2TIM_C2C : self.groupID != nil ? V2TIM_GROUP : V2TIM_UNKNOWN;
}

- (NSString *)userID {
    return [_conversationID hasPrefix:@"c2c_"] ? [_conversationID substringFromIndex:4] : nil;
}

- (NSString *)groupID {
    return [_conversationID hasPrefix:@"group_"] ? [_conversationID substringFromIndex:6] : nil;
}

- (NSString *)groupType {
    return nil;
}

- (NSString *)showName {
    return self.userID != nil ? self.userID : self.groupID;
}

- (NSString *)faceUrl {
    return nil;
}

- (BOOL)isPinned {
    return NO;
}

- (void)dealloc {
    RECALL_RELEASE(_conversationID);
    RECALL_RELEASE(_lastMessageID);
    RECALL_RELEASE(_lastMessage);
    RECALL_RELEASE(_role);
    RECALL_DEALLOC;
}
@end

#import <RecallIM/V2TIMMessage.h>

#import "conversion.h"
#import "elements.h"
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
@synthesize files = _files, msgID = _msgID, sender = _sender, userID = _userID, groupID = _groupID, text = _text, body = _body;
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
    if ([self hasData]) return V2TIM_ELEM_TYPE_CUSTOM;
    if (_files == nil) return V2TIM_ELEM_TYPE_NONE;
    return self.imageElem != nil ? V2TIM_ELEM_TYPE_IMAGE : V2TIM_ELEM_TYPE_FILE;
}

// The body of a message that has only files is {}, and no other JSON object has two bytes.
- (BOOL)hasData {
    return _text == nil && _body != nil && (_files == nil || [_body length] > 2);
}

- (NSArray *)attachments {
    return _attachments != nil ? _attachments : [NSArray array];
}

- (void)setAttachments:(NSArray *)attachments {
    NSArray *kept = [attachments copy];
    RECALL_RELEASE(_attachments);
    _attachments = kept;
}

- (V2TIMImageElem *)imageElem {
    return [_files isKindOfClass:[V2TIMImageElem class]] ? (V2TIMImageElem *)_files : nil;
}

- (V2TIMFileElem *)fileElem {
    return [_files isKindOfClass:[V2TIMFileElem class]] ? (V2TIMFileElem *)_files : nil;
}

- (V2TIMTextElem *)textElem {
    if (_text == nil) return nil;
    V2TIMTextElem *element = RECALL_AUTORELEASE([[V2TIMTextElem alloc] init]);
    element.text = _text;
    element.nextElem = _files;
    return element;
}

- (V2TIMCustomElem *)customElem {
    if (![self hasData]) return nil;
    V2TIMCustomElem *element = RECALL_AUTORELEASE([[V2TIMCustomElem alloc] init]);
    element.data = _body;
    element.nextElem = _files;
    return element;
}

- (void)dealloc {
    RECALL_RELEASE(_msgID);
    RECALL_RELEASE(_sender);
    RECALL_RELEASE(_userID);
    RECALL_RELEASE(_groupID);
    RECALL_RELEASE(_text);
    RECALL_RELEASE(_body);
    RECALL_RELEASE(_attachments);
    RECALL_RELEASE(_files);
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

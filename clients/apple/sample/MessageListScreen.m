#import "MessageListScreen.h"

#import "RecallTexts.h"
#import "ownership.h"

static const int page = 50;

static BOOL isTombstone(V2TIMMessage *message) {
    return message.status == V2TIM_MSG_STATUS_LOCAL_REVOKED;
}

@implementation MessageListScreen

- (instancetype)initWithManager:(V2TIMManager *)manager
                 conversationID:(NSString *)conversationID
                           view:(id<MessageListView>)view {
    if ((self = [super init])) {
        _manager = RECALL_RETAIN(manager);
        _view = RECALL_RETAIN(view);
        _conversationID = [conversationID copy];
        _messages = [[NSMutableDictionary alloc] init];
        _revokedTexts = [[NSMutableDictionary alloc] init];
    }
    return self;
}

- (void)dealloc {
    [self close];
    RECALL_RELEASE(_manager);
    RECALL_RELEASE(_conversationID);
    RECALL_RELEASE(_view);
    RECALL_RELEASE(_messages);
    RECALL_RELEASE(_revokedTexts);
    RECALL_DEALLOC;
}

- (void)open {
    [_manager addAdvancedMsgListener:self];
    [_manager getHistoryMessageList:_conversationID count:page lastMsgID:nil
        succ:^(NSArray<V2TIMMessage *> *messages) {
            for (V2TIMMessage *message in messages) [self put:message];
            [self draw];
        }
        fail:^(int code, NSString *desc) {
            [self->_view showNotice:[NSString stringWithFormat:@"The messages could not be loaded (%d)", code]];
        }];
}

- (void)close {
    [_manager removeAdvancedMsgListener:self];
}

- (void)send:(NSString *)text inReplyTo:(NSString *)msgID {
    const BOOL group = [_conversationID hasPrefix:@"group_"];
    NSString *other = [_conversationID substringFromIndex:group ? 6 : 4];
    V2TIMMessage *message = [_manager createTextMessage:text];
    message.replyTo = msgID;
    [_manager sendMessage:message receiver:group ? nil : other groupID:group ? other : nil
                 priority:V2TIM_PRIORITY_DEFAULT onlineUserOnly:NO offlinePushInfo:nil progress:nil
        succ:^{
            [self put:message];
            [self draw];
        }
        fail:^(int code, NSString *desc) {
            [self->_view showNotice:[NSString stringWithFormat:@"Sending failed (%d)", code]];
        }];
}

- (void)recall:(NSString *)msgID {
    V2TIMMessage *message = [self messageOf:msgID];
    if (message == nil || isTombstone(message)) return;
    NSString *text = message.isSelf ? message.text : nil;
    [_manager revokeMessage:message
        succ:^{
            [self recalled:msgID withText:text];
        }
        fail:^(int code, NSString *desc) { [self->_view showNotice:[RecallTexts failure:code]]; }];
}

- (void)editAgain:(NSString *)msgID {
    NSString *text;
    @synchronized(self) {
        text = [_revokedTexts objectForKey:msgID];
    }
    if (text != nil) [_view putIntoInput:text];
}

// The client holds the tombstone when a recall has succeeded.
- (void)recalled:(NSString *)msgID withText:(NSString *)text {
    @synchronized(self) {
        if (text != nil) [_revokedTexts setObject:text forKey:msgID];
    }
    [_manager getLocalMessageList:_conversationID
        succ:^(NSArray<V2TIMMessage *> *messages) {
            for (V2TIMMessage *message in messages) {
                if ([message.msgID isEqualToString:msgID]) [self put:message];
            }
            [self draw];
        }
        fail:nil];
}

- (void)draw {
    NSMutableArray *rows = [NSMutableArray array];
    @synchronized(self) {
        for (NSString *msgID in [[_messages allKeys] sortedArrayUsingSelector:@selector(compare:)]) {
            [rows addObject:[self rowOf:[_messages objectForKey:msgID]]];
        }
    }
    [_view showRows:rows];
}

- (MessageRow *)rowOf:(V2TIMMessage *)message {
    const BOOL recalled = isTombstone(message);
    MessageRow *row = RECALL_AUTORELEASE([[MessageRow alloc] init]);
    row.msgID = message.msgID;
    row.text = recalled ? [RecallTexts lineOf:message toUser:[_manager getLoginUser]] : [self textOf:message];
    row.quote = recalled || message.replyTo == nil ? nil : [self quoteOf:message.replyTo];
    row.isSelf = message.isSelf;
    row.isRevoked = recalled;
    row.isRecallable = !recalled && [self isRecallable:message];
    row.isEditable = [_revokedTexts objectForKey:message.msgID] != nil;
    return row;
}

- (NSString *)textOf:(V2TIMMessage *)message {
    return message.text == nil ? @"[something else than text]" : message.text;
}

// By ID and never a copy, so that a quote goes with its message.
- (NSString *)quoteOf:(NSString *)msgID {
    V2TIMMessage *quoted = [_messages objectForKey:msgID];
    if (quoted == nil) return @"Earlier message";
    return isTombstone(quoted) ? @"Message recalled" : [self textOf:quoted];
}

// Own messages while the window that the server stamped on them is open, on the server's clock.
- (BOOL)isRecallable:(V2TIMMessage *)message {
    const int64_t until = message.recallableUntil;
    return message.isSelf && (until < 0 || [_manager getServerTimeMilliseconds] <= until);
}

- (V2TIMMessage *)messageOf:(NSString *)msgID {
    @synchronized(self) {
        return [_messages objectForKey:msgID];
    }
}

// Keeps a tombstone against any later copy of the message, such as a page of history that was on its way.
- (void)put:(V2TIMMessage *)message {
    @synchronized(self) {
        V2TIMMessage *held = [_messages objectForKey:message.msgID];
        if (held == nil || !isTombstone(held)) [_messages setObject:message forKey:message.msgID];
    }
}

- (void)onRecvNewMessage:(V2TIMMessage *)msg {
    if (![[msg conversationID] isEqualToString:_conversationID]) return;
    [self put:msg];
    [self draw];
}

- (void)onRecvMessageTombstone:(V2TIMMessage *)tombstone {
    if (![[tombstone conversationID] isEqualToString:_conversationID]) return;
    [self put:tombstone];
    [_view closeMenuOf:tombstone.msgID];
    [self draw];
}

@end

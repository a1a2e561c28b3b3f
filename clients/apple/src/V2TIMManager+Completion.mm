#import <RecallIM/V2TIMManager+Completion.h>
#import <RecallIM/V2TIMManager+Message.h>

#import "conversion.h"
#import "state.h"

NSString *const V2TIMErrorDomain = @"RecallIM";

namespace {

NSError *errorOf(int code, NSString *desc) {
    NSDictionary *words = [NSDictionary dictionaryWithObject:desc ? desc : @"" forKey:NSLocalizedDescriptionKey];
    return [NSError errorWithDomain:V2TIMErrorDomain code:code userInfo:words];
}

}  // namespace

@implementation V2TIMManager (Completion)

- (void)login:(NSString *)userID userSig:(NSString *)userSig completion:(void (^)(NSError *))completion {
    [self login:userID userSig:userSig succ:^{ completion(nil); }
        fail:^(int code, NSString *desc) { completion(errorOf(code, desc)); }];
}

- (void)logoutWithCompletion:(void (^)(NSError *))completion {
    [self logout:^{ completion(nil); } fail:^(int code, NSString *desc) { completion(errorOf(code, desc)); }];
}

- (void)sendText:(NSString *)text toConversation:(NSString *)conversationID
      completion:(void (^)(V2TIMMessage *, NSError *))completion {
    V2TIMMessage *message = [self createTextMessage:text];
    const BOOL group = [conversationID hasPrefix:@"group_"], user = [conversationID hasPrefix:@"c2c_"];
    [self sendMessage:message receiver:user ? [conversationID substringFromIndex:4] : nil
              groupID:group ? [conversationID substringFromIndex:6] : nil
             priority:V2TIM_PRIORITY_DEFAULT onlineUserOnly:NO offlinePushInfo:nil progress:nil
                 succ:^{ completion(message, nil); }
                 fail:^(int code, NSString *desc) { completion(nil, errorOf(code, desc)); }];
}

- (void)revokeMessage:(V2TIMMessage *)msg reason:(NSString *)reason completion:(void (^)(NSError *))completion {
    [self revokeMessageInConversation:[msg conversationID] msgID:msg.msgID reason:reason succ:^{ completion(nil); }
                                 fail:^(int code, NSString *desc) { completion(errorOf(code, desc)); }];
}

- (void)getMessages:(NSString *)conversationID count:(int)count lastMsg:(V2TIMMessage *)lastMsg
         completion:(void (^)(NSArray<V2TIMMessage *> *, NSError *))completion {
    [self getHistoryMessageList:conversationID count:count lastMsgID:lastMsg.msgID
                           succ:^(NSArray *msgs) { completion(msgs, nil); }
                           fail:^(int code, NSString *desc) { completion(nil, errorOf(code, desc)); }];
}

- (void)getStoredMessages:(NSString *)conversationID completion:(void (^)(NSArray<V2TIMMessage *> *, NSError *))completion {
    [self getLocalMessageList:conversationID
                         succ:^(NSArray *msgs) { completion(msgs, nil); }
                         fail:^(int code, NSString *desc) { completion(nil, errorOf(code, desc)); }];
}

@end

#import <RecallIM/V2TIMManager+Conversation.h>

#import "state.h"

@implementation V2TIMManager (Conversation)

- (void)getConversation:(NSString *)conversationID succ:(V2TIMConversationSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client || !succ) return;
    client->post([kept = KeptBlock<V2TIMConversationSucc>(succ),
                  held = client->conversation(fromObjectiveC(conversationID))] {
        @autoreleasepool {
            kept.get()(toObjectiveC(held));
        }
    });
}

- (void)getConversationList:(V2TIMConversationListSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client || !succ) return;
    client->post([kept = KeptBlock<V2TIMConversationListSucc>(succ), held = client->conversations()] {
        @autoreleasepool {
            NSMutableArray *list = [NSMutableArray array];
            for (const auto& summary : held) [list addObject:toObjectiveC(summary)];
            kept.get()(list);
        }
    });
}

- (void)markConversationAsRead:(NSString *)conversationID msgID:(NSString *)msgID succ:(V2TIMUnreadSucc)succ
                          fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client) return;
    client->read(fromObjectiveC(conversationID), fromObjectiveC(msgID),
                 completion<int>(succ, fail, [](V2TIMUnreadSucc told, const int& unread) {
                     if (told) told(unread);
                 }));
}

@end

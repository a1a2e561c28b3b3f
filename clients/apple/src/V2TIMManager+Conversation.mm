#import <RecallIM/V2TIMManager+Conversation.h>

#include <algorithm>
#include <map>

#import "state.h"

namespace {

uint32_t roleOf(const std::string& role) {
    if (role == "owner") return V2TIM_GROUP_MEMBER_ROLE_SUPER;
    if (role == "admin") return V2TIM_GROUP_MEMBER_ROLE_ADMIN;
    return role == "member" ? V2TIM_GROUP_MEMBER_ROLE_MEMBER : V2TIM_GROUP_MEMBER_UNDEFINED;
}

}  // namespace

@implementation V2TIMManager (Conversation)

- (void)addConversationListener:(id<V2TIMConversationListener>)listener {
    [self registry].conversation.add(listener);
}

- (void)removeConversationListener:(id<V2TIMConversationListener>)listener {
    [self registry].conversation.remove(listener);
}

- (void)getConversation:(NSString *)conversationID succ:(V2TIMConversationSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client || !succ) return;
    client->post([kept = KeptBlock<V2TIMConversationSucc>(succ),
                  held = HeldConversation(client, client->conversation(fromObjectiveC(conversationID)))] {
        @autoreleasepool {
            kept.get()(toObjectiveC(held));
        }
    });
}

- (void)getConversationList:(uint64_t)nextSeq count:(int)count succ:(V2TIMConversationResultSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client || !succ) return;
    const std::vector<recall::ConversationSummary> all = client->conversations();
    const uint64_t begin = std::min<uint64_t>(nextSeq, all.size());
    const uint64_t end = std::min<uint64_t>(begin + static_cast<uint64_t>(std::max(count, 1)), all.size());
    std::vector<HeldConversation> page;
    for (uint64_t place = begin; place < end; ++place) page.emplace_back(client, all[place]);
    client->post([kept = KeptBlock<V2TIMConversationResultSucc>(succ), page, end, isFinished = end == all.size()] {
        @autoreleasepool {
            kept.get()(toObjectiveC(page), end, isFinished);
        }
    });
}

- (void)getConversationList:(NSArray<NSString *> *)conversationIDList succ:(V2TIMConversationListSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client || !succ) return;
    std::map<std::string, recall::ConversationSummary> held;
    for (const auto& summary : client->conversations()) held[summary.conversation] = summary;
    std::vector<HeldConversation> list;
    for (NSString *conversationID in conversationIDList) {
        const auto found = held.find(fromObjectiveC(conversationID));
        if (found != held.end()) list.emplace_back(client, found->second);
    }
    client->post([kept = KeptBlock<V2TIMConversationListSucc>(succ), list] {
        @autoreleasepool {
            kept.get()(toObjectiveC(list));
        }
    });
}

- (void)getTotalUnreadMessageCount:(V2TIMTotalUnreadMessageCountSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client || !succ) return;
    client->post([kept = KeptBlock<V2TIMTotalUnreadMessageCountSucc>(succ), total = recall::totalUnread(*client)] {
        @autoreleasepool {
            kept.get()(total);
        }
    });
}

- (void)cleanConversationUnreadMessageCount:(NSString *)conversationID cleanTimestamp:(uint64_t)cleanTimestamp
                              cleanSequence:(uint64_t)cleanSequence succ:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client) return;
    const std::string wanted = fromObjectiveC(conversationID);
    const auto completion = done<recall::Nothing>(succ, fail);
    if (cleanTimestamp != 0 || cleanSequence != 0) {
        client->post([completion] {
            completion.failed({ERR_INVALID_PARAMETERS, "cleanTimestamp and cleanSequence must be 0; use markConversationAsRead"});
        });
    } else if (wanted.empty() || wanted == "c2c" || wanted == "group") {
        recall::readAll(client, wanted.empty() ? "" : wanted + "_", completion);
    } else {
        recall::readNewest(*client, wanted, completion);
    }
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

- (void)getGroupMembersInfo:(NSString *)groupID memberList:(NSArray<NSString *> *)memberList
                       succ:(V2TIMGroupMemberInfoListSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client || !succ) return;
    const std::string self_ = client->user();
    const uint32_t role = roleOf(client->conversation(conversationOf(nil, groupID)).role);
    std::vector<std::pair<std::string, uint32_t>> members;
    for (NSString *member in memberList) {
        const std::string user = fromObjectiveC(member);
        members.emplace_back(user, user == self_ ? role : V2TIM_GROUP_MEMBER_UNDEFINED);
    }
    client->post([kept = KeptBlock<V2TIMGroupMemberInfoListSucc>(succ), members] {
        @autoreleasepool {
            NSMutableArray *list = [NSMutableArray array];
            for (const auto& [user, number] : members) {
                V2TIMGroupMemberFullInfo *info = RECALL_AUTORELEASE([[V2TIMGroupMemberFullInfo alloc] init]);
                info.userID = toObjectiveC(user);
                info.role = number;
                [list addObject:info];
            }
            kept.get()(list);
        }
    });
}

@end

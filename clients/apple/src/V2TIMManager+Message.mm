#import <RecallIM/V2TIMManager+Message.h>

#include <algorithm>

#import "elements.h"
#import "state.h"

namespace {

constexpr int maximumPage = 100;

// At most so many of the messages held: the newest before a message, or the oldest after it; without one, of all.
std::vector<recall::Message> part(std::vector<recall::Message> messages, const std::string& start, size_t count, bool newer) {
    const auto isOutside = [&](const recall::Message& message) {
        if (start.empty()) return false;
        return newer ? message.messageId <= start : message.messageId >= start;
    };
    messages.erase(std::remove_if(messages.begin(), messages.end(), isOutside), messages.end());
    if (messages.size() <= count) return messages;
    if (newer) {
        messages.resize(count);
    } else {
        messages.erase(messages.begin(), messages.end() - static_cast<std::ptrdiff_t>(count));
    }
    return messages;
}

// A message with a file of this device.
V2TIMMessage *messageWith(V2TIMElem *element, NSString *path, NSString *fileName) {
    element.path = path;
    element.filename = fileName;
    V2TIMMessage *message = RECALL_AUTORELEASE([[V2TIMMessage alloc] init]);
    message.files = element;
    return message;
}

}  // namespace

@implementation V2TIMManager (Message)

- (V2TIMMessage *)createTextMessage:(NSString *)text {
    V2TIMMessage *message = RECALL_AUTORELEASE([[V2TIMMessage alloc] init]);
    message.text = text;
    return message;
}

- (V2TIMMessage *)createCustomMessage:(NSData *)data {
    V2TIMMessage *message = RECALL_AUTORELEASE([[V2TIMMessage alloc] init]);
    message.body = data;
    return message;
}

- (V2TIMMessage *)createCustomMessage:(NSData *)data desc:(NSString *)desc extension:(NSString *)extension {
    return [self createCustomMessage:data];
}

- (V2TIMMessage *)createImageMessage:(NSString *)imagePath {
    return messageWith(RECALL_AUTORELEASE([[V2TIMImageElem alloc] init]), imagePath, nil);
}

- (V2TIMMessage *)createFileMessage:(NSString *)filePath fileName:(NSString *)fileName {
    return messageWith(RECALL_AUTORELEASE([[V2TIMFileElem alloc] init]), filePath, fileName);
}

- (void)uploadFile:(NSString *)filePath fileName:(NSString *)fileName type:(NSString *)type progress:(V2TIMUploadProgress)progress
              succ:(V2TIMAttachmentSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client) return;
    client->attach({fromObjectiveC(filePath), fromObjectiveC(fileName), fromObjectiveC(type)}, progressOf(progress),
                   completion<recall::Attachment>(succ, fail, [](V2TIMAttachmentSucc told, const recall::Attachment& attachment) {
                       if (told) told(toObjectiveC(attachment));
                   }));
}

- (void)downloadAttachmentInConversation:(NSString *)conversationID msgID:(NSString *)msgID attachmentID:(NSString *)attachmentID
                                    path:(NSString *)path progress:(V2TIMDownLoadProgress)progress succ:(V2TIMSucc)succ
                                    fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client) return;
    client->download(fromObjectiveC(conversationID), fromObjectiveC(msgID), fromObjectiveC(attachmentID), fromObjectiveC(path),
                     progressOf(progress), done<recall::Nothing>(succ, fail));
}

- (uint64_t)getMaxAttachmentBytes {
    const auto client = [self current];
    return client ? static_cast<uint64_t>(client->maximumAttachmentBytes()) : 0;
}

- (NSString *)sendMessage:(V2TIMMessage *)message receiver:(NSString *)receiver groupID:(NSString *)groupID
                 priority:(V2TIMMessagePriority)priority onlineUserOnly:(BOOL)onlineUserOnly
          offlinePushInfo:(V2TIMOfflinePushInfo *)offlinePushInfo progress:(V2TIMProgress)progress
                     succ:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client) return nil;
    const std::string conversation = conversationOf(receiver, groupID);
    if (conversation.empty() || onlineUserOnly) {
        client->post([failed = failing(fail)] {
            failed({ERR_INVALID_PARAMETERS, "give either receiver or groupID, and onlineUserOnly NO"});
        });
        return nil;
    }
    const Viewer viewer(client);
    message.userID = [receiver length] > 0 ? receiver : nil;
    message.groupID = [groupID length] > 0 ? groupID : nil;
    message.sender = toObjectiveC(viewer.self);
    message.isSelf = YES;
    message.status = V2TIM_MSG_STATUS_SENDING;
    auto ended = completion<recall::Message>(
        succ, fail, [viewer, kept = Kept<V2TIMMessage>(message)](V2TIMSucc told, const recall::Message& sent) {
            @synchronized(kept.get()) {
                update(kept.get(), sent, viewer);
            }
            if (told) told();
        });
    ended.failed = [kept = Kept<V2TIMMessage>(message), told = std::move(ended.failed)](const recall::Error& error) {
        @synchronized(kept.get()) {  // a recall that ended the upload stays
            if (kept.get().status != V2TIM_MSG_STATUS_LOCAL_REVOKED) kept.get().status = V2TIM_MSG_STATUS_SEND_FAIL;
        }
        told(error);
    };
    const auto percent = [kept = KeptBlock<V2TIMProgress>(progress)](std::int64_t done, std::int64_t size) {
        if (!kept) return;
        @autoreleasepool {
            kept.get()(static_cast<uint32_t>(done * 100 / size));
        }
    };
    @synchronized(message) {  // the answer may come before its ID is written
        const std::string made = client->send(
            {conversation, bodyOf(message), fromObjectiveC(message.msgID), fromObjectiveC(message.replyTo),
             fromObjectiveC(message.unlessRevoked), attachmentsOf(message)},
            filesOf(message), percent, ended);
        if (made.empty()) return nil;
        message.msgID = toObjectiveC(made);
        return message.msgID;
    }
}

- (NSString *)sendC2CTextMessage:(NSString *)text to:(NSString *)userID succ:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    return [self sendMessage:[self createTextMessage:text] receiver:userID groupID:nil priority:V2TIM_PRIORITY_DEFAULT
              onlineUserOnly:NO offlinePushInfo:nil progress:nil succ:succ fail:fail];
}

- (NSString *)sendGroupTextMessage:(NSString *)text to:(NSString *)groupID priority:(V2TIMMessagePriority)priority
                              succ:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    return [self sendMessage:[self createTextMessage:text] receiver:nil groupID:groupID priority:priority
              onlineUserOnly:NO offlinePushInfo:nil progress:nil succ:succ fail:fail];
}

- (void)revokeMessage:(V2TIMMessage *)msg succ:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client) return;
    const Viewer viewer(client);
    client->revoke(fromObjectiveC([msg conversationID]), fromObjectiveC(msg.msgID), "",
                   completion<recall::Message>(
                       succ, fail, [viewer, kept = Kept<V2TIMMessage>(msg)](V2TIMSucc told, const recall::Message& tombstone) {
                           @synchronized(kept.get()) {
                               revoked(kept.get(), tombstone, viewer);
                           }
                           if (told) told();
                       }));
}

- (void)modifyMessage:(V2TIMMessage *)msg completion:(V2TIMMessageModifyCompletion)completion {
    if (completion) completion(ERR_SDK_INTERFACE_NOT_SUPPORT, @"a message cannot be changed; recall it and send another", msg);
}

- (void)findMessages:(NSArray<NSString *> *)messageIDList succ:(V2TIMMessageListSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client || !succ) return;
    std::vector<std::string> wanted;
    for (NSString *messageID in messageIDList) wanted.push_back(fromObjectiveC(messageID));
    client->post([kept = KeptBlock<V2TIMMessageListSucc>(succ), viewer = Viewer(client), found = client->find(wanted)] {
        @autoreleasepool {
            kept.get()(inOrder(found, viewer));
        }
    });
}

- (void)markC2CMessageAsRead:(NSString *)userID succ:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    [self markAsRead:conversationOf(userID, nil) succ:succ fail:fail];
}

- (void)markGroupMessageAsRead:(NSString *)groupID succ:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    [self markAsRead:conversationOf(nil, groupID) succ:succ fail:fail];
}

- (void)markAsRead:(const std::string&)conversation succ:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (client) recall::readNewest(*client, conversation, done<recall::Nothing>(succ, fail));
}

- (void)revokeMessageInConversation:(NSString *)conversationID msgID:(NSString *)msgID reason:(NSString *)reason
                               succ:(V2TIMSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client) return;
    client->revoke(fromObjectiveC(conversationID), fromObjectiveC(msgID), fromObjectiveC(reason),
                   done<recall::Message>(succ, fail));
}

- (void)getHistoryMessageList:(V2TIMMessageListGetOption *)option succ:(V2TIMMessageListSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client) return;
    const std::string conversation = conversationOf(option.userID, option.groupID);
    const std::string start = fromObjectiveC(option.lastMsg.msgID);
    const NSUInteger count = option.count;
    if (option.getType == V2TIM_GET_CLOUD_OLDER_MSG) {
        [self getHistoryMessageList:toObjectiveC(conversation)
                              count:static_cast<int>(std::min<NSUInteger>(count, maximumPage))
                          lastMsgID:option.lastMsg.msgID
                               succ:succ
                               fail:fail];
    } else if (option.getType == V2TIM_GET_LOCAL_OLDER_MSG || option.getType == V2TIM_GET_LOCAL_NEWER_MSG) {
        const BOOL newer = option.getType == V2TIM_GET_LOCAL_NEWER_MSG;
        client->post([kept = KeptBlock<V2TIMMessageListSucc>(succ), viewer = Viewer(client), newer,
                      held = part(client->messages(conversation), start, count, newer)] {
            if (!kept) return;
            @autoreleasepool {
                kept.get()(newer ? inOrder(held, viewer) : newestFirst(held, viewer));
            }
        });
    } else {
        client->post([failed = failing(fail)] { failed({ERR_INVALID_PARAMETERS, "V2TIM_GET_CLOUD_NEWER_MSG is not supported"}); });
    }
}

- (void)getC2CHistoryMessageList:(NSString *)userID count:(int)count lastMsg:(V2TIMMessage *)lastMsg
                            succ:(V2TIMMessageListSucc)succ fail:(V2TIMFail)fail {
    [self getHistoryMessageList:toObjectiveC(conversationOf(userID, nil)) count:count lastMsgID:lastMsg.msgID succ:succ
                           fail:fail];
}

- (void)getGroupHistoryMessageList:(NSString *)groupID count:(int)count lastMsg:(V2TIMMessage *)lastMsg
                              succ:(V2TIMMessageListSucc)succ fail:(V2TIMFail)fail {
    [self getHistoryMessageList:toObjectiveC(conversationOf(nil, groupID)) count:count lastMsgID:lastMsg.msgID succ:succ
                           fail:fail];
}

- (void)getHistoryMessageList:(NSString *)conversationID count:(int)count lastMsgID:(NSString *)lastMsgID
                         succ:(V2TIMMessageListSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client) return;
    client->history(fromObjectiveC(conversationID), fromObjectiveC(lastMsgID), std::min(count, maximumPage),
                    completion<std::vector<recall::Message>>(
                        succ, fail,
                        [viewer = Viewer(client)](V2TIMMessageListSucc told, const std::vector<recall::Message>& messages) {
                            if (told) told(newestFirst(messages, viewer));
                        }));
}

- (void)getUnsentMessageList:(NSString *)conversationID succ:(V2TIMMessageListSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client || !succ) return;
    client->post([kept = KeptBlock<V2TIMMessageListSucc>(succ), viewer = Viewer(client),
                  unsent = client->unsent(fromObjectiveC(conversationID))] {
        @autoreleasepool {
            NSMutableArray *list = [NSMutableArray array];
            for (auto entry = unsent.rbegin(); entry != unsent.rend(); ++entry) {
                V2TIMMessage *message = toObjectiveC(entry->message, viewer);
                message.status = entry->failed == 0 ? V2TIM_MSG_STATUS_SENDING : V2TIM_MSG_STATUS_SEND_FAIL;
                message.sendErrorCode = entry->failed;
                [list addObject:message];
            }
            kept.get()(list);
        }
    });
}

- (void)getLocalMessageList:(NSString *)conversationID succ:(V2TIMMessageListSucc)succ fail:(V2TIMFail)fail {
    const auto client = [self clientOrFail:fail];
    if (!client || !succ) return;
    client->post([kept = KeptBlock<V2TIMMessageListSucc>(succ), viewer = Viewer(client),
                  messages = client->messages(fromObjectiveC(conversationID))] {
        @autoreleasepool {
            kept.get()(newestFirst(messages, viewer));
        }
    });
}

@end

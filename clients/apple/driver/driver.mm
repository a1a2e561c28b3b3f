// The conformance driver (protocol/conformance/README.md): commands as JSON lines in, results and callbacks as JSON
// lines out. It uses the public Objective-C interface only, and of it V2TIM's calls, wherever V2TIM has one for the command. The lines are C++,
// so that bodies pass byte for byte.
#import <RecallIM/RecallIM.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

namespace {

using Json = nlohmann::ordered_json;

std::recursive_mutex outputMutex;
std::mutex tokenMutex;
std::string tokenInUse;
std::string configured;

std::string plain(NSString *text) { return text ? [text UTF8String] : ""; }
NSString *object(const std::string& text) { return [NSString stringWithUTF8String:text.c_str()]; }

void print(const Json& line) {
    std::lock_guard lock(outputMutex);
    std::cout << line.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
}
void succeeded(const std::string& call, const Json& fields = Json::object()) {
    Json line{{"event", "result"}, {"call", call}, {"ok", true}};
    line.update(fields);
    print(line);
}
void failed(const std::string& call, int code, const std::string& desc) {
    print({{"event", "result"}, {"call", call}, {"ok", false}, {"code", code}, {"desc", desc}});
}

Json parsed(NSData *data) {
    const char *bytes = static_cast<const char *>([data bytes]);
    return Json::parse(bytes, bytes + [data length], nullptr, false);
}

// What V2TIM's element says, which of a text is only a part of the body.
Json bodyOf(V2TIMMessage *message) {
    if (message.elemType == V2TIM_ELEM_TYPE_CUSTOM) return parsed(message.customElem.data);
    Json body = parsed(message.body);
    if (message.elemType != V2TIM_ELEM_TYPE_TEXT) return body;  // it has only files
    body["text"] = plain(message.textElem.text);
    return body;
}

Json toJson(V2TIMAttachment *attachment) {
    Json fields{{"attachmentId", plain(attachment.attachmentID)},
                {"name", plain(attachment.name)},
                {"type", plain(attachment.type)},
                {"size", attachment.size}};
    if ([attachment.fromMsgID length] > 0) {
        fields["from"] = {{"conversation", plain(attachment.fromConversationID)}, {"messageId", plain(attachment.fromMsgID)}};
    }
    return fields;
}

Json toJson(V2TIMMessage *message) {
    Json result{{"messageId", plain(message.msgID)},
                {"conversation", plain([message conversationID])},
                {"sender", plain(message.sender)},
                {"sentAt", message.sentAt}};
    if ([message.replyTo length] > 0) result["replyTo"] = plain(message.replyTo);
    if (message.status == V2TIM_MSG_STATUS_LOCAL_REVOKED) {
        result["revoked"] = {{"by", plain(message.revokerInfo.userID)}, {"role", plain(message.revokerRole)}};
        if ([message.revokeReason length] > 0) result["revoked"]["reason"] = plain(message.revokeReason);
    } else {
        result["body"] = bodyOf(message);
        for (V2TIMAttachment *attachment in message.attachments) result["attachments"].push_back(toJson(attachment));
    }
    return result;
}

// The messages that the client gave, by their IDs.
std::mutex messagesMutex;
std::map<std::string, V2TIMMessage *> messages;

void keep(V2TIMMessage *message) {
    std::lock_guard lock(messagesMutex);
    V2TIMMessage *& place = messages[plain(message.msgID)];
    [message retain];
    [place release];
    place = message;
}

V2TIMMessage *messageOf(const std::string& messageId) {
    std::lock_guard lock(messagesMutex);
    const auto found = messages.find(messageId);
    return found == messages.end() ? nil : [[found->second retain] autorelease];
}

// The interface gives messages newest first, the driver prints them oldest first.
Json toJson(NSArray *newestFirst) {
    Json list = Json::array();
    for (V2TIMMessage *message in [newestFirst reverseObjectEnumerator]) {
        keep(message);
        list.push_back(toJson(message));
    }
    return list;
}

}  // namespace

@interface EventPrinter : NSObject <V2TIMSDKListener, V2TIMAdvancedMsgListener> {
    std::string kickedFor;
    // Of the recall that is being told; null where a form was not called.
    Json conversation, revokedBy, revokedFor;
}
@end

@implementation EventPrinter
- (void)onConnectSuccess {
    print({{"event", "connected"}});
}
- (void)onConnectFailed:(int)code err:(NSString *)err {
    print({{"event", "disconnected"}});
}
- (void)onUserSigExpired {
    print({{"event", "tokenExpired"}});
}
- (void)onKickedOffline:(NSString *)reason {
    kickedFor = plain(reason);
}
- (void)onKickedOffline {
    print({{"event", "kickedOffline"}, {"reason", kickedFor}});
}
- (void)onRecvNewMessage:(V2TIMMessage *)msg {
    keep(msg);
    print({{"event", "onRecvNewMessage"}, {"message", toJson(msg)}});
}
// V2TIM's two forms do not say the conversation; this form, which comes first, does.
- (void)onRecvMessageTombstone:(V2TIMMessage *)tombstone {
    conversation = plain([tombstone conversationID]);
}
- (void)onRecvMessageRevoked:(NSString *)msgID operateUser:(V2TIMUserFullInfo *)operateUser reason:(NSString *)reason {
    revokedBy = plain(operateUser.userID);
    revokedFor = plain(reason);
}
// The last of the three forms.
- (void)onRecvMessageRevoked:(NSString *)msgID {
    print({{"event", "onRecvMessageRevoked"},
           {"messageId", plain(msgID)},
           {"conversation", std::exchange(conversation, nullptr)},
           {"operator", std::exchange(revokedBy, nullptr)},
           {"reason", std::exchange(revokedFor, nullptr)}});
}
@end

// Where callbacks come. The main thread reads commands.
static NSOperationQueue *callbacks;

// A further listener of messages, which may leave in its own callback.
@interface FurtherListener : NSObject <V2TIMAdvancedMsgListener> {
@public
    std::string name;
    V2TIMManager *leaves;  // nil if it stays
}
@end

@implementation FurtherListener
- (void)heard:(NSString *)msgID callback:(const char *)callback {
    print({{"event", "heard"},
           {"listener", name},
           {"callback", callback},
           {"messageId", plain(msgID)},
           {"executor", [NSOperationQueue currentQueue] == callbacks}});
    [leaves removeAdvancedMsgListener:self];
}
- (void)onRecvNewMessage:(V2TIMMessage *)msg {
    [self heard:msg.msgID callback:"onRecvNewMessage"];
}
- (void)onRecvMessageRevoked:(NSString *)msgID operateUser:(V2TIMUserFullInfo *)operateUser reason:(NSString *)reason {
    [self heard:msgID callback:"onRecvMessageRevoked"];
}
@end

// Works on a message until it hears that the message is recalled.
@interface Worker : NSObject <V2TIMAdvancedMsgListener> {
@public
    std::string call, messageId;
}
@end

@implementation Worker
- (void)onRecvMessageRevoked:(NSString *)msgID operateUser:(V2TIMUserFullInfo *)operateUser reason:(NSString *)reason {
    if (plain(msgID) == messageId) succeeded(call);
}
@end

// Prints what happens to the list of conversations.
@interface ConversationPrinter : NSObject <V2TIMConversationListener> {
@public
    std::string name;
}
@end

@implementation ConversationPrinter
- (void)print:(const char *)callback of:(NSArray *)conversations {
    for (V2TIMConversation *one in conversations) {
        print({{"event", callback},
               {"listener", name},
               {"conversation", plain(one.conversationID)},
               {"unread", one.unreadCount}});
    }
}
- (void)onNewConversation:(NSArray *)conversationList {
    [self print:"onNewConversation" of:conversationList];
}
- (void)onConversationChanged:(NSArray *)conversationList {
    [self print:"onConversationChanged" of:conversationList];
}
- (void)onTotalUnreadMessageCountChanged:(uint64_t)totalUnreadCount {
    print({{"event", "onTotalUnreadMessageCountChanged"}, {"listener", name}, {"unread", totalUnreadCount}});
}
@end

namespace {

// What the client can do, and why it cannot do the rest.
Json capabilities() {
    return {{"capabilities", {"persistence", "findMessages", "newConversations", "totalUnread", "unlessRevoked", "executor", "attachments", "push"}},
            {"lacks",
             {{"batches", "V2TIM has no call for it"},
              {"throwingListeners", "an exception that leaves a listener is not caught"}}}};
}

// A listener stays for ever: the client holds it weakly.
void listen(V2TIMManager *manager, const Json& command) {
    const std::string name = command.at("listener").get<std::string>();
    if (command.value("to", "") == "conversations") {
        ConversationPrinter *printer = [[ConversationPrinter alloc] init];
        printer->name = name;
        [manager addConversationListener:printer];
        return;
    }
    FurtherListener *listener = [[FurtherListener alloc] init];
    listener->name = name;
    listener->leaves = command.value("then", "") == "leave" ? manager : nil;
    [manager addAdvancedMsgListener:listener];
}

// What does not depend on the scenario.
V2TIMSDKConfig *configuration() {
    V2TIMSDKConfig *config = [[[V2TIMSDKConfig alloc] init] autorelease];
    const char *folder = std::getenv("RECALL_STORAGE");
    config.storagePath = object(folder == nullptr ? "" : folder);
    config.callbackQueue = callbacks;
    return config;
}

// Prepares the client anew only where the configuration is another one, as an application would.
bool configure(V2TIMManager *manager, const Json& command) {
    const std::string wanted = command.at("url").get<std::string>() + command.value("options", Json::object()).dump();
    if (wanted == configured) return true;
    const Json options = command.value("options", Json::object());
    V2TIMSDKConfig *config = configuration();
    config.url = object(command.at("url").get<std::string>());
    config.requestTimeoutMilliseconds = options.value("requestTimeoutMilliseconds", 10'000u);
    config.reconnectMinimumMilliseconds = options.value("reconnectMinimumMilliseconds", 500u);
    config.reconnectMaximumMilliseconds = options.value("reconnectMaximumMilliseconds", 30'000u);
    config.pingIntervalMilliseconds = options.value("pingIntervalMilliseconds", 30'000u);
    config.tokenProvider = ^NSString * {
        std::lock_guard lock(tokenMutex);
        return object(tokenInUse);
    };
    if (![manager initSDK:0 config:config]) return false;
    configured = wanted;
    return true;
}

void login(V2TIMManager *manager, const std::string call, const Json& command) {
    if (!configure(manager, command)) return failed(call, ERR_INVALID_PARAMETERS, "url must begin with ws:// or wss://");
    [manager login:object(command.at("user").get<std::string>())
             userSig:object(command.at("token").get<std::string>())
              succ:^{ succeeded(call); }
              fail:^(int code, NSString *desc) { failed(call, code, plain(desc)); }];
}

// A worker stays for ever, as a listener.
void work(V2TIMManager *manager, const std::string& call, const Json& command) {
    Worker *worker = [[Worker alloc] init];
    worker->call = call;
    worker->messageId = command.at("messageId").get<std::string>();
    [manager addAdvancedMsgListener:worker];
}

NSArray *attachmentsOf(const Json& command) {
    NSMutableArray *attachments = [NSMutableArray array];
    for (const Json& fields : command.value("attachments", Json::array())) {
        V2TIMAttachment *attachment = [[[V2TIMAttachment alloc] init] autorelease];
        attachment.attachmentID = object(fields.at("attachmentId").get<std::string>());
        if (fields.contains("from")) {
            attachment.fromConversationID = object(fields["from"].at("conversation").get<std::string>());
            attachment.fromMsgID = object(fields["from"].at("messageId").get<std::string>());
        }
        [attachments addObject:attachment];
    }
    return attachments;
}

V2TIMMessage *create(V2TIMManager *manager, const Json& body) {
    if (body.size() == 1 && body.contains("text") && body["text"].is_string()) {
        return [manager createTextMessage:object(body["text"].get<std::string>())];
    }
    const std::string data = body.dump();
    return [manager createCustomMessage:[NSData dataWithBytes:data.data() length:data.size()]];
}

// V2TIM recalls a message that the application has. Without one, and with a reason, there is only this client's call.
void revoke(V2TIMManager *manager, const std::string call, const Json& command) {
    V2TIMFail fail = ^(int code, NSString *desc) { failed(call, code, plain(desc)); };
    const std::string conversation = command.at("conversation").get<std::string>();
    V2TIMMessage *message = messageOf(command.at("messageId").get<std::string>());
    if (message != nil && plain([message conversationID]) == conversation && !command.contains("reason")) {
        [manager revokeMessage:message succ:^{ succeeded(call); } fail:fail];
        return;
    }
    [manager revokeMessageInConversation:object(conversation)
                                   msgID:object(command.at("messageId").get<std::string>())
                                  reason:object(command.value("reason", ""))
                                    succ:^{ succeeded(call); }
                                    fail:fail];
}

void send(V2TIMManager *manager, const std::string call, const Json& command) {
    const std::string conversation = command.at("conversation").get<std::string>();
    V2TIMMessage *message = create(manager, command.at("body"));
    message.msgID = object(command.value("messageId", ""));
    message.replyTo = command.contains("replyTo") ? object(command["replyTo"].get<std::string>()) : nil;
    message.unlessRevoked = command.contains("unlessRevoked") ? object(command["unlessRevoked"].get<std::string>()) : nil;
    message.attachments = attachmentsOf(command);
    const bool group = conversation.compare(0, 6, "group_") == 0;
    NSString *other = object(group ? conversation.substr(6) : conversation.substr(std::min<size_t>(4, conversation.size())));
    // Held so that no result is printed before the line "sending".
    std::lock_guard lock(outputMutex);
    NSString *messageId = [manager sendMessage:message
        receiver:group ? nil : other
        groupID:group ? other : nil
        priority:V2TIM_PRIORITY_DEFAULT
        onlineUserOnly:NO
        offlinePushInfo:nil
        progress:nil
        succ:^{
            keep(message);
            succeeded(call, {{"messageId", plain(message.msgID)},
                             {"sentAt", message.sentAt},
                             {"recallableUntil", message.recallableUntil}});
        }
        fail:^(int code, NSString *desc) { failed(call, code, plain(desc)); }];
    if (!messageId) return;
    keep(message);
    print({{"event", "sending"}, {"call", call}, {"messageId", plain(messageId)}});
}

// The path of a file that is not there, in UTF-8.
std::string temporaryFile() {
    std::random_device random;
    const std::string name = "recall-driver-" + std::to_string(random()) + "-" + std::to_string(random());
    return (std::filesystem::temp_directory_path() / name).u8string();
}

// Returns whether it was there.
bool removeFile(const std::string& path) { return std::filesystem::remove(std::filesystem::u8path(path)); }

void progressed(const std::string& call, NSInteger done, NSInteger size) {
    print({{"event", "progress"}, {"call", call}, {"done", done}, {"size", size}});
}

// The interface takes the path of a file, so the content is written to one.
void attach(V2TIMManager *manager, const std::string call, const Json& command) {
    const std::string path = temporaryFile();
    std::ofstream file(std::filesystem::u8path(path), std::ios::binary);
    for (int times = command.value("times", 1); times > 0; --times) file << command.at("content").get<std::string>();
    file.close();
    [manager uploadFile:object(path)
               fileName:object(command.at("name").get<std::string>())
                   type:object(command.at("type").get<std::string>())
               progress:^(NSInteger done, NSInteger size) { progressed(call, done, size); }
                   succ:^(V2TIMAttachment *attachment) {
                       removeFile(path);
                       succeeded(call, {{"attachmentId", plain(attachment.attachmentID)}});
                   }
                   fail:^(int code, NSString *desc) {
                       removeFile(path);
                       failed(call, code, plain(desc));
                   }];
}

void download(V2TIMManager *manager, const std::string call, const Json& command) {
    const std::string path = temporaryFile();
    [manager downloadAttachmentInConversation:object(command.at("conversation").get<std::string>())
                                        msgID:object(command.at("messageId").get<std::string>())
                                 attachmentID:object(command.at("attachmentId").get<std::string>())
                                         path:object(path)
                                     progress:^(NSInteger done, NSInteger size) { progressed(call, done, size); }
                                         succ:^{
                                             std::stringstream content;
                                             content << std::ifstream(std::filesystem::u8path(path), std::ios::binary).rdbuf();
                                             removeFile(path);
                                             const std::string bytes = content.str();
                                             Json fields{{"bytes", bytes.size()}};
                                             if (bytes.size() <= 1'000) fields["content"] = bytes;
                                             succeeded(call, fields);
                                         }
                                         fail:^(int code, NSString *desc) {
                                             failed(call, code, removeFile(path) ? "a file was left behind" : plain(desc));
                                         }];
}

// V2TIM ends the notifications of the device that was registered last. The driver is no app with a bundle ID.
void registerPush(V2TIMManager *manager, const std::string call, const Json& command) {
    V2TIMAPNSConfig *config = nil;
    if (!command.value("remove", false)) {
        const std::string token = command.at("token").get<std::string>();
        config = [[[V2TIMAPNSConfig alloc] init] autorelease];
        config.token = [NSData dataWithBytes:token.data() length:token.size()];
        config.topic = @"com.example.recall.driver";
    }
    [manager setAPNS:config succ:^{ succeeded(call); } fail:^(int code, NSString *desc) { failed(call, code, plain(desc)); }];
}

// By value: a block would keep only the reference.
bool run(V2TIMManager *manager, const std::string& name, const std::string call, const Json& command) {
    V2TIMFail fail = ^(int code, NSString *desc) { failed(call, code, plain(desc)); };
    const auto text = [&](const char *field) { return object(command.at(field).get<std::string>()); };
    if (name == "login") {
        login(manager, call, command);
    } else if (name == "send") {
        send(manager, call, command);
    } else if (name == "attach") {
        attach(manager, call, command);
    } else if (name == "download") {
        download(manager, call, command);
    } else if (name == "registerPush") {
        registerPush(manager, call, command);
    } else if (name == "limits") {
        succeeded(call, {{"maxAttachmentBytes", [manager getMaxAttachmentBytes]}});
    } else if (name == "work") {
        work(manager, call, command);
    } else if (name == "revoke") {
        revoke(manager, call, command);
    } else if (name == "view") {
        NSString *conversation = text("conversation");
        V2TIMMessageListGetOption *option = [[[V2TIMMessageListGetOption alloc] init] autorelease];
        option.getType = V2TIM_GET_LOCAL_OLDER_MSG;
        option.count = NSUIntegerMax;
        option.groupID = [conversation hasPrefix:@"group_"] ? [conversation substringFromIndex:6] : nil;
        option.userID = [conversation hasPrefix:@"c2c_"] ? [conversation substringFromIndex:4] : nil;
        [manager getHistoryMessageList:option succ:^(NSArray *list) {
            const Json messages = toJson(list);
            [manager getConversation:conversation succ:^(V2TIMConversation *held) {
                succeeded(call, {{"messages", messages}, {"unread", held.unreadCount}});
            } fail:nil];
        } fail:fail];
    } else if (name == "history") {
        [manager getHistoryMessageList:text("conversation") count:command.value("limit", 0)
                             lastMsgID:object(command.value("before", ""))
                                  succ:^(NSArray *list) { succeeded(call, {{"messages", toJson(list)}}); } fail:fail];
    } else if (name == "read") {
        [manager markConversationAsRead:text("conversation") msgID:text("messageId")
                                   succ:^(int unread) { succeeded(call, {{"unread", unread}}); } fail:fail];
    } else if (name == "conversations") {
        [manager getConversationList:0 count:INT_MAX succ:^(NSArray *held, uint64_t, BOOL) {
            Json list = Json::array();
            for (V2TIMConversation *one in held) {
                list.push_back({{"conversation", plain(one.conversationID)}, {"unread", one.unreadCount}});
            }
            succeeded(call, {{"conversations", list}});
        } fail:fail];
    } else if (name == "token") {
        {
            std::lock_guard lock(tokenMutex);
            tokenInUse = command.at("token").get<std::string>();
        }
        succeeded(call);
    } else if (name == "capabilities") {
        succeeded(call, capabilities());
    } else if (name == "listen") {
        listen(manager, command);
        succeeded(call);
    } else if (name == "find") {
        NSMutableArray *wanted = [NSMutableArray array];
        for (const Json& messageId : command.at("messageIds")) [wanted addObject:object(messageId.get<std::string>())];
        [manager findMessages:wanted succ:^(NSArray *found) {
            Json list = Json::array();
            for (V2TIMMessage *message in found) list.push_back(toJson(message));
            succeeded(call, {{"messages", list}});
        } fail:fail];
    } else if (name == "unsent") {
        [manager getUnsentMessageList:text("conversation") succ:^(NSArray *newestFirst) {
            Json list = Json::array();
            for (V2TIMMessage *message in [newestFirst reverseObjectEnumerator]) {
                list.push_back(toJson(message));
                if (message.sendErrorCode != 0) list.back()["failed"] = message.sendErrorCode;
            }
            succeeded(call, {{"messages", list}});
        } fail:fail];
    } else if (name == "clear") {
        [manager clearStorage:text("user") succ:^{ succeeded(call); } fail:fail];
    } else if (name == "check") {
        [manager checkConnection];
        succeeded(call);
    } else if (name == "logout") {
        [manager logout:^{ succeeded(call); } fail:fail];
    } else {
        return false;
    }
    return true;
}

// Returns whether to go on.
bool execute(V2TIMManager *manager, const std::string& line) {
    const Json command = Json::parse(line, nullptr, false);
    const std::string name = command.is_object() ? command.value("do", "") : "";
    const std::string call = command.is_object() ? command.value("call", "") : "";
    if (name == "quit") return false;
    try {
        if (!run(manager, name, call, command)) failed(call, ERR_INVALID_PARAMETERS, "no such command: " + name);
    } catch (const Json::exception& error) {
        failed(call, ERR_INVALID_PARAMETERS, error.what());
    }
    return true;
}

}  // namespace

int main() {
    @autoreleasepool {
        V2TIMManager *manager = [V2TIMManager sharedInstance];
        callbacks = [[NSOperationQueue alloc] init];
        callbacks.maxConcurrentOperationCount = 1;
        // An application initialises the client before it logs in. The address comes with the login.
        V2TIMSDKConfig *config = configuration();
        config.url = @"ws://127.0.0.1:1/";
        [manager initSDK:0 config:config];
        EventPrinter *events = [[[EventPrinter alloc] init] autorelease];
        [manager addIMSDKListener:events];
        [manager addAdvancedMsgListener:events];
        std::string line;
        bool go = true;
        while (go && std::getline(std::cin, line)) {
            @autoreleasepool {
                go = line.empty() || execute(manager, line);
            }
        }
        [manager unInitSDK];
    }
    return 0;
}

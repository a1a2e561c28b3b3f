// Pictures and files, by the Objective-C interface, against the real functions and a real bucket on the local stack.
#include <filesystem>
#include <fstream>

#import "two_users.h"

namespace recall::test {
namespace {

// Hands a message over to be sent to a user, and returns how that ends.
std::string send(Phone& phone, V2TIMMessage *message, const std::string& user, V2TIMProgress progress = nil) {
    Happenings *told = &phone.results;
    [phone.manager sendMessage:message receiver:object(user) groupID:nil priority:V2TIM_PRIORITY_DEFAULT onlineUserOnly:NO
               offlinePushInfo:nil progress:progress
                          succ:^{ told->add("success"); }
                          fail:^(int code, NSString *) { told->add(error(code)); }];
    return phone.results.next();
}

// A message that a phone holds. The clocks of two phones differ by some milliseconds, so its place in the list is not known.
V2TIMMessage *heldAs(Phone& phone, const std::string& conversation, NSString *msgID) {
    for (V2TIMMessage *message in phone.held(conversation)) {
        if ([message.msgID isEqualToString:msgID]) return message;
    }
    return nil;
}

std::string contentOf(const std::string& path) {
    std::ifstream file(std::filesystem::u8path(path), std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(file)), {});
}

}  // namespace

TEST_F(Stack, APictureIsSentFetchedForwardedAndGoneAfterTheRecall) {
    const Folder folder;
    std::filesystem::create_directory(std::filesystem::u8path(folder.path()));
    const std::string picture = folder.path() + "/cat.png", into = folder.path() + "/fetched", late = folder.path() + "/late";
    const std::string bytes(300'000, 'c');
    std::ofstream(std::filesystem::u8path(picture), std::ios::binary) << bytes;
    EXPECT_GT([alice.manager getMaxAttachmentBytes], bytes.size());

    __block uint32_t percent = 0;
    V2TIMMessage *message = [alice.manager createImageMessage:object(picture)];
    EXPECT_EQ(message.elemType, V2TIM_ELEM_TYPE_IMAGE);
    EXPECT_EQ(send(alice, message, bob.user, ^(uint32_t now) { percent = now; }), "success");
    EXPECT_EQ(percent, 100u);
    EXPECT_EQ(plain(message.imageElem.path), picture);
    ASSERT_EQ([message.attachments count], 1u);
    EXPECT_EQ(plain([[message.attachments objectAtIndex:0] name]), "cat.png");

    EXPECT_EQ(bob.heard.next(), "new ");
    V2TIMMessage *received = [bob.held(toAlice) objectAtIndex:0];
    EXPECT_EQ(received.elemType, V2TIM_ELEM_TYPE_IMAGE);
    EXPECT_EQ(received.customElem, nil);
    EXPECT_EQ(received.fileElem, nil);
    EXPECT_EQ(received.imageElem.path, nil);
    ASSERT_EQ([received.imageElem.imageList count], 1u);
    V2TIMImage *image = [received.imageElem.imageList objectAtIndex:0];
    EXPECT_EQ(image.type, V2TIM_IMAGE_TYPE_ORIGIN);
    EXPECT_EQ(image.size, 300'000);
    Happenings *told = &bob.results;
    V2TIMSucc succ = ^{ told->add("success"); };
    V2TIMFail fail = ^(int code, NSString *) { told->add(error(code)); };
    V2TIMDownLoadProgress progress = ^(NSInteger done, NSInteger size) {
        if (done == size) told->add("all of " + std::to_string(size));
    };
    [image downloadImage:object(into) progress:progress succ:succ fail:fail];
    EXPECT_EQ(bob.results.next(), "all of 300000");
    EXPECT_EQ(bob.results.next(), "success");
    EXPECT_EQ(contentOf(into), bytes);

    V2TIMAttachment *attachment = [received.attachments objectAtIndex:0];
    attachment.fromConversationID = object(toAlice);
    attachment.fromMsgID = received.msgID;
    V2TIMMessage *forward = [bob.manager createTextMessage:@"from alice"];
    forward.attachments = [NSArray arrayWithObject:attachment];
    EXPECT_EQ(send(bob, forward, alice.user), "success");
    EXPECT_EQ(alice.heard.next(), "new from alice");
    V2TIMMessage *forwarded = heldAs(alice, toBob, forward.msgID);
    EXPECT_EQ(forwarded.elemType, V2TIM_ELEM_TYPE_TEXT);
    EXPECT_TRUE([forwarded.textElem.nextElem isKindOfClass:[V2TIMImageElem class]]);

    EXPECT_EQ(alice.revoke(message), "success");
    EXPECT_EQ(message.elemType, V2TIM_ELEM_TYPE_NONE) << "a file cannot be edited again";
    EXPECT_EQ(bob.heard.next(), revokedBy(message, alice.user));
    V2TIMMessage *tombstone = heldAs(bob, toAlice, message.msgID);
    EXPECT_EQ(tombstone.status, V2TIM_MSG_STATUS_LOCAL_REVOKED);
    EXPECT_EQ(tombstone.imageElem, nil);
    EXPECT_EQ([tombstone.attachments count], 0u);
    [image downloadImage:object(late) progress:nil succ:succ fail:fail];
    EXPECT_EQ(bob.results.next(), error(ERR_SVR_MSG_REVOKE_REPEATED));
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::u8path(late)));

    // A forwarded file is a copy of its own.
    V2TIMImageElem *copy = (V2TIMImageElem *)forwarded.textElem.nextElem;
    [[copy.imageList objectAtIndex:0] downloadImage:object(late) progress:nil succ:succ fail:fail];
    EXPECT_EQ(bob.results.next(), "success");
    EXPECT_EQ(contentOf(late), bytes);
}

TEST_F(Stack, AFileIsSentWithItsNameAndOneThatIsNotThereIsNotSent) {
    const Folder folder;
    std::filesystem::create_directory(std::filesystem::u8path(folder.path()));
    const std::string path = folder.path() + "/1", into = folder.path() + "/fetched";
    std::ofstream(std::filesystem::u8path(path), std::ios::binary) << "the plan";
    V2TIMMessage *message = [alice.manager createFileMessage:object(path) fileName:@"plan.pdf"];
    EXPECT_EQ(message.elemType, V2TIM_ELEM_TYPE_FILE);
    EXPECT_EQ(message.fileElem.uuid, nil);
    Happenings *told = &bob.results;
    V2TIMSucc succ = ^{ told->add("success"); };
    V2TIMFail fail = ^(int code, NSString *) { told->add(error(code)); };
    [message.fileElem downloadFile:object(into) progress:nil succ:succ fail:fail];
    EXPECT_EQ(bob.results.next(), error(ERR_INVALID_PARAMETERS)) << "it is not sent yet";
    EXPECT_EQ(send(alice, message, bob.user), "success");

    EXPECT_EQ(bob.heard.next(), "new ");
    V2TIMMessage *received = [bob.held(toAlice) objectAtIndex:0];
    EXPECT_EQ(received.elemType, V2TIM_ELEM_TYPE_FILE);
    EXPECT_EQ(received.imageElem, nil);
    EXPECT_EQ(plain(received.fileElem.filename), "plan.pdf");
    EXPECT_EQ(received.fileElem.fileSize, 8);
    EXPECT_EQ(plain(received.fileElem.uuid), plain([[received.attachments objectAtIndex:0] attachmentID]));
    [received.fileElem downloadFile:object(into) progress:nil succ:succ fail:fail];
    EXPECT_EQ(bob.results.next(), "success");
    EXPECT_EQ(contentOf(into), "the plan");

    V2TIMMessage *none = [alice.manager createFileMessage:object(folder.path() + "/none") fileName:@"plan.pdf"];
    EXPECT_EQ(send(alice, none, bob.user), error(ERR_INVALID_PARAMETERS));
    EXPECT_EQ(none.msgID, nil);
    EXPECT_EQ(none.status, V2TIM_MSG_STATUS_SEND_FAIL);
}

// The upload ends with the recall, or ends before it: both leave nothing.
TEST_F(Stack, ARecallWhileTheFileIsUploadedLeavesNothing) {
    const Folder folder;
    std::filesystem::create_directory(std::filesystem::u8path(folder.path()));
    const std::string path = folder.path() + "/cat.png";
    std::ofstream(std::filesystem::u8path(path), std::ios::binary) << std::string(5'000'000, 'c');
    V2TIMMessage *message = [alice.manager createImageMessage:object(path)];
    Happenings sending;
    Happenings *told = &sending;
    NSString *messageID = [alice.manager sendMessage:message receiver:object(bob.user) groupID:nil priority:V2TIM_PRIORITY_DEFAULT
                                      onlineUserOnly:NO offlinePushInfo:nil progress:nil
                                                succ:^{ told->add("ended"); }
                                                fail:^(int code, NSString *) { told->add(code == ERR_SVR_MSG_REVOKE_REPEATED ? "ended" : error(code)); }];
    EXPECT_NE(messageID, nil) << "it is known before the file is uploaded";
    EXPECT_EQ(alice.revoke(message), "success");
    EXPECT_EQ(sending.next(), "ended");
    EXPECT_EQ(message.status, V2TIM_MSG_STATUS_LOCAL_REVOKED);
    EXPECT_EQ(message.imageElem, nil);
    for (V2TIMMessage *each in bob.history(toAlice)) EXPECT_EQ(each.status, V2TIM_MSG_STATUS_LOCAL_REVOKED);
}

}  // namespace recall::test
